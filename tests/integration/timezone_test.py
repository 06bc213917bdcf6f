"""`timezone` of jobs: the zones are those of the image, and without any there is UTC."""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE

ZONEINFO = pathlib.Path('/usr/share/zoneinfo')
ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia',
         'Asia/Tokyo', 'UTC']
HIDDEN = ['sh', '-c', f'mount -t tmpfs none {ZONEINFO} && exec "$@"', 'sh']
MISSING = ['sh', '-c', f'mount -t tmpfs none {ZONEINFO.parent} && exec "$@"', 'sh']
NO_ZONES = (r'the image has no time zones \(/usr/share/zoneinfo, package tzdata\): UTC is used instead of '
            'Asia/Tokyo, Europe/Berlin')


def job(zone, schedule='30 4 * * *', name='job'):
    return {'id': name, 'command': 'true', 'schedule': schedule, 'timezone': zone}


def jobs(*zones):
    return {'maintenance': [job(zone, name=f'job{number}') for number, zone in enumerate(zones)]}


def needs_zones():
    if not (ZONEINFO / 'Europe/Berlin').exists():
        tap.skip('tzdata is not installed')


def slots(document, **more):
    """The moments at which the jobs are due next, in seconds since 1970, by their ids."""
    one = pid1.start_with(document, ACTOR, 'listen', '15', **more)
    one.line('ready')
    before = time.time()
    return {each['id']: before + each['nextInMs'] / 1000 for each in one.status()['jobs']}, one


def is_due(slot, zone, hour, minute):
    """Half a minute is what a busy machine may lose between two looks at the clock."""
    shown = datetime.datetime.fromtimestamp(slot + 30, zoneinfo.ZoneInfo(zone))
    tap.equal((shown.hour, shown.minute), (hour, minute), f'{zone}: {shown}')


def with_zones(files, **more):
    """What stands before pintle so that the image's zones are `files`, by name."""
    folder = pid1.folder()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return ['sh', '-c', f'mount --bind {folder} {ZONEINFO} && exec "$@"', 'sh']


def check(document, before=()):
    """What `pintle check` says: (exit code, stdout, stderr)."""
    one = pid1.Process([*before, PINTLE, 'check', pid1.config(document)])
    return one.end(), one.out.rest(), one.err.rest()


@tap.test
def a_job_is_due_when_the_clocks_of_its_zone_show_the_time():
    needs_zones()
    due, _ = slots(jobs(*ZONES), env={**os.environ, 'TZ': 'Asia/Tokyo', 'TZDIR': '/nowhere'})
    for number, zone in enumerate(ZONES):
        is_due(due[f'job{number}'], zone, 4, 30)
        tap.check(0 < due[f'job{number}'] - time.time() + 30 < 26 * 3600, 'it is the next one')


@tap.test
def a_slot_of_every_quarter_of_an_hour_is_near_in_every_zone():
    needs_zones()
    due, _ = slots({'maintenance': [job(zone, '*/15 * * * *', zone.replace('/', '.')) for zone in ZONES]})
    for name, slot in due.items():
        tap.check(slot - time.time() < 901, name, slot)


@tap.test
def without_zones_there_is_utc_and_one_warning():
    pid1.needs_root()
    needs_zones()
    for before in (HIDDEN, MISSING):
        due, one = slots(jobs('Europe/Berlin', 'Asia/Tokyo', 'UTC', 'Europe/Berlin'), before=before)
        for slot in due.values():
            is_due(slot, 'UTC', 4, 30)
        one.complaint(f'pintle: {NO_ZONES}')
        tap.equal(one.err.text.count('time zones'), 1, one.err.text)
        code, out, err = check(jobs('Europe/Berlin', 'Asia/Tokyo'), before)
        tap.equal((code, err), (0, ''))
        tap.check(re.match(f'note: {NO_ZONES}\n', out), 'the note', out)
        code, out, _ = check(jobs('UTC', 'Etc/UTC', 'GMT'), before)
        tap.check('note' not in out, 'UTC needs no file', out)


@tap.test
def a_zone_that_the_image_does_not_have_is_an_error_at_its_place():
    needs_zones()
    for name, meant in (('Europe/Berln', '; did you mean "Europe/Berlin"?'),
                        ('europe/berlin', '; did you mean "Europe/Berlin"?'),
                        ('Amerika/New_Yrok', '; did you mean "America/New_York"?'),
                        ('Europe/Berlin/Mitte', ''), ('Middle-earth/Shire', '')):
        file = pid1.config(json.dumps(jobs('UTC', name)))
        column = pathlib.Path(file).read_text().index(f'"{name}"') + 1
        line = (f'1:{column}: /maintenance/1/timezone: there is no time zone "{name}" in '
                f'/usr/share/zoneinfo{meant}')
        code, _, err = pid1.run('true', config_file=file)
        tap.equal((code, err.splitlines()), (78, [
            f'pintle: {file}:{line}', f'pintle: exit 78: {file} cannot be used: {line}']))
        done = subprocess.run([PINTLE, 'check', file], capture_output=True, text=True)
        tap.equal((done.returncode, done.stderr.splitlines()), (78, [
            f'pintle: {file}:{line}', f'pintle: exit 78: {file} cannot be used: 1 problem']))


@tap.test
def a_file_that_is_no_zone_is_an_error():
    pid1.needs_root()
    needs_zones()
    berlin = (ZONEINFO / 'Europe/Berlin').read_bytes()
    files = {'Europe/Berlin': berlin[:-2], 'Text': b'x', 'Empty': b'', 'Large': berlin + bytes(1 << 18)}
    reasons = {'Europe/Berlin': 'is not a time zone: it ends too early',
               'Text': 'is not a time zone: it does not begin with "TZif"',
               'Empty': 'is not a time zone: it does not begin with "TZif"',
               'Large': 'it is larger than 262144 bytes', 'Europe': 'it is not a regular file'}
    before = with_zones(files)
    for name, reason in reasons.items():
        code, _, err = pid1.run_with(jobs(name), 'true', before=before)
        tap.equal(code, 78, err)
        tap.holds(err, f"'{ZONEINFO}/{name}'")
        tap.holds(err, reason)


@tap.test
def a_single_zone_is_enough_for_an_image():
    pid1.needs_root()
    needs_zones()
    before = with_zones({'Europe/Berlin': (ZONEINFO / 'Europe/Berlin').read_bytes()})
    due, one = slots(jobs('Europe/Berlin'), before=before)
    is_due(due['job0'], 'Europe/Berlin', 4, 30)
    tap.check('time zone' not in one.err.text, 'nothing is said of it', one.err.text)
    code, _, err = check(jobs('Asia/Tokyo'), before)
    tap.equal(code, 78)
    tap.holds(err, 'there is no time zone "Asia/Tokyo"')


@tap.test
def an_interval_has_no_zone():
    document = {'maintenance': [job('Europe/Berlin', {'every': '6h'})]}
    code, _, err = check(document)
    tap.equal(code, 78)
    tap.holds(err, ': /maintenance/0/timezone: it has no effect on "every"; remove the key')


@tap.test
def the_plan_shows_the_zone():
    needs_zones()
    file = pid1.config(jobs('Europe/Berlin'))
    plan = subprocess.run([PINTLE, 'plan', file], capture_output=True, text=True, check=True).stdout
    tap.holds(plan, '│    schedule 30 4 * * *\n│    timezone Europe/Berlin\n')
    plan = subprocess.run([PINTLE, 'plan', '--json', file], capture_output=True, text=True, check=True).stdout
    tap.equal(json.loads(plan)['jobs'][0]['timezone'], 'Europe/Berlin')


tap.main()
