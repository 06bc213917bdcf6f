"""surroundings.py - a pintle in a surrounding of its own, and the core statements for it.

    surroundings.lives('tini', '--')                # with that in front of pintle
    surroundings.Bundle('runc').start().serves().ends()"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pid1
import tap
from pid1 import PINTLE

CODE = 7
SECONDS = 5  # that an end may take
STEPPED_DOWN = '4711:4712'
CGROUPS = pathlib.Path('/sys/fs/cgroup')
# It leaves an orphan, and, when it ends, a child, to which it sends no signal.
MAIN = f"""trap 'exit {CODE}' TERM; (true &); echo "ready $(id -u):$(id -g)"
while :; do sleep 60 & wait; done"""


def document(data, user, **more):
    return {
        **({'user': user} if user else {}),
        'steps': [{'id': 'command', 'command': 'sh', 'arguments': ['-c', 'id -u']},
                  {'id': 'built', 'file': {'path': f'{data}/built', 'content': 'x'},
                   **({'user': '0:0'} if user else {})}],
        'main': {'command': 'sh', 'arguments': ['-c', MAIN]},
        'health': [{'id': 'check', 'command': 'true', 'interval': '50ms', 'startPeriod': '0'}],
        'maintenance': [{'id': 'tidy', 'schedule': {'every': '1h'}, 'command': 'sh',
                         'arguments': ['-c', 'exit 5']}],
        **more}


class Surrounding:
    """`unshare` makes the namespaces, `before` is put in front of pintle there, `enter` in front of
    later commands, as those of `docker exec`; `nsenter` are more options of nsenter(1)."""

    program = PINTLE

    def __init__(self, before=(), *, unshare=None, enter=(), nsenter=(), user=STEPPED_DOWN,
                 **config):
        self.before = list(before)
        self.unshare = unshare
        self.enter = list(enter)
        self.nsenter = list(nsenter)
        self.user = user
        self.folder = pid1.folder()
        self.document = document(self.data(), user, **config)

    def data(self):
        """Where the steps write, as they name it."""
        return self.folder

    def command(self):
        return [*self.before, self.program, '-c', pid1.config(self.document)]

    def process(self, command):
        return pid1.Process(command)

    def start(self):
        command = self.command()
        usual = pid1.UNSHARE
        pid1.UNSHARE = usual if self.unshare is None else self.unshare
        try:
            self.one = self.process(command)
        finally:
            pid1.UNSHARE = usual
        return self

    def coming(self):
        return [*self.one.enter(), *self.nsenter, '--', *self.enter]

    def inside(self, *words):
        return subprocess.run([*self.coming(), self.program, *words], capture_output=True,
                              text=True, timeout=pid1.DEADLINE)

    def status(self):
        done = self.inside('status', '--json')
        tap.equal(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def serves(self):
        """The core statements up to the stop."""
        try:
            self.one.line(f'ready {self.user or "0:0"}')
        except tap.Failure as failure:
            if not self.one.out.ended:
                raise
            raise tap.Failure(f'{failure}\n{self.one.err.rest()}') from None
        tap.equal((self.folder / 'built').read_text(), 'x')
        tap.until(lambda: self.inside('health').stdout == 'healthy\n', 'it is healthy')
        tap.equal(self.inside('health', 'check').returncode, 0)
        tap.equal([step['state'] for step in self.status()['steps']], ['done', 'done'])
        done = self.inside('job', 'tidy')
        tap.equal(done.returncode, 5, done.stdout + done.stderr)
        tap.until(lambda: self.status()['counters']['reapedOrphans'] > 0, 'an orphan is reaped')
        tap.until(lambda: not zombies(self.one.pid), 'no zombie is left')
        return self

    def ends(self):
        began = time.monotonic()
        self.one.signal(signal.SIGTERM)
        tap.equal(self.one.end(), CODE, self.one.err.text)
        tap.check(time.monotonic() - began < SECONDS, 'it ends within seconds')
        said = self.one.err.rest()
        tap.check('pintle: exit' not in said, 'main chose the code', said)


def zombies(pid):
    found = [pid] if pid1.state(pid) == 'Z' else []
    return found + [dead for child in pid1.children(pid) for dead in zombies(child)]


def lives(*before, **more):
    """The core statements, in that surrounding."""
    Surrounding(before, **more).start().serves().ends()


def shell(script, *words):
    """Runs a script, and then the command behind it."""
    return ['sh', '-c', f'{script} && exec "$@"', *(words or ['sh'])]


PARTS = [name for name in ('bin', 'lib', 'lib64', 'sbin', 'usr') if os.path.isdir(f'/{name}')]
READ_ONLY = '''
set -e; cd $1; mount --bind . .; cd $1
for name in dev proc $2; do mount --rbind /$name $name; done
mount --bind $3 data
mount -o remount,bind,ro .
shift 3; exec chroot . "$@"'''


class Rooted(Surrounding):
    """With a read-only root that has the programs of this machine, and no /tmp."""

    program = '/pintle'

    def __init__(self, **more):
        pid1.needs_root()
        super().__init__(**more)
        self.root = pid1.folder()
        for name in ('data', 'dev', 'etc/pintle', 'proc', *PARTS):
            (self.root / name).mkdir(parents=True)
        shutil.copy(PINTLE, self.root)
        (self.root / 'pintle').chmod(0o755)
        (self.root / 'etc/pintle/pintle.json').write_text(json.dumps(self.document))

    def data(self):
        return '/data'

    def command(self):
        self.nsenter = ['--root', '--wd']
        return ['sh', '-c', READ_ONLY, 'sh', self.root, ' '.join(PARTS), self.folder, self.program]


# Docker's default.
CAPABILITIES = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL',
                'CAP_SETGID', 'CAP_SETUID', 'CAP_SETPCAP', 'CAP_NET_BIND_SERVICE',
                'CAP_SYS_CHROOT', 'CAP_MKNOD', 'CAP_AUDIT_WRITE', 'CAP_SETFCAP']


def mount(path, source, kind='bind', *options):
    return {'destination': path, 'source': str(source), 'type': kind,
            'options': list(options) or ['rbind', 'ro']}


class Contained(pid1.Process):
    """Any thread of a runtime may have forked PID 1, so its pid file is read."""

    bundle = None

    @property
    def pid(self):
        return int((self.bundle / 'pid').read_text())


class Bundle(Rooted):
    """Started by an OCI runtime, as containerd and Podman call it."""

    def __init__(self, runtime, before=(), options=()):
        pid1.needs(runtime)
        super().__init__()
        self.bundle = pid1.folder()
        self.unshare = ['unshare', '--mount', '--', *before]
        self.runtime = [runtime, '--root', str(self.bundle / 'state'), *options]
        self.name = f'pintle-test-{os.getpid()}'
        tap.cleanup(lambda: subprocess.run(
            [*self.unshare, *self.runtime, 'delete', '--force', self.name], capture_output=True))

    def command(self):
        sets = {name: CAPABILITIES for name in ('bounding', 'effective', 'permitted')}
        (self.bundle / 'config.json').write_text(json.dumps({
            'ociVersion': '1.0.2',
            'process': {'user': {'uid': 0, 'gid': 0}, 'args': [self.program], 'cwd': '/',
                        'env': ['PATH=/usr/bin:/bin'], 'capabilities': sets,
                        'noNewPrivileges': True},
            'root': {'path': str(self.root), 'readonly': True},
            'mounts': [mount('/proc', 'proc', 'proc', 'nosuid', 'noexec', 'nodev'),
                       mount('/dev', 'tmpfs', 'tmpfs', 'nosuid', 'mode=755', 'size=65536k'),
                       mount('/data', self.folder, 'bind', 'rbind', 'rw'),
                       *(mount(f'/{name}', f'/{name}') for name in PARTS)],
            'linux': {'namespaces': [{'type': name} for name in ('pid', 'mount', 'ipc', 'uts',
                                                                 'network', 'cgroup')],
                      'cgroupsPath': f'/{self.name}',
                      'maskedPaths': ['/proc/kcore', '/proc/keys', '/proc/timer_list'],
                      'readonlyPaths': ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys']}}))
        return [*self.runtime, 'run', '--bundle', str(self.bundle), '--pid-file',
                str(self.bundle / 'pid'), self.name]

    def process(self, command):
        one = Contained(command)
        one.bundle = self.bundle
        return one

    def coming(self):
        mounts = ['nsenter', '--target', str(self.one.popen.pid), '--mount']
        return [*mounts, *self.runtime, 'exec', self.name]
