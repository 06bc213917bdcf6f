"""pintle's own lines: text for people, JSON for machines, on stderr only."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

STEP = {'id': 'odd', 'command': 'sh', 'arguments': ['-c', 'exit 3']}


def events(text):
    return [json.loads(line) for line in text.splitlines()]


@tap.test
def every_line_begins_with_the_programs_name():
    _, out, err = pid1.run_with({'steps': [STEP]}, 'true', options=['-v'])
    tap.equal(out, '')
    for line in err.splitlines():
        tap.check(line.startswith('pintle: '), 'the name', line)


@tap.test
def json_lines_parse_and_carry_time_level_and_hook():
    code, out, err = pid1.run_with({'steps': [STEP], 'logging': {'format': 'json'}}, 'true')
    tap.equal((code, out), (80, ''))
    seen = events(err)
    for event in seen:
        tap.check(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', event['time']), 'time',
                  event)
        tap.check(event['level'] in ('debug', 'info', 'warn', 'error'), 'level', event)
    failed = next(event for event in seen if event.get('hook') == 'odd')
    tap.equal((failed['kind'], failed['attempt'], failed['exitCode']), ('step', 1, 3))
    tap.check(failed['durationMs'] >= 0, 'duration', failed)
    tap.equal(seen[-1]['message'], 'exit 80: step odd failed: exit code 3')


@tap.test
def a_text_from_outside_stays_one_line():
    name = '/no/such\n"\x1b[31m\\pintle: exit 0: forged'
    code, _, err = pid1.run(name)
    tap.equal(code, 127)
    tap.equal(len([line for line in err.splitlines() if 'forged' in line]), 1)
    tap.check('\x1b' not in err, 'no control character comes through', err)
    code, _, err = pid1.run(name, options=['--log-format', 'json'])
    tap.equal(code, 127)
    tap.holds(events(err)[-1]['message'], 'forged')


@tap.test
def bytes_that_are_no_utf_8_leave_json_valid():
    done = pid1.subprocess.run(
        [*pid1.UNSHARE, pid1.PINTLE, '--log-format', 'json', '--', b'/no/\xff\xfe'],
        capture_output=True, timeout=pid1.DEADLINE)
    tap.equal(done.returncode, 127)
    for line in done.stderr.splitlines():
        tap.holds(json.loads(line.decode('utf-8')), 'message')


@tap.test
def a_message_that_is_too_long_for_a_pipe_is_cut_and_stays_valid():
    for user in ('x' * 20000, '\x01' * 20000, '\u00e9' * 20000):
        code, _, err = pid1.run('true', options=['--log-format', 'json', '-u', user])
        tap.equal(code, 78)
        tap.holds(events(err)[-1]['message'], 'exit 78: main: cannot use user')


@tap.test
def the_level_says_what_is_written():
    def lines(*options):
        one = pid1.run_with({'steps': [{'id': 'ok', 'command': 'true'}]}, 'true', options=options)
        return one[2]
    tap.holds(lines(), 'step ok: done in')
    tap.holds(lines('-v'), 'step ok: started')
    tap.holds(lines('--log-level', 'debug'), 'main: started')
    tap.equal(lines('--log-level', 'error'), '')
    tap.check('done in' not in lines('--log-level', 'warn'), 'a line of a lower level')


@tap.test
def the_command_line_wins_over_the_config():
    _, _, err = pid1.run_with({'logging': {'format': 'json', 'level': 'error'}}, '/no/such',
                              options=['--log-format', 'text'])
    tap.check(err.startswith('pintle: exit 127: '), 'text', err)


@tap.test
def a_line_of_json_is_written_for_a_wrong_config_too():
    _, _, err = pid1.run('true', config_file='/no/such.json', options=['--log-format', 'json'])
    tap.equal(events(err)[-1]['exitCode'], 78)


tap.main()
