"""Without CAP_KILL: every signal still gets where it should, and none gets to PID 1."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR


def bounded(*names):
    pid1.needs('setpriv')
    return ['setpriv', '--bounding-set', ','.join(['-all', *('+' + name for name in names)])]


@tap.test
def without_cap_kill_term_still_reaches_a_main_of_another_uid():
    one = pid1.start(ACTOR, 'listen', '15', '9', options=['-u', '4711:4712'],
                     before=bounded('setuid', 'setgid'))
    one.line('ready')
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 9)


@tap.test
def without_cap_kill_hooks_of_a_third_user_are_ended_and_leftovers_too():
    job = {'id': 'job', 'command': ACTOR, 'arguments': ['listen', '15'], 'user': '5000:5000',
           'schedule': {'every': '10ms'}}
    one = pid1.start_with({'user': '4711:4712', 'maintenance': [job]}, ACTOR, 'leave', 'polite',
                          '9', before=bounded('setuid', 'setgid'))
    tap.equal(one.end(), 9)
    out = one.out.rest()
    tap.holds(out, 'left got 15')


LEFT_BY_A_THIRD = {'id': 'third', 'command': 'setpriv',
                   'arguments': ['--reuid', '5000', '--regid', '5000', '--clear-groups', ACTOR,
                                 'leave', 'polite', '0'], 'user': 'root'}


@tap.test
def without_cap_kill_leftovers_of_a_uid_that_no_config_names_are_ended():
    for is_pid1 in (True, False):
        one = pid1.start_with({'user': '4711:4712', 'steps': [LEFT_BY_A_THIRD]}, ACTOR, 'exit',
                              '9', before=bounded('setuid', 'setgid'), is_pid1=is_pid1)
        tap.equal(one.end(), 9)
        tap.holds(one.out.rest(), 'left got 15')


def is_killed_after_its_check(user, script, dead=('',)):
    """`script`, run by a check of `user`, ends and leaves a process, whose pid it writes to pid.new.
    `dead` are the states, proc(5), that it comes to; '' is none any more."""
    folder = pid1.folder()
    if user != 'root':
        os.chown(folder, 5000, 5000)
    check = {'id': 'slow', 'command': 'sh', 'arguments': ['-c', f'{script}; mv pid.new pid'],
             'user': user, 'workingDirectory': str(folder), 'interval': '1h', 'timeout': '30s'}
    one = pid1.start_with({'user': '4711:4712', 'health': [check]}, ACTOR, 'listen', '15',
                          before=bounded('setuid', 'setgid'))
    tap.until((folder / 'pid').exists, 'the check wrote its pid')
    left = (folder / 'pid').read_text().strip()
    tap.until(lambda: state_of(one, left) in dead, 'it is killed')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


def state_of(one, pid):
    done = one.inside('sed', '-n', 's/^State:\t\\(.\\).*/\\1/p', f'/proc/{pid}/status')
    tap.check(done.returncode in (0, 2), 'sed(1) ran, with or without such a file', done.stderr)
    return done.stdout.strip()


@tap.test
def without_cap_kill_what_a_check_leaves_in_its_group_is_killed():
    is_killed_after_its_check('5000:5000', 'sleep 1000 & echo $! > pid.new')


@tap.test
def without_cap_kill_one_whose_parent_left_a_checks_group_is_killed_with_that_group():
    # Its parent is alive, in a session of its own, and does not collect it.
    is_killed_after_its_check('5000:5000', (
        '(sleep 1000 & echo $! > pid.new; exec setsid sleep 1000) & '
        'until grep -q sleep /proc/$!/comm; do sleep 0.01; done'), dead=('Z',))


@tap.test
def without_cap_kill_what_a_check_of_root_leaves_as_somebody_else_is_killed_too():
    is_killed_after_its_check('root', (
        'setpriv --reuid 5000 --regid 5000 --clear-groups sleep 1000 & echo $! > pid.new; '
        'until grep -q sleep /proc/$!/comm; do sleep 0.01; done'))


@tap.test
def without_cap_kill_a_check_that_leaves_nothing_takes_no_second_process():
    folder = pid1.folder()
    os.chown(folder, 5000, 5000)
    check = {'id': 'often', 'command': 'sh', 'arguments': ['-c', 'echo $$$$ >> pids'],
             'user': '5000:5000', 'workingDirectory': str(folder), 'interval': '10ms',
             'timeout': '30s'}
    one = pid1.start_with({'user': '4711:4712', 'health': [check]}, ACTOR, 'listen', '15',
                          before=bounded('setuid', 'setgid'))

    def pids():
        try:
            return [int(line) for line in (folder / 'pids').read_text().split()]
        except FileNotFoundError:
            return []
    tap.until(lambda: len(pids()) >= 10, 'the check ran often')
    first, *others = pids()
    tap.equal(others, list(range(first + 1, first + 1 + len(others))))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def without_cap_kill_the_application_never_signals_pid_1_nor_keeps_a_signal_away():
    jobs = [{'id': f'slow-{user[:4]}', 'command': 'sleep', 'arguments': ['1000'], 'user': user,
             'schedule': {'every': '10ms'}, 'timeout': '10ms'}
            for user in ('4711:4712', '5000:5000')]
    for is_pid1 in (True, False):
        one = pid1.start_with({'user': '4711:4712', 'maintenance': jobs}, ACTOR, 'harass', '9',
                              before=bounded('setuid', 'setgid'), is_pid1=is_pid1)
        one.line('ready')
        for id_ in ('slow-4711', 'slow-5000'):
            tap.until(lambda: runs_of(one, id_) >= 25, f'{id_} ran out of time often')
        one.signal(signal.SIGTERM)
        one.line('landed 0')
        tap.equal(one.end(), 9, one.err.text)
        text = one.err.rest()
        tap.check('cannot send' not in text, 'every signal was sent', text)


@tap.test
def children_that_send_a_signal_are_nobodys_orphans():
    job = {'id': 'slow', 'command': 'sleep', 'arguments': ['1000'], 'timeout': '10ms',
           'schedule': {'every': '10ms'}}
    one = pid1.start_with({'user': '4711:4712', 'maintenance': [job]}, ACTOR, 'listen', '15',
                          options=['--warn-on-reap'], before=bounded('setuid', 'setgid'))
    one.line('ready')
    tap.until(lambda: runs_of(one, 'slow') >= 5, 'the job ran out of time')
    tap.equal(one.status()['counters']['reapedOrphans'], 0)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    tap.check('orphan' not in one.err.rest(), 'no orphan', one.err.text)


def runs_of(one, id_):
    return sum(job['runs'] for job in one.status()['jobs'] if job['id'] == id_)


tap.main()
