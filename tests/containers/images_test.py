"""The images of dockerfiles/: built, started hardened, used and stopped, in both modes."""
import pathlib
import re
import shlex
import subprocess

import certificate
import compose_project
import docker
import hardened
import images
import pid1
import standins
import tap

CONTROL = '''Package: {name}
Version: 1.0
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: a test
'''
# What each image without a shell executes, beside pintle.
PROGRAMS = {'python-runner': ['/usr/bin/python3'],
            'python-scientific': ['/usr/bin/python3'],
            'nodejs-runtime': ['/usr/bin/node'],
            'multi-language': ['/usr/bin/python3', '/usr/bin/perl', '/usr/bin/node'],
            'distroless': ['/service']}
ASK = ('import sys, urllib.request as u; url, body = sys.argv[1:];'
       'print(u.urlopen(url, body.encode() or None).read().decode())')


def ask(one, path, body=''):
    """What the service answers; asked from its network, as not every image can ask."""
    done = subprocess.run(['nsenter', '--target', str(one.state()['Pid']), '--net',
                           '/usr/bin/python3', '-c', ASK, f'http://127.0.0.1:8080{path}', body],
                          capture_output=True, text=True, timeout=docker.DEADLINE, check=False)
    tap.equal(done.returncode, 0, done.stderr)
    return done.stdout.strip()


def as_its_page_says(name):
    """The container of the page's `docker run -d`, without a port, when it is healthy."""
    page = (images.DOCKERFILES / name / 'README.md').read_text().replace('\\\n', ' ')
    command = next(line for line in page.splitlines() if line.startswith('docker run -d '))
    words = shlex.split(command)
    port = words.index('-p')
    del words[port:port + 2]
    tap.check(images.built(name) in words, 'the page names the image', words)
    tap.equal({'--read-only', '--cap-drop', '--security-opt', '--pids-limit'} - set(words), set())
    one = docker.Container(docker.must('run', '--network', 'none', *images.SOON, *words[2:]))
    docker.Events(one).wait_for('health_status: healthy')
    return one


def serves(one, path, body, answer):
    """It answers, all of it runs as an ordinary user, and it ends well; whether it has a shell."""
    tap.equal(ask(one, path, body), answer)
    tap.equal({fields['Uid'].split()[0] for fields in one.processes().values()}, {'1000'})
    shell = one.execute('/bin/sh', '-c', 'command -v apt-get')
    one.stop()
    tap.equal(one.end(), 0, one.output())
    return shell.returncode == 0


def file_of(image, path):
    """The text of a file of an image."""
    target = pid1.folder() / 'file'
    one = docker.Container(docker.must('create', image))
    docker.must('cp', f'{one.name}:{path}', target)
    return target.read_text()


def serves_in_both_modes(name, path, body, answer):
    prebuilt = images.built(name)
    tap.check(not serves(as_its_page_says(name), path, body, answer), 'prebuilt: no shell')
    bundle = file_of(prebuilt, '/etc/ssl/certs/ca-certificates.crt')
    tap.holds(bundle, certificate.PEM.strip())
    tap.check(bundle.count('BEGIN') > 1, 'the CAs of Debian are there too')
    layered = images.healthy(images.built(name, 'layered'))
    tap.check(serves(layered, path, body, answer), 'layered: a shell and apt-get')


@tap.test
def python_runner_serves_in_both_modes():
    serves_in_both_modes('python-runner', '/notes', 'a note', '')


@tap.test
def python_scientific_serves_in_both_modes():
    serves_in_both_modes('python-scientific', '/', '[1, 3]', '{"mean": 2.0, "deviation": 1.0}')


@tap.test
def nodejs_runtime_serves_in_both_modes():
    serves_in_both_modes('nodejs-runtime', '/', '{"b": 1, "a": {"d": 2, "c": []}}',
                         '{"a":{"c":[],"d":2},"b":1}')
    types = file_of(images.built('nodejs-runtime'), '/etc/mime.types')
    tap.holds(types, 'text/html')  # of a package that the build argument PACKAGES names


@tap.test
def multi_language_serves_in_both_modes():
    files = (images.DOCKERFILES / 'multi-language/app').iterdir()
    lines = sum(len(path.read_text().splitlines()) for path in files)
    serves_in_both_modes('multi-language', '/lines', '', str(lines))


@tap.test
def each_prebuilt_image_is_hardened_and_has_what_its_page_promises():
    # The stand-in has NumPy alone.
    versions = {'pandas': 'numpy', 'scipy': 'numpy'}
    for name in PROGRAMS:
        command = ['/app/main.py'] if name == 'python-runner' else None
        hardened.check(images.built(name), images.DOCKERFILES / name, versions, command)


@tap.test
def a_prebuilt_image_executes_its_programs_and_no_other():
    for name, programs in PROGRAMS.items():
        image = images.built(name)
        with hardened.executions() as executed:
            one = images.healthy(image)
            if name == 'multi-language':
                done = one.execute('/pintle', 'job', 'report')
                tap.equal(done.returncode, 0, done.stdout + done.stderr)
                tap.holds(one.output(), 'the application has ')
        one.stop()
        tap.equal(executed, {'/pintle', *programs}, name)


@tap.test
def words_after_python_runner_are_arguments_of_python_which_has_what_requirements_txt_names():
    one = images.start(images.built('python-runner'),
                       command=['-c', 'import greeting; print(greeting.TEXT)'])
    tap.equal(one.end(), 0, one.output())
    tap.holds(one.output(), 'hello\n')


@tap.test
def an_image_without_a_shell_has_no_pip_though_its_base_has():
    one = images.start(images.built('python-runner'), command=['-m', 'pip', '--version'])
    tap.equal(one.end(), 1, one.output())
    tap.holds(one.output(), 'No module named pip')


@tap.test
def a_mistake_in_a_config_fails_the_build_at_pintle_check_with_its_line():
    folder = images.context()
    config = folder / 'python-runner/pintle.json'
    config.write_text(config.read_text().replace('"interval"', '"intervall"'))
    line = next(number for number, text in enumerate(config.read_text().splitlines(), 1)
                if 'intervall' in text)
    built = images.build('wrong', 'python-runner', '', folder)
    tap.check(built.returncode != 0, 'the build fails', built.stdout)
    tap.holds(built.stdout + built.stderr, f'/etc/pintle/pintle.json:{line}:')
    tap.holds(built.stdout + built.stderr, 'did you mean "interval"')
    tap.holds(built.stdout + built.stderr, 'returned a non-zero code: 78')


@tap.test
def distroless_serves_and_holds_two_programs_and_a_config():
    tap.check(not serves(as_its_page_says('distroless'), '/', '', 'ok'), 'no shell')
    files = sorted(docker.files_of(images.built('distroless')))
    tap.equal(files, ['etc/pintle/pintle.json', 'pintle', 'service'])


@tap.test
def debug_has_a_shell_that_sees_the_processes_and_the_network_of_another_container():
    debug = images.built('debug')
    images.healthy(debug)
    other = images.healthy(images.built('distroless'))
    look = ('wget -q -O - http://127.0.0.1:8080/; ls /proc/1/root;'
            ' ls /proc/$(pidof service)/root/service')
    done = docker.call('run', '--rm', *images.HARDENED, '--pid', f'container:{other.name}',
                       '--network', f'container:{other.name}', debug, 'sh', '-c', look)
    tap.check(re.fullmatch(r'ok\n/proc/\d+/root/service\n', done.stdout), 'what it sees', done)
    tap.holds(done.stderr, '/proc/1/root: Permission denied')


def package(folder, name, control, path, content):
    root = folder / name
    (root / 'DEBIAN').mkdir(parents=True)
    (root / 'DEBIAN/control').write_text(CONTROL.format(name=name) + control)
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(content)
    (root / path).chmod(0o755)
    subprocess.run(['dpkg-deb', '--build', '--root-owner-group', '-Znone', root,
                    folder / f'{name}.deb'], check=True, capture_output=True)


def repository():
    """The options that mount a repository of two packages, of which one depends on the other."""
    folder = pid1.folder() / 'repository'
    package(folder, 'greet', 'Depends: python3-greeting\n', 'usr/bin/greet',
            '#!/usr/bin/python3\nimport greeting\nprint(greeting.TEXT)\n')
    package(folder, 'python3-greeting', '', 'usr/lib/python3/dist-packages/greeting.py',
            'TEXT = "hello"\n')
    index = subprocess.run(['dpkg-scanpackages', '--multiversion', '.'], cwd=folder, check=True,
                           capture_output=True)
    (folder / 'Packages').write_bytes(index.stdout)
    # As the check of a signature, it needs a folder for temporary files.
    (folder / 'temporary').write_text('APT::Update::Pre-Invoke { "mktemp"; };\n')
    sources = folder / 'test.list'
    sources.write_text('deb [trusted=yes] copy:/srv/repository ./\n')
    return ['--volume', f'{folder}:/srv/repository:ro',
            '--volume', f'{folder}/temporary:/etc/apt/apt.conf.d/temporary:ro',
            '--volume', f'{sources}:/etc/apt/sources.list.d/test.list:ro']


@tap.test
def a_layered_image_adds_packages_at_start_and_in_prebuilt_mode_it_refuses():
    options = [*repository(), *images.INSTALLING, '--env', 'EXTRA_PACKAGES=greet']
    layered = images.built('python-runner', 'layered')
    with hardened.executions() as executed:
        one = images.healthy(layered, *options)
        done = one.execute('greet')
        tap.equal((done.returncode, done.stdout), (0, 'hello\n'), done.stderr)
    one.stop()
    tap.equal(one.end(), 0, one.output())
    tap.equal({'/usr/bin/apt-get', '/usr/bin/dpkg-deb'} - executed, set(), 'programs of the steps')
    refused = images.start(layered, *options, '--env', 'IMAGE_MODE=prebuilt')
    tap.equal(refused.end(), 83, refused.output())
    tap.holds(refused.output(), "step download: '/usr/bin/apt-get' is a package manager")


def compose():
    """compose.yaml, in which nothing has a network."""
    text = (standins.ROOT / 'compose.yaml').read_text()
    text = re.sub(r'(?m)^    (?:ports|depends_on|secrets|network_mode): .*\n', '', text)
    return text.replace('    image: ', '    network_mode: none\n    image: ')


def up(project, service):
    """The container of a service, when it is healthy."""
    code, output = project.call('up', '--detach', service)
    tap.equal(code, 0, output)
    one = docker.Container(project.call('ps', '--quiet', service)[1].strip())
    tap.until(lambda: one.execute('/pintle', 'health').returncode == 0, f'{service} is healthy')
    return one


@tap.test
def compose_switches_the_mode_and_the_images_by_variables_alone():
    for name in ('python-runner', 'multi-language'):
        images.built(name, 'layered')
        images.built(name)
    project = compose_project.Project(compose())
    for service, image in (('python', 'IMAGE_PYTHON'), ('executor', 'BASE_IMAGE')):
        (project.folder / '.env').write_text('')
        layered = up(project, service)
        tap.equal(layered.execute('/bin/sh', '-c', 'echo $IMAGE_MODE').stdout, 'layered\n')
        name = layered.inspect()['Config']['Image'].removesuffix('-layered')
        (project.folder / '.env').write_text(f'IMAGE_MODE=prebuilt\n{image}={name}\n')
        prebuilt = up(project, service)
        tap.equal(prebuilt.inspect()['Config']['Image'], name)
        tap.holds(prebuilt.execute('/pintle', 'plan').stdout, 'image mode: prebuilt')
        tap.check(prebuilt.execute('/bin/sh', '-c', ':').returncode != 0, 'it has no shell')


@tap.test
def a_prebuilt_image_stays_prebuilt_whatever_the_environment_says():
    done = docker.call('run', '--rm', '--network', 'none', '--env', 'IMAGE_MODE=layered',
                       '--entrypoint', '/pintle', images.built('distroless'), 'plan')
    tap.equal(done.returncode, 0, done.stderr)
    tap.holds(done.stdout, 'image mode: prebuilt')


tap.main()
