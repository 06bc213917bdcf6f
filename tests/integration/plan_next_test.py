"""`pintle plan --next N [--at TIME]`: when each job will run, as clocks in its time zone show it."""
import datetime
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

AUTUMN = '2026-10-24T22:30:00Z'
SPRING = '2026-03-28T23:30:00Z'


def plan(document, *options, **environment):
    """(exit code, what it writes)."""
    done = subprocess.run([pid1.PINTLE, 'plan', *options, pid1.config(document)], text=True,
                          capture_output=True, env=environment)
    return done.returncode, done.stdout + done.stderr


def times(at, count, one_job, **environment):
    document = {'maintenance': [{'id': 'j', 'command': 'x', **one_job}]}
    code, out = plan(document, '--json', '--next', str(count), '--at', at, **environment)
    tap.equal(code, 0, out)
    return json.loads(out)['jobs'][0]['next']


@tap.test
def the_times_of_a_cron_are_those_at_which_it_would_run():
    tap.equal(times('2026-01-31T23:59:59Z', 3, {'schedule': '0 12 * * MON'}),
              ['2026-02-02T12:00:00Z', '2026-02-09T12:00:00Z', '2026-02-16T12:00:00Z'])
    tap.equal(times('2026-01-01', 2, {'schedule': '0 0 29 2 *'}),
              ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'])
    tap.equal(times('2026-01-01T01:00+01:00', 1, {'schedule': '* * * * *'}),
              ['2026-01-01T00:01:00Z'])
    tap.equal(times('2199-12-31T23:58:00Z', 9, {'schedule': '@hourly'}), [], 'the end of time')


@tap.test
def when_clocks_are_set_the_times_are_those_of_the_zone():
    if not pathlib.Path('/usr/share/zoneinfo/Europe/Berlin').exists():
        tap.skip('tzdata is not installed')
    berlin = {'timezone': 'Europe/Berlin'}
    tap.equal(times(SPRING, 2, {'schedule': '30 2 * * *', **berlin}),
              ['2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00'])
    tap.equal(times(SPRING, 2, {'schedule': '0 * * * *', **berlin}),
              ['2026-03-29T01:00:00+01:00', '2026-03-29T03:00:00+02:00'])
    tap.equal(times(AUTUMN, 2, {'schedule': '30 2 * * *', **berlin}),
              ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'])
    tap.equal(times(AUTUMN, 3, {'schedule': '30 * * * *', **berlin})[1:],
              ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'])


@tap.test
def intervals_count_from_the_start_and_a_run_at_the_start_comes_first():
    every = {'schedule': {'every': '6h'}}
    tap.equal(times('2026-01-01', 2, every), ['2026-01-01T06:00:00Z', '2026-01-01T12:00:00Z'])
    tap.equal(times('2026-01-01', 2, {**every, 'runOnStart': True}),
              ['2026-01-01T00:00:00Z', '2026-01-01T06:00:00Z'])
    tap.equal(times('2026-01-01', 2, {'runOnStart': True}), ['2026-01-01T00:00:00Z'])
    tap.equal(times('2026-01-01', 2, {'runOnStart': False}), [])


@tap.test
def a_schedule_may_come_from_the_environment():
    tap.equal(times('2026-01-01', 1, {'schedule': '$WHEN'}, WHEN='0 3 * * *'),
              ['2026-01-01T03:00:00Z'])
    tap.equal(times('2026-01-01', 1, {'schedule': '$WHEN'}), None)


@tap.test
def people_see_the_day_of_the_week_and_the_same_at_every_run():
    document = {'maintenance': [
        {'id': 'a', 'command': 'x', 'schedule': '0 12 * * MON'},
        {'id': 'b', 'command': 'x', 'schedule': '$WHEN'},
        {'id': 'c', 'command': 'x', 'runOnStart': False}]}
    code, out = plan(document, '--next', '2', '--at', '2026-01-31T23:59:59Z')
    tap.equal(code, 0, out)
    tap.holds(out, 'main starts at 2026-01-31T23:59:59Z\n')
    tap.holds(out, '│    next Mon 2026-02-02T12:00:00Z\n│         Mon 2026-02-09T12:00:00Z\n')
    tap.holds(out, '│    next unknown: a variable of its schedule has no value\n')
    tap.holds(out, '│    next never by itself\n')
    tap.equal(plan(document, '--next', '2', '--at', '2026-01-31T23:59:59Z')[1], out)
    tap.check('next' not in plan(document)[1], 'only where it is wanted')


@tap.test
def without_a_time_it_is_from_now():
    document = {'maintenance': [{'id': 'a', 'command': 'x', 'schedule': '* * * * *'}]}
    before = datetime.datetime.now(datetime.timezone.utc)
    _, out = plan(document, '--json', '--next', '1')
    after = datetime.datetime.now(datetime.timezone.utc)
    first = datetime.datetime.fromisoformat(json.loads(out)['jobs'][0]['next'][0][:-1] + '+00:00')
    minute = datetime.timedelta(minutes=1)
    tap.check(before < first <= after + minute, seen=(before, first, after))


@tap.test
def a_wrong_command_line_is_told():
    document = {}
    for words, line in ((['--next', '0'], '--next takes a number from 1 to 1000'),
                        (['--next', '1001'], '--next takes a number'),
                        (['--next', '5x'], '--next takes a number'),
                        (['--at', '2026-01-01'], '--at needs --next N'),
                        (['--next', '1', '--at', '2026-02-29'], '--at takes a time like'),
                        (['--next', '1', '--at', '2026-01-01T24:00:00Z'], '--at takes a time'),
                        (['--next', '1', '--at', '2026-01-01T00:00:00'], '--at takes a time'),
                        (['--next', '1', '--at', '1969-12-31'], '--at takes a time'),
                        (['--next', '1', '--at', '2026-01-01T00:00:00Zx'], '--at takes a time'),
                        (['--next', '1', '--at', ''], '--at takes a time')):
        code, said = plan(document, *words)
        tap.equal(code, 64, f'{words}: {said}')
        tap.holds(said, line)


tap.main()
