"""The built-in `rotate` beside writers that go on writing, killed at any moment, and with calls that
fail: no line is lost."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

USER = 1000

# Writes numbered lines until it is told to end by TERM, and then says how many. "reopen": whenever
# its file has got another name, as a WatchedFileHandler does; "append": it keeps its descriptor.
WRITER = '''
import os, signal, sys, time
path, way, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
def opened():
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
log = opened()
number = 0
print('ready', flush=True)
while not ended:
    if way == 'reopen':
        there, ours = os.stat(path), os.fstat(log)
        if there.st_ino != ours.st_ino:
            os.close(log)
            log = opened()
    os.write(log, b'line %06d\\n' % number)
    number += 1
    if pause:
        time.sleep(pause)
print('wrote', number, flush=True)
'''


def rotating(path, method, **more):
    return {'path': str(path), 'method': method, 'largerThan': '100B', 'keep': 100000, **more}


def writing(folder, method, way, pause):
    """Somebody writes while a job rotates; how many lines it was when he has ended and all is calm."""
    job = {'id': 'rotate', 'schedule': {'every': '20ms'}, 'rotate': rotating(folder / 'log', method)}
    writer = pid1.Process([sys.executable, '-c', WRITER, str(folder / 'log'), way, str(pause)],
                          is_pid1=False)
    writer.line('ready')
    one = pid1.start_with({'maintenance': [job]}, pid1.ACTOR, 'listen', '15')
    one.line('ready')
    tap.until(lambda: (folder / 'log.8').exists(), 'it is rotated some times')
    writer.signal(signal.SIGTERM)
    written = int(writer.out.wait(r'^wrote (\d+)\n').group(1))
    tap.until(lambda: (folder / 'log').stat().st_size <= 100, 'nothing is due')
    one.signal(signal.SIGTERM)
    one.end()
    tap.check('failed' not in one.err.rest(), 'no job failed', one.err.text)
    return written


def files(folder):
    """From the oldest to the log itself."""
    numbers = sorted((int(path.suffix[1:]) for path in folder.glob('log.*')), reverse=True)
    return [folder / f'log.{number}' for number in numbers] + [folder / 'log']


def lines(folder):
    return [line for path in files(folder) for line in path.read_bytes().decode().splitlines()]


def expected(count):
    return [f'line {number:06}' for number in range(count)]


@tap.test
def a_writer_that_reopens_its_log_loses_no_line_by_rename():
    folder = pid1.folder()
    written = writing(folder, 'rename', 'reopen', 0)
    found = lines(folder)
    # What it wrote between the rename and its next look is in the renamed file, in order.
    tap.equal(found, expected(written))
    tap.equal({path.stat().st_mode & 0o777 for path in files(folder)}, {0o640})
    tap.check(all(path.stat().st_nlink == 1 for path in files(folder)), 'one name each')
    tap.equal(sorted(os.listdir(folder)), sorted(path.name for path in files(folder)))


@tap.test
def a_writer_that_keeps_its_log_open_goes_on_by_copy_truncate():
    folder = pid1.folder()
    written = writing(folder, 'copyTruncate', 'append', 0.001)
    found = lines(folder)
    # A line that came between copy and truncation may be missing; none is torn, doubled or moved.
    tap.equal(sorted(set(found)), found)
    tap.check(set(found) <= set(expected(written)), 'whole lines', found)
    tap.check(len(found) > written * 0.8, 'nearly all', (len(found), written))


@tap.test
def a_writer_that_pauses_loses_no_line_by_copy_truncate():
    folder = pid1.folder()
    job = {'id': 'rotate', 'schedule': {'every': '20ms'},
           'rotate': rotating(folder / 'log', 'copyTruncate')}
    log = open(folder / 'log', 'ab', buffering=0)
    tap.cleanup(log.close)
    one = pid1.start_with({'maintenance': [job]}, pid1.ACTOR, 'listen', '15')
    one.line('ready')
    for start in range(0, 100, 20):
        log.write(''.join(f'line {number:06}\n' for number in range(start, start + 20)).encode())
        tap.until(lambda: os.fstat(log.fileno()).st_size == 0, 'it is emptied')
    one.signal(signal.SIGTERM)
    one.end()
    tap.equal(lines(folder), expected(100))


CALLS = ('linkat', 'renameat', 'unlinkat', 'ftruncate', 'fchownat', 'fsync')
BEFORE = {'log': 'line 000004\n', 'log.1': 'line 000003\n', 'log.2': 'line 000002\n',
          'log.4': 'line 000001\n', 'log.5': 'line 000000\n'}


def one_step(folder, method, keep):
    return pid1.config({'steps': [
        {'id': 'r', 'rotate': rotating(folder / 'log', method, largerThan='0B', keep=keep)}]})


def disturbed(folder, method, call, what, number):
    """Rotates while the kernel does `what` to the n-th `call`: (exit code, whether it came to that)."""
    pid1.needs('strace')
    for name, content in BEFORE.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o640)
        os.chown(folder / name, USER, USER)
    trace = folder.with_suffix('.trace')
    tap.cleanup(trace.unlink)
    done = subprocess.run(['strace', '-f', '-o', str(trace), '-e', f'trace={call}', '-e',
                           f'inject={call}:{what}:when={number}', pid1.PINTLE, '-c',
                           one_step(folder, method, 4), '--', 'true'],
                          capture_output=True, text=True, timeout=pid1.DEADLINE)
    if 'ptrace' in done.stderr:
        tap.skip(f'cannot trace: {done.stderr.strip()}')
    return done.returncode, 'INJECTED' in trace.read_text() or done.returncode != 0


def each_disturbance(method, what):
    """(folder, exit code) of a rotation for each call that it makes, which `what` happens to."""
    pid1.needs_root()
    happened = 0
    for call in CALLS:
        for number in range(1, 40):
            folder = pid1.folder()
            code, is_disturbed = disturbed(folder, method, call, what, number)
            if not is_disturbed:
                tap.equal((folder / 'log').read_text(), '')
                break
            happened += 1
            yield folder, code
    tap.check(happened >= 9, 'it happened', happened)


def check_that_the_next_one_mends(folder, method):
    """The old lines are all there, once but for what was copied, and nothing else is left."""
    with open(folder / 'log', 'ab') as log:
        log.write(b'line 000005\n')
    code, _, err = pid1.run('true', config_file=one_step(folder, method, 9))
    tap.equal(code, 0, err)
    tap.equal((folder / 'log').read_text(), '')
    found = lines(folder)
    tap.equal(sorted({*found, 'line 000000'}), expected(6))
    doubled = {line for line in found if found.count(line) > 1}
    tap.check(doubled <= ({'line 000004'} if method == 'copyTruncate' else set()), 'once', found)
    tap.equal([name for name in os.listdir(folder) if name.startswith('.')], [])
    tap.equal({path.stat().st_nlink for path in files(folder)}, {1})


@tap.test
def a_kill_at_any_call_loses_no_line_and_the_next_rotation_mends_it():
    for method in ('rename', 'copyTruncate'):
        for folder, _ in each_disturbance(method, 'signal=KILL'):
            tap.equal(sorted(set(lines(folder))), expected(5))
            check_that_the_next_one_mends(folder, method)


@tap.test
def a_call_that_fails_loses_no_line_and_is_told():
    for method in ('rename', 'copyTruncate'):
        for error in ('EIO', 'ENOSPC', 'EDQUOT'):
            for folder, code in each_disturbance(method, f'error={error}'):
                tap.check(code in (0, 80), 'told', code)
                found = lines(folder)
                tap.equal(sorted(found), expected(5)[1 if code == 0 else 0:])  # one is too many
                tap.equal({path.stat().st_nlink for path in files(folder)}, {1})
                check_that_the_next_one_mends(folder, method)


@tap.test
def a_file_system_without_hard_links_is_no_matter():
    pid1.needs_root()
    folder = pid1.folder()
    tap.equal(disturbed(folder, 'rename', 'linkat', 'error=EPERM', 2), (0, True))
    tap.equal(lines(folder), expected(5)[1:])
    tap.equal(sorted(os.listdir(folder)), ['log', 'log.1', 'log.2', 'log.3', 'log.4'])
    made = (folder / 'log').stat()
    tap.equal((made.st_uid, made.st_gid, made.st_mode & 0o777), (USER, USER, 0o640))


@tap.test
def a_kill_at_any_time_loses_no_line():
    for method in ('rename', 'copyTruncate'):
        folder = pid1.folder()
        document = one_step(folder, method, 1000)
        chance = random.Random(7)
        for turn in range(40):
            with open(folder / 'log', 'ab') as log:
                log.write(b''.join(b'line %06d\n' % (turn * 100 + n) for n in range(100)))
            one = subprocess.Popen([pid1.PINTLE, '-c', document, '--', 'true'],
                                   stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(chance.random() * 0.012)
            one.send_signal(signal.SIGSTOP)  # so that it forks none after we have looked
            tap.until(lambda: pid1.state(one.pid) in ('T', 'Z', ''), 'it is stopped, or over')
            children = pid1.children(one.pid)
            one.kill()
            for pid in children:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            one.wait()
            for pid in children:
                tap.until(lambda: not pid1.is_alive(pid), 'its child is gone')
            tap.equal(sorted(set(lines(folder))), expected(turn * 100 + 100), f'{method}, {turn}')


tap.main()
