"""Notes of `pintle check` and `pintle plan`: what is no mistake, and yet worth a line."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap


def pintle(*words, **environment):
    done = subprocess.run([pid1.PINTLE, *words], capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout, done.stderr


def notes(document, mode='layered'):
    code, out, err = pintle('check', pid1.config(document), IMAGE_MODE=mode)
    tap.equal((code, err), (0, ''))
    return [line.removeprefix('note: ') for line in out.splitlines()[:-1]]


@tap.test
def notes_name_what_is_declared_nowhere_wherever_it_is_used():
    document = {
        'environment': {'TOP': 'x'}, 'workingDirectory': '/$IN_TOP',
        'steps': [
            {'id': 'a', 'command': '$IN_COMMAND', 'arguments': ['$TOP', '$OWN', '${NOW}', '$$NO'],
             'environment': {'OWN': 'x'}, 'workingDirectory': '/$IN_DIRECTORY',
             'timeout': '${IN_NUMBER}s', 'condition': {'not': {'fileExists': '/$IN_CONDITION'}},
             'logging': {'fields': {'f': '$IN_FIELD'}},
             'onFailure': {'action': 'fallback', 'source': '/$IN_FALLBACK'}},
            {'id': 'b', 'directory': {'path': '/$IN_BUILTIN', 'owner': '${WITH:-default}'}},
            {'id': 'c', 'command': 'echo $OF_THE_SHELL | cat'}],
        'health': [{'id': 'd', 'tcp': '127.0.0.1:$IN_CHECK', 'interval': '$IN_INTERVAL'}],
        'maintenance': [{'id': 'e', 'command': 'x', 'arguments': ['$IN_JOB', '$OWN'],
                         'schedule': {'every': '1h'}}],
        'main': {'command': 'm', 'arguments': ['$IN_MAIN']}, 'parallelism': '$IN_PARALLELISM'}
    names = ['IN_BUILTIN', 'IN_CHECK', 'IN_COMMAND', 'IN_CONDITION', 'IN_DIRECTORY', 'IN_FALLBACK',
             'IN_FIELD', 'IN_INTERVAL', 'IN_JOB', 'IN_MAIN', 'IN_NUMBER', 'IN_PARALLELISM',
             'IN_TOP', 'OWN']
    path = pid1.config(document)
    for command in ('check', 'plan'):
        _, out, _ = pintle(command, path)
        notes = [line for line in out.splitlines() if line.startswith('note: ')]
        tap.equal(notes, [f"note: {name} is declared nowhere; the container's environment must set "
                          'it' for name in names])


@tap.test
def what_a_condition_or_a_word_excuses_is_not_noted():
    def step(name, condition, *arguments):
        return {'id': name, 'command': 'x', 'arguments': list(arguments), 'condition': condition}
    given = {'environment': 'A'}
    file = {'fileExists': '/f'}
    document = {'steps': [
        step('a', given, '$A', '${C:+--c=$C}', '${D:+${E:-x}}'),
        step('b', {'all': [file, {'environment': {'name': 'A', 'pattern': '^x$'}}]}, '$A'),
        step('c', {'not': {'any': [file, {'not': given}]}}, '$A'),
        step('d', {'any': [given, {'all': [file, given]}]}, '$A'),
        {'id': 'e', 'command': 'x', 'arguments': [{'if': given, 'then': ['$A']},
                                                  {'if': {'not': given}, 'else': ['$A']}]},
        {**step('f', given), 'onFailure': {'action': 'fallback', 'source': '/$A',
                                           'destination': '/x'}}]}
    tap.equal(notes(document), [])
    needs = 'A is declared nowhere; the container\'s environment must set it'
    for condition in (file, {'not': given}, {'any': [given, file]}, {'not': {'not': file}}):
        tap.equal(notes({'steps': [step('a', condition, '$A')]}), [needs], str(condition))
    tap.equal(notes({'steps': [{'id': 'e', 'command': 'x', 'arguments': [
        {'if': given, 'then': [], 'else': ['$A']}]}]}), [needs])
    layered = {'steps': [{'id': 'a', 'command': 'x', 'arguments': ['$A'],
                          'imageModes': ['layered']}]}
    tap.equal(notes(layered), [needs])
    tap.equal(notes({**layered, 'user': 'root'}, 'prebuilt'), [])


@tap.test
def what_nothing_reads_is_noted():
    document = {
        'environment': {'PW': {'file': '/run/pw'}, 'IN_TEXT': {'file': '/run/a'},
                        'IN_NUMBER': {'defaultValue': '5s', 'export': False},
                        'IN_CONDITION': {'file': '/run/b'}, 'NAMED': {'value': '/x', 'export': False},
                        'X': {'fileVariable': 'NAMED'}, 'EXPORTED': {'file': '/run/c', 'export': True},
                        'HIDDEN': {'value': 'x', 'export': False}},
        'steps': [{'id': 'a', 'directory': {'path': '/d'}, 'environment': {'OWN': 'x'},
                   'timeout': '${IN_NUMBER}', 'condition': {'environment': 'IN_CONDITION'}},
                  {'id': 'b', 'command': 'x', 'environment': {'OWN': 'x'}},
                  {'id': 'c', 'fetch': {'url': 'https://x/$IN_TEXT', 'path': '/f'},
                   'environment': {'https_proxy': 'p'}}]}
    behind = ', and no text or condition names it'
    tap.equal(notes(document), [
        f'step a: nothing reads OWN: a built-in has no environment{behind}',
        f'nothing reads PW: it is not exported{behind}',
        f'nothing reads HIDDEN: it is not exported{behind}'])
    document['steps'].append({'id': 't', 'file': {'path': '/t', 'template': '/u'}})
    tap.equal(notes(document), [], 'a template may need any of them')


@tap.test
def a_dollar_that_nothing_expands_is_noted_where_it_looks_like_a_variable():
    document = {'environment': {
        'A': {'pattern': '^$PREFIX-'}, 'B': {'pattern': '^(a|b$|c)$'}, 'C': {'pattern': r'\$x|[$a]'},
        'D': {'description': 'as ${A}'}, 'E': {'description': 'costs $5, or postgres://${HOST}/'},
        'PW': {'file': '/run/pw'}},
        'steps': [{'id': 'a', 'command': 'x', 'condition': {
            'fileContains': {'path': '/$A', 'pattern': '^$A$'}}},
            {'id': 'b', 'command': 'echo "$PW $A $NOW" | cat'}, {'id': 'c', 'log': '$PW'}]}
    middle = ' is not expanded, and a "$" in the middle of it matches nothing: '
    shell = 'step b: the shell expands its line itself, and does not get '
    tap.equal(notes(document), [
        f'the "pattern" of A{middle}"^$PREFIX-"', 'the "description" of D is not expanded: "${A}" stays',
        f'step a: the "pattern" of a condition{middle}"^$A$"',
        f'{shell}PW, which is not exported',
        f'{shell}NOW, which only texts that pintle expands have'])


@tap.test
def braces_that_only_a_shell_expands_are_noted():
    document = {
        'workingDirectory': '/srv/{a,b}',
        'steps': [
            {'id': 'a', 'command': '/app/x', 'arguments': ['x{a,b}', 'f{1..3}', '${A:-x,y}', '{}',
                                                         '[0-9]{1,3}', '{"a":1,"b":2}', '{a}']},
            {'id': 'b', 'remove': '/run/{app,web}.pid'},
            {'id': 'c', 'command': 'rm -f /run/{app,web}.pid'},
            {'id': 'd', 'prune': {'path': '/log', 'pattern': '*.{log,txt}', 'keepLast': 1}}]}
    stays = ' stay as they are: "{}" is one text, no shell makes more of it'
    tap.equal(notes(document), [
        'the config: the braces in "workingDirectory"' + stays.format('/srv/{a,b}'),
        'step a: the braces in a word of "command"' + stays.format('x{a,b}'),
        'step a: the braces in a word of "command"' + stays.format('f{1..3}'),
        'step b: the braces in "path"' + stays.format('/run/{app,web}.pid'),
        'step c: many a /bin/sh (dash, for one) leaves the braces in "rm -f /run/{app,web}.pid" as '
        'they are',
        'step d: the braces in "pattern"' + stays.format('*.{log,txt}')])


@tap.test
def a_user_by_number_that_no_start_here_could_resolve_is_noted():
    steps = [{'id': 'a', 'command': 'x', 'user': '4242'}, {'id': 'b', 'command': 'x', 'user': '007'},
             {'id': 'c', 'command': 'x', 'user': '4242:4242'}, {'id': 'd', 'command': 'x', 'user': 'app'}]
    would = 'would end a start as root here with exit code 78: '
    tap.equal(notes({'user': '4242', 'steps': steps}), [
        f'the config: the "user" 4242 {would}it has no entry in /etc/passwd; add its group, '
        'as in 1000:1000',
        f'step b: the "user" 007 {would}a uid is a number from 0 to 2147483647, without leading zero'])


@tap.test
def names_that_values_and_users_need_and_nobody_declares_are_noted():
    hook = {'id': 's', 'command': 'x', 'user': '$PUID',
            'environment': {'A': '${HOST}:1', 'B': '${A:-$OTHER}', 'C': 'costs $5', 'D': 'x$'}}
    tap.equal(notes({'user': '${PUID:-1000}',
                     'environment': {'DB': {'defaultValue': '$POSTGRES_USER'},
                                     'KEY': {'file': '/run/$KEY_NAME', 'export': True}},
                     'steps': [hook]}),
              [f"{name} is declared nowhere; the container's environment must set it"
               for name in ('HOST', 'KEY_NAME', 'OTHER', 'POSTGRES_USER', 'PUID')])


@tap.test
def a_liveness_check_that_ends_a_slow_main_is_noted():
    def check(**more):
        return {'id': 'live', 'kind': 'liveness', 'tcp': '127.0.0.1:1', 'onFailure': 'terminate',
                **more}
    note = ('check live also stops a main that is slow to start: add a check of the kind "startup", '
            'or give this one a "startPeriod"')
    repair = {'action': 'run', 'step': {'command': 'x'}, 'then': 'terminate'}
    startup = {'id': 'up', 'kind': 'startup', 'tcp': '127.0.0.1:1'}
    for checks, noted in (([check()], [note]), ([check(onFailure=repair)], [note]),
                          ([check(startPeriod='20s')], []), ([check(onFailure='none')], []),
                          ([check(), startup], [])):
        tap.equal(notes({'health': checks}), noted)


@tap.test
def steps_that_may_run_in_parallel_are_noted_unless_parallelism_is_set():
    def step(name, *precedents):
        return {'id': name, 'command': 'x', 'precedents': list(precedents)}
    beside = [step('a'), step('b')]
    in_a_row = [step('a'), step('b', 'a'), {'id': 'c', 'command': 'x'}]
    tap.equal(len(notes({'steps': beside})), 1)
    tap.holds(notes({'steps': beside})[0], 'set "parallelism" if steps need each other')
    tap.equal(notes({'steps': beside, 'parallelism': 2}), [])
    tap.equal(notes({'steps': in_a_row}), [])


@tap.test
def what_a_prebuilt_image_without_user_says_at_a_start_as_root_is_noted():
    main = {'main': {'command': '/x'}}
    tap.equal(len(notes(main, 'prebuilt')), 1)
    tap.holds(notes(main, 'prebuilt')[0], 'no "user" is named: in a container that is started as '
                                          'root this is exit code 83')
    tap.equal(notes(main), [])
    tap.equal(notes({**main, 'user': 'root'}, 'prebuilt'), [])
    tap.equal(notes({'main': {'command': '/x', 'user': '1:1'}}, 'prebuilt'), [])


@tap.test
def a_time_zone_that_schedules_do_not_know_is_noted():
    job = {'id': 'tidy', 'command': 'x', 'schedule': '0 3 * * *'}
    zone = {'environment': {'TZ': 'Europe/Berlin'}}
    tap.equal(notes({**zone, 'maintenance': [job]}),
              ['TZ is Europe/Berlin, but these jobs use UTC: tidy; set a "timezone" beside '
               'their schedule'])
    tap.equal(notes({**zone, 'maintenance': [{**job, 'timezone': 'UTC'}]}), [])
    tap.equal(notes({**zone, 'maintenance': [{**job, 'schedule': {'every': '1h'}}]}), [])
    tap.equal(notes({'environment': {'TZ': 'UTC'}, 'maintenance': [job]}), [])
    _, _, err = pid1.run_with({'maintenance': [job]}, 'true', before=['env', 'TZ=Asia/Tokyo'])
    tap.holds(err, 'TZ is Asia/Tokyo, but these jobs use UTC: tidy')


@tap.test
def a_secret_that_becomes_an_argument_is_noted_unless_it_says_that_it_is_none():
    document = {'environment': {'A': {'file': '/f'}, 'B': {'secret': True}, 'C_KEY': {},
                                'D_KEY': {'secret': False}},
                'steps': [{'id': 's', 'command': 'x', 'arguments': ['$A$B', '$B', '$C_KEY', '$D_KEY']},
                          {'id': 'w', 'command': 'x', 'arguments': ['${A:-x}', '${N:-$B}']},
                          {'id': 'm', 'command': 'x', 'arguments': ['${D_KEY:?$A and $B}', '${A:+x}']},
                          {'id': 't', 'file': {'path': '/x', 'template': '/y/$C_KEY'}}]}
    _, out, _ = pintle('check', pid1.config(document))
    tap.equal(out.splitlines()[:-1],
              [f'note: step s: the secret {name} becomes an argument, which /proc/PID/cmdline shows'
               for name in ('A', 'B', 'C_KEY')]
              + [f'note: step w: the secret {name} becomes an argument, which /proc/PID/cmdline shows'
                 for name in ('A', 'B')])


tap.main()
