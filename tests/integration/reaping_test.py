"""Whatever dies is reaped at once, and what main leaves behind is ended."""
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

# tools/test --suite torture asks for all.
COUNT = 100_000 if os.environ.get('PINTLE_TORTURE') == 'all' else 10_000


def memory(pid):
    """KiB that are its own."""
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    return int(re.search(r'^Anonymous: +(\d+)', text, re.M)[1])


def reaps_orphans(**more):
    """The first ones are made only for the memory that they take."""
    one = pid1.start(ACTOR, 'orphans', str(COUNT), '7', **more)
    one.line('forked')
    main = one.main()
    tap.until(lambda: pid1.children(one.pid) == [main], 'no zombie is left')
    before = memory(one.pid)
    one.signal(signal.SIGUSR2)
    one.line('forking')
    for _ in range(10):
        one.signal(signal.SIGHUP)
        one.line('got 1')
    one.line('forked')
    tap.until(lambda: pid1.children(one.pid) == [main], 'no zombie is left')
    tap.check(memory(one.pid) < before + 64, 'its memory does not grow', (before, memory(one.pid)))
    counters = one.status()['counters'] if one.is_pid1 else None
    one.signal(signal.SIGUSR1)
    tap.equal(one.end(), 7)
    return counters


@tap.test
def orphans_forked_as_fast_as_possible_leave_no_zombie_and_mains_status_is_right():
    counters = reaps_orphans()
    tap.check(counters['reapedOrphans'] >= 2 * COUNT, 'all are counted', counters)


@tap.test
def the_same_holds_for_a_subreaper():
    reaps_orphans(is_pid1=False)


def stopped_before_zombies(count, code):
    """(a PID 1 that is stopped, with that many zombies to reap when it goes on; the pid of main)."""
    one = pid1.start(ACTOR, 'orphans', str(count), str(code))
    one.line('forked')
    main = one.main()
    one.signal(signal.SIGSTOP)
    tap.until(lambda: pid1.state(one.pid) == 'T', 'PID 1 is stopped')
    os.kill(main, signal.SIGUSR2)
    one.line('forked')
    tap.check(len(pid1.children(one.pid)) > count, 'zombies pile up')
    return one, main


@tap.test
def zombies_that_pile_up_behind_one_sigchld_are_all_reaped():
    one, main = stopped_before_zombies(2000, 9)
    one.signal(signal.SIGCONT)
    tap.until(lambda: pid1.children(one.pid) == [main], 'no zombie is left')
    one.signal(signal.SIGUSR1)
    tap.equal(one.end(), 9)


@tap.test
def mains_death_is_noticed_among_thousands():
    one, main = stopped_before_zombies(2000, 11)
    os.kill(main, signal.SIGUSR1)  # past PID 1, which may be gone as soon as it goes on
    tap.until(lambda: pid1.state(main) == 'Z', 'main is dead')
    one.signal(signal.SIGCONT)
    tap.equal(one.end(), 11)


@tap.test
def orphans_without_number_delay_neither_health_nor_a_stop():
    one = pid1.start(ACTOR, 'siblings', '6000', '15')
    one.line('ready')
    for _ in range(3):
        tap.equal(one.health('--timeout', '20s'), (0, 'healthy'))
    one.signal(signal.SIGTERM)
    one.signal(signal.SIGTERM)  # what is left need not be waited for
    tap.equal(one.end(), 0)


@tap.test
def between_some_orphans_and_the_next_clients_are_answered():
    one, _ = stopped_before_zombies(2000, 9)
    inode = os.stat(f'/proc/{one.pid}/ns/mnt').st_ino
    client = pid1.subprocess.Popen(
        ['nsenter', '--target', str(one.pid), '--mount', '--pid', sys.executable, '-c', f"""
import socket
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.connect('\\0pintle/{inode}/0')
print('connected', flush=True)
print(client.recv(1 << 17).decode())"""], stdout=pid1.subprocess.PIPE, text=True)
    tap.cleanup(lambda: (client.kill(), client.wait(), client.stdout.close()))
    tap.equal(client.stdout.readline(), 'connected\n')
    one.signal(signal.SIGCONT)
    status = client.stdout.read()
    reaped = int(next(line for line in status.splitlines() if line.startswith('counters')).split('\t')[1])
    tap.check(reaped < 3000, 'of the second 2000 not all have been reaped yet', status)
    one.signal(signal.SIGUSR1)
    tap.equal(one.end(), 9)


@tap.test
def what_main_leaves_gets_term_and_time_to_end():
    code, out, _ = pid1.run(ACTOR, 'leave', 'polite', '5')
    tap.equal(code, 5)
    tap.holds(out, 'left got 15\n')


@tap.test
def what_ignores_term_is_killed_and_mains_code_stays():
    code, _, err = pid1.run(ACTOR, 'leave', 'deaf', '6')
    tap.equal(code, 6)
    tap.holds(err, 'sending SIGKILL to the remaining processes')


@tap.test
def when_not_pid_1_orphans_come_to_pintle_all_the_same():
    one = pid1.start(ACTOR, 'adopted', is_pid1=False)
    adopter = one.line(r'adopted by (\d+)').group(1)
    tap.equal(int(adopter), one.pid)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def when_not_pid_1_what_main_leaves_gets_term_too():
    code, out, _ = pid1.run(ACTOR, 'leave', 'polite', '5', is_pid1=False)
    tap.equal(code, 5)
    tap.holds(out, 'left got 15\n')


@tap.test
def when_not_pid_1_a_whole_family_that_ignores_term_is_killed():
    one = pid1.start(ACTOR, 'leave', 'deep', '6', is_pid1=False)
    tap.equal(one.end(), 6)
    # Their stdout is ours: it ends when the last of them does.
    tap.equal(one.out.rest(), '')


@tap.test
def w_names_every_orphan():
    _, _, err = pid1.run('sh', '-c', '(sh -c "exit 3" &) ; exec sleep 0.2', options=['-w'])
    tap.holds(err, 'with exit code 3')


tap.main()
