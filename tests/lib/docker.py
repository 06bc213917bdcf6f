"""docker.py - a Docker Engine of our own: one dockerd a test file, on a socket in a temporary folder,
without a bridge, which two of them would share. Nothing is pulled; standins.py makes the base images.

    one = docker.run('image', '--read-only')     # docker run --detach ...; removed after the test
    one.wait_for_line('listening')
    tap.equal(one.end(), 0)

Where dockerd cannot run, the test is skipped with the reason."""
import atexit
import contextlib
import ctypes
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

import tap

DEADLINE = 60
SECONDS_PER_CALL = 800  # that of the longest: to compile the product, while other tests run
DOCKERD = ['dockerd', '--iptables=false', '--ip6tables=false', '--ip-masq=false',
           '--userland-proxy=false', '--bridge=none']


def _end_with_parent():
    """dockerd ends in order, though this process be killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Engine:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='pintle-docker-'))
        self.environment = {**os.environ, 'DOCKER_BUILDKIT': '0',
                            'DOCKER_HOST': f'unix://{self.folder}/docker.sock',
                            'DOCKER_CONFIG': str(self.folder / 'config')}
        self.log = open(self.folder / 'log', 'w+')
        self.process = subprocess.Popen(
            [*DOCKERD, '--data-root', self.folder / 'data', '--exec-root', self.folder / 'exec',
             '--pidfile', self.folder / 'pid', '--host', self.environment['DOCKER_HOST']],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            preexec_fn=_end_with_parent)
        atexit.register(self.stop)

    def wait_until_ready(self):
        """'' when it answers, else why it never will."""
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None and time.monotonic() < end:
            if (self.folder / 'docker.sock').exists() and self.call('version').returncode == 0:
                return ''
            time.sleep(0.02)
        self.log.seek(0)
        return f'dockerd does not start: {(self.log.readlines() or ["no output"])[-1].strip()}'

    def call(self, *words, **more):
        return subprocess.run(['docker', *map(str, words)], env=self.environment,
                              capture_output=True, text=True, timeout=SECONDS_PER_CALL, **more)

    def stop(self):
        if self.process.poll() is None:
            try:
                os.kill(int((self.folder / 'pid').read_text()), signal.SIGTERM)
            except (FileNotFoundError, ProcessLookupError):
                self.process.terminate()
            self.process.wait(DEADLINE)
        shutil.rmtree(self.folder, ignore_errors=True)


_engine = None
_trouble = ''


def engine():
    """The Engine of this file, started when it is first asked for."""
    global _engine, _trouble
    if _engine is None and not _trouble:
        if os.getuid() != 0:
            _trouble = 'dockerd needs root'
        elif not shutil.which('dockerd') or not shutil.which('docker'):
            _trouble = 'dockerd or docker is not installed'
        else:
            _engine = Engine()
            _trouble = _engine.wait_until_ready()
    if _trouble:
        tap.skip(_trouble)
    return _engine


def call(*words, **more):
    """Runs `docker WORDS`; the finished process, whatever its exit code."""
    return engine().call(*words, **more)


def must(*words, **more):
    """The same for what has to succeed; its stdout."""
    done = call(*words, **more)
    tap.equal(done.returncode, 0, f'docker {words[0]}: {done.stdout}{done.stderr}')
    return done.stdout.strip()


class Events:
    """What the Engine reports of one container, from its creation on."""

    def __init__(self, container):
        self.process = subprocess.Popen(
            ['docker', 'events', '--since', '0', '--filter', f'container={container.name}',
             '--format', '{{.Action}} {{.Actor.Attributes.signal}}'],
            env=engine().environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.container = container
        self.seen = []
        self.pending = b''
        tap.cleanup(self.close)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def wait_for(self, start):
        """Waits for the next event that begins so."""
        end = time.monotonic() + DEADLINE
        while True:
            while b'\n' in self.pending:
                line, self.pending = self.pending.split(b'\n', 1)
                self.seen.append(line.decode().strip())
                if self.seen[-1].startswith(start):
                    return
                tap.check(not self.seen[-1].startswith('die'), f'it died before {start!r}',
                          self.container.output())
            left = end - time.monotonic()
            if left < 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise tap.Failure(f'no event {start!r} came; seen: {self.seen}')
            chunk = os.read(self.process.stdout.fileno(), 65536)
            tap.check(chunk, f'docker events ended before {start!r}', self.seen)
            self.pending += chunk


class Container:
    def __init__(self, name):
        self.name = name
        tap.cleanup(lambda: call('rm', '--force', '--volumes', name))

    def inspect(self):
        return json.loads(must('inspect', self.name))[0]

    def state(self):
        return self.inspect()['State']

    def health(self):
        return self.state()['Health']['Status']

    def output(self):
        done = call('logs', self.name)
        return done.stdout + done.stderr

    def wait_for_line(self, text, times=1):
        def found():
            output = self.output()
            if output.count(text) >= times:
                return True
            running = self.state()['Running']
            tap.check(running, f'it ended without {text!r}', output)
            return False
        tap.until(found, f'{text!r} is written', DEADLINE)

    def execute(self, *words, options=()):
        return call('exec', *options, self.name, *words)

    def python(self, code, user='1000:1000'):
        """Runs Python in the container, and returns what it writes."""
        done = self.execute('/usr/bin/python3', '-c', code, options=['--user', user])
        tap.equal(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def status(self):
        done = self.execute('/pintle', 'status', '--json')
        tap.equal(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def processes(self):
        """Those inside, by their pid there: the fields of /proc/PID/status."""
        found = {}
        for path in pathlib.Path(f'/proc/{self.state()["Pid"]}/root/proc').glob('[0-9]*/status'):
            try:
                lines = path.read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            fields = (line.split(':', 1) for line in lines)
            found[int(path.parent.name)] = {key: value.strip() for key, value in fields}
        return found

    def uid_of(self, pid):
        return int(self.processes()[pid]['Uid'].split()[0])

    def zombies(self):
        """Those that stay: PID 1 has answered between two looks, and had reaped before that."""
        def look():
            return {pid for pid, one in self.processes().items() if one['State'].startswith('Z')}
        first = look()
        self.status()
        return first & look()

    def stop(self):
        """`docker stop -t 30`; says how long it took."""
        began = time.monotonic()
        must('stop', '--time', '30', self.name)
        print(f'# docker stop: {time.monotonic() - began:.2f} s')

    def end(self):
        """Its exit code, when it has ended."""
        return int(must('wait', self.name))


def run(image, *options, command=()):
    """`docker run --detach`, without a network but loopback."""
    return Container(must('run', '--detach', '--network', 'none', *options, image, *command))


def build(image, *words):
    """`docker build`; the finished process."""
    return call('build', '--tag', image, *words)


@contextlib.contextmanager
def _archive_of(image):
    container = Container(must('create', image))
    must('export', '--output', engine().folder / 'export.tar', container.name)
    with tarfile.open(engine().folder / 'export.tar') as archive:
        yield archive


def files_of(image):
    """The regular files of an image, by name."""
    with _archive_of(image) as archive:
        return {entry.name: archive.extractfile(entry).read()
                for entry in archive if entry.isfile() and entry.size}


def names_of(image):
    """The names of all files and folders of an image."""
    with _archive_of(image) as archive:
        return set(archive.getnames())
