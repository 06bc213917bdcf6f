"""compose.yaml and .env.example: they agree, variables are explained, every service is hardened."""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

EXAMPLE = (pid1.ROOT / '.env.example').read_text()
COMPOSE = (pid1.ROOT / 'compose.yaml').read_text()
VARIABLE = re.compile(r'^((?:# .*\n)+)#?(\w+)=(.*)$', re.M)  # with its comment before it
# docker-compose brings this library for Debian's Python.
AS_JSON = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'


def example():
    """Of each variable: (comment, value)."""
    return {name: (comment, value) for comment, name, value in VARIABLE.findall(EXAMPLE)}


@functools.cache
def configured(text):
    pid1.needs('docker-compose')
    folder = pid1.folder()
    (folder / 'compose.yaml').write_text(COMPOSE)
    (folder / '.env').write_text(text)
    done = subprocess.run(['docker-compose', 'config'], cwd=folder, capture_output=True, text=True,
                          check=False, env={'PATH': os.environ['PATH']})
    tap.equal(done.returncode, 0, done.stderr)
    parsed = subprocess.run(['/usr/bin/python3', '-c', AS_JSON], input=done.stdout,
                            capture_output=True, text=True, check=True)
    return parsed.stdout


def services(text):
    """The services as docker-compose sees them with this .env."""
    return json.loads(configured(text))['services']


def prebuilt():
    """The example, switched to images without a shell as its comments say."""
    lines = [f'{name}={found[1]}' for name, (comment, _) in example().items()
             if (found := re.search(r'Without a shell: (\S+)', comment))]
    return '\n'.join(['IMAGE_MODE=prebuilt', *lines, ''])


def readers():
    """What may read a variable, as text."""
    sources = ''.join(path.read_text() for path in sorted((pid1.ROOT / 'src').rglob('*.cpp')))
    tool = (pid1.ROOT / 'tools/pull-images').read_text()
    kerberos = (pid1.ROOT / 'dockerfiles/kerberos-test/setup.sh').read_text()
    return {'compose.yaml': set(re.findall(r'\$\{(\w+)', COMPOSE)),
            'setup.sh': set(re.findall(r'setting (\w+)', kerberos)),
            'tools/pull-images': set(re.findall(r"'(\w+)'", tool)),
            'pintle': set(re.findall(r'"(IMAGE_MODE|PINTLE_\w+|TINI_\w+)"', sources))}


@tap.test
def something_reads_each_variable_of_the_example():
    read = set().union(*readers().values())
    tap.equal(set(example()) - read, set())
    every = set(re.findall(r'^#?(\w+)=', EXAMPLE, re.M))
    tap.equal(every, set(example()), 'each has a comment of its own')


@tap.test
def the_example_has_each_variable_that_compose_or_pintle_reads():
    found = readers()
    tap.equal((found['compose.yaml'] | found['pintle'] | found['setup.sh']) - set(example()), set())


@tap.test
def each_variable_says_what_is_allowed_and_its_default():
    for name, (comment, value) in example().items():
        tap.holds(comment, '# Allowed: ')
        default = re.search(r'Default: (\S.*?)(?:[.,:;] |[.,]?\n)', comment)
        tap.check(default, f'{name}: a default', comment)
        if default[1] not in ('none', 'not set'):
            tap.equal(default[1], value, name)


@tap.test
def without_an_env_file_everything_is_as_in_the_example():
    tap.equal(services(''), services(EXAMPLE))
    tap.equal({one['environment']['IMAGE_MODE'] for one in services('').values()}, {'layered'})


@tap.test
def the_switch_to_prebuilt_changes_the_mode_and_the_images_and_nothing_else():
    layered, other = services(''), services(prebuilt())
    for name, service in other.items():
        tap.equal(service['environment']['IMAGE_MODE'], 'prebuilt', name)
        is_same = service['image'] == layered[name]['image']
        tap.equal(is_same, name == 'kerberos-test', f'{name}: the image is the same')
        service['environment']['IMAGE_MODE'] = 'layered'
        service['image'] = layered[name]['image']
    tap.equal(other, layered)


@tap.test
def every_service_is_hardened_and_limited():
    for name, service in services('').items():
        tap.equal((service['read_only'], service['cap_drop'], service['security_opt']),
                  (True, ['ALL'], ['no-new-privileges:true']), name)
        missing = {'mem_limit', 'cpus', 'pids_limit', 'tmpfs', 'stop_grace_period'} - set(service)
        tap.equal(missing, set(), name)
        tap.check(not service.get('privileged') and not service.get('cap_add'), name, service)
        secrets = {key for key, value in service['environment'].items()
                   if 'PASSWORD' in key and value and not key.endswith('_FILE')}
        tap.equal(secrets, set(), f'{name}: what is secret is in a file, or in .env')


@tap.test
def a_service_without_a_network_is_not_asked_to_download():
    for name, service in services('').items():
        if service.get('network_mode') == 'none':
            tap.check('EXTRA_PACKAGES' not in service['environment'], name, service)


@tap.test
def every_image_has_a_tag_that_is_not_latest():
    for name, service in [*services('').items(), *services(prebuilt()).items()]:
        tap.check(re.search(r':(?!latest$)[\w.-]+$', service['image']), name, service['image'])


tap.main()
