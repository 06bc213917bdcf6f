"""dockerfiles/kerberos-test and its setup.sh, in both image modes, with a real KDC and tickets that a
keytab gets."""
import functools
import os
import pathlib
import re
import subprocess

import docker
import hardened
import kerberos
import pid1
import standins
import tap

FOLDER = standins.ROOT / 'dockerfiles/kerberos-test'
SERVICE = 'HTTP/web.example'
CACHE = 'krb5cc'


@functools.cache
def image():
    built = docker.build('kerberos-test:0.1.0', '--build-arg', f'PINTLE={standins.pintle()}',
                         '--build-arg', f'BASE={standins.python()}',
                         '--build-arg', f'KRB5_BASE={kerberos.base()}', '--file',
                         FOLDER / 'Dockerfile', FOLDER.parent)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return 'kerberos-test:0.1.0'


def prepare():
    """The images of both modes, a KDC, and the path of the ticket in the volume."""
    image()
    kdc = kerberos.Kdc('alice', SERVICE)
    docker.must('volume', 'create', 'platform_kerberos_cache')
    tap.cleanup(lambda: docker.call('volume', 'rm', '--force', 'platform_kerberos_cache'))
    volume = docker.must('volume', 'inspect', '--format', '{{.Mountpoint}}',
                         'platform_kerberos_cache')
    return kdc, pathlib.Path(volume) / CACHE


def setup(mode, kdc=None, folder=None, **variables):
    """What setup.sh does: the finished process."""
    values = {**docker.engine().environment, 'IMAGE_PYTHON': kerberos.base(),
              'KERBEROS_NETWORK': 'host', 'IMAGE_MODE': mode, **variables}
    if kdc:
        values['KERBEROS_CONF'] = str(kdc.config)
    return subprocess.run([FOLDER / 'setup.sh'], env=values, cwd=folder or pid1.folder(),
                          capture_output=True, text=True, check=False)


def ends(done, code, line):
    tap.equal(done.returncode, code, done.stdout + done.stderr)
    tap.holds(done.stdout, line)


@tap.test
def both_modes_accept_a_valid_ticket_and_refuse_an_expired_and_a_missing_one():
    kdc, cache = prepare()
    for mode in ('prebuilt', 'layered'):
        cache.unlink(missing_ok=True)
        ends(setup(mode, kdc), 1, 'no valid ticket: the cache')
        kdc.kinit('alice', cache)
        ends(setup(mode, kdc), 0, 'the ticket is valid')
        ends(setup(mode, kdc, KERBEROS_SERVICE=SERVICE), 0, f'{SERVICE}@{kerberos.REALM}: kvno')
        ends(setup(mode, kdc, KERBEROS_SERVICE='HTTP/none.example'), 1,
             'the KDC issues no ticket for HTTP/none.example')
        kdc.kinit('alice', cache, lifetime='1s')
        tap.until(lambda: kdc.is_expired(cache), 'the ticket expires')
        ends(setup(mode, kdc), 1, 'no valid ticket: the ticket')
        cache.write_text('no ticket')
        ends(setup(mode, kdc), 1, 'cannot be read')


@tap.test
def a_ticket_that_the_kdc_no_longer_accepts_is_not_valid():
    kdc, cache = prepare()
    kdc.kinit('alice', cache)
    kdc.admin(f'change_password -randkey krbtgt/{kerberos.REALM}')
    ends(setup('prebuilt', kdc, KERBEROS_SERVICE=SERVICE), 1, 'the KDC issues no ticket for')


@tap.test
def no_shell_and_no_package_manager_is_executed_in_prebuilt_mode():
    kdc, cache = prepare()
    kdc.kinit('alice', cache)
    with hardened.executions() as executed:
        ends(setup('prebuilt', kdc, KERBEROS_SERVICE=SERVICE), 0, 'the ticket is valid')
    tap.equal(executed, {'/pintle', '/usr/bin/python3', '/usr/bin/klist', '/usr/bin/kvno'})


@tap.test
def layered_mode_installs_krb5_when_it_starts():
    kdc, cache = prepare()
    kdc.kinit('alice', cache)
    with hardened.executions() as executed:
        ends(setup('layered', kdc), 0, 'the ticket is valid')
    tap.check({'/usr/bin/sh', '/usr/bin/apt-get'} <= executed, 'a shell and apt-get', executed)


@tap.test
def the_prebuilt_image_is_hardened_and_holds_what_its_readme_promises():
    hardened.check(image(), FOLDER)


def commands_of(folder, **variables):
    """The words with which setup.sh calls docker."""
    docker_stub = folder / 'docker'
    docker_stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n')
    docker_stub.chmod(0o755)
    done = subprocess.run([FOLDER / 'setup.sh'], cwd=folder, capture_output=True, text=True,
                          check=False, env={'PATH': f'{folder}:/usr/bin:/bin', **variables})
    tap.equal(done.returncode, 3, done.stderr)
    return done.stdout.splitlines()


@tap.test
def layered_is_the_default_with_the_images_and_names_of_the_platform():
    words = commands_of(pid1.folder())
    tap.equal(words[:4], ['run', '--rm', '--network', 'platform_network'])
    tap.equal(words[10:16], ['--user', '0:0', '--entrypoint', 'sh', 'python:3.11-alpine', '-c'])
    tap.holds('\n'.join(words), 'apk add --no-cache krb5')


@tap.test
def prebuilt_gives_the_image_no_command():
    words = commands_of(pid1.folder(), IMAGE_MODE='prebuilt', IMAGE_KERBEROS_TEST='corp/krb:1')
    tap.equal(words[-1], 'corp/krb:1')
    tap.equal(commands_of(pid1.folder(), IMAGE_MODE='prebuilt')[-1], 'kerberos-test:0.1.0')


@tap.test
def the_page_names_each_variable_of_setup_with_its_default():
    page = (FOLDER / 'README.md').read_text().partition('| variable of `setup.sh` |')[2]
    rows = re.findall(r'^\| `(\w+)` \| (?:`([^`]+)` )?\|', page, re.M)
    read = re.findall(r"setting ([A-Z_]+) (?:''|([^ ')]+))", (FOLDER / 'setup.sh').read_text())
    tap.equal(dict(rows), dict(read))


@tap.test
def both_modes_mount_the_cache_read_only():
    for mode in ('layered', 'prebuilt'):
        words = commands_of(pid1.folder(), IMAGE_MODE=mode)
        tap.check('platform_kerberos_cache:/krb5/cache:ro' in words, mode, words)


@tap.test
def the_file_dot_env_counts_where_the_environment_says_nothing():
    folder = pid1.folder()
    (folder / '.env').write_text('IMAGE_MODE=Prebuilt\nIMAGE_KERBEROS_TEST="corp/krb:2"\n')
    tap.equal(commands_of(folder)[-1], 'corp/krb:2')
    tap.equal(commands_of(folder, IMAGE_MODE='layered', IMAGE_PYTHON='corp/py:1')[14], 'corp/py:1')
    (folder / '.env').write_text('IMAGE_MODE=pre-built\n')
    done = subprocess.run([FOLDER / 'setup.sh'], cwd=folder, capture_output=True, text=True,
                          check=False)
    tap.equal((done.returncode, done.stderr),
              (64, "setup.sh: IMAGE_MODE is 'pre-built'; write layered or prebuilt\n"))


tap.main()
