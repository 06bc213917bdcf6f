"""Maintenance jobs: they come again and again, never twice at once, and end with the container."""
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR


def job(command, *arguments, every='30ms', **more):
    return {'id': 'job', 'command': command, 'arguments': list(arguments),
            'schedule': {'every': every}, **more}


def start(one_job, *main):
    return pid1.start_with({'maintenance': [one_job]}, *(main or (ACTOR, 'listen', '15', '3')))


def stop(one):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3, one.err.text)


@tap.test
def a_job_runs_again_and_again():
    one = start(job('echo', 'ran'))
    for _ in range(10):
        one.line('ran')
    tap.check(one.status()['jobs'][0]['runs'] >= 10, 'runs are counted')
    one.complaint(r'pintle: job job: done in (\d+m?s)+|pintle: job job: done in 0s')
    stop(one)


@tap.test
def a_job_without_a_schedule_runs_at_the_start_only():
    one = start({'id': 'job', 'command': 'echo', 'arguments': ['ran'], 'runOnStart': True})
    one.line(r'ran\n(.*\n)*ready|ready\n(.*\n)*ran')  # in either order
    one.complaint(r'pintle: job job: done in .*')
    state = one.status()['jobs'][0]
    tap.equal((state['runs'], state.get('next')), (1, None), state)
    stop(one)


@tap.test
def a_job_that_is_due_while_it_runs_is_skipped():
    one = start(job(ACTOR, 'listen', '15'))
    one.line('ready')
    one.line('ready')
    one.complaint('pintle: job job: skipped: its last run has not ended')
    tap.equal(one.status()['jobs'][0]['runs'], 1)
    stop(one)
    tap.equal(one.err.rest().count('skipped'), 1, 'told once, however many slots it takes')
    tap.equal(one.out.rest().count('ready'), 2)


@tap.test
def a_job_that_runs_is_ended_with_the_container():
    one = start(job(ACTOR, 'listen', '15'))
    one.line('ready')
    one.line('ready')
    stop(one)
    tap.equal(one.out.rest().count('got 15'), 2)


@tap.test
def a_job_that_ignores_term_does_not_keep_the_container():
    one = pid1.start_with({'maintenance': [job(ACTOR, 'deaf')],
                           'shutdown': {'gracePeriod': '200ms', 'totalGracePeriod': '400ms'}},
                          ACTOR, 'listen', '15', '3')
    one.line('ready')
    one.line('ready')
    stop(one)
    one.out.rest()


@tap.test
def a_job_that_fails_is_told_and_comes_again():
    one = start(job('sh', '-c', 'exit 4'))
    for _ in range(2):
        one.complaint(r'pintle: job job: failed after (\d+m?s|0s)+: exit code 4')
    tap.equal(one.status()['jobs'][0]['exitCode'], 4)
    tap.equal(one.health()[0], 0)
    stop(one)


@tap.test
def a_job_that_cannot_be_started_is_told_and_main_goes_on():
    one = start(job('/no/such'))
    one.complaint(r"pintle: job job: failed after .*: cannot execute '/no/such': .*")
    stop(one)


@tap.test
def a_job_that_takes_too_long_is_stopped():
    one = start(job(ACTOR, 'listen', '15', timeout='50ms'))
    one.complaint(r'pintle: job job: timed out after (\d+m?s)+, stopping it')
    one.line('got 15')
    one.complaint(r'pintle: job job: failed after .*timed out')
    stop(one)


@tap.test
def no_job_starts_before_the_steps_are_done():
    step = {'id': 'wait', 'command': ACTOR, 'arguments': ['listen', '15']}
    one = pid1.start_with({'steps': [step], 'maintenance': [job('echo', 'ran', every='1ms')]},
                          'true')
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)
    tap.check('ran' not in one.out.rest(), 'a job ran')


@tap.test
def a_cron_is_wall_time_whatever_the_boot_clock_shows():
    pid1.needs_root()
    later = time.gmtime(time.time() + 12 * 3600)
    document = {'maintenance': [{'id': 'job', 'command': 'true',
                                 'schedule': f'0 {later.tm_hour} * * *'}]}
    usual = pid1.UNSHARE
    tap.cleanup(lambda: setattr(pid1, 'UNSHARE', usual))
    for boot_clock in ([], ['--time', '--boottime', '100000']):
        if subprocess.run(['unshare', *boot_clock, '--fork', 'true'], stderr=subprocess.DEVNULL).returncode:
            tap.skip('no time namespaces')
        pid1.UNSHARE = [*usual, *boot_clock]
        one = pid1.start_with(document, ACTOR, 'listen', '15', '3')
        one.line('ready')
        before = time.time()
        slot = before + one.status()['jobs'][0]['nextInMs'] / 1000
        # Half a minute is what a busy machine may lose between the two.
        tap.check(abs(slot % 3600 - 1800) > 1770, 'it is due at the full hour', slot)
        tap.equal(time.gmtime(slot + 60).tm_hour, later.tm_hour)
        stop(one)


tap.main()
