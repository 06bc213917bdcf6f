"""hardened.py - what every image of dockerfiles/ that has no shell must be, and what it executes.

    hardened.check('image', folder)             # its config, its files, and the promises of its README
    with hardened.executions() as executed:     # by all containers of the Engine, in any process
        ...
    tap.equal(executed, {'/pintle', ...})"""
import contextlib
import json
import os
import pathlib
import re
import subprocess

import docker
import pid1
import tap

SHELLS = {'sh', 'bash', 'dash', 'ash', 'zsh', 'busybox'}
PACKAGE_MANAGERS = {'apt', 'apt-get', 'dpkg', 'apk', 'rpm', 'dnf', 'microdnf', 'yum', 'pip', 'pip3',
                    'npm'}
LABELS = {f'org.opencontainers.image.{name}' for name in ('title', 'description', 'version',
                                                          'licenses')}
# What starts a container, outside of it. runc executes a copy of itself that lies in no folder: "/";
# dockerd executes itself, to prepare a network.
RUNTIME = re.compile(r'/$|/proc/(self|[0-9]+)/|/memfd:runc|.*/(runc|containerd-shim\S*)$')


def check(image, folder, versions=None, command=None):
    """Fails if the image is not hardened, has another CMD than `command`, or lacks a file that the
    README of the folder names; where the stand-in base has other versions, `versions` says which
    parts of names these change."""
    config = json.loads(docker.must('inspect', '--format', '{{json .Config}}', image))
    tap.equal((config['Entrypoint'], config.get('Cmd')), (['/pintle', '--'], command))
    tap.equal(config['Healthcheck']['Test'], ['CMD', '/pintle', 'health'])
    tap.check(re.fullmatch('[1-9][0-9]*:[0-9]+', config['User']), 'a user who is not root',
              config['User'])
    tap.check(config.get('StopSignal'), 'a stop signal')
    tap.equal(LABELS - set(config['Labels'] or {}), set(), 'labels')
    names = docker.names_of(image)
    found = {path.name for path in map(pathlib.Path, names) if {'bin', 'sbin'} & set(path.parts)}
    tap.equal(found & (SHELLS | PACKAGE_MANAGERS), set(), 'shells and package managers')
    page = (folder / 'README.md').read_text()
    promised = re.findall(r'^\| `/(\S+)` \|', page, re.M)
    tap.check(promised, 'the README names files')
    for old, new in (versions or {}).items():
        promised = [re.sub(rf'\b{old}\b', new, name) for name in promised]
    tap.equal(set(promised) - names, set(), 'files that the README promises')
    verify = re.search(r'Verify the image: `docker run ([^`]+)`', page)[1].split()
    tap.check(image in verify, 'the command verifies the image', verify)
    docker.must('run', '--network', 'none', *verify)


def _containerd():
    """The pid of the Engine's containerd, which any thread of dockerd may have started."""
    for children in pathlib.Path(f'/proc/{docker.engine().process.pid}/task').glob('*/children'):
        for pid in map(int, children.read_text().split()):
            if os.path.basename(pid1.exe(pid) or '') == 'containerd':
                return pid
    raise tap.Failure('dockerd has no containerd')


def _succeeded(log):
    """The programs of the calls of strace's log that succeeded; a call may take two lines."""
    paths, pending = set(), {}
    for line in log.splitlines():
        pid = line.split()[0]
        call = re.match(r'\d+ +execve(?:at)?\((?:\w+(?:<([^>]*)>)?, )?"([^"]*)"', line)
        if call:
            pending[pid] = call[2] or call[1]
        if pid in pending and re.search(r'\) += 0$', line):
            paths.add(pending.pop(pid))
    return paths


@contextlib.contextmanager
def executions():
    """The set of programs that containers execute; complete when the block has ended."""
    pid1.needs('strace')
    log = pid1.folder() / 'trace'
    tracer = subprocess.Popen(['strace', '-f', '-y', '-e', 'trace=execve,execveat', '-e',
                               'signal=none', '-o', log, '-p', str(_containerd())],
                              stderr=subprocess.PIPE, text=True)
    executed = set()
    try:
        tap.holds(tracer.stderr.readline(), 'attached')
        yield executed
    finally:
        tracer.terminate()
        tracer.communicate()
    executed |= {path for path in _succeeded(log.read_text()) if not RUNTIME.match(path)}
