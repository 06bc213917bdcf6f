"""Somebody sets the wall clock while jobs wait for their slots, processes for their timeouts."""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import own_kernel
import pid1
import tap
from pid1 import ACTOR

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY
NOON = 1_795_608_000  # in November 2026
HOURLY = {'id': 'cron', 'command': 'echo', 'arguments': ['cron'], 'schedule': '0 * * * *'}
OFTEN = {'id': 'often', 'command': 'echo', 'arguments': ['often'], 'schedule': {'every': '50ms'}}


def set_clock(seconds):
    time.clock_settime(time.CLOCK_REALTIME, seconds)


def start(*jobs, **more):
    one = pid1.start_with({'maintenance': list(jobs)}, ACTOR, 'listen', '15', '3', **more)
    one.line('ready')
    return one


def stop(one):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3, one.err.text)


def job(one, name='cron'):
    return next(job for job in one.status()['jobs'] if job['id'] == name)


def waits_for(one, seconds):
    """Whether its cron waits about that long; a busy machine may have lost a minute."""
    tap.until(lambda: seconds - 60 <= job(one)['nextInMs'] / 1000 <= seconds,
              f'the next slot is in {seconds} s')


@tap.test
def with_a_job_and_only_then_pid_1_is_told_when_somebody_sets_the_wall_clock():
    absolute, cancel_on_set = 1, 2

    def watches(one):
        files = [file.read_text() for file in pathlib.Path(f'/proc/{one.pid}/fdinfo').iterdir()]
        timers = [dict(line.split(': ', 1) for line in text.splitlines() if ': ' in line)
                  for text in files if 'settime flags' in text]
        return [(timer['clockid'], int(timer['settime flags'], 8)) for timer in timers]
    one = start(HOURLY)
    tap.equal(watches(one), [(str(time.CLOCK_REALTIME), absolute | cancel_on_set)])
    stop(one)
    without = start()
    tap.equal(watches(without), [])
    stop(without)


@own_kernel.test
def a_clock_that_is_set_past_slots_makes_one_run_at_once_and_then_the_next_slot():
    set_clock(NOON + 60)
    one = start(HOURLY)
    waits_for(one, HOUR - 60)
    set_clock(NOON + DAY + 120)
    one.line('cron')
    waits_for(one, HOUR - 120)
    tap.equal(job(one)['runs'], 1)
    stop(one)


@own_kernel.test
def a_clock_that_is_set_to_just_before_a_slot_moves_the_slot_there():
    set_clock(NOON + 60)
    one = start(HOURLY)
    waits_for(one, HOUR - 60)
    set_clock(NOON + HOUR - 1)
    one.line('cron')
    tap.check(NOON + HOUR <= time.time() < NOON + HOUR + 60, 'at the full hour', time.time())
    stop(one)


@own_kernel.test
def a_clock_that_is_set_back_by_a_day_brings_no_slot_again():
    set_clock(NOON - 60)
    one = start(HOURLY)
    set_clock(NOON)
    one.line('cron')
    set_clock(NOON + 60 - DAY)
    waits_for(one, DAY + HOUR - 60)
    set_clock(NOON + 60)
    waits_for(one, HOUR - 60)
    tap.equal(job(one)['runs'], 1)
    set_clock(NOON + HOUR)
    one.line('cron')
    stop(one)


@own_kernel.test
def a_clock_that_was_wrong_by_years_and_is_set_right_does_not_stop_a_job_for_years():
    set_clock(NOON + 60 + 10 * YEAR)
    one = start(HOURLY)
    set_clock(NOON + HOUR + 60 + 10 * YEAR)
    one.line('cron')
    set_clock(NOON + 60)
    waits_for(one, HOUR - 60)
    set_clock(NOON + HOUR)
    one.line('cron')
    stop(one)


@own_kernel.test
def no_timeout_interval_or_grace_period_follows_the_wall_clock():
    set_clock(NOON + 60)
    check = {'id': 'check', 'command': 'true', 'interval': '50ms', 'startPeriod': '0'}
    slow = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15'], 'timeout': '1h'}
    one = pid1.start_with({'steps': [slow]}, 'true')
    one.line('ready')
    set_clock(NOON + YEAR)
    tap.equal(one.status()['phase'], 'init')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)
    document = {'health': [check], 'maintenance': [OFTEN], 'shutdown': {'gracePeriod': '500ms'}}
    one = pid1.start_with(document, ACTOR, 'deaf')
    one.line('ready')
    for away in (YEAR, -YEAR, 10 * YEAR, 0):
        set_clock(NOON + away)
        for _ in range(3):
            one.line('often')
        tap.until(lambda: one.health() == (0, 'healthy'), 'the check runs on')
    one.signal(signal.SIGTERM)
    set_clock(NOON - YEAR)
    tap.equal(one.end(), 137)
    tap.holds(one.err.rest(), 'did not end within the grace period')


@own_kernel.test
def a_clock_that_swings_a_thousand_times_makes_one_run_and_no_load_afterwards():
    set_clock(NOON + 60)
    one = start(HOURLY)
    for _ in range(1000):
        set_clock(NOON + DAY + 60)
        set_clock(NOON + 60)
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    tap.check(job(one)['runs'] <= 1, 'no slot runs twice', job(one))

    def waits():
        return int(pid1.status(one.pid)['voluntary_ctxt_switches'])
    tap.until(lambda: pid1.state(one.pid) == 'S', 'it sleeps')
    before = waits()
    time.sleep(0.5)
    tap.check(waits() - before < 3, 'it sleeps on', waits() - before)
    stop(one)


@own_kernel.test
def a_clock_that_is_set_while_pintle_begins_to_watch_it_is_noticed():
    pid1.needs('strace')
    set_clock(NOON + 60)
    trace = pid1.folder() / 'trace'
    strace = ['strace', '-o', trace, '-e', 'inject=timerfd_create:signal=SIGSTOP']
    one = pid1.start_with({'maintenance': [HOURLY]}, ACTOR, 'listen', '15', '3', before=strace)
    tap.until(lambda: trace.exists() and 'stopped by SIGSTOP' in trace.read_text(), 'it is stopped')
    pid, = pid1.children(one.pid)
    set_clock(NOON + HOUR // 2)
    os.kill(pid, signal.SIGCONT)
    one.line('ready')
    waits_for(one, HOUR // 2)
    os.kill(pid, signal.SIGTERM)
    tap.equal(one.end(), 3, one.err.text)


tap.main()
