"""pintle starts in whatever surroundings it gets, and main finds clean ones."""
import errno
import fcntl
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

CLEAN = 'fd 0\nfd 1\nfd 2\nend\n'
NO_PROC = ['sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh']


def state_of_main(*before, **more):
    """What main inherited, as lines."""
    file = pid1.folder() / 'state'
    code, _, err = pid1.run('sh', '-c', f'exec {ACTOR} state > {file}', before=before, **more)
    tap.equal(code, 0, err)
    return file.read_text()


@tap.test
def main_has_an_empty_mask_default_dispositions_and_three_descriptors():
    tap.equal(state_of_main(), CLEAN)


@tap.test
def a_step_has_them_too():
    file = pid1.folder() / 'state'
    step = {'id': 'look', 'command': 'sh', 'arguments': ['-c', f'exec {ACTOR} state > {file}']}
    tap.equal(pid1.run_with({'steps': [step]}, 'true', before=[ACTOR, 'fds', '5'])[0], 0)
    tap.equal(file.read_text(), CLEAN)


@tap.test
def descriptors_of_the_parent_are_not_passed_on_nor_kept():
    one = pid1.start(ACTOR, 'listen', '15', before=[ACTOR, 'fds', '9'])
    one.line('ready')
    kept = [os.readlink(f'/proc/{one.pid}/fd/{fd}') for fd in os.listdir(f'/proc/{one.pid}/fd')]
    tap.check('/' not in kept, 'a descriptor of the parent is open', kept)
    tap.equal(state_of_main(ACTOR, 'fds', '9'), CLEAN)


@tap.test
def without_close_range_only_what_is_open_is_closed():
    pid1.needs('strace')
    trace = pid1.folder() / 'trace'
    before = [ACTOR, 'fds', '20', *pid1.failing('close_range', errno.ENOSYS)]
    state = state_of_main(*before)
    tap.equal(state, CLEAN)
    tap.equal(state_of_main(*NO_PROC, *before), CLEAN)
    tracer = ['prlimit', '--nofile=20000:20000', 'strace', '-f', '-e', 'trace=close', '-o',
              str(trace)]
    code, _, err = pid1.run('true', before=[*tracer, *before], is_pid1=False)
    if 'ptrace' in err:
        tap.skip(f'cannot trace: {err.strip()}')
    tap.equal(code, 0, err)
    closed = trace.read_text().count('close(')
    tap.check(closed < 200, 'some dozens are closed, not all numbers up to the limit', closed)


@tap.test
def signals_that_the_parent_ignored_have_their_default_effect():
    tap.equal(state_of_main(ACTOR, 'ignore'), CLEAN)


@tap.test
def started_with_every_signal_ignored_it_still_sees_main_end():
    tap.equal(pid1.run(ACTOR, 'exit', '3', before=[ACTOR, 'ignore'])[0], 3)
    tap.equal(pid1.run(ACTOR, 'exit', '3', before=[ACTOR, 'ignore'], is_pid1=False)[0], 3)


@tap.test
def started_with_every_signal_blocked_it_forwards_them():
    tap.equal(state_of_main(ACTOR, 'block'), CLEAN)
    one = pid1.start(ACTOR, 'listen', '15', '4', before=[ACTOR, 'block'])
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 4)


@tap.test
def closed_standard_descriptors_are_no_hindrance():
    for digits in ('0', '1', '2', '01', '02', '12', '012'):
        for is_pid1 in (True, False):
            code = pid1.run(ACTOR, 'exit', '7', before=[ACTOR, 'shut', digits],
                            is_pid1=is_pid1)[0]
            tap.equal(code, 7, f'without {digits}')


@tap.test
def with_closed_descriptors_a_failure_still_has_its_code():
    tap.equal(pid1.run('/no/such', before=[ACTOR, 'shut', '012'])[0], 127)


@tap.test
def nothing_of_pintles_own_becomes_a_standard_descriptor():
    one = pid1.start('sleep', '1000', before=[ACTOR, 'shut', '012'])
    main = one.main()
    for pid in (one.pid, main):
        links = {os.readlink(f'/proc/{pid}/fd/{fd}') for fd in (0, 1, 2)}
        tap.check(links <= {'/dev/null', '/'}, f'descriptors 0 to 2 of {pid}', links)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


def full_pipe():
    """A pipe without room, and nobody reads it."""
    reader, writer = os.pipe()
    tap.cleanup(lambda: (os.close(reader), os.close(writer)))
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b'x' * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, flags)
    return writer


@tap.test
def a_full_stderr_that_nobody_reads_stops_neither_reaping_nor_signals():
    for before in ([], NO_PROC):
        one = pid1.start(ACTOR, 'orphans', '500', '6', options=['-w', '-v'], stderr=full_pipe(),
                         before=before)
        one.line('forked')
        main = one.main()
        tap.until(lambda: pid1.children(one.pid) == [main], 'no zombie is left')
        if not before:
            tap.check(one.status()['counters']['droppedLogLines'] >= 500, 'lost lines are counted')
        one.signal(signal.SIGUSR1)
        tap.equal(one.end(), 6)


@tap.test
def a_stderr_whose_reader_has_gone_is_no_hindrance():
    reader, writer = os.pipe()
    os.close(reader)
    tap.cleanup(lambda: os.close(writer))
    tap.equal(pid1.run(ACTOR, 'exit', '8', options=['-v'], stderr=writer)[0], 8)


@tap.test
def a_limit_of_16_descriptors_is_enough():
    job = {'id': 'job', 'schedule': {'every': '10ms'}, 'command': 'true'}
    check = {'id': 'check', 'tcp': '127.0.0.1:1', 'interval': '10ms'}
    one = pid1.start_with({'maintenance': [job], 'health': [check]}, ACTOR, 'listen', '15', '4',
                          before=['sh', '-c', 'ulimit -n 16 && exec "$@"', 'sh'])
    one.line('ready')
    tap.until(lambda: one.status()['jobs'][0]['runs'] > 5, 'jobs run')
    tap.equal(one.status()['jobs'][0].get('exitCode'), 0)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 4)


@tap.test
def an_empty_environment_is_enough_and_path_is_always_there():
    code, out, err = pid1.run('env', before=['env', '-i'])
    tap.equal(code, 0, err)
    tap.check(out.startswith('PATH=/'), 'main has a PATH', out)


@tap.test
def main_keeps_the_containers_environment():
    code, out, _ = pid1.run('env', before=['env', '-i', 'A=1', 'HOME=/x', 'PATH=/usr/bin:/bin'])
    tap.equal(code, 0)
    tap.equal(sorted(out.split()), ['A=1', 'HOME=/x', 'PATH=/usr/bin:/bin'])


@tap.test
def without_proc_everything_works():
    check = {'id': 'ok', 'command': 'true', 'interval': '10ms'}
    one = pid1.start_with({'health': [check], 'steps': [{'id': 'a', 'command': 'true'}]},
                          ACTOR, 'listen', '15', '4', before=NO_PROC)
    one.line('ready')
    tap.until(lambda: one.health() == (0, 'healthy'), 'it is healthy')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 4)


@tap.test
def the_directory_and_the_file_mode_mask_are_the_containers():
    before = ['sh', '-c', 'cd /usr && umask 0137 && exec "$@"', 'sh']
    _, out, _ = pid1.run('sh', '-c', 'pwd; umask', before=before)
    tap.equal(out, '/usr\n0137\n')


tap.main()
