"""PID 1 without memory: what it learns is not lost, signals are heard, and its end comes."""
import os
import pathlib
import resource
import signal
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

BIG = 'x' * 400_000
# glibc, where that is pintle's library, gives back what it does not use.
FRUGAL = ['env', 'MALLOC_MMAP_THRESHOLD_=4096', 'MALLOC_TRIM_THRESHOLD_=0', 'MALLOC_TOP_PAD_=0']


def take_memory(one):
    """From here on PID 1 gets no page more than it has."""
    pages = int(pathlib.Path(f'/proc/{one.pid}/statm').read_text().split()[0])
    resource.prlimit(one.pid, resource.RLIMIT_AS, (pages * resource.getpagesize(),) * 2)


def step(**more):
    return {'id': 's', 'command': ACTOR, 'arguments': ['listen', '15'],
            'logging': {'fields': {'big': BIG}}, **more}


@tap.test
def a_step_that_ends_while_there_is_no_memory_has_ended():
    one = pid1.start_with({'steps': [step()]}, 'true', before=FRUGAL)
    one.line('ready')
    take_memory(one)
    os.kill(pid1.children(one.pid)[0], signal.SIGKILL)
    tap.equal(one.end(), 80)
    pid1.chosen_line(one.err.rest(), 80)


@tap.test
def a_job_that_runs_without_memory_for_its_lines_is_answered_and_a_stop_signal_heard():
    job = step(id='j', arguments=['exit', '3'], schedule={'every': '1h'})
    one = pid1.start_with({'maintenance': [job]}, ACTOR, 'listen', '15', '9', before=FRUGAL)
    one.line('ready')
    take_memory(one)
    done = one.inside(pid1.PINTLE, 'job', 'j')
    tap.equal(done.returncode, 3, done.stderr)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 9)


@tap.test
def while_every_turn_fails_pid_1_rests_and_hears_its_signals():
    inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inbox.bind('')
    tap.cleanup(inbox.close)
    outer = 'NOTIFY_SOCKET=@' + inbox.getsockname()[1:].decode()
    # What the outer socket is told is asked in every turn, and takes memory for each hook.
    steps = [{'id': f's{i:04}', 'command': 'true', 'imageModes': ['prebuilt']}
             for i in range(4000)]
    one = pid1.start_with({'steps': steps, 'main': {'notify': True}}, ACTOR, 'listen', '15', '7',
                          options=['--log-level', 'error'], before=[*FRUGAL, outer])
    one.line('ready')
    take_memory(one)
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    share = pid1.share_of_a_cpu(one.pid)
    tap.check(share < 0.3, 'it does not spin', share)
    one.signal(signal.SIGUSR2)
    one.line('got 12')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 7)


tap.main()
