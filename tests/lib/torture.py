"""torture.py - one whole life of a container, in which single system calls of PID 1 fail.

    life = torture.Life(torture.Fault('pipe2', 'EMFILE', 1, True, 'running'))
    life.run()       # what was wrong, as a list of sentences

PID 1 alone is traced by a strace outside its namespaces; what it forks is not. `start` is from its
execve on, `running` from when main is ready."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import pid1

WITNESS = pid1.compiled('witness')
CODE = 7
OUR_CODES = {64, 70, 71, 78, 80, 82, 83, 126, 127}
UNSHARE = ('unshare', '--net', '--fork', '--kill-child')
AS_PID1 = ('--pid', '--mount-proc')
GRACE, TOTAL = 2, 4
PATIENCE = 6  # for what comes after a rest of PID 1's, and for a machine that is busy
TICKS = os.sysconf('SC_CLK_TCK')
# Of these the kernel says that they cannot fail; the first instructions, and the last.
NEVER_FAIL = {'execve', 'exit', 'exit_group', 'rt_sigreturn', 'restart_syscall', 'getpid', 'getppid',
              'gettid', 'getuid', 'geteuid', 'getgid', 'getegid', 'umask', 'set_tid_address',
              'arch_prctl', 'rt_sigprocmask', 'faccessat', 'nanosleep', 'clock_nanosleep', 'getpgrp'}


@dataclasses.dataclass(frozen=True)
class Fault:
    call: str
    error: str
    occurrence: int
    is_for_ever: bool  # from that occurrence on
    phase: str  # start, running
    skipped: int = 0  # so many calls of the C library's come before

    def __str__(self):
        return f'{self.call}:{self.error}:{self.occurrence}{self._plus()}:{self.phase}'

    def _plus(self):
        return '+' if self.is_for_ever else ''

    def injection(self):
        # brk(2) itself has no errors: what is not the wanted break says that it failed.
        how = 'retval=0' if self.call == 'brk' else f'error={self.error}'
        return f'inject={self.call}:{how}:when={self.occurrence + self.skipped}{self._plus()}'


@dataclasses.dataclass(frozen=True)
class Way:
    """How pintle is started."""
    before: tuple = ()
    is_pid1: bool = True
    init_as_main: bool = False  # PID 1 becomes main's user when main runs


class NotPermitted(Exception):
    """This machine lets nobody be traced."""


def document(folder, way):
    def note(name, **more):
        return {'id': name, 'command': WITNESS, 'arguments': ['note', f'{folder}/notes', name, ''],
                **more}
    often = {'interval': '50ms', 'startPeriod': '0', 'failureThreshold': 1}
    flaky = {'command': WITNESS,
             'arguments': ['flaky', f'{folder}/notes', 'flaky', f'{folder}/mark']}
    return {
        'user': '1000:1000',
        'steps': [note('first', user='root'),
                  {'id': 'built', 'precedents': ['first'],
                   'file': {'path': f'{folder}/built', 'content': 'x'}},
                  {'id': 'flaky', **flaky, 'precedents': ['built'], 'retries': 1,
                   'backoff': {'initial': '10ms'}},
                  note('last', precedents=['flaky'])],
        'main': {'command': WITNESS, 'arguments': ['main', f'{folder}/notes', 'main', str(CODE)],
                 'notify': True},
        'health': [note('check', **often), {'id': 'file', 'fileExists': f'{folder}/built', **often}],
        'maintenance': [{**note('job', schedule={'every': '50ms'}, output='log'),
                         'concurrencyPolicy': 'Allow'}],
        'shutdown': {'gracePeriod': f'{GRACE}s', 'totalGracePeriod': f'{TOTAL}s',
                     'before': [note('before')], 'after': [note('after')]},
        'listen': {'health': '0.0.0.0:9080'},
        **({'init': {'user': 'main'}} if way.init_as_main else {}),
    }


class Reading(threading.Thread):
    """What comes from a pipe, as it comes."""

    def __init__(self, file):
        super().__init__(daemon=True)
        self.file = file
        self.text = ''
        self.start()

    def run(self):
        with self.file:
            for line in iter(self.file.readline, b''):
                self.text += line.decode(errors='replace')


def wait_until(condition, seconds):
    """What `condition` returned, or nothing when it took too long."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.005)


class Life:
    """One container with one fault; without any its notes are what others are compared with."""

    def __init__(self, fault=None, usual=frozenset(), phase='start', way=Way()):
        self.fault = fault
        self.phase = fault.phase if fault else phase
        self.usual = usual
        self.way = way
        self.wrong = []
        self.calls_a_second = self.cpu = 0.0
        self.tracer = self.one = None
        self.notes = set()
        self.traced = []

    def run(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='pintle-torture-'))
        try:
            self._live()
        finally:
            self._kill()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.wrong

    # --- the parts of its life ---------------------------------------------------------------

    def _live(self):
        os.chmod(self.folder, 0o755)
        (self.folder / 'notes').touch()
        os.chmod(self.folder / 'notes', 0o666)
        os.chmod(self.folder, 0o777)
        (self.folder / 'pintle.json').write_text(json.dumps(document(self.folder, self.way)))
        os.chmod(self.folder, 0o1777)
        self.one = subprocess.Popen(
            [*UNSHARE, *(AS_PID1 if self.way.is_pid1 else ()), *self.way.before, WITNESS, 'await', f'{self.folder}/go', pid1.PINTLE, '-c',
             f'{self.folder}/pintle.json'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out, self.err = Reading(self.one.stdout), Reading(self.one.stderr)
        self.pid = wait_until(lambda: pid1.children(self.one.pid), PATIENCE)[0]
        wait_until(lambda: pid1.exe(self.pid) == WITNESS, PATIENCE)
        if self.phase == 'start':
            self._trace()
        (self.folder / 'go').touch()
        is_ready = wait_until(self._is_ready_or_over, 2 * PATIENCE)
        if not is_ready:
            self._note('main does not begin, and pintle does not end')
        if self.one.poll() is None:
            if self.phase == 'running':
                self._trace()
            self._use()
            self._stop()
        self._judge()

    def _is_ready_or_over(self):
        return 'ready\n' in self.out.text or self.one.poll() is not None

    def _trace(self):
        words = ['strace', '-p', str(self.pid), '-o', str(self.folder / 'trace')]
        if self.fault:
            words += ['-e', self.fault.injection()]
        self.tracer = subprocess.Popen(words, stderr=subprocess.PIPE)
        self.said = Reading(self.tracer.stderr)
        if not wait_until(lambda: 'attached' in self.said.text or self.tracer.poll() is not None,
                          PATIENCE) or self.tracer.poll() is not None:
            raise NotPermitted(self.said.text.strip())

    def _use(self):
        """What others do with it; whatever that comes to, it must come to an end."""
        self._pass_time()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)
        if self.fault is None or not self.fault.is_for_ever:
            for words in (['status', '--json'], ['health', '--timeout', '2s'], ['job', 'job']):
                if not wait_until(lambda words=words: self._ask(words) == 0, PATIENCE):
                    self._note(f'{words[0]} does not work again')
        else:
            for words in (['status', '--json'], ['health', '--timeout', '2s'],
                          ['health', '--now', '--timeout', '2s'], ['job', 'job']):
                self._ask(words)
            self._pass_time()
        if 'ready\n' in self.out.text and not wait_until(lambda: 'got 10' in self.out.text, PATIENCE):
            self._note('SIGUSR1 was not forwarded')

    def _ask(self, words):
        began = time.monotonic()
        enter = ['nsenter', '--target', str(self.pid), '--mount', '--pid', '--net']
        asked = subprocess.Popen([*enter, pid1.PINTLE, *words], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
        try:
            asked.communicate(timeout=2 * PATIENCE)
        except subprocess.TimeoutExpired:
            asked.kill()
            asked.communicate()
            self._note(f'{words} hangs for {time.monotonic() - began:.0f} s')
        return asked.returncode

    def _pass_time(self):
        """Whether it spins, meanwhile."""
        calls, ticks, began = self._calls(), self._ticks(), time.monotonic()
        time.sleep(0.4)
        passed = time.monotonic() - began
        self.calls_a_second = max(self.calls_a_second, (self._calls() - calls) / passed)
        self.cpu = max(self.cpu, (self._ticks() - ticks) / TICKS / passed)

    def _calls(self):
        trace = self.folder / 'trace'
        return trace.read_bytes().count(b'\n') if trace.exists() else 0

    def _ticks(self):
        try:
            words = pathlib.Path(f'/proc/{self.pid}/stat').read_text().rsplit(')', 1)[1].split()
            return int(words[11]) + int(words[12])
        except (OSError, IndexError):
            return 0

    def _stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        began = time.monotonic()
        wait_until(lambda: self.one.poll() is not None, TOTAL + 2 + PATIENCE)
        if self.one.poll() is None:
            self._note(f'it does not end within {time.monotonic() - began:.0f} s')
        elif time.monotonic() - began > TOTAL + 3:
            self._note(f'its end took {time.monotonic() - began:.1f} s')

    # --- what came of it ---------------------------------------------------------------------

    def _judge(self):
        code = self.one.poll()
        if code is None:
            return
        self.out.join(PATIENCE)
        self.err.join(PATIENCE)
        lines = re.findall(r'^pintle: exit (\d+): .+$', self.err.text, re.M)
        # A gid is one of the groups anyway.
        notes = (self.folder / 'notes').read_text().replace(' Groups:,1000, ', ' Groups:,, ')
        notes = notes.splitlines()
        self.notes = set(notes)
        names = [line.split(' ', 1)[0] for line in notes]
        if code < 0 or code > 128 and code - 128 < 65:
            self._note(f'it ended with {code}')
        elif 'main' in names:
            if code != CODE:
                self._note(f'main ends with {CODE}, pintle with {code}')
            if lines:
                self._note(f'it chose a code: {lines}')
        elif code not in OUR_CODES or lines != [str(code)]:
            self._note(f'it ended with {code} and the lines {lines} before main')
        if 'main' in names:
            before = names[:names.index('main')]
            done = (before.count('first'), before.count('flaky') >= 2, before.count('last'),
                    (self.folder / 'built').exists())
            if not all(done):
                self._note(f'main was started after {before}')
        for line in sorted(self.notes - self.usual if self.usual else ()):
            self._note(f'another identity: {line}')

    def _note(self, what):
        self.wrong.append(f'{self.fault}: {what}')

    def _names(self):
        """The calls that it made; what stands before its execve is not its own."""
        names = []
        for line in (self.folder / 'trace').read_text().splitlines():
            found = re.match(r'(\w+)\(', line)
            if found and found[1] == 'execve':
                names.clear()
            elif found:
                names.append(found[1])
        return names

    def _kill(self):
        if self.wrong:
            said = [line for line in self.err.text.splitlines() if 'job job: done' not in line]
            self.wrong += [f'    {line}' for line in said[:5] + ['...'] + said[-25:]]
        if not self.fault and (self.folder / 'trace').exists():
            self.traced = self._names()
        for process in (self.tracer, self.one):
            if process is not None:
                if process.poll() is None:
                    process.kill()
                process.wait()
