"""System calls of PID 1 fail, one at a time: whatever it is, the container ends with main's exit code,
or does not begin and says why; it does not spin, hang or lose privileges that it shall have lost.

PINTLE_TORTURE=all: every call that it makes, with every error, at its first occurrences (ten
minutes or more). PINTLE_TORTURE=EXPRESSION: of these, those whose name matches: CALL:ERROR:WHEN:PHASE."""
import collections
import concurrent.futures
import functools
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import torture
from torture import Fault, Life, Way

ASKED = os.environ.get('PINTLE_TORTURE', '')
CHOSEN = ['.*' if ASKED == 'all' else ASKED] if ASKED else []
ERRORS = ('EINTR', 'EAGAIN', 'ENOMEM', 'EMFILE', 'EPERM', 'ENOSYS', 'EIO')
AT_A_TIME = 4
MOST_CALLS_A_SECOND, MOST_CPU = 5000, 0.3

# In which states a container can stay. The C libraries name some calls differently.
FULL = ('EMFILE', 'ENFILE', 'ENOMEM')
FOR_EVER = {
    **dict.fromkeys(('clone', 'fork', 'vfork'), ('EAGAIN', 'ENOMEM')),
    **dict.fromkeys(('open', 'openat', 'socket', 'accept4', 'pipe2', 'signalfd4', 'timerfd_create'),
                    FULL),
    **dict.fromkeys(('poll', 'ppoll'), ('ENOMEM', 'EINVAL')),
    **dict.fromkeys(('write', 'writev'), ('ENOSPC', 'EIO', 'EPIPE', 'EAGAIN')),
    'recvmsg': ('ENOMEM',), 'sendto': ('ENOBUFS', 'EAGAIN', 'ECONNREFUSED'), 'mmap': ('ENOMEM',),
    'brk': ('ENOMEM',), 'bind': ('EADDRINUSE', 'ENOMEM'), 'fchown': ('EPERM',),
    'setpgid': ('EPERM',), 'close_range': ('ENOSYS',), 'getrandom': ('ENOSYS',),
    'capset': ('EPERM',), 'setsockopt': ('ENOPROTOOPT',),
}

# One error for each call that matters; of those of the other C library there are none.
USUAL = (r'poll:ENOMEM:1\+:running', 'poll:EINTR:2:running', 'read:EIO:1:running',
         'waitid:EINTR:1:running', 'waitid:ENOMEM:2:running', 'waitid:ENOMEM:3:start',
         r'(clone|fork):EAGAIN:1\+:running',
         '(clone|fork):ENOMEM:3:start', r'pipe2:EMFILE:1\+:running', 'pipe2:EMFILE:1:start',
         'kill:EPERM:1:running', 'socket:EMFILE:2:start', r'accept4:EMFILE:1\+:running',
         'accept4:ENOMEM:1:running', r'sendto:ENOBUFS:1\+:running', r'recvmsg:ENOMEM:1\+:running',
         'getsockname:ENOMEM:2:start', 'timerfd_create:EMFILE:1:start', r'open(at)?:EMFILE:1\+:start',
         'open(at)?:ENOMEM:2:start', 'capset:EPERM:1:start', 'capget:EPERM:1:start',
         'prctl:EPERM:1:start', 'close_range:ENOSYS:1:start', 'signalfd4:EMFILE:1:start',
         r'bind:EADDRINUSE:1\+:start', r'mmap:ENOMEM:1\+:start', r'mmap:ENOMEM:1\+:running',
         r'brk:ENOMEM:1\+:running', r'writev?:ENOSPC:1\+:start', 'f?stat:ENOMEM:1:start',
         'newfstatat:ENOMEM:2:start', 'fcntl:EPERM:1:start', r'fchown:EPERM:1\+:running')


# Without CAP_KILL each signal is sent by a child that has stepped down.
USUAL_WITHOUT_KILL = (r'(clone|fork):EAGAIN:1\+:running', r'pipe2:EMFILE:1\+:running',
                      'kill:EPERM:2:running', 'poll:EINTR:1:running', 'waitid:EINTR:2:running')
USUAL_AS_MAIN = ('setresuid:EPERM:1:running', 'setresuid:EPERM:1:start', 'setresuid:EAGAIN:2:start',
                 'setgroups:EPERM:1:start', 'setresgid:EPERM:1:start', 'capset:EPERM:1:start',
                 'capget:EPERM:2:start')
USUAL_BELOW_PID_1 = ('prctl:EINVAL:2:start', 'kill:EPERM:3:running', r'open(at)?:EMFILE:1\+:running',
                     'waitid:ENOMEM:1:running')


@functools.cache
def usual(way):
    """Of lives without faults: the calls made from the start and when main runs, which of the first
    are the C library's own, and who everybody is."""
    lives = []
    for phase in ('start', 'running', 'start', 'running'):
        life = Life(phase=phase, way=way)
        tap.equal(life.run(), [], 'a life without faults')
        tap.check(any(note.startswith('main ') for note in life.notes), 'main ran', life.err.text)
        lives.append(life)
    start = lives[0].traced
    own = start.index('fcntl')  # the first of our own
    notes = frozenset().union(*(life.notes for life in lives))
    return (collections.Counter(start[:own]), collections.Counter(start[own:]),
            collections.Counter(lives[1].traced), notes)


def faults(way):
    library, start, running, _ = usual(way)
    for phase, skipped, counts in (('start', library, start), ('running', {}, running)):
        for call, count in counts.items():
            if call in torture.NEVER_FAIL:
                continue
            for error in ERRORS:
                for k in range(1, min(count, 3) + 1):
                    yield Fault(call, error, k, False, phase, skipped.get(call, 0))
            for error in FOR_EVER.get(call, ()):
                yield Fault(call, error, 1, True, phase, skipped.get(call, 0))


def came_to(fault, way):
    life = Life(fault, usual(way)[3], way=way)
    wrong = life.run()
    spins = life.calls_a_second > MOST_CALLS_A_SECOND or life.cpu > MOST_CPU
    if fault.is_for_ever and spins:
        wrong.append(f'{fault}: spins: {life.calls_a_second:.0f} calls and {life.cpu:.2f} s of CPU '
                     'a second')
    return wrong


def torture_with(words, way):
    pid1.needs_root()
    pid1.needs('strace')
    try:
        usual(way)
    except torture.NotPermitted as why:
        tap.skip(str(why))
    wanted = re.compile('|'.join(f'(?:{word})' for word in words))
    chosen = [one for one in faults(way) if wanted.fullmatch(str(one))]
    tap.check(chosen, 'some call fails')
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as several:
        wrong = [line for lines in several.map(lambda one: came_to(one, way), chosen)
                 for line in lines]
    tap.check(not wrong, '\n'.join([f'{len(chosen)} faults', *wrong]))


@tap.test
def calls_that_fail_end_no_container_and_start_none_wrongly():
    torture_with(CHOSEN or USUAL, Way())


@tap.test
def the_same_holds_where_a_child_has_to_send_the_signals():
    pid1.needs('setpriv')
    torture_with(CHOSEN or USUAL_WITHOUT_KILL, Way(('setpriv', '--bounding-set', '-kill')))


@tap.test
def the_same_holds_where_pid_1_becomes_mains_user():
    torture_with(CHOSEN or USUAL_AS_MAIN, Way(init_as_main=True))


@tap.test
def the_same_holds_where_pintle_is_not_pid_1():
    torture_with(CHOSEN or USUAL_BELOW_PID_1, Way(is_pid1=False))


tap.main()
