"""A config that is wrong is told, line by line, and nothing is started."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE

STEP = '"id": "a", "command": "x"'
CHECK = STEP


def step(more, first=STEP):
    return '{"steps": [{%s%s}]}' % (first, ', ' + more if first and more else more)


def check(more):
    return '{"health": [{%s, %s}]}' % (CHECK, more)


# A config, and its one problem: LINE:COLUMN: POINTER: what.
TABLE = [
    ('', '1:1: syntax error while parsing value - unexpected end of input; '
     "expected '[', '{', or a literal"),
    ('{"a": }', "1:7: syntax error while parsing value - unexpected '}'; "
     "expected '[', '{', or a literal"),
    ('{\n "user": "x"\n "main": {}}', "3:7: syntax error while parsing object - unexpected string "
     "literal; expected '}'"),
    ('{} {}', "1:4: syntax error while parsing value - unexpected '{'; expected end of input"),
    ('\ufeff{}', '1:1: the file begins with a byte order mark; save it without'),
    ('{"user": "\\u0000"}', '1:10: a string contains a NUL character, which no argument or path can contain'),
    ('{"user": "a",\n  "user": "b"}',
     '2:3: the key "user" is twice in this object; remove one'),
    ('{"steps": [{"id": "a", "id": "b", "command": "x"}]}',
     '1:24: /steps/0: the key "id" is twice in this object; remove one'),
    ('[' * 100000, '1:65: ' + '/0' * 63 + ': nested deeper than 64 levels'),
    ('[]', '1:1: expected an object, found an array'),
    # unknown keys
    ('{"mian": {}}', '1:2: /mian: unknown key "mian" in the config; did you mean "main"?'),
    ('{"zzz": {}}', '1:2: /zzz: unknown key "zzz" in the config; known are: user, groups, '
     'workingDirectory, umask, imageMode, environment, parallelism, steps, main, health, maintenance, '
     'shutdown, confinement, trust, listen, init, logging, $schema'),
    (step('"timout": "1s"'), '1:40: /steps/0/timout: unknown key "timout" in a step; did you mean '
     '"timeout"?'),
    (step('"interval": "1s"'), '1:40: /steps/0/interval: the key "interval" is not allowed in a '
     'step'),
    # wrong types and values
    ('{"user": 1}', '1:10: /user: expected a string, found a whole number'),
    ('{"user": ""}', '1:10: /user: it is empty; write a value, or remove the key'),
    ('{"steps": {}}', '1:11: /steps: expected an array, found an object'),
    ('{"steps": [1]}', '1:12: /steps/0: expected an object, found a whole number'),
    (step('"timeout": 5'), '1:51: /steps/0/timeout: a duration is a string with a unit: write '
     '"5s", not 5'),
    (step('"timeout": "5"'), '1:51: /steps/0/timeout: "5" is not a duration; write it like '
     '"500ms", "30s" or "1m30s" (units ms, s, m, h, d)'),
    (step('"timeout": "0s"'), '1:51: /steps/0/timeout: it must be 1ms or more'),
    (step('"arguments": "-x"'), '1:53: /steps/0/arguments: expected an array, found a string'),
    (step('"arguments": [1]'), '1:54: /steps/0/arguments/0: expected a string, found a whole '
     'number'),
    (step('"arguments": ["${A"]'),
     '1:54: /steps/0/arguments/0: "${" is not closed by "}"'),
    (step('"umask": "999"'), '1:49: /steps/0/umask: "999" is not a mode; write it in octal, like '
     '"0750"'),
    (check('"kind": "live"'), '1:49: /health/0/kind: "live" is none of: readiness, liveness, '
     'startup'),
    (check('"failureThreshold": 0'), '1:61: /health/0/failureThreshold: 0 is out of range; write a '
     'whole number from 1 to 1000000'),
    (check('"failureThreshold": 1.5'), '1:61: /health/0/failureThreshold: expected a whole '
     'number, found a number'),
    (check('"failureThreshold": true'), '1:61: /health/0/failureThreshold: expected a whole '
     'number, found a boolean'),
    ('{"health": [{"id": "a", "http": {"url": "ftp://x"}}]}', '1:41: /health/0/http/url: '
     '"ftp://x": write http://HOST:PORT/PATH or https://HOST:PORT/PATH'),
    ('{"health": [{"id": "a", "tcp": "h:99999"}]}', '1:32: /health/0/tcp: "h:99999": the port is '
     'a number from 1 to 65535'),
    ('{"health": [{"id": "a", "http": {"url": "http://[::1]/", "headers": {"Bad Header": "x"}}}]}',
     '1:70: /health/0/http/headers/Bad Header: it is not a valid header name'),
    ('{"health": [{"id": "a", "http": {"url": "http://[::1]/", "headers": {"te": "$X"}}}]}',
     '1:70: /health/0/http/headers/te: pintle sets it itself'),
    ('{"health": [{"id": "a", "http": {"url": "http://[::1]/", "headers": {"X": "a\\nb"}}}]}',
     '1:70: /health/0/http/headers/X: there is a line break or a control character in its value'),
    ('{"steps": [{"id": "a", "fetch": {"url": "http://a/", "path": "/a", "headers": '
     '{"accept-encoding": "br"}}}]}',
     '1:80: /steps/0/fetch/headers/accept-encoding: pintle sets it itself'),
    ('{"environment": {"A": {"pattern": "((((a{255}){255}){255}){255})"}}}',
     '1:35: /environment/A/pattern: it is not an extended regular expression: its repetitions need '
     'too much memory; use fewer of them, or nest them less'),
    ('{"main": {"command": "x", "signals": {"TREM": "INT"}}}', '1:39: /main/signals/TREM: "TREM" '
     'is not a signal; write it like "SIGTERM"'),
    ('{"shutdown": {"signals": ["TERM", "9"]}}', '1:35: /shutdown/signals/1: SIGKILL cannot stop '
     'the container: the kernel does not let PID 1 see it'),
    ('{"shutdown": {"signals": ["SIGCHLD"]}}', '1:27: /shutdown/signals/0: SIGCHLD cannot stop '
     'the container: it says that a child has ended'),
    ('{"shutdown": {"signals": []}}', '1:26: /shutdown/signals: it is empty: nothing but SIGKILL '
     'would stop the container'),
    ('{"shutdown": {"gracePeriod": "10s", "totalGracePeriod": "5s"}}', '1:14: /shutdown: '
     '"totalGracePeriod" is shorter than "gracePeriod"'),
    ('{"environment": {"1A": "x"}}', '1:18: /environment/1A: the name of a variable has '
     'letters, digits and _ only, and does not begin with a digit'),
    ('{"imageMode": "prebuild"}', '1:15: /imageMode: "prebuild" is none of: layered, prebuilt'),
    # what is missing, or too much
    (step('', first='"command": "x"'), '1:12: /steps/0: the key "id" is missing'),
    (step('', first='"id": "a"'), '1:12: /steps/0: the action is missing; write one of: command, directory, '
     'file, line, copy, link, remove, permissions, certificates, fetch, wait, prune, rotate, check, log, '
     'fail'),
    (step('"directory": {"path": "/x"}'), '1:12: /steps/0: it has 2 actions (command, directory), '
     'and only one is allowed; write 2 hooks'),
    ('{"maintenance": [{%s}]}' % STEP, '1:18: /maintenance/0: one of "schedule", "runOnStart" '
     'is needed'),
    (step('"condition": {"startedAs": "app:app"}'), '1:67: /steps/0/condition/startedAs: write the name '
     'or the uid of a user, without group and without variables'),
    (step('"condition": {"command": "/usr/bin/x"}'), '1:65: /steps/0/condition/command: write the '
     'part of the program\'s path after the last "/", without variables'),
    ('{"environment": {"X": {"fileVariable": "X"}}}', '1:40: /environment/X/fileVariable: it names the '
     'variable itself; write the name of the other one that names the file'),
    ('{"main": {"arguments": []}}', '1:24: /main: "arguments" without "command"'),
    # ids, references and cycles
    ('{"steps": [{%s},\n {%s}]}' % (STEP, STEP), '2:2: /steps/1/id: the id "a" is used by '
     '/steps/0 already; choose another one'),
    ('{"steps": [{"id": "migrate", "command": "x"},\n {%s, "precedents": ["migrat"]}]}' % STEP,
     '2:45: /steps/1/precedents/0: there is no step "migrat"; did you mean "migrate"?'),
    (step('"precedents": ["b"]'), '1:55: /steps/0/precedents/0: there is no step "b"'),
    (step('"precedents": ["a"]'), '1:12: /steps/0/precedents: the steps wait for each other: a → '
     'a; remove one precedent'),
    ('{"steps": [' + ', '.join('{"id": "%s", "command": "x", "precedents": ["%s"]}' % pair for pair
                               in (('a', 'b'), ('b', 'c'), ('c', 'a'))) + ']}',
     '1:12: /steps/0/precedents: the steps wait for each other: a → c → b → a; remove one '
     'precedent'),
]


def problems(text):
    """What is said about it, without the file's name and the line with the exit code."""
    path = pid1.config(text)
    code, out, err = pid1.run('echo', 'started', config_file=path)
    tap.equal((code, out), (78, ''), f'{text[:80]!r}: {err}')
    lines = [line.removeprefix(f'pintle: {path}:') for line in err.splitlines()[:-1]]
    more = f' (and {len(lines) - 1} more)' if len(lines) > 1 else ''
    tap.equal(pid1.chosen_line(err, 78), f'{path} cannot be used: {lines[0]}{more}')
    checked = pid1.subprocess.run([PINTLE, 'check', path], capture_output=True, text=True)
    count = f'pintle: exit 78: {path} cannot be used: {len(lines)} problem{"s" * (len(lines) > 1)}'
    tap.equal((checked.returncode, checked.stdout), (78, ''), 'check')
    tap.equal(checked.stderr.splitlines(), [*err.splitlines()[:-1], count], 'check')
    return lines


@tap.test
def each_mistake_gives_one_line_with_its_place_and_nothing_is_started():
    for text, line in TABLE:
        tap.equal(problems(text), [line])


@tap.test
def all_mistakes_of_a_file_are_told_in_one_run_in_the_order_of_the_text():
    text = '''{
  "usre": "x",                    // a comment counts as a line
  "steps": [
    {"id": "a", "command": "x", "timeout": 1},
    {"id": "b"},
    {"id": "a", "command": "x", /* ü */ "interval": "1s"}
  ],
  "logging": {"level": "loud"}
}'''
    places = [line.split(': ')[:2] for line in problems(text)]
    tap.equal(places, [['2:3', '/usre'], ['4:44', '/steps/0/timeout'], ['5:5', '/steps/1'],
                       ['6:5', '/steps/2/id'], ['6:42', '/steps/2/interval'],
                       ['8:24', '/logging/level']])


def unusable(path, words):
    one = pid1.start('echo', 'started', config_file=str(path))
    tap.equal(one.end(), 78)
    tap.equal(one.out.rest(), '')
    line = pid1.chosen_line(one.err.rest(), 78)
    tap.check(line.startswith(f'{path} cannot be used: '), 'names the file', line)
    tap.holds(line, words)


@tap.test
def a_config_that_is_no_file_is_told_and_never_waited_for():
    folder = pid1.folder()
    os.mkfifo(folder / 'fifo')
    unusable(folder / 'fifo', 'it is not a regular file')
    unusable(folder, 'it is not a regular file')
    unusable('/dev/zero', 'it is not a regular file')
    unusable('/no/such.json', "cannot open '/no/such.json': No such file or directory")


@tap.test
def a_config_of_more_than_a_mebibyte_is_refused():
    path = pid1.folder() / 'big.json'
    path.write_text('{}' + ' ' * (1 << 20))
    unusable(path, 'it is larger than 1048576 bytes')
    path.write_text('{}' + ' ' * ((1 << 20) - 2))
    tap.equal(pid1.run('true', config_file=str(path))[0], 0)


@tap.test
def the_config_is_found_by_option_variable_and_standard_path():
    named, given = pid1.config('{"mian": 1}'), pid1.config('{"mian": 2}')
    one = ['env', f'PINTLE_CONFIG={named}']
    tap.holds(pid1.run('true', before=one)[2], f'{named} cannot be used')
    tap.holds(pid1.run('true', before=one, config_file=given)[2], f'{given} cannot be used')
    standard = ['sh', '-c', 'mount -t tmpfs none /etc && mkdir /etc/pintle && '
                f'cp {given} /etc/pintle/pintle.json && exec "$@"', 'sh']
    tap.holds(pid1.run('true', before=standard)[2], '/etc/pintle/pintle.json cannot be used')


@tap.test
def a_config_at_the_standard_path_that_cannot_be_reached_is_not_taken_for_none():
    for made in ('ln -s nowhere /etc/pintle/pintle.json',
                 'ln -s pintle.json /etc/pintle/pintle.json', 'mkdir /etc/pintle/pintle.json'):
        before = ['sh', '-c', f'mount -t tmpfs none /etc && mkdir /etc/pintle && {made} && '
                  'exec "$@"', 'sh']
        code, out, err = pid1.run('echo', 'ran', before=before)
        tap.equal((code, out), (78, ''), err)
        tap.holds(err, '/etc/pintle/pintle.json cannot be used')


@tap.test
def comments_are_allowed_and_main_comes_from_the_config():
    text = '/* a */ {"main": {"command": "echo", // b\n "arguments": ["from config"]}}'
    code, out, err = pid1.run(config_file=pid1.config(text))
    tap.equal((code, out), (0, 'from config\n'), err)
    tap.equal(pid1.run('echo', 'other', config_file=pid1.config(text))[1], 'other\n')


@tap.test
def without_main_and_without_command_it_is_64():
    code, _, err = pid1.run(config_file=pid1.config('{}'))
    tap.equal(code, 64)
    tap.holds(pid1.chosen_line(err, 64), 'the config has no "main"')


@tap.test
def check_says_ok_and_which_variables_the_container_must_set():
    path = pid1.config({'steps': [{'id': 'a', 'command': 'x', 'arguments': ['$TOKEN', '$KNOWN']}],
                        'environment': {'KNOWN': {'defaultValue': 1}}})
    done = pid1.subprocess.run([PINTLE, 'check', path], capture_output=True, text=True)
    tap.equal((done.returncode, done.stdout), (0, 'note: TOKEN is declared nowhere; the '
              "container's environment must set it\nnote: step a: the secret TOKEN becomes an "
              f'argument, which /proc/PID/cmdline shows\n{path}: ok (1 step, 0 checks, 0 jobs, main '
              'from the command line)\n'))


@tap.test
def a_shell_line_is_run_by_a_shell_in_layered_mode_only():
    document = {'steps': [{'id': 'a', 'command': 'echo "shell  form" | cat'}]}
    code, out, err = pid1.run_with(document, 'true')
    tap.equal((code, out), (0, 'shell  form\n'), err)
    code, out, err = pid1.run_with({**document, 'user': '1:1', 'imageMode': 'prebuilt'}, 'true')
    tap.equal((code, out), (83, ''), err)
    tap.holds(pid1.chosen_line(err, 83), 'step a: its command needs a shell')


tap.main()
