"""On a terminal ^C, ^Z and background reads behave as without pintle."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR
from terminals import IN_BACKGROUND, SESSION, container, main_of, on_terminal, under_shell

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
def without_a_terminal_no_stop_but_sigstop_lasts_whoever_is_pid_1():
    for is_pid1 in (True, False):
        for name in ('TSTP', 'TTIN', 'TTOU'):
            # In a process group that nobody could continue, with others.
            code, out, err = pid1.run('sh', '-c', f'kill -{name} $$; echo went on', options=['-s'],
                                      before=['timeout', '20'], is_pid1=is_pid1,
                                      start_new_session=True)
            tap.equal((code, out), (0, 'went on\n'), f'{name}, PID 1: {is_pid1}: {err}')
        one = pid1.start('cat', is_pid1=is_pid1, start_new_session=True, stdin=subprocess.PIPE)
        main = one.main()
        os.kill(main, signal.SIGSTOP)
        tap.until(lambda: pid1.state(main) == 'T', 'main is stopped')
        one.popen.stdin.write(b'hello\n')
        one.popen.stdin.flush()
        tap.check(pid1.state(one.pid) in ('R', 'S'), 'pintle is not stopped')
        tap.equal(pid1.state(main), 'T')
        one.signal(signal.SIGCONT)
        one.line('hello')
        one.popen.stdin.close()
        tap.equal(one.end(), 0)


@tap.test
def a_main_that_reads_from_a_terminal_that_is_not_its_stdin_gets_it():
    for is_pid1 in (True, False):
        words = [*SESSION, 'sh', '-c', 'exec "$@" < /dev/null', 'sh', pid1.PINTLE, '-s', '--', 'sh',
                 '-c', 'read word < /dev/tty; echo "read $word"']
        one = on_terminal(words, is_pid1)
        one.type(b'hello\n')
        one.process.line('read hello')
        tap.equal(one.process.end(), 0)


@tap.test
def a_session_leader_that_nobody_could_continue_is_not_stopped():
    for name in ('TSTP', 'TTIN', 'TTOU'):
        one = on_terminal([*SESSION, pid1.PINTLE, '-s', '--', 'sh', '-c',
                           f'kill -{name} $$; echo went on'], is_pid1=False)
        one.process.line('went on')
        tap.equal(one.process.end(), 0)


@tap.test
def in_the_background_of_a_shell_it_stops_with_main_and_leaves_the_shell_its_terminal():
    one, pintle = under_shell('cat', script=IN_BACKGROUND)
    shell = one.process.pid
    foreground = int(one.process.line(r'stopped, foreground (\d+)').group(1))
    tap.equal((foreground, pid1.state(pintle)), (shell, 'T'))
    one.type(b'\n')  # it is brought into the foreground
    main = main_of(pintle)
    tap.until(lambda: one.foreground() == main, 'main has the terminal')
    one.type(b'hello\n')
    one.process.line('hello')
    one.process.line('hello')
    one.type(b'\x04')
    one.process.line('ended 0')


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
