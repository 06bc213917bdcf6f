"""docs/entrypoint-scripts.md: its config, run in a root that holds nothing but pintle and the shop."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import certificate
import pid1
import recorder
import tap

PAGE = (pid1.ROOT / 'docs/entrypoint-scripts.md').read_text()
CONFIG = re.search(r'```jsonc\n(.*?)```', PAGE, re.S)[1]
SCRIPT = re.search(r'```bash\n(.*?)```', PAGE, re.S)[1]
PASSWORD = 'pass word $1'
USER = 1234
FILES = {
    'etc/passwd': f'root:x:0:0::/:\napp:x:{USER}:{USER}::/data:\n',
    'etc/group': f'root:x:0:\napp:x:{USER}:\n',
    'etc/pintle/pintle.json': CONFIG,
    'etc/shop/shop.conf.template': 'db ${DB_HOST}:${DB_PORT}\npassword "${DB_PASSWORD}"\n',
    'etc/shop/catalogue.json': '[]',
    'etc/ssl/certs/ca-certificates.crt': '',
    'certs/corporate.crt': certificate.PEM,
    'run/secrets/db_password': f'{PASSWORD}\n',
}
# PID 1 of a root without a shell; the shell that gets there is left behind by exec.
INTO_ROOT = 'mount -t proc proc "$0/proc" && cd "$0" && exec chroot . "$@"'


class Image:
    """The files of a prebuilt image, and a volume at /data."""

    def __init__(self):
        pid1.needs_root()
        self.root = pid1.folder()
        for name, text in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        for name in ('proc', 'dev', 'data'):
            (self.root / name).mkdir()
        os.mknod(self.root / 'dev/null', 0o666 | 0o020000, os.makedev(1, 3))
        os.chmod(self.root / 'dev/null', 0o666)
        shutil.copy(pid1.PINTLE, self.root / 'pintle')
        self.app = recorder.Programs('shop')
        shutil.move(self.app.folder, self.root / 'app')
        self.app.folder = self.root / 'app'
        server = socket.create_server(('127.0.0.1', 0))
        tap.cleanup(server.close)
        self.port = server.getsockname()[1]

    def start(self, mode='prebuilt', **variables):
        """(exit code, what the shop was called with, what each step did, stderr)."""
        self.app.forget()
        environment = {'DB_HOST': '127.0.0.1', 'DB_PORT': self.port, 'IMAGE_MODE': mode, **variables}
        one = pid1.Process(['/usr/bin/env', '-i', 'PATH=/usr/bin:/bin:/usr/sbin:/sbin',
                            *(f'{name}={value}' for name, value in environment.items()),
                            '/bin/sh', '-c', INTO_ROOT, str(self.root), '/pintle'])
        code = one.end()
        err = one.err.rest()
        did = dict(re.findall(r'^pintle: step (\S+?): (?:done in \w+: )?(.*)$', err, re.M))
        return code, self.app.calls(), did, err


def stat(path):
    found = os.lstat(path)
    return found.st_uid, found.st_gid, found.st_mode & 0o7777


@tap.test
def the_script_is_one_and_the_config_checks_and_plans():
    done = subprocess.run(['bash', '-n'], input=SCRIPT, text=True, capture_output=True)
    tap.equal((done.returncode, done.stderr), (0, ''))
    path = pid1.config(CONFIG)
    for command in ('check', 'plan'):
        done = subprocess.run([pid1.PINTLE, command, path], capture_output=True, text=True, env={})
        tap.equal((done.returncode, done.stderr), (0, ''))
        tap.check('note:' not in done.stdout, 'a note', done.stdout)


@tap.test
def each_number_of_the_script_stands_in_the_config_and_in_the_table():
    numbers = [str(number) for number in range(1, 13)]
    tap.equal(re.findall(r'^ *# (\d+) ', SCRIPT, re.M), numbers)
    in_config = re.findall(r'// (\d+)$', CONFIG, re.M)
    tap.equal(sorted(set(in_config), key=int), numbers)
    tap.equal(re.findall(r'^\| (\d+) \|', PAGE, re.M), numbers)


@tap.test
def the_first_start_does_all_of_it_and_the_next_finds_it_done():
    image = Image()
    code, calls, did, err = image.start()
    tap.equal(code, 0, err)
    tap.equal([call.argv for call in calls],
              [['/app/shop', 'migrate', '--host', '127.0.0.1'],
               ['/app/shop', 'load', '/etc/shop/catalogue.json'],
               ['/app/shop', 'serve', '--config', '/run/shop/shop.conf', '--workers', '4']])
    for call in calls:
        tap.equal((call.environment['DB_PASSWORD'], call.environment['USER']), (PASSWORD, 'app'))
    root = image.root
    tap.equal((root / 'run/shop/shop.conf').read_text(),
              f'db 127.0.0.1:{image.port}\npassword "{PASSWORD}"\n')
    tap.equal({name: stat(root / name) for name in ('data', 'data/uploads', 'data/cache', 'run/shop',
                                                    'run/shop/shop.conf', 'data/.seeded')},
              {'data': (USER, USER, 0o750), 'data/uploads': (USER, USER, 0o755),
               'data/cache': (USER, USER, 0o755), 'run/shop': (USER, USER, 0o755),
               'run/shop/shop.conf': (USER, USER, 0o640), 'data/.seeded': (USER, USER, 0o644)})
    tap.equal(os.readlink(root / 'app/uploads'), '/data/uploads')
    tap.equal((root / 'etc/ssl/certs/ca-certificates.crt').read_text(), certificate.PEM)
    tap.equal(did['mime-types'], 'skipped: not for this image mode')
    tap.check(PASSWORD not in err, 'the password', err)

    code, calls, did, err = image.start()
    tap.equal((code, len(calls)), (0, 2), err)
    tap.equal(did['catalogue'], 'skipped: its condition does not hold')
    changed = {name: what for name, what in did.items() if what != 'unchanged'}
    tap.equal(set(changed), {'mime-types', 'database', 'migrate', 'catalogue'}, err)


@tap.test
def in_a_layered_image_the_package_manager_is_started():
    image = Image()
    code, calls, _, err = image.start(mode='layered')
    tap.equal((code, calls), (80, []), err)
    tap.holds(err, "step mime-types failed: cannot execute 'apk': not found in PATH")


@tap.test
def what_the_script_would_have_refused_is_refused_before_anything_is_changed():
    image = Image()
    code, calls, _, err = image.start(DB_HOST='', SHOP_WORKERS='many', DB_PASSWORD='x')
    tap.equal((code, calls), (78, []), err)
    for words in ('the variable DB_HOST is empty (host of the database)',
                  'the variable SHOP_WORKERS: many does not match [0-9]+',
                  'the variable DB_PASSWORD is set, and its file'):
        tap.holds(err, words)
    tap.equal((os.listdir(image.root / 'data'), stat(image.root / 'data')), ([], (0, 0, 0o755)))


@tap.test
def a_migration_that_fails_is_tried_again_and_a_service_ends_with_its_own_code():
    image = Image()
    image.app.end_with('shop', 1, 0, 0, 42)
    code, calls, _, err = image.start()
    tap.equal((code, [call.argv[1] for call in calls]),
              (42, ['migrate', 'migrate', 'load', 'serve']), err)
    tap.holds(err, 'step migrate: failed after')
    tap.holds(err, 'next attempt in 1s')


@tap.test
def a_stop_while_it_waits_for_the_database_ends_the_start_at_once():
    image = Image()
    unused = socket.socket()
    tap.cleanup(unused.close)
    unused.bind(('127.0.0.1', 0))
    environment = ['DB_HOST=127.0.0.1', f'DB_PORT={unused.getsockname()[1]}', 'IMAGE_MODE=prebuilt']
    one = pid1.Process(['/usr/bin/env', *environment, '/bin/sh', '-c', INTO_ROOT, str(image.root),
                        '/pintle', '-v'])
    one.complaint('pintle: step database: started')
    one.signal(signal.SIGTERM)
    tap.equal((one.end(), image.app.calls()), (143, []))


tap.main()
