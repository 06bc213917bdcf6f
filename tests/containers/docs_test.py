"""docs/docker.md, done as it is written: its image, its two ways to run it, its compose files; and as
much of docs/kubernetes.md as needs no cluster."""
import json
import os
import pathlib
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
DOCKERFILE = (standins.ROOT / 'dockerfiles/pintle/Dockerfile').read_text()
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


def for_kubernetes():
    """The config of docs/docker.md with the key that docs/kubernetes.md adds."""
    return json.dumps({**json.loads(block('json')), **json.loads(f'{{{block("json", 0, KUBERNETES)}}}')})


def build(config=0):
    """The image `notes` with one of the page's configs, or one that is given as text."""
    docker.must('tag', standins.python(), BASE)
    standins.pintle()
    context = pid1.folder() / 'context'
    shutil.copytree(standins.ROOT / 'dockerfiles/python-runner/app', context / 'app')
    (context / 'data').mkdir()
    (context / 'Dockerfile').write_text(block('dockerfile'))
    (context / 'pintle.json').write_text(block('json', config) if isinstance(config, int) else config)
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


DATABASE = 'import socket\nserver = socket.create_server(("", 5432))\nwhile True:\n server.accept()[0].close()'


@tap.test
def its_compose_file_with_a_secret_starts_the_service_when_the_database_listens():
    build(config=4)
    text = replaced(block('yaml', 2), ('    environment: {DB_HOST: db}\n', '    environment: {DB_HOST: 127.0.0.1}\n'
                                       '    network_mode: service:db\n'),
                    ('postgres:17\n', f'{standins.python()}\n    network_mode: none\n    command: '
                                      f'{json.dumps(["/usr/bin/python3", "-c", DATABASE])}\n'))
    project = compose_project.Project(text)
    secret = project.folder / 'db_password'
    secret.write_text('hunter2')
    os.chown(secret, 1000, 1000)
    secret.chmod(0o400)
    code, output = project.call('up', '--detach')
    tap.equal(code, 0, output)
    one = docker.Container(project.call('ps', '--quiet', 'notes')[1].strip())
    one.wait_for_line('step database: done')
    one.wait_for_line('check web: healthy')
    tap.equal(one.python('print(open("/run/notes/notes.conf").read())'), 'host=127.0.0.1\npassword=hunter2')
    tap.check('hunter2' not in one.output(), 'the password is not in the log')


def empty_dir(group):
    """A volume as Kubernetes makes an emptyDir for a group."""
    folder = pid1.folder()
    os.chown(folder, 0, group)
    folder.chmod(0o2777)
    return ['--volume', f'{folder}:/data']


def answers(one, path, port):
    """The status of an httpGet probe."""
    return int(one.python('import urllib.request as u, urllib.error as e\ntry:\n'
                          f' print(u.urlopen("http://127.0.0.1:{port}{path}").status)\n'
                          'except e.HTTPError as error:\n print(error.code)'))


@tap.test
def in_a_pod_every_probe_of_the_manifests_says_yes():
    build(for_kubernetes())
    one = docker.run('notes', *RESTRICTED, '--user', '1000:1000', *empty_dir(1000))
    one.wait_for_line('check web: healthy')
    one.wait_for_line('check alive: healthy')
    one.wait_for_line('check started: healthy')
    port = int(re.search(r'name: health, containerPort: (\d+)', KUBERNETES)[1])
    paths = set(re.findall(r'httpGet: \{path: (\S+), port: health\}', KUBERNETES))
    tap.equal({path: answers(one, path, port) for path in paths},
              {'/startupz': 200, '/livez': 200, '/readyz': 200})
    probes = re.findall(r'exec: \{command: \[(.*?)\]\}', KUBERNETES)
    tap.equal(len(probes), 3)
    for probe in probes:
        done = one.execute(*probe.split(', '))
        tap.equal(done.returncode, 0, f'{probe}: {done.stdout}{done.stderr}')


def vendor_config():
    """The folder that the ConfigMap of the page makes."""
    text = re.search(r'^  pintle.json: \|\n((?:    .*\n)+)', KUBERNETES, re.M)[1]
    return str(pathlib.Path(pid1.config(text.replace('\n    ', '\n').strip())).parent)


def runs_the_vendors_program(program, *options, image='vendor', command=('--',)):
    options = [*RESTRICTED, '--user', '1000:1000', '--volume', f'{vendor_config()}:/etc/pintle:ro', *options]
    if program:
        options += ['--entrypoint', program]
    one = docker.run(image, *options, command=command)
    one.wait_for_line('check web: healthy')
    tap.equal(answers(one, '/readyz', 9080), 200)
    docker.must('stop', one.name)
    tap.equal(one.end(), 143, one.output())


def words_of(name):
    """The `command` of a container of the page's pods."""
    return re.search(rf'command: \[({re.escape(name)}.*?)\]', KUBERNETES)[1].split(', ')


@tap.test
def an_image_that_nobody_rebuilds_runs_under_pintle_in_each_of_the_three_ways():
    own = pid1.folder()
    (own / 'Dockerfile').write_text(f'FROM {standins.python()}\nENTRYPOINT ["/app"]\nCMD ["serve"]\n')
    docker.must('build', '--tag', 'vendor', own)
    standins.pintle()
    # What an image volume is in a cluster.
    mounted = pid1.folder()
    for name in ('pintle', 'pintle-fetch'):
        shutil.copy(pathlib.Path(standins.PINTLE).with_name(name), mounted)
    program, *words = words_of('/opt/pintle/pintle')
    runs_the_vendors_program(program, '--volume', f'{mounted}:/opt/pintle:ro', command=words)

    shared = [word.replace('/data', '/shared') for word in empty_dir(0)]
    entry, *words = words_of('/pintle, install')
    copied = docker.run('pintle', *RESTRICTED, '--user', '1000:1000', *shared, '--entrypoint', entry,
                        command=words)
    tap.equal(copied.end(), 0, copied.output())
    program, *words = words_of('/shared/pintle')
    runs_the_vendors_program(program, *shared, command=words)

    context = pid1.folder()
    (context / 'Dockerfile').write_text(re.sub(r'registry\.example/(\w+):\S+', r'\1',
                                               block('dockerfile', 0, KUBERNETES)))
    built = docker.build('vendor-pintle', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    runs_the_vendors_program('', image='vendor-pintle', command=())
    without = docker.run('vendor-pintle', *RESTRICTED, '--user', '1000:1000')
    tap.equal(without.end(), 64, without.output())
    tap.holds(without.output(), re.search(r'exits with 64 \(`(.*?)`\)', KUBERNETES)[1])


@tap.test
def its_container_that_prepares_the_volume_gives_it_to_the_service():
    standins.pintle()
    hook = re.search(r'- image: (\w+)\n +user: "(\S+)"\n +command: \[(.*?)\]', PAGE)
    entry = re.search(r'^ENTRYPOINT \["(\S+)"\]$', DOCKERFILE, re.M)[1]
    prepare = pid1.config(json.loads(block('json', 3)))
    volume = pid1.folder()
    one = docker.run(hook[1], '--read-only', '--user', hook[2], '--volume', f'{volume}:/data',
                     '--volume', f'{prepare}:/etc/pintle/prepare.json:ro', '--entrypoint', entry,
                     command=hook[3].split(', '))
    tap.equal(one.end(), 0, one.output())
    info = os.stat(volume)
    tap.equal((info.st_uid, info.st_gid, info.st_mode & 0o7777), (1000, 1000, 0o750))


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
