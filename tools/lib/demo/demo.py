"""demo.py - the phases of tools/demo. It runs in its own mount and network namespaces, so that nothing
of it remains. A phase fails if its effect is not observed."""
import fcntl
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import rootfs
from container import Container, Failure

HERE = pathlib.Path(__file__).parent
CONFIG = HERE / 'pintle.json'
EXIT_CODE = 42
ORPHANS = 50
URL = 'http://127.0.0.1:8080'
COLOURS = sys.stdout.isatty()


def styled(text, code):
    return f'\033[{code}m{text}\033[0m' if COLOURS else text


def heading(text):
    heading.number += 1
    print('\n' + styled(f'{heading.number}. {text}', '1'), flush=True)


heading.number = 0


def show(line):
    print(f'   | {line}', flush=True)


def seen(text):
    print(styled(f'   => {text}', '32'), flush=True)


def check(condition, otherwise):
    if not condition:
        raise Failure(otherwise)


def bring_loopback_up():
    """Our network namespace is new: its only device is down. ioctl numbers: netdevice(7)."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket() as any_socket:
        request = struct.pack('16sH14x', b'lo', 0)
        flags = struct.unpack('16sH14x', fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack('16sH14x', b'lo', flags | up))


def show_config(root):
    heading('The config, and an image without a shell')
    for line in CONFIG.read_text().splitlines():
        show(line)
    check(not any((root / path).exists() for path in ('bin/sh', 'usr/bin/sh', 'usr/bin/env')),
          'the image has a shell')
    done = subprocess.run(['chroot', str(root), '/pintle', 'check'], capture_output=True, text=True)
    show(done.stdout.strip())
    check(done.returncode == 0, f'pintle check: {done.stderr}')
    seen(f'{len(rootfs.files_in(root))} files, no shell among them')


def show_steps(container, root):
    heading('The steps run, as root')
    container.wait_for('step data: done')
    line = container.wait_for('greeting: written')
    container.wait_for('step greeting: done')
    owner = (root / 'data').stat()
    check('uid 0' in line, 'the step was not root')
    check((owner.st_uid, owner.st_mode & 0o777) == (1000, 0o750), 'wrong owner of /data')
    seen('/data belongs to uid 1000, mode 0750; /etc/greeting is written')


def show_main(container):
    heading('main starts as an ordinary user')
    line = container.wait_for('service: loading')
    check('uid 1000, gid 1000' in line, 'main was not stepped down')
    processes = container.processes()
    check(processes[1][0] == 'pintle' and processes[1][2] == 0, 'PID 1 is not pintle, as root')
    pid = int(re.search(r'pid (\d+)', line)[1])
    check(processes[pid][2] == 1000, f'main is of uid {processes[pid][2]}')
    seen(f'PID 1 is pintle (uid 0); main is pid {pid} (uid 1000)')


def health(container):
    code, text = container.execute('/pintle', 'health')
    show(f'$ pintle health -> {text}; exit code {code}')
    return code


def show_health(container, root):
    heading('Health: from starting to healthy')
    check(health(container) == 1, 'healthy before the service listens')
    with open(root / 'data/go', 'w'):
        show('(the service may finish loading now)')
    container.wait_for('service: listening')
    container.wait_for('check web: healthy')
    check(health(container) == 0, 'not healthy')
    with urllib.request.urlopen(URL + '/', timeout=5) as answer:
        seen(f'GET / -> {answer.read().decode().strip()}')


def show_job(container):
    heading('A maintenance job runs on its schedule')
    line = container.wait_for('since the last run')
    container.wait_for('job visits: done')
    check('uid 1000' in line, 'the job was not stepped down')
    status = json.loads(container.execute('/pintle', 'status', '--json')[1])
    seen(f'pintle status --json -> jobs: {json.dumps(status["jobs"])}')


def show_reaping(container):
    heading(f'{ORPHANS} orphans are left to PID 1')
    urllib.request.urlopen(f'{URL}/orphans/{ORPHANS}', timeout=5).close()
    for _ in range(ORPHANS):
        container.wait_for('orphan')
    status = json.loads(container.execute('/pintle', 'status', '--json')[1])
    zombies = container.zombies()
    reaped = status['counters']['reapedOrphans']
    check(reaped >= ORPHANS, f'{reaped} orphans reaped')
    check(not zombies, f'zombies: {zombies}')
    seen(f'{reaped} reaped, no zombie is left')


def show_stop(container):
    heading('The stop: SIGTERM to PID 1')
    container.stop()
    container.wait_for('service: asked to stop')
    seen('main got it and ends by itself')
    heading('The exit code')
    code = container.exit_code()
    check(code == EXIT_CODE, f'exit code {code}, not {EXIT_CODE}')
    seen(f'the container ended with {code}, the exit code that main chose')


def demonstrate(pintle, root):
    rootfs.build(root, pintle, HERE / 'app', CONFIG)
    show_config(root)
    container = Container(root, show)
    try:
        show_steps(container, root)
        show_main(container)
        show_health(container, root)
        show_job(container)
        show_reaping(container)
        show_stop(container)
    finally:
        container.kill()


def main():
    began = time.monotonic()
    bring_loopback_up()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder], check=True)
        try:
            demonstrate(pathlib.Path(sys.argv[1]), pathlib.Path(folder))
        except Failure as failure:
            print(styled(f'   => FAILED: {failure}', '31'), flush=True)
            return 1
        finally:
            os.chdir('/')
            subprocess.run(['umount', '--recursive', folder], check=True)
    print(f'\nAll of it was seen, in {time.monotonic() - began:.1f} s.')
    return 0


sys.exit(main())
