"""pid1.py - the real binary as PID 1 of a fresh PID namespace, seen from outside it.

    one = pid1.start(pid1.ACTOR, 'listen', '15')    # PINTLE -- actor listen 15
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)

Everything that is started here is killed when the test is over."""
import hashlib
import json
import os
import pathlib
import platform
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINTLE = os.path.abspath(os.environ.get('PINTLE', ROOT / 'build' / 'pintle'))
UNSHARE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
DEADLINE = 30
ALL_BLOCKED = 'fffffffffffbfeff'  # SIGKILL and SIGSTOP cannot be


def compiled(name):
    """The program that tests/lib/NAME.c makes; compiled once, statically."""
    source = pathlib.Path(__file__).with_name(f'{name}.c')
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    folder = pathlib.Path(tempfile.gettempdir()) / f'pintle-tests-{os.getuid()}'
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f'{folder} belongs to somebody else')
    program = folder / f'{name}-{digest}'
    if not program.exists():
        fresh = f'{program}.{os.getpid()}'
        subprocess.run(['gcc', '-O1', '-static', '-o', fresh, source], check=True)
        os.rename(fresh, program)
    return str(program)


ACTOR = compiled('actor')


# By their numbers on x86-64 and on others, where newer calls have one number everywhere.
CALLS = {'x86_64': {'bind': 49, 'setgroups': 116, 'prctl': 157, 'signalfd4': 289, 'memfd_create': 319,
                    'execveat': 322, 'statx': 332}}.get(
    platform.machine(), {'signalfd4': 74, 'setgroups': 159, 'prctl': 167, 'bind': 200, 'memfd_create': 279,
                         'execveat': 281, 'statx': 291})
CALLS |= {'pidfd_send_signal': 424, 'pidfd_open': 434, 'clone3': 435, 'close_range': 436,
          'openat2': 437, 'faccessat2': 439, 'landlock_create_ruleset': 444,
          'landlock_add_rule': 445, 'landlock_restrict_self': 446}


def failing(call, code, argument=-1, index=0):
    """Put in front of pintle: `call` fails with `code`, where it is made with that argument."""
    return [ACTOR, 'fail', f'{CALLS[call]}:{index}', str(argument), str(code)]


def folder():
    """A directory of its own that everybody may enter."""
    path = tempfile.mkdtemp(prefix='pintle-test-')
    os.chmod(path, 0o755)
    tap.cleanup(lambda: shutil.rmtree(path, ignore_errors=True))
    return pathlib.Path(path)


def config(document):
    """Writes a config, given as text or as what json can write, and returns its path."""
    path = folder() / 'pintle.json'
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return str(path)


class Stream:
    """What a process writes, as it comes."""

    def __init__(self, file):
        self.fd = os.dup(file.fileno())
        file.close()
        self.text = ''
        self.taken = 0
        self.ended = False
        tap.cleanup(lambda: os.close(self.fd))

    def _read(self, end):
        left = end - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            raise tap.Failure(f'nothing came in time; seen so far: {self.text!r}')
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:  # a terminal that nobody has open any more
            chunk = b''
        self.ended = not chunk
        self.text += chunk.decode(errors='replace')

    def wait(self, pattern):
        """The next text that matches `pattern`; what stands before it has been seen then."""
        end = time.monotonic() + DEADLINE
        while True:
            found = re.compile(pattern, re.M).search(self.text, self.taken)
            if found:
                self.taken = found.end()
                return found
            if self.ended:
                raise tap.Failure(f'{pattern!r} never came; seen: {self.text!r}')
            self._read(end)

    def rest(self):
        """Everything, when all who could write have ended."""
        end = time.monotonic() + DEADLINE
        while not self.ended:
            self._read(end)
        return self.text


class Process:
    """A pintle that runs; `pid` is its number out here."""

    def __init__(self, arguments, is_pid1=True, **popen):
        popen = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
                 'stderr': subprocess.PIPE, **popen}
        self.is_pid1 = is_pid1
        # Otherwise mounts of its own, too: after those the control socket is named.
        before = UNSHARE if is_pid1 else ['unshare', '--mount']
        self.popen = subprocess.Popen([*before, *arguments], **popen)
        tap.cleanup(self._kill)
        self.out = Stream(self.popen.stdout) if self.popen.stdout else None
        self.err = Stream(self.popen.stderr) if self.popen.stderr else None
        self._pid = None

    def _kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()

    @property
    def pid(self):
        if not self.is_pid1:
            return self.popen.pid
        if self._pid is None:
            def found():
                if self.popen.poll() is not None:
                    raise tap.Failure('it has ended before its PID 1 was seen')
                return children(self.popen.pid)
            self._pid = tap.until(found, 'PID 1 is forked')[0]
        return self._pid

    def line(self, pattern):
        """Waits for a whole line of stdout that matches `pattern`."""
        return self.out.wait(f'^(?:{pattern})\r?\n')

    def complaint(self, pattern):
        """Waits for a whole line of stderr that matches `pattern`."""
        return self.err.wait(f'^(?:{pattern})\n')

    def signal(self, number):
        os.kill(self.pid, number)

    def wait_for_mask(self):
        """Waits until pintle's entry has blocked the signals: from there on none may be lost."""
        tap.until(lambda: status(self.pid).get('SigBlk') == ALL_BLOCKED, 'signals are blocked')

    def main(self):
        """Main's pid out here, once its program runs."""
        def found():
            if exe(self.pid) != PINTLE:  # what stands before it runs programs of its own
                return None
            running = [pid for pid in children(self.pid) if exe(pid) not in (None, PINTLE)]
            return running[0] if len(running) == 1 else None
        return tap.until(found, 'main runs')

    def enter(self):
        """What stands before a command that is to run in its namespaces."""
        return ['nsenter', '--target', str(self.pid), '--mount', *(['--pid'] if self.is_pid1 else [])]

    def inside(self, *command, **more):
        """Runs a command in its namespaces."""
        return subprocess.run([*self.enter(), *command], capture_output=True, text=True,
                              timeout=DEADLINE, **more)

    def health(self, *words):
        """What `pintle health` says: (exit code, reason)."""
        done = self.inside(PINTLE, 'health', *words)
        return done.returncode, done.stdout.strip()

    def status(self):
        """What `pintle status` says, once it is there to be asked."""
        def answered():
            done = self.inside(PINTLE, 'status', '--json')
            return None if 'no pintle process listens' in done.stderr + done.stdout else done
        done = tap.until(answered, 'pintle answers')
        tap.equal(done.returncode, 0, f'status: {done.stdout}{done.stderr}')
        return json.loads(done.stdout)

    def end(self):
        """Its exit code, once it has ended; what a signal killed is below zero."""
        try:
            return self.popen.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            shown = [stream.text for stream in (self.out, self.err) if stream]
            raise tap.Failure(f'it did not end within {DEADLINE} s; seen: {shown}') from None


def start(*command, options=(), config_file=None, before=(), is_pid1=True, program=PINTLE,
          **popen):
    """Starts `pintle OPTIONS -- COMMAND`; `before` is put in front of pintle: env, setpriv …"""
    if config_file is not None:
        options = ['-c', config_file, *options]
    words = [*before, program, *options, *(['--', *command] if command else [])]
    return Process(words, is_pid1, **popen)


def start_with(document, *command, **more):
    """The same with a config; without COMMAND its main is started."""
    return start(*command, config_file=config(document), **more)


def run(*command, **more):
    """Starts it, waits for its end, and returns (exit code, stdout, stderr)."""
    one = start(*command, **more)
    code = one.end()
    return code, one.out.rest() if one.out else '', one.err.rest() if one.err else ''


def run_with(document, *command, **more):
    return run(*command, config_file=config(document), **more)


def children(pid):
    """The children of `pid`, dead ones included."""
    try:
        return [int(word) for word in
                pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def exe(pid):
    try:
        return os.readlink(f'/proc/{pid}/exe')
    except OSError:
        return None


def status(pid):
    """/proc/PID/status as a dictionary; empty when there is no such process."""
    try:
        lines = pathlib.Path(f'/proc/{pid}/status').read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {key: value.strip() for key, value in (line.split(':', 1) for line in lines)}


def state(pid):
    """'R', 'S', 'T', 'Z' …; '' when there is no such process."""
    return status(pid).get('State', '')[:1]


def is_alive(pid):
    return state(pid) not in ('', 'Z', 'X')


def share_of_a_cpu(pid):
    """How much of a CPU it takes, over half a second."""
    def ticks():
        return sum(map(int, pathlib.Path(f'/proc/{pid}/stat').read_text().split()[13:15]))
    before, began = ticks(), time.monotonic()
    tap.until(lambda: time.monotonic() - began > 0.5, 'half a second')
    return (ticks() - before) / os.sysconf('SC_CLK_TCK') / (time.monotonic() - began)


def needs_root():
    if os.getuid() != 0:
        tap.skip('needs root')


def needs(program):
    if shutil.which(program) is None:
        tap.skip(f'{program} is not installed')


def chosen_line(text, code):
    """The one line by which pintle says that it chose the code."""
    lines = [line for line in text.splitlines() if line.startswith('pintle: exit ')]
    tap.equal(len(lines), 1, f'lines that say an exit code in {text!r}')
    tap.check(lines[0].startswith(f'pintle: exit {code}: '), f'names {code}', lines[0])
    return lines[0].removeprefix(f'pintle: exit {code}: ')


def reasons(text, code):
    """Why a start was refused, in order. The first is the last line, which says how many more there
    are."""
    first = chosen_line(text, code)
    more = [line.removeprefix('pintle: ') for line in text.splitlines()[:-1]]
    if not more:
        return [first]
    tap.check(first.endswith(f' (and {len(more)} more)'), 'it says how many more', first)
    return [first.removesuffix(f' (and {len(more)} more)'), *more]


SIGNALS = [number for number in range(1, 65)
           if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD)]
