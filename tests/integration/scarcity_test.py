"""No more processes or memory, full disks, a pintle that was stopped, and more signals than anybody
needs: what goes on meanwhile goes on, and the container ends with main's exit code."""
import contextlib
import os
import pathlib
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import own_kernel
import pid1
import tap
from pid1 import ACTOR

OFTEN = {'interval': '30ms', 'startPeriod': '0', 'failureThreshold': 1}
BUSY = {'maintenance': [{'id': 'job', 'schedule': {'every': '30ms'}, 'command': 'true',
                         'output': 'log'}],
        'health': [{'id': 'check', 'command': 'true', **OFTEN}]}
CGROUPS = pathlib.Path('/sys/fs/cgroup')
FILES_OF_VERSION_1 = {'memory.max': 'memory.limit_in_bytes'}
MEMORY = 32 << 20


def busy(**more):
    one = pid1.start_with(BUSY, ACTOR, 'listen', '15', '3', **more)
    one.line('ready')
    tap.until(lambda: runs(one) > 0, 'the job runs')
    return one


def runs(one):
    return one.status()['jobs'][0]['runs']


def failures(one):
    return one.status()['jobs'][0]['failures']


def stop(one, code=3):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), code, one.err.text)


class Group:
    """A control group of its own; version 1 and 2 differ in where it is, and in its files."""

    def __init__(self, controller, file):
        pid1.needs_root()
        parent = CGROUPS / controller if (CGROUPS / controller).exists() else CGROUPS
        self.folder = parent / f'pintle-test-{os.getpid()}'
        try:
            self.folder.mkdir()
        except OSError as why:
            tap.skip(f'no control group can be made: {why}')
        tap.cleanup(self._remove)
        if not (self.folder / file).exists() and parent != CGROUPS:
            file = FILES_OF_VERSION_1[file]
        self.file = self.folder / file
        if not self.file.exists():
            tap.skip(f'no control group counts {controller}')

    def _remove(self):
        with contextlib.suppress(tap.Failure):
            tap.until(lambda: not (self.folder / 'cgroup.procs').read_text(), 'all are gone', 5)
        self.folder.rmdir()

    def takes(self, *pids):
        for pid in pids:
            (self.folder / 'cgroup.procs').write_text(str(pid))

    def set(self, most):
        self.file.write_text(str(most))


def process_limit():
    return Group('pids', 'pids.max')


def memory_limit():
    """Memory is not swapped out instead."""
    group = Group('memory', 'memory.max')
    group.set(MEMORY)
    for name, most in (('memory.swap.max', 0), ('memory.memsw.limit_in_bytes', MEMORY)):
        if (group.folder / name).exists():
            (group.folder / name).write_text(str(most))
    return group


@tap.test
def where_no_process_can_be_forked_the_rest_goes_on_and_later_jobs_run_again():
    limit = process_limit()
    one = busy()
    limit.takes(one.pid)
    limit.set(1)
    before = failures(one)
    tap.until(lambda: failures(one) > before + 3, 'jobs cannot be started')
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    limit.set('max')
    before = runs(one) - failures(one)
    tap.until(lambda: runs(one) - failures(one) > before + 3, 'jobs run again')
    tap.until(lambda: one.health()[0] == 0, 'it is healthy again')
    stop(one)


@tap.test
def where_no_process_can_be_forked_the_container_ends_as_main_does():
    limit = process_limit()
    shutdown = {step: [{'id': step, 'command': 'true'}] for step in ('before', 'after')}
    one = pid1.start_with({**BUSY, 'shutdown': shutdown}, ACTOR, 'listen', '15', '3')
    one.line('ready')
    limit.takes(one.pid)
    limit.set(1)
    stop(one)
    tap.holds(one.err.rest(), 'shutdown before: failed')


@tap.test
def without_cap_kill_signals_reach_main_all_the_same():
    pid1.needs('setpriv')
    limit = process_limit()
    one = busy(options=['-u', '4711:4712'], before=['setpriv', '--bounding-set', '-kill'])
    capabilities = pid1.status(one.pid)['CapPrm']
    limit.takes(one.pid)
    limit.set(1)
    one.signal(signal.SIGUSR1)
    one.line('got 10')

    def is_as_before():
        now = pid1.status(one.pid)
        return now['Uid'].split() == ['0'] * 4 and now['CapEff'] == now['CapPrm'] == capabilities
    tap.until(is_as_before, 'PID 1 is as before')
    stop(one)


def kills_what_takes_memory():
    """The kernel kills what takes most in a control group without memory: a job, and then main."""
    limit = memory_limit()
    go = pid1.folder() / 'go'  # none is to start outside of the control group
    hog = {'id': 'job', 'schedule': {'every': '30ms'}, 'when': {'fileExists': str(go)},
           'command': ACTOR, 'arguments': ['eat']}
    after = {'id': 'after', 'command': 'echo', 'arguments': ['after main']}
    one = pid1.start_with({**BUSY, 'maintenance': [hog], 'shutdown': {'after': [after]}},
                          ACTOR, 'eat', '10')
    limit.takes(one.pid, one.main())
    go.touch()
    one.complaint('pintle: job job: failed after .*: killed by SIGKILL.*')
    before = failures(one)
    tap.until(lambda: failures(one) > before + 3, 'it comes again')
    tap.until(lambda: one.health()[0] == 0, 'it is healthy')
    one.signal(signal.SIGUSR1)
    tap.equal(one.end(), 128 + signal.SIGKILL)
    tap.holds(one.out.rest(), 'after main')
    tap.check('pintle: exit' not in one.err.rest(), 'main chose the code', one.err.text)


# While a job that was killed still frees its memory, the kernel may choose PID 1 or main as well; on a
# busy machine it does. So this is no test of every run.
in_torture = tap.test if os.environ.get('PINTLE_TORTURE') == 'all' else lambda function: function


@in_torture
def what_takes_more_memory_than_its_control_group_has_is_killed_and_ends_as_killed():
    kills_what_takes_memory()


@own_kernel.test
def the_same_holds_with_a_control_group_of_version_2():
    (CGROUPS / 'cgroup.subtree_control').write_text('+memory')
    kills_what_takes_memory()


def on_a_full_disk(folder):
    """What stands before pintle: 4 KiB that are full, mounted there."""
    return ['sh', '-c', f'mount -t tmpfs -o size=4k none {folder} && mkdir {folder}/in && '
            f'{{ head -c 9999 /dev/zero > {folder}/full; :; }} 2>/dev/null; exec "$@"', 'sh']


@tap.test
def an_output_file_on_a_full_disk_is_its_steps_failure():
    pid1.needs_root()
    folder = pid1.folder()
    step = {'id': 's', 'command': 'echo', 'arguments': ['words'],
            'output': {'file': f'{folder}/in/out'}}
    code, out, err = pid1.run_with({'steps': [step]}, 'echo', 'main',
                                   before=on_a_full_disk(folder))
    tap.equal((code, out), (80, ''), err)
    tap.holds(err, 'No space left on device')
    pid1.chosen_line(err, 80)


@tap.test
def a_termination_log_on_a_full_disk_changes_no_exit_code():
    pid1.needs_root()
    code, _, err = pid1.run('/missing', before=[*on_a_full_disk('/dev'), 'sh', '-c',
                                                ': > /dev/termination-log; exec "$@"', 'sh'])
    tap.equal(code, 127, err)
    pid1.chosen_line(err.splitlines()[-1], 127)


@tap.test
def a_pintle_that_was_stopped_takes_up_where_it_was():
    one = busy(is_pid1=False)
    for _ in range(3):
        one.signal(signal.SIGSTOP)
        tap.until(lambda: pid1.state(one.pid) == 'T', 'it is stopped')
        one.signal(signal.SIGUSR1)
        one.signal(signal.SIGCONT)
        one.line('got 10')
    before = runs(one)
    tap.until(lambda: runs(one) > before, 'jobs run on')
    one.signal(signal.SIGSTOP)
    one.signal(signal.SIGTERM)
    one.signal(signal.SIGCONT)
    tap.equal(one.end(), 3, one.err.text)


class Storm(threading.Thread):
    """Sends that many signals a second; where a machine is late, it catches up."""

    NUMBERS = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGCHLD, signal.SIGCONT, 40]
    A_SECOND = 1200

    def __init__(self, one):
        super().__init__()
        self.one = one
        self.sent = 0  # of each number
        self.is_over = threading.Event()
        self.start()
        tap.cleanup(self.end)

    def run(self):
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            while not self.is_over.wait(0.002):
                while self.sent * len(self.NUMBERS) < (time.monotonic() - began) * self.A_SECOND:
                    for number in self.NUMBERS:
                        self.one.signal(number)
                    self.sent += 1

    def end(self):
        self.is_over.set()
        self.join()


@tap.test
def a_thousand_signals_a_second_keep_nothing_else_from_its_time():
    one = busy()
    Storm(one)
    for _ in range(5):
        before = runs(one)
        tap.equal(one.health()[0], 0)
        tap.until(lambda before=before: runs(one) > before + 5, 'jobs run on')
    stop(one)


@tap.test
def of_a_thousand_signals_a_second_none_is_lost_that_the_kernel_queues_and_no_kind_of_the_others():
    one = pid1.start(ACTOR, 'listen', '15', '3')
    one.line('ready')
    storm = Storm(one)
    tap.until(lambda: storm.sent * len(storm.NUMBERS) > 3000, 'thousands are sent')
    storm.end()
    one.signal(41)
    one.line('got 41')  # comes behind all others
    heard = [one.out.text.count(f'got {int(number)}\n') for number in storm.NUMBERS]
    *others, queued = heard
    tap.equal(queued, storm.sent)
    tap.check(all(0 < count <= storm.sent for count in others[:3] + others[4:]), 'all kinds', heard)
    tap.equal(others[3], 0, 'SIGCHLD is not forwarded')
    tap.check(pid1.share_of_a_cpu(one.pid) < 0.1, 'afterwards it does not spin')
    stop(one)


tap.main()
