"""processes.py - runs commands so that none outlives the tests. Each leads its own session,
which is interrupted and then killed after a timeout or ^C. This process adopts all orphans."""
import concurrent.futures
import ctypes
import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS_TO_CLEAN_UP = 10

_lock = threading.Lock()
_running = set()


class CommandFailed(Exception):
    """A command that had to work did not."""

    def __init__(self, what, output):
        super().__init__(what)
        self.what = what
        self.output = output


@dataclasses.dataclass
class Finished:
    code: int
    stdout: str
    stderr: str
    timed_out: bool = False


def _signal_session(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _stop(process):
    """Lets a command clean up (a test ends its Docker Engine, say), then kills what is left of it."""
    _signal_session(process, signal.SIGINT)
    try:
        process.wait(SECONDS_TO_CLEAN_UP)
    except subprocess.TimeoutExpired:
        pass
    _signal_session(process, signal.SIGKILL)


def stop_all():
    with _lock:
        processes = list(_running)
    for process in processes:
        _stop(process)


def adopt_orphans():
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _children():
    listing = pathlib.Path(f'/proc/self/task/{os.getpid()}/children')
    return [int(pid) for pid in listing.read_text().split()] if listing.exists() else []


def kill_orphans():
    """Ends what tests have left behind. To be called when no command runs any more."""
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _start(command, env, stdout, stderr):
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT,
                               env={**os.environ, **(env or {})}, start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    with _lock:
        _running.add(process)
    return process


def _text(file):
    file.seek(0)
    return file.read().decode(errors='replace')


def run(command, timeout=None, env=None):
    """Runs a command in the project's folder to its end, or to its timeout (in seconds). Its output
    goes to files: a pipe would be waited for as long as any forgotten grandchild holds it."""
    timed_out = False
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = _start(command, env, stdout, stderr)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
            _stop(process)
            process.wait()
        with _lock:
            _running.discard(process)
        return Finished(process.returncode, _text(stdout), _text(stderr), timed_out)


def in_parallel(function, items):
    """What function returns for each item, in the order of the items; two at a time."""
    pool = concurrent.futures.ThreadPoolExecutor(2)
    try:
        return list(pool.map(function, items))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_all()
        raise


def require(command, env=None):
    """Runs a command that has to work. Raises CommandFailed with its output."""
    finished = run(command, env=env)
    if finished.code != 0:
        raise CommandFailed(f'{" ".join(map(str, command))} failed',
                            finished.stdout + finished.stderr)
    return finished.stdout
