"""docs/docker.md, done as it is written: its image, its two ways to run it, its compose file; and as
much of docs/kubernetes.md as needs no cluster."""
import os
import re
import shlex
import shutil

import compose_project
import docker
import pid1
import standins
import tap

PAGE = (standins.ROOT / 'docs/docker.md').read_text()
KUBERNETES = (standins.ROOT / 'docs/kubernetes.md').read_text()
# What the securityContext of the manifests asks for.
RESTRICTED = ['--no-healthcheck', '--read-only', '--cap-drop', 'ALL',
              '--security-opt', 'no-new-privileges']
BASE = 'gcr.io/distroless/python3-debian12'


def block(language, number=0, page=PAGE):
    return re.findall(rf'^```{language}\n(.*?)^```', page, re.M | re.S)[number]


def command(start):
    """The words of the command on the page that begins so."""
    lines = PAGE.replace('\\\n', ' ').splitlines()
    return shlex.split(next(line for line in lines if line.startswith(start)), comments=True)


def replaced(text, *pairs):
    """The text with what cannot be had here replaced; each place once."""
    for old, new in pairs:
        tap.equal(text.count(old), 1, old)
        text = text.replace(old, new)
    return text


def build(config=0):
    """The image `notes` with one of the page's configs."""
    docker.must('tag', standins.python(), BASE)
    standins.pintle()
    context = pid1.folder() / 'context'
    shutil.copytree(standins.ROOT / 'dockerfiles/python-runner/app', context / 'app')
    (context / 'data').mkdir()
    (context / 'Dockerfile').write_text(block('dockerfile'))
    (context / 'pintle.json').write_text(block('json', config))
    built = docker.build('notes', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)


def run(start, **instead):
    """The page's `docker run`, without a port, and asked sooner for its health."""
    words = [instead.get(word, word) for word in command(start)]
    if '-p' in words:
        del words[words.index('-p'):][:2]
    tap.equal((words[:2], words[-1]), (['docker', 'run'], 'notes'))
    return docker.Container(docker.must('run', '--network', 'none', '--health-interval', '200ms',
                                        '--health-start-period', '300s', *words[2:]))


def serves_and_stops(one):
    docker.Events(one).wait_for('health_status: healthy')
    tap.equal(one.python('import urllib.request as u;'
                         'print(u.urlopen("http://127.0.0.1:8080/notes", b"n").status)'), '201')
    docker.must('stop', one.name)
    tap.equal(one.end(), 0, one.output())


@tap.test
def the_image_runs_as_the_pages_first_command_says():
    build()
    one = run('docker run -d --name notes -p ')
    tap.equal({fields['Uid'].split()[0] for fields in one.processes().values()}, {'1000'})
    serves_and_stops(one)


@tap.test
def started_as_root_it_takes_a_volume_of_roots_over_with_the_capabilities_of_the_page():
    build(config=1)
    volume = pid1.folder()
    one = run('docker run -d --name notes -v /srv', **{'/srv/notes:/data': f'{volume}:/data'})
    docker.Events(one).wait_for('health_status: healthy')
    tap.equal(os.stat(volume).st_uid, 1000)
    tap.equal(one.uid_of(one.status()['main']['pid']), 1000)
    serves_and_stops(one)


@tap.test
def its_compose_file_starts_the_second_service_after_the_first():
    build()
    text = replaced(block('yaml'), ('ports: ["8080:8080"]', 'network_mode: none'),
                    ('start_period: 30s', 'start_period: 300s'), ('timeout: 2s', 'timeout: 60s'),
                    ('image: report', 'image: notes\n    network_mode: none\n    tmpfs: [/data]\n'
                                      '    entrypoint: ["/pintle", "help", "health"]'))
    project = compose_project.Project(text)
    code, output = project.call('up', '--detach')
    tap.equal(code, 0, output)
    code, output = project.call('ps', '--quiet', 'notes')
    tap.equal(code, 0, output)
    tap.equal(docker.Container(output.strip()).health(), 'healthy')
    code, output = project.call('stop')
    tap.equal(code, 0, output)


def empty_dir(group):
    """A volume as Kubernetes makes an emptyDir for a group."""
    folder = pid1.folder()
    os.chown(folder, 0, group)
    folder.chmod(0o2777)
    return ['--volume', f'{folder}:/data']


@tap.test
def in_a_pod_every_probe_of_the_manifest_says_yes():
    build()
    one = docker.run('notes', *RESTRICTED, '--user', '1000:1000', *empty_dir(1000))
    one.wait_for_line('check web: healthy')
    one.wait_for_line('check alive: healthy')
    probes = re.findall(r'exec: \{command: \[(.*?)\]\}', KUBERNETES)
    tap.equal(len(probes), 3)
    for probe in probes:
        done = one.execute(*probe.split(', '))
        tap.equal(done.returncode, 0, f'{probe}: {done.stdout}{done.stderr}')


@tap.test
def in_a_pod_it_runs_as_a_uid_that_nobody_knows():
    build()
    one = docker.run('notes', *RESTRICTED, '--user', '1000650000:0', *empty_dir(0))
    one.wait_for_line('check web: healthy')
    tap.holds(one.output(), 'started as uid 1000650000: everything runs as that')


@tap.test
def the_job_of_the_manifest_runs_with_its_own_config():
    build()
    config = pid1.config(block('json', -1, KUBERNETES))
    path = re.search(r'name: PINTLE_CONFIG, value: (\S+)\}', KUBERNETES)[1]
    one = docker.run('notes', *RESTRICTED, '--user', '1000', '--env', f'PINTLE_CONFIG={path}',
                     '--volume', f'{config}:{path}:ro')
    tap.equal((one.end(), one.output()), (0, ''))


tap.main()
