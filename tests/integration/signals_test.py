"""Every signal reaches main, once; stop signals end the container, within the grace period."""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, SIGNALS

LAST = 64
QUIET = {'logging': {'level': 'error'}}


def listener(*words, **more):
    one = pid1.start(ACTOR, 'listen', str(LAST), *words, **more)
    one.line('ready')
    return one


def heard(one):
    """Ends a listener; the numbers of all signals that came before the last."""
    one.signal(LAST)
    one.end()
    numbers = [int(line.split()[-1]) for line in one.out.rest().splitlines() if 'got' in line]
    return numbers[:-1] if numbers and numbers[-1] == LAST else numbers


def expected(numbers):
    """SIGTERM and SIGINT stop the container, so SIGCONT follows them."""
    out = []
    for number in numbers:
        out += [number, signal.SIGCONT] if number in (2, 15) else [number]
    return out


def send_each(one):
    for number in SIGNALS[:-1]:
        one.signal(number)
        one.line(f'got {number}')
        if number in (2, 15):
            one.line('got 18')


@tap.test
def every_signal_but_kill_stop_and_chld_reaches_main_exactly_once():
    one = listener()
    send_each(one)
    tap.equal(heard(one), expected(SIGNALS[:-1]))


@tap.test
def the_same_holds_when_pintle_is_not_pid_1():
    one = listener(is_pid1=False)
    send_each(one)
    tap.equal(heard(one), expected(SIGNALS[:-1]))


@tap.test
def chld_and_stop_are_not_forwarded():
    one = listener()
    one.signal(signal.SIGCHLD)
    one.signal(signal.SIGSTOP)
    tap.until(lambda: pid1.state(one.pid) == 'T', 'PID 1 is stopped')
    one.signal(signal.SIGCONT)
    one.line('got 18')
    tap.equal(heard(one), [18])


@tap.test
def queued_real_time_signals_are_all_forwarded():
    one = listener()
    one.signal(signal.SIGSTOP)
    tap.until(lambda: pid1.state(one.pid) == 'T', 'PID 1 is stopped')
    for _ in range(100):
        one.signal(40)
    for _ in range(50):
        one.signal(34)
    one.signal(signal.SIGCONT)
    one.line('got 18')
    seen = heard(one)
    tap.equal((seen.count(40), seen.count(34)), (100, 50))


@tap.test
def a_signal_goes_to_main_alone():
    one = pid1.start(ACTOR, 'family', str(LAST))
    one.line('ready')
    one.line('ready')
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    one.signal(LAST)
    one.end()
    tap.check('child got 10' not in one.out.rest(), 'the child heard it too')


@tap.test
def with_g_a_signal_goes_to_mains_process_group():
    for how in ({'options': ['-g']}, {'before': ['env', 'TINI_KILL_PROCESS_GROUP=']}):
        one = pid1.start(ACTOR, 'family', str(LAST), **how)
        one.line('ready')
        one.line('ready')
        one.signal(signal.SIGUSR1)
        one.line('child got 10')
        one.signal(LAST)
        one.end()
        lines = one.out.rest().splitlines()
        tap.equal((lines.count('got 10'), lines.count('child got 10')), (1, 1))


@tap.test
def main_signals_names_what_main_gets_instead():
    one = pid1.start_with({'main': {'command': ACTOR, 'arguments': ['listen', '2', '5'],
                                    'signals': {'SIGTERM': 'SIGINT', 'SIGHUP': 'RTMIN+1'}}})
    one.line('ready')
    one.signal(signal.SIGHUP)
    one.line('got 35')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 5)


@tap.test
def r_rewrites_a_signal_and_0_drops_it():
    one = listener(options=['-r', 'HUP:USR1', '-r', '12:0', '-r', 'SIGQUIT:15'])
    one.signal(signal.SIGUSR2)
    one.signal(signal.SIGHUP)
    one.line('got 10')
    one.signal(signal.SIGQUIT)
    one.line('got 15')
    tap.equal(heard(one), [10, 15])


@tap.test
def term_ends_a_main_that_is_stopped():
    one = pid1.start('sleep', '1000')
    main = one.main()
    os.kill(main, signal.SIGSTOP)
    tap.until(lambda: pid1.state(main) == 'T', 'main is stopped')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def stop_signals_in_init_end_the_step_and_give_128_plus_the_signal():
    for number, name in ((signal.SIGTERM, 'SIGTERM'), (signal.SIGINT, 'SIGINT')):
        step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
        one = pid1.start_with({'steps': [step]}, 'echo', 'main was started')
        one.line('ready')
        one.signal(number)
        tap.equal(one.end(), 128 + number)
        tap.holds(pid1.chosen_line(one.err.rest(), 128 + number), f'stopped by {name} during the init steps')
        tap.holds(one.out.rest(), 'got 15\n')
        tap.check('main was started' not in one.out.text, 'main was started')


@tap.test
def other_signals_in_init_leave_the_step_alone():
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
    one = pid1.start_with({'steps': [step]}, 'true')
    one.line('ready')
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1):
        one.signal(number)
    step_pid = one.main()
    os.kill(step_pid, signal.SIGTERM)
    one.end()
    tap.check('got 1\n' not in one.out.rest(), 'the step got a signal', one.out.text)


@tap.test
def a_term_right_after_the_start_is_never_lost():
    for attempt in range(200):
        one = pid1.start('sleep', '1000', stdout=None)
        one.wait_for_mask()
        # Spread over the whole start: reading the config, the fork, the exec.
        end = time.monotonic() + attempt * 20e-6
        while time.monotonic() < end:
            pass
        one.signal(signal.SIGTERM)
        tap.equal(one.end(), 143, f'attempt {attempt}')


@tap.test
def a_usr1_right_after_the_start_is_never_lost():
    for attempt in range(200):
        one = pid1.start('sleep', '1000', stdout=None)
        one.wait_for_mask()
        end = time.monotonic() + attempt * 20e-6
        while time.monotonic() < end:
            pass
        one.signal(signal.SIGUSR1)
        tap.equal(one.end(), 138, f'attempt {attempt}')


@tap.test
def a_signal_that_came_before_main_was_forked_reaches_it():
    for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM, 50):
        seen = pid1.run('sleep', '1000', before=[ACTOR, 'pending', str(number)])[0]
        tap.equal(seen, 128 + number)


def deaf(grace, **more):
    document = {'main': {'command': ACTOR, 'arguments': ['deaf']},
                'shutdown': {'gracePeriod': grace}}
    one = pid1.start_with(document, **more)
    one.line('ready')
    return one


@tap.test
def a_main_that_outlives_the_grace_period_is_killed_and_gives_137():
    one = deaf('300ms')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 137)
    tap.holds(one.err.rest(), 'main: did not end within the grace period, killing it')


@tap.test
def a_second_stop_signal_starts_no_new_grace_period():
    one = deaf('1s')
    end = time.monotonic() + pid1.DEADLINE
    try:
        while time.monotonic() < end:
            one.signal(signal.SIGTERM)
            time.sleep(0.05)
    except ProcessLookupError:  # it ends while we signal, if all is well
        pass
    tap.equal(one.end(), 137)


@tap.test
def a_main_that_ends_within_the_grace_period_keeps_its_code():
    one = pid1.start_with({'main': {'command': ACTOR, 'arguments': ['listen', '15', '9']},
                           'shutdown': {'gracePeriod': '1h'}})
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 9)


@tap.test
def shutdown_signals_says_which_signals_stop():
    one = pid1.start_with({'main': {'command': ACTOR, 'arguments': ['deaf']},
                           'shutdown': {'gracePeriod': '100ms', 'signals': ['SIGUSR1']}})
    one.line('ready')
    one.signal(signal.SIGTERM)
    one.signal(signal.SIGUSR1)
    tap.equal(one.end(), 137)
    tap.holds(one.err.rest(), 'SIGUSR1: stopping')
    tap.check('SIGTERM: stopping' not in one.err.text, 'SIGTERM stopped it')


@tap.test
def grace_on_the_command_line_works_without_config():
    one = pid1.start(ACTOR, 'deaf', options=['--grace', '100ms'])
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 137)


@tap.test
def without_config_there_is_no_grace_period():
    if os.uname().machine != 'x86_64':
        tap.skip('reads the arguments of poll(2) as x86-64 has them')
    one = listener()
    one.signal(signal.SIGTERM)
    one.line('got 15')
    one.line('got 18')

    def timeout():
        words = pathlib.Path(f'/proc/{one.pid}/syscall').read_text().split()
        return words[3] if words[0] == '7' else None
    tap.equal(int(tap.until(timeout, 'PID 1 sleeps in poll(2)'), 16) & 0xffffffff, 0xffffffff,
              'the timeout of poll(2)')
    tap.equal(heard(one), [15, 18])


tap.main()
