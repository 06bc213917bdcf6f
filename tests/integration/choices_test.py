"""What published entrypoint scripts decide at start: by the command, by the user, by variables."""
import json
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

OPTIONS = {'main': {'command': 'server', 'arguments': ['--base'], 'commandLine': 'options',
                    'environment': {'M': '1'}},
           'environment': {'NEEDED': {'description': 'what the server needs'}},
           'steps': [{'id': 'setup', 'command': 'setup'}],
           'shutdown': {'after': [{'id': 'last', 'command': 'last'}]}}


def name_of(call):
    return os.path.basename(call.argv[0])


def ran(document, *command, options=(), code=0, **container):
    """The names and words of what ran, in order, and stderr."""
    programs = recorder.Programs('server', 'setup', 'last', 'other')
    seen, _, err = pid1.run_with(document, *command, before=programs.container(**container),
                                 options=options)
    tap.equal(seen, code, err)
    return [[name_of(call), *call.argv[1:]] for call in programs.calls()], err


@tap.test
def options_follow_mains_arguments_and_any_other_command_runs_alone():
    whole = [['setup'], ['server', '--base', '-v', '$X'], ['last']]
    tap.equal(ran(OPTIONS, '-v', '$X', NEEDED='1')[0], whole)
    tap.equal(ran(OPTIONS, 'server', '-v', '$X', NEEDED='1')[0], whole)
    tap.equal(ran(OPTIONS, 'server', NEEDED='1')[0], [['setup'], ['server', '--base'], ['last']])
    tap.equal(ran(OPTIONS, NEEDED='1')[0], [['setup'], ['server', '--base'], ['last']])
    # Another program: nothing of the config is meant for it, nor what the server needs.
    tap.equal(ran(OPTIONS, 'other', '--x')[0], [['other', '--x']])


@tap.test
def a_whole_command_gets_the_arguments_of_main_once():
    main = {'command': 'server', 'arguments': ['-g', 'a b'], 'commandLine': 'options'}
    for words in (['server', '-g', 'a b'], ['server'], [], ['server', '-g', 'a b', '-x'], ['-x']):
        calls, _ = ran({'main': main}, *words)
        tap.equal(calls, [['server', '-g', 'a b', *(['-x'] if '-x' in words else [])]], words)
    calls, _ = ran({'main': main}, 'server', '-g')
    tap.equal(calls, [['server', '-g', 'a b', '-g']])


@tap.test
def subcommands_follow_mains_arguments():
    main = {**OPTIONS['main'], 'subcommands': r'agent|.*\.ya?ml'}
    document = {**OPTIONS, 'main': main}
    for word in ('agent', '/etc/x.yml', 'a.yaml'):
        tap.equal(ran(document, word, '$X', NEEDED='1')[0],
                  [['setup'], ['server', '--base', word, '$X'], ['last']], word)
    tap.equal(ran(document, 'other', 'agent')[0], [['other', 'agent']])
    for word in ('agents', 'x.ymla', 'AGENT'):
        tap.equal(pid1.chosen_line(ran(document, word, code=127)[1], 127),
                  f"cannot execute '{word}': not found in PATH; it is not the program of main, which "
                  'takes words as its own if "subcommands" matches them', word)


@tap.test
def plan_shows_what_a_command_would_do():
    config = pid1.config({**OPTIONS, 'main': {**OPTIONS['main'], 'subcommands': 'agent'}})

    def planned(*words):
        done = pid1.subprocess.run([pid1.PINTLE, 'plan', '--json', *words], capture_output=True,
                                   text=True, env={'PINTLE_CONFIG': str(config)})
        tap.equal(done.returncode, 0, done.stderr)
        plan = json.loads(done.stdout)
        return ([step['id'] for step in plan['steps']], plan['main']['action']['command'],
                plan['main']['action']['arguments'], plan['main'].get('runsAlone', False))

    tap.equal(planned(config), (['setup'], 'server', ['--base'], False))
    for words in ((config, '--', 'agent', '--json'), ('--', 'agent', '--json')):
        tap.equal(planned(*words), (['setup'], 'server', ['--base', 'agent', '--json'], False))
    tap.equal(planned('--', 'other', '--', 'x'), ([], 'other', ['--', 'x'], True))


@tap.test
def a_condition_asks_for_a_word_of_the_command_line_behind_the_program():
    steps = [{'id': 'a', 'command': 'setup', 'arguments': [],
              'condition': {'argument': '--(help|version)|-V'}}]
    for mode in ('append', 'options'):
        main = {'command': 'server', 'arguments': ['--help', {'if': {'argument': 'x.*'}, 'then': ['X']}],
                'commandLine': mode}
        for words, is_asked in ((['--version'], True), (['-x', '-V'], True), (['-x', '--versions'], False),
                                ([], False)):
            calls, _ = ran({'steps': steps, 'main': main}, *words)
            tap.equal(calls, [['setup']] * is_asked + [['server', '--help', *words]], (mode, words))
    calls, _ = ran({'steps': steps, 'main': {'command': 'other', 'arguments': []}}, 'server', '-V')
    tap.equal(calls, [['setup'], ['server', '-V']])


@tap.test
def one_line_says_that_the_command_line_replaces_main():
    def said(document, *words):
        err = ran(document, *words)[1]
        return [line for line in err.splitlines() if 'replaces' in line]

    document = {'main': {'command': 'server', 'arguments': []}}
    tap.equal(said(document, 'other', '-x'),
              ["pintle: the command line replaces main of the config, 'server', by 'other'"])
    for quiet, words in ((document, ()), ({}, ('other',)),
                         ({'main': {**document['main'], 'commandLine': 'append'}}, ('-x',))):
        tap.equal(said(quiet, *words), [], (quiet, words))


@tap.test
def an_empty_word_is_no_program():
    for mode in ('options', 'replace'):
        _, err = ran({**OPTIONS, 'main': {**OPTIONS['main'], 'commandLine': mode}}, '', code=127)
        tap.holds(err, "exit 127: the first word of the command line, the program, is empty\n")


@tap.test
def a_refusal_says_what_the_config_says_of_it_and_each_cause_once():
    main = {'command': 'server', 'arguments': []}
    variable = {'X': {'description': 'of all'}}
    asks = {**main, 'arguments': ['$X', '${X:?what it is for}']}
    for container, line in (({}, 'the variable X is not set (what it is for)'),
                            ({'X': ''}, 'the variable X is empty (what it is for)')):
        _, err = ran({'environment': variable, 'main': asks}, code=78, **container)
        tap.equal(pid1.reasons(err, 78), [line])
    _, err = ran({'environment': variable, 'main': main}, code=78, X='')
    tap.equal(pid1.reasons(err, 78), ['the variable X is empty (of all)'])
    _, err = ran({'environment': {'X': {'pattern': 'a+', 'allowEmpty': True}}, 'main': main}, code=78,
                 X='')
    tap.equal(pid1.reasons(err, 78), ['the variable X is empty, which does not match a+'])
    _, err = ran({'environment': {'X': {'fileVariable': 'X_FILE'}}, 'main': main}, code=78, X='1',
                 X_FILE='/no/such')
    tap.equal(pid1.reasons(err, 78), ['the variables X and X_FILE are both set; keep one'])
    for user in ('root:', '${U:-root}:${G:-}'):
        _, err = ran({'user': user, 'main': main}, code=78)
        tap.equal(pid1.reasons(err, 78), ["main: cannot use user 'root:': the group is empty; write "
                                          'user or user:group'])


@tap.test
def a_condition_asks_for_the_command_that_main_will_be():
    step = {'id': 's', 'command': 'setup', 'condition': {'command': 'server'}}
    document = {'steps': [step], 'main': {'command': '${PROGRAM:-server}', 'commandLine': 'replace'}}
    tap.equal(ran(document)[0], [['setup'], ['server']])
    tap.equal(ran(document, PROGRAM='other')[0], [['other']])
    tap.equal(ran(document, 'other')[0], [['other']])
    tap.equal(ran(document, 'server', 'x')[0], [['setup'], ['server', 'x']])


@tap.test
def one_config_serves_a_start_as_root_and_as_another_user():
    document = {'user': '1234:1234',
                'steps': [{'id': 'own', 'user': 'root', 'condition': {'startedAs': 'root'},
                           'command': 'setup'},
                          {'id': 'else', 'condition': {'not': {'startedAs': '0'}},
                           'command': 'last'}],
                'main': {'command': 'server', 'arguments': []}}
    tap.equal(ran(document)[0], [['setup'], ['server']])
    programs = recorder.Programs('server', 'setup', 'last')
    code, _, err = pid1.run_with(document, before=[*programs.container(), 'setpriv',
                                                   '--reuid=1234', '--regid=1234',
                                                   '--clear-groups'])
    tap.equal(code, 0, err)
    tap.equal([name_of(call) for call in programs.calls()], ['last', 'server'])


@tap.test
def a_false_condition_excuses_what_its_step_needs():
    document = {'steps': [{'id': 'a', 'command': 'setup', 'arguments': ['$CERTIFICATE'],
                           'condition': {'environment': 'CERTIFICATE'}}],
                'main': {'command': 'server', 'arguments': []}}
    tap.equal(ran(document)[0], [['server']])
    tap.equal(ran(document, CERTIFICATE='/c')[0], [['setup', '/c'], ['server']])


@tap.test
def an_optional_variable_is_nothing_and_words_stand_for_it():
    document = {'environment': {'TLS': {'optional': True}},
                'main': {'command': 'server', 'arguments': ['<$TLS>', '${TLS:+--tls=$TLS}',
                                                            '${TLS:-none}']}}
    tap.equal(ran(document)[0], [['server', '<>', '', 'none']])
    tap.equal(ran(document, TLS='c')[0], [['server', '<c>', '--tls=c', 'c']])


@tap.test
def a_value_comes_from_a_variable_or_from_the_file_that_another_one_names():
    secret = pid1.folder() / 'secret'
    secret.write_text('from-the-file\n')
    document = {'environment': {'PW': {'fileVariable': 'PW_FILE', 'defaultValue': 'default'}},
                'main': {'command': 'server', 'arguments': ['$PW', '${PW_FILE:-gone}']}}
    for container, value in (({}, 'default'), ({'PW': 'by-value'}, 'by-value'),
                             ({'PW_FILE': str(secret)}, 'from-the-file')):
        programs = recorder.Programs('server')
        code, _, err = pid1.run_with(document, before=programs.container(**container))
        tap.equal(code, 0, err)
        (call,) = programs.calls()
        tap.equal(call.argv[1], value)
        tap.equal((call.environment.get('PW'), 'PW_FILE' in call.environment), (value, False))
    _, err = ran(document, code=78, PW='x', PW_FILE=str(secret))
    tap.holds(err, 'the variables PW and PW_FILE are both set; keep one')
    _, err = ran(document, code=78, PW_FILE='/no/such')
    tap.holds(err, "the variable PW, by PW_FILE: cannot open '/no/such': No such file or directory")


@tap.test
def values_are_made_of_others_and_what_comes_from_outside_is_left_alone():
    document = {'environment': {'HOST': {'defaultValue': 'db'}, 'URL': 'pg://$HOST/${NAME@uri}',
                                'OPTS': {'value': '-x ${OPTS:-}'}},
                'main': {'command': 'server', 'arguments': ['$URL', '$OPTS']}}
    tap.equal(ran(document, NAME='a/$b', OPTS='-y $z')[0],
              [['server', 'pg://db/a%2F%24b', '-x -y $z']])
    _, err = ran(document, code=78)
    tap.equal(pid1.reasons(err, 78), ['the variable NAME is not set'])


@tap.test
def a_circle_of_values_is_told_before_anything_runs():
    document = {'environment': {'A': '$B', 'B': 'x ${C:-$A}'}, 'main': {'command': 'server'}}
    _, err = ran(document, code=78)
    tap.holds(err, '/environment: the variables need each other: A → B → A')


@tap.test
def the_user_may_come_from_variables():
    document = {'user': '${PUID:-1000}:${PGID:-1000}',
                'main': {'command': 'sh', 'arguments': ['-c', 'id -u; id -g']}}
    for container, ids in (({}, '1000\n1000\n'), ({'PUID': '1234', 'PGID': '99'}, '1234\n99\n')):
        programs = recorder.Programs('server')
        code, out, err = pid1.run_with(document, before=programs.container(**container))
        tap.equal((code, out), (0, ids), err)


@tap.test
def a_condition_compares_a_value_and_looks_into_a_file():
    folder = pid1.folder()
    (folder / 'VERSION').write_text('16\n17\n')
    document = {'steps': [
        {'id': 'mode', 'command': 'setup', 'arguments': ['mode'],
         'condition': {'environment': {'name': 'MODE', 'pattern': 'a|b'}}},
        {'id': 'version', 'command': 'setup', 'arguments': ['version'],
         'condition': {'fileContains': {'path': f'{folder}/${{WHICH:-VERSION}}',
                                        'pattern': '^17$'}}}],
        'main': {'command': 'server', 'arguments': []}}
    tap.equal(ran(document)[0], [['setup', 'version'], ['server']])
    tap.equal(ran(document, MODE='ab', WHICH='none')[0], [['server']])
    tap.equal(ran(document, MODE='b', WHICH='none')[0], [['setup', 'mode'], ['server']])


@tap.test
def a_step_refuses_or_warns_with_a_sentence():
    document = {'steps': [
        {'id': 'warn', 'condition': {'environment': 'OPEN'},
         'log': {'message': 'OPEN is $OPEN: anybody may connect', 'level': 'warn'}},
        {'id': 'refuse', 'fail': 'set PASSWORD, or OPEN=yes',
         'condition': {'not': {'any': [{'environment': 'PASSWORD'}, {'environment': 'OPEN'}]}}}],
        'main': {'command': 'server', 'arguments': []}}
    tap.equal(ran(document, PASSWORD='x')[0], [['server']])
    calls, err = ran(document, OPEN='yes')
    tap.equal(calls, [['server']])
    tap.check(re.search(r'^pintle: step warn: done in \S+: OPEN is yes: anybody may connect$', err,
                        re.M), err)
    calls, err = ran(document, code=80)
    tap.equal(calls, [])
    tap.equal(pid1.chosen_line(err, 80), 'step refuse failed: set PASSWORD, or OPEN=yes')


@tap.test
def a_files_content_is_expanded_and_may_be_empty():
    folder = pid1.folder()
    document = {'environment': {'PW': {'defaultValue': "it's"}},
                'steps': [{'id': 'a', 'file': {'path': f'{folder}/a',
                                               'content': 'pw=${PW@sql} $$x ${NONE:-}\n'}},
                          {'id': 'b', 'file': {'path': f'{folder}/b', 'content': '${NONE:-}'}}],
                'main': {'command': 'server', 'arguments': []}}
    ran(document)
    tap.equal((folder / 'a').read_text(), "pw='it''s' $x \n")
    tap.equal((folder / 'b').read_text(), '')


@tap.test
def a_secret_is_hidden_in_every_form_that_a_text_can_give_it():
    document = {'environment': {'TOKEN': {'description': 'a secret'},
                                'URL': 'http://u:${TOKEN@uri}@h/'},
                'steps': [{'id': 'show', 'command': '/bin/sh', 'output': 'log',
                           'arguments': ['-c', 'echo "$1" "$2" "$3"', 'sh', '$URL',
                                         '${TOKEN@base64}', '${TOKEN@json}']}],
                'main': {'command': 'server', 'arguments': []}}
    _, err = ran(document, TOKEN='s3cr/et"x y')
    for form in ('s3cr/et', 's3cr%2Fet', 'czNjci9ldCJ4IHk='):
        tap.check(form not in err, form, err)
    tap.holds(err, '***')


@tap.test
def what_a_start_is_refused_for_shows_no_secret():
    secret = 'hunter2SECRET'
    for part in ({'user': '$DB_PASSWORD'}, {'groups': ['$DB_PASSWORD']},
                 {'environment': {'X': {'file': '/no/$DB_PASSWORD'}}},
                 {'environment': {'X': {'fileVariable': 'F'}, 'F': '/no/$DB_PASSWORD'}},
                 {'listen': {'health': '$DB_PASSWORD'}},
                 {'environment': {'X': '${NONE:?pw is $DB_PASSWORD}'}}):
        document = {'main': {'command': 'server', 'arguments': []}, **part}
        _, err = ran(document, code=78, DB_PASSWORD=secret)
        tap.check(secret not in err, str(part), err)
        tap.holds(err, '***')


@tap.test
def an_init_container_takes_the_same_branch_as_the_service():
    document = {'steps': [{'id': 's', 'command': 'setup', 'condition': {'command': 'server'}}],
                'main': {'command': '/bin/server', 'arguments': []}}
    tap.equal(ran(document, options=['--init-only'])[0], [['setup']])


@tap.test
def mains_own_path_is_its_name_and_a_command_that_runs_alone_gets_no_half_made_value():
    programs = recorder.Programs('server', 'other')
    server = str(programs.folder / 'server')
    document = {'environment': {'A': {'description': 'q', 'pattern': '[0-9]+'}, 'B': 'made-$A'},
                'main': {'command': server, 'commandLine': 'options', 'arguments': ['base']}}
    code, _, err = pid1.run_with(document, server, '-x', before=programs.container(A='1'))
    tap.equal((code, [call.argv[1:] for call in programs.calls()]), (0, [['base', '-x']]), err)
    programs.forget()
    code, _, err = pid1.run_with(document, 'other', before=programs.container())
    tap.equal(code, 0, err)
    tap.equal({'A', 'B'} & programs.calls()[0].environment.keys(), set())


@tap.test
def a_hooks_variables_do_not_change_what_the_top_level_says():
    document = {'user': '${ID:-1000}:1000',
                'steps': [{'id': 'a', 'environment': {'ID': '0'}, 'command': 'id',
                           'arguments': ['-u']}],
                'main': {'command': 'id', 'arguments': ['-u']}}
    programs = recorder.Programs('server')
    code, out, err = pid1.run_with(document, before=programs.container())
    tap.equal((code, out), (0, '1000\n1000\n'), err)


@tap.test
def a_name_that_a_secrets_path_needs_is_missing_although_there_is_a_default():
    document = {'environment': {'X': {'file': '/run/$NOPE', 'defaultValue': 'd'}},
                'main': {'command': 'server', 'arguments': []}}
    _, err = ran(document, code=78)
    tap.equal(pid1.reasons(err, 78), ['the variable NOPE is not set'])


@tap.test
def two_variables_with_the_same_missing_file_are_both_told_why():
    file = {'file': '/no/such'}
    _, err = ran({'environment': {'A': file, 'B': file},
                  'main': {'command': 'server', 'arguments': []}}, code=78)
    tap.equal(pid1.reasons(err, 78),
              [f"the variable {name} is not set: its file '/no/such' does not exist"
               for name in 'AB'])


tap.main()
