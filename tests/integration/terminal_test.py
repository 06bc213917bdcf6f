"""On a terminal ^C, ^Z and background reads behave as without pintle."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

# What a container's runtime does: PID 1 leads a session that has the terminal.
SESSION = ['setsid', '--ctty']

# A parent with job control: runs argv in the foreground, says when it stops, and continues it.
SHELL = r'''
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
os.write(1, b'child %d\n' % child)
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    tty = os.tcgetpgrp(0)
    os.tcsetpgrp(0, os.getpgrp())
    os.write(1, b'stopped, foreground %d\n' % tty)
    sys.stdin.readline()
    os.tcsetpgrp(0, child)
    os.killpg(child, signal.SIGCONT)
os.write(1, b'ended %d\n' % os.waitstatus_to_exitcode(status))
'''

# Main with a child of another group that reads from the terminal.
BACKGROUND = r'''
import os, sys
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.read(0, 1)
_, status = os.waitpid(child, os.WUNTRACED)
os.write(1, b'child stopped by %d\n' % os.WSTOPSIG(status))
sys.stdin.readline()
os.write(1, b'went on\n')
os.kill(child, 9)
sys.exit(4)
'''


class OnTerminal:
    """A process on a terminal of its own; `keys` are typed."""

    def __init__(self, process, main_end):
        self.process = process
        self.main_end = main_end

    def type(self, keys):
        os.write(self.main_end, keys)

    def foreground(self):
        """The foreground process group, by its number out here."""
        return os.tcgetpgrp(self.main_end)


def on_terminal(words, is_pid1=True):
    main_end, other_end = os.openpty()
    process = pid1.Process(words, is_pid1, stdin=other_end, stdout=other_end,
                           stderr=other_end)
    os.close(other_end)
    process.out = pid1.Stream(os.fdopen(os.dup(main_end), 'rb', buffering=0))
    tap.cleanup(lambda: os.close(main_end))
    return OnTerminal(process, main_end)


def container(*command):
    pid1.needs('setsid')
    return on_terminal([*SESSION, pid1.PINTLE, '--', *command])


def under_shell(*command):
    pid1.needs('setsid')
    shell = [sys.executable, '-c', SHELL, pid1.PINTLE, '--', *command]
    one = on_terminal([*SESSION, *shell], is_pid1=False)
    pintle = int(one.process.line(r'child (\d+)').group(1))
    return one, pintle


def main_of(pintle):
    def found():
        pids = pid1.children(pintle)
        return pids[0] if pids and pid1.exe(pids[0]) not in (None, pid1.PINTLE) else None
    return tap.until(found, 'main runs')


@tap.test
def main_is_the_foreground_process_group():
    one = container('cat')
    main = one.process.main()
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    one.type(b'hello\n')
    one.process.line('hello')
    one.process.line('hello')
    one.type(b'\x04')
    tap.equal(one.process.end(), 0)


@tap.test
def control_c_ends_main_and_gives_130():
    one = container('cat')
    main = one.process.main()
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    one.type(b'\x03')
    tap.equal(one.process.end(), 130)


@tap.test
def control_c_reaches_main_once():
    one = container(sys.executable, '-c', '''
import os, signal, sys
signal.signal(signal.SIGINT, lambda *_: os.write(1, b'interrupted\\n'))
os.write(1, b'ready\\n')
sys.stdin.readline()''')
    one.process.line('ready')
    one.type(b'\x03')
    one.process.line(r'(\^C)?interrupted')
    one.type(b'\n')
    tap.equal(one.process.end(), 0)
    tap.equal(one.process.out.text.count('interrupted'), 1)


@tap.test
def a_main_that_control_z_stopped_is_ended_by_term():
    one = container('cat')
    main = one.process.main()
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    os.kill(main, signal.SIGSTOP)
    tap.until(lambda: pid1.state(main) == 'T', 'main is stopped')
    tap.check(pid1.state(one.process.pid) in ('R', 'S'), 'PID 1 is not stopped')
    one.process.signal(signal.SIGTERM)
    tap.equal(one.process.end(), 143)


@tap.test
def control_z_does_not_stop_a_container_and_control_c_still_ends_it():
    one = container('cat')
    main = one.process.main()
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    for word in ('hello', 'again'):
        one.type(b'\x1a')
        tap.until(lambda: pid1.state(main) != 'T', 'main goes on')
        one.type(word.encode() + b'\n')
        one.process.line(f'(\\^Z)?{word}')
        one.process.line(word)
    one.type(b'\x03')
    tap.equal(one.process.end(), 130)


@tap.test
def a_main_that_stops_itself_as_a_terminal_would_goes_on():
    for name in ('TSTP', 'TTIN', 'TTOU'):
        one = container('sh', '-c', f'kill -{name} $$; echo went on')
        one.process.line('went on')
        tap.equal(one.process.end(), 0)
    code, out, _ = pid1.run('sh', '-c', 'kill -TSTP $$; echo went on')
    tap.equal((code, out), (0, 'went on\n'))


@tap.test
def a_read_from_the_background_stops_the_reader_and_not_pintle():
    one = container(sys.executable, '-c', BACKGROUND)
    one.process.line(f'child stopped by {int(signal.SIGTTIN)}')
    tap.equal(pid1.state(one.process.pid), 'S')
    one.type(b'\n')
    one.process.line('went on')
    tap.equal(one.process.end(), 4)


@tap.test
def pintle_writes_to_a_terminal_of_which_it_is_in_the_background():
    main_end, other_end = os.openpty()
    # tostop: a background writer would be stopped.
    words = [*SESSION, 'sh', '-c', 'stty tostop && exec "$@"', 'sh', pid1.PINTLE, '-v', '--',
             'true']
    one = pid1.Process(words, stdin=other_end, stdout=other_end, stderr=other_end)
    os.close(other_end)
    tap.cleanup(lambda: os.close(main_end))
    tap.equal(one.end(), 0)


@tap.test
def a_hang_up_reaches_main():
    one = container(ACTOR, 'listen', '1', '5')
    one.process.line('ready')
    one.process.signal(signal.SIGHUP)
    one.process.line('got 1')
    tap.equal(one.process.end(), 5)


@tap.test
def control_z_stops_pintle_too_when_it_is_not_pid_1_and_cont_resumes_both():
    one, pintle = under_shell('cat')
    main = main_of(pintle)
    for _ in range(3):
        tap.until(lambda: one.foreground() == main, 'main has the terminal')
        one.type(b'\x1a')
        one.process.line(r'(\^Z)?stopped, foreground (\d+)')
        tap.equal((pid1.state(main), pid1.state(pintle)), ('T', 'T'))
        one.type(b'\n')
    tap.until(lambda: one.foreground() == main, 'main has the terminal again')
    one.type(b'hello\n')
    one.process.line('hello')
    one.process.line('hello')
    one.type(b'\x04')
    one.process.line('ended 0')


@tap.test
def control_c_under_a_shell_with_job_control_gives_130():
    one, pintle = under_shell('cat')
    main = main_of(pintle)
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    one.type(b'\x03')
    one.process.line(r'(\^C)?ended 130')


@tap.test
def a_terminal_that_is_nobodys_is_no_hindrance():
    one = on_terminal([pid1.PINTLE, '--', ACTOR, 'exit', '6'])
    tap.equal(one.process.end(), 6)


@tap.test
def hooks_have_no_terminal_and_an_empty_stdin():
    step = {'id': 'look', 'command': 'sh', 'arguments': [
        '-c', 'wc -c; if (: < /dev/tty) 2>/dev/null; then echo has; else echo none; fi']}
    file = pid1.config({'steps': [step]})
    one = on_terminal([*SESSION, pid1.PINTLE, '-c', file, '--', 'true'])
    one.process.line('0')
    one.process.line('none')
    tap.equal(one.process.end(), 0)


tap.main()
