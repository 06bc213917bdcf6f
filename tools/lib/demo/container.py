"""container.py - runs pintle as PID 1 of new namespaces, and observes it from outside."""
import os
import pathlib
import selectors
import signal
import subprocess
import time

DEADLINE = 20  # seconds, for the whole demo


class Failure(Exception):
    """Something that should have been seen was not."""


class Container:
    def __init__(self, root, tell):
        self._root = root
        self._tell = tell
        self._end = time.monotonic() + DEADLINE
        self._pending = b''
        self._lines = []
        self._process = subprocess.Popen(
            ['unshare', '--pid', '--fork', '--kill-child', '--mount', f'--root={root}',
             '--mount-proc=/proc', '/pintle', '--warn-on-reap', '--'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={'PATH': '/usr/bin'})
        os.set_blocking(self._process.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def _left(self):
        left = self._end - time.monotonic()
        if left <= 0:
            raise Failure(f'not seen within {DEADLINE} s')
        return left

    def _read(self):
        """Waits for more output; raises at its end."""
        if not self._selector.select(self._left()):
            return
        data = self._process.stdout.read()
        if not data:
            raise Failure('the container ended before')
        *lines, self._pending = (self._pending + data).split(b'\n')
        self._lines += [line.decode(errors='replace') for line in lines]

    def wait_for(self, text):
        """Shows the output up to the line that contains `text`, and returns that line."""
        while True:
            while self._lines:
                line = self._lines.pop(0)
                if 'orphan' not in line:
                    self._tell(line)
                if text in line:
                    return line
            try:
                self._read()
            except Failure as failure:
                raise Failure(f'"{text}": {failure}') from None

    @property
    def pid(self):
        """PID 1, as the host sees it."""
        unshare = self._process.pid
        return int(pathlib.Path(f'/proc/{unshare}/task/{unshare}/children').read_text().split()[0])

    def execute(self, *words):
        """What `docker exec` does; returns the exit code and the output."""
        done = subprocess.run(['nsenter', f'--target={self.pid}', '--mount', '--pid', '--root',
                               *words], capture_output=True, text=True, timeout=self._left())
        return done.returncode, done.stdout.strip()

    def processes(self):
        """The processes inside: {pid: (name, state, uid)}."""
        found = {}
        for path in pathlib.Path(f'/proc/{self.pid}/root/proc').glob('[0-9]*/status'):
            try:
                fields = dict(line.split(':\t', 1) for line in path.read_text().splitlines())
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[int(path.parent.name)] = (fields['Name'], fields['State'][0],
                                            int(fields['Uid'].split()[0]))
        return found

    def zombies(self):
        """Zombies that stay: PID 1 has answered between two looks, and had reaped before that."""
        def look():
            return {pid for pid, (_, state, _) in self.processes().items() if state == 'Z'}
        first = look()
        self.execute('/pintle', 'status')
        return first & look()

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def exit_code(self):
        """Shows the rest of the output and waits for the end."""
        try:
            while True:
                self.wait_for('\0')
        except Failure:
            pass
        return self._process.wait(self._left())

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
