"""`pintle plan`: what would run, the same on every run and under every environment, and nothing runs.
`pintle check` beside it: what is wrong with the graph of the steps."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

SHAPES = sorted((pathlib.Path(__file__).with_name('fixtures') / 'shapes').glob('*.json'))

DOCUMENT = {
    'user': 'app:app',
    'environment': {'DB_URL': {'description': 'database'}, 'LIMIT': {'defaultValue': 3}},
    'steps': [
        {'id': 'data', 'directory': {'path': '/data/$TENANT', 'mode': '0750'}, 'user': 'root'},
        {'id': 'left', 'command': 'fetch', 'arguments': ['$DB_URL', 'a b', ''],
         'precedents': ['data'], 'retries': 3, 'timeout': '90s'},
        {'id': 'right', 'command': 'echo a > b', 'precedents': ['data'], 'onFailure': 'continue'},
        {'id': 'join', 'file': {'path': '/data/f', 'content': 'a $$b\nc'},
         'precedents': ['left', 'right'],
         'onFailure': {'action': 'fallback', 'source': '/cache/f', 'destination': '/data/f'}},
        {'id': 'packages', 'command': 'apk', 'arguments': ['add', 'krb5'],
         'imageModes': ['layered']},
        {'id': 'asked', 'command': 'x',
         'condition': {'all': ['left', {'not': {'fileExists': '/data/done'}},
                               {'any': [{'environment': 'LIMIT'}, {'imageMode': 'layered'},
                                        {'directoryExists': '/data'}]}]}},
        {'id': 'old', 'prune': {'path': '/data', 'olderThan': '$AGE', 'keepLast': '${LIMIT}'}},
    ],
    'main': {'command': '/app/serve', 'arguments': ['--token', '$API_TOKEN']},
    'health': [{'id': 'live', 'kind': 'liveness', 'http': {'url': 'http://127.0.0.1:80/'},
                'interval': '5s', 'timeout': '1s'}],
    'maintenance': [{'id': 'tidy', 'schedule': {'every': '1h'}, 'command': 'tidy', 'user': '7:7'},
                    {'id': 'nightly', 'schedule': '0 3 * * *', 'command': 'report'},
                    {'id': 'told', 'schedule': '${WHEN:-@daily}', 'command': 'report'}],
}

TEXT = '''image mode: prebuilt
environment
├─ DB_URL (required)
├─ LIMIT (defaultValue)
steps
├─ data
│    directory path=/data/$TENANT mode=0750
│    as root
├─ left
│    fetch $DB_URL "a b" ""
│    as app:app
│    after data
│    timeout 1m30s
│    retries 3
│    onFailure result of a condition
├─ right
│    /bin/sh -c "echo a > b"
│    as app:app
│    after data
│    onFailure continue
├─ join
│    file path=/data/f content=a $$b\\nc
│    as app:app
│    else fallback source=/cache/f destination=/data/f
│    after left, right
├─ packages (skipped: not for this image mode)
│    apk add krb5
│    as app:app
│    after join, right, left, data
├─ asked
│    x
│    as app:app
│    after packages, left
│    condition {"all":["left",{"not":{"fileExists":"/data/done"}},{"any":[{"environment":"LIMIT"},\
{"imageMode":"layered"},{"directoryExists":"/data"}]}]}
├─ old
│    prune path=/data olderThan=$AGE keepLast=3
│    as app:app
│    after asked
checks
├─ live
│    http url=http://127.0.0.1:80/
│    as app:app
│    timeout 1s
│    kind liveness
│    interval 5s
jobs
├─ tidy
│    tidy
│    as 7:7
│    every 1h
├─ nightly
│    report
│    as app:app
│    schedule 0 3 * * *
├─ told
│    report
│    as app:app
│    schedule ${WHEN:-@daily}
main
│    /app/serve --token $API_TOKEN
│    as app:app
note: AGE is declared nowhere; the container's environment must set it
note: API_TOKEN is declared nowhere; the container's environment must set it
note: TENANT is declared nowhere; the container's environment must set it
note: main: the secret API_TOKEN becomes an argument, which /proc/PID/cmdline shows
note: some steps may run in parallel, but no more than there are CPUs, which may be one: set \
"parallelism" if steps need each other at the same time
'''
REFUSED = '''note: step right: its command needs a shell, which IMAGE_MODE=prebuilt does not allow; use a \
built-in or a program, or list the step for "imageModes": ["layered"] only
'''


def pintle(*words, **environment):
    done = subprocess.run([pid1.PINTLE, *words], capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout, done.stderr


def plan(path, mode='prebuilt', *options):
    code, out, err = pintle('plan', *options, path, IMAGE_MODE=mode)
    tap.equal((code, err), (0, ''))
    return out


@tap.test
def the_text_shows_each_hook_with_action_user_order_and_policy():
    tap.equal(plan(pid1.config(DOCUMENT)), TEXT + REFUSED)


@tap.test
def json_says_the_same_to_machines():
    out = json.loads(plan(pid1.config(DOCUMENT), 'prebuilt', '--json'))
    steps = {step['id']: step for step in out['steps']}
    tap.equal(list(steps), [step['id'] for step in DOCUMENT['steps']])
    tap.equal({name: step['after'] for name, step in steps.items()},
              {'data': [], 'left': ['data'], 'right': ['data'], 'join': ['left', 'right'],
               'packages': ['join', 'right', 'left', 'data'], 'asked': ['packages', 'left'],
               'old': ['asked']})
    tap.equal([name for name, step in steps.items() if 'skipped' in step], ['packages'])
    tap.equal(steps['left'], {'id': 'left', 'action': {'command': 'fetch', 'arguments':
                                                       ['$DB_URL', 'a b', '']},
                              'user': 'app:app', 'timeout': '1m30s', 'retries': 3,
                              'after': ['data'], 'onFailure': 'result of a condition'})
    tap.equal(steps['right']['action'], {'shell': 'echo a > b'})
    tap.equal(steps['asked']['condition'], DOCUMENT['steps'][5]['condition'])
    tap.equal(steps['join']['fallback'],
              {'fallback': {'source': '/cache/f', 'destination': '/data/f'}})
    tap.equal(steps['join']['action'], {'file': {'path': '/data/f', 'content': 'a $$b\nc'}})
    tap.equal(out['main'], {'action': DOCUMENT['main'], 'user': 'app:app'})
    tap.equal((out['checks'][0]['interval'], out['jobs'][0]['every']), ('5s', '1h'))
    tap.equal([job.get('schedule') for job in out['jobs']], [None, '0 3 * * *', '${WHEN:-@daily}'])
    tap.equal(len(out['notes']), 6)


@tap.test
def the_variables_are_shown_with_where_their_values_come_from_but_no_value():
    path = pid1.config({'umask': '0022', 'environment': {
        'HOST': {'description': 'host'}, 'LEVEL': {'defaultValue': 'hidden'}, 'FIXED': 'hidden',
        'MAYBE': {'optional': True}, 'PASSWORD': {'file': '/run/pw'},
        'TOKEN': {'fileVariable': 'TOKEN_FILE', 'secret': False},
        'ALL': {'fileVariable': 'ALL_FILE', 'file': '/run/all', 'defaultValue': 'hidden',
                'export': False}},
        'main': {'command': 'm', 'useSystemEnvironment': False, 'environment': {'M': 'hidden'}},
        'health': [{'id': 'h', 'command': 'c', 'useSystemEnvironment': True, 'umask': '0077',
                    'environment': {'A': {'optional': True}, 'B_KEY': 'hidden'},
                    'onFailure': {'action': 'run', 'step': {'command': 'mend'}}}]})
    out = json.loads(plan(path, 'layered', '--json'))
    tap.equal(out['environment'], {
        'HOST': 'required', 'LEVEL': 'defaultValue', 'FIXED': 'value', 'MAYBE': 'optional',
        'PASSWORD': 'file /run/pw, secret', 'TOKEN': 'fileVariable TOKEN_FILE, required',
        'ALL': 'fileVariable ALL_FILE, file /run/all, defaultValue, secret, not exported'})
    check = out['checks'][0]
    tap.equal((check['environment'], check['useSystemEnvironment'], check['umask']),
              ({'A': 'optional', 'B_KEY': 'value, secret'}, True, '0077'))
    tap.equal((out['main']['environment'], out['main']['useSystemEnvironment'],
               out['main']['umask']), ({'M': 'value'}, False, '0022'))
    text = plan(path, 'layered')
    tap.check('hidden' not in text, seen=text)
    for line in ('├─ PASSWORD (file /run/pw, secret)', '│    repair mend',
                 '│    environment A (optional), B_KEY (value, secret)',
                 '│    useSystemEnvironment true'):
        tap.holds(text, line + '\n')


@tap.test
def umask_signals_and_the_words_of_the_command_line_are_shown():
    path = pid1.config({'user': 'app:app', 'steps': [
        {'id': 'a', 'command': 'x', 'umask': '0027'},
        {'id': 'b', 'command': 'y', 'condition': 'a'},
        {'id': 'c', 'command': 'y', 'onFailure': 'abort'},
        {'id': 'd', 'command': 'y', 'condition': 'c'}],
        'main': {'command': '/app/serve', 'umask': '0077', 'commandLine': 'append',
                 'signals': {'SIGTERM': 'SIGINT'}}})
    out = json.loads(plan(path, 'layered', '--json'))
    tap.equal(out['main'], {'action': {'command': '/app/serve', 'arguments': []}, 'user': 'app:app',
                            'umask': '0077', 'commandLine': 'append',
                            'signals': {'SIGTERM': 'SIGINT'}})
    steps = {step['id']: step for step in out['steps']}
    tap.equal(steps['a']['umask'], '0027')
    tap.equal([name for name, step in steps.items() if 'onFailure' in step], ['a'])
    text = plan(path, 'layered')
    for line in ('│    umask 0027', '│    onFailure result of a condition', '│    umask 0077',
                 '│    commandLine append', '│    signals {"SIGTERM":"SIGINT"}'):
        tap.holds(text, line + '\n')


@tap.test
def whose_pid_1_is_after_init_is_shown():
    path = pid1.config({'user': 'app', 'main': {'command': 'x'}, 'init': {'user': 'main'}})
    tap.equal(json.loads(plan(path, 'layered', '--json'))['init'], {'user': 'main'})
    tap.holds(plan(path, 'layered'), "init\n     takes main's user when the steps are done\n")
    without = pid1.config({'user': 'app', 'main': {'command': 'x'}})
    tap.check('init' not in json.loads(plan(without, 'layered', '--json')), 'only where it is said')


@tap.test
def the_image_mode_decides_what_is_skipped():
    path = pid1.config(DOCUMENT)
    layered = plan(path, 'layered')
    tap.equal(layered, TEXT.replace('mode: prebuilt', 'mode: layered').replace(
        ' (skipped: not for this image mode)', ''))
    tap.equal(plan(path, ''), layered)


@tap.test
def every_run_gives_the_same_bytes_whatever_the_environment_and_the_time():
    values = {'DB_URL': 'postgres://x', 'TENANT': 'secret-tenant', 'API_TOKEN': 'tok', 'AGE': '9d',
              'LIMIT': '77', 'TZ': 'Asia/Tokyo', 'LC_ALL': 'de_DE.UTF-8', 'NOW': 'x',
              'SITE_URL': 'u', 'PRICES_URL': 'u', 'NORTH_URL': 'n'}
    for path in (pid1.config(DOCUMENT), *map(str, SHAPES)):
        for options in ([], ['--json']):
            first = plan(path, 'prebuilt', *options)
            for _ in range(3):
                tap.equal(pintle('plan', *options, path, IMAGE_MODE='prebuilt', **values),
                          (0, first, ''))
            elsewhere = subprocess.run([pid1.PINTLE, 'plan', *options, os.path.abspath(path)],
                                       cwd='/', env={'IMAGE_MODE': 'prebuilt'},
                                       capture_output=True, text=True)
            tap.equal(elsewhere.stdout, first)


@tap.test
def nothing_is_run_and_nothing_has_to_exist():
    folder = pid1.folder()
    (folder / 'pintle.json').write_text(json.dumps({
        'user': 'nobody-of-that-name',
        'environment': {'KEY': {'file': '/no/such/file'}},
        'steps': [{'id': 'a', 'command': '/bin/sh', 'arguments': ['-c', f'echo x > {folder}/ran']},
                  {'id': 'b', 'directory': {'path': f'{folder}/made'}}],
        'main': {'command': '/no/such/program'}}))
    for command in ('check', 'plan'):
        code, _, err = pintle(command, f'{folder}/pintle.json')
        tap.equal((code, err), (0, ''))
    tap.equal(os.listdir(folder), ['pintle.json'])


@tap.test
def values_are_never_shown_only_names():
    document = {'environment': {'A': {'value': 'hidden-a'}, 'B': {'defaultValue': 'hidden-b'},
                                'C_TOKEN': 'hidden-c'},
                'steps': [{'id': 's', 'command': 'x', 'arguments': ['$A', '${B}', '$C_TOKEN'],
                           'environment': {'D': 'hidden-d'},
                           'logging': {'fields': {'f': '$D'}}}]}
    path = pid1.config(document)
    for options in ([], ['--json']):
        out = plan(path, 'layered', *options)
        tap.check('hidden' not in out, 'a value', out)
        for name in ('$A', '${B}', '$C_TOKEN'):
            tap.holds(out, name)


@tap.test
def a_cycle_is_printed_in_the_order_in_which_the_steps_would_have_to_run():
    def step(name, *precedents, **more):
        return {'id': name, 'command': 'x', 'precedents': list(precedents), **more}

    table = [([step('a', 'c'), step('b', 'a'), step('c', 'b')], 'a → b → c → a'),
             ([step('a', 'a')], 'a → a'),
             ([step('free'), step('x', 'free', 'y'), step('y', 'x')], 'x → y → x'),
             ([step('a', condition='b'), step('b', 'a')], 'a → b → a'),
             ([step('a', 'b'), {'id': 'b', 'command': 'x'}], 'a → b → a')]
    for steps, cycle in table:
        for command in ('check', 'plan'):
            code, out, err = pintle(command, pid1.config({'steps': steps}))
            tap.equal((code, out), (78, ''))
            tap.holds(err, f'the steps wait for each other: {cycle}; remove one precedent')


@tap.test
def an_unknown_id_is_told_with_the_one_that_was_meant():
    table = [({'precedents': ['migrat']}, '/steps/1/precedents/0', 'migrat'),
             ({'condition': 'migrate2'}, '/steps/1/condition', 'migrate2'),
             ({'condition': {'all': [{'not': 'Migrate'}]}}, '/steps/1/condition/all/0/not',
              'Migrate')]
    for more, pointer, wrong in table:
        steps = [{'id': 'migrate', 'command': 'x'}, {'id': 'b', 'command': 'x', **more}]
        code, _, err = pintle('plan', pid1.config({'steps': steps}))
        tap.equal(code, 78)
        tap.holds(err, f': {pointer}: there is no step "{wrong}"; did you mean "migrate"?')
    code, _, err = pintle('check', pid1.config({'steps': [
        {'id': 'a', 'command': 'x', 'precedents': ['zzzzzz']}]}))
    tap.equal(code, 78)
    tap.check('did you mean' not in err, 'nothing is near', err)


@tap.test
def a_plan_without_a_config_or_with_two_is_told():
    tap.equal(pintle('plan')[0], 78)
    tap.equal(pintle('plan', 'a', 'b')[0], 64)
    tap.equal(pintle('plan', '--jsn', 'a')[0], 64)
    code, _, err = pintle('plan', '/no/such.json')
    tap.equal(code, 78)
    tap.holds(err, "cannot open '/no/such.json': No such file or directory")


tap.main()
