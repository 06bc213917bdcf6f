"""Variables: where a name takes its value from, what a child inherits, and how texts are expanded."""
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

NAMES_OF_USER = {'HOME', 'USER', 'LOGNAME'}


def started(document, *, options=(), **container):
    """(calls, stderr) of a start with stand-ins `step` and `app`, which must succeed."""
    programs = recorder.Programs('step', 'app')
    code, _, err = pid1.run_with(document, 'app', before=programs.container(**container),
                                 options=options)
    tap.equal(code, 0, err)
    return programs.calls(), err


def arguments(document, *words, own=None, **container):
    """What `words` are for a step of `document`."""
    step = {'id': 's', 'command': 'step', 'arguments': list(words), 'environment': own or {}}
    calls, _ = started({**document, 'steps': [step]}, **container)
    return calls[0].argv[1:]


def refused(document, **container):
    """The reasons for which a start is refused with 78, in their order; nothing may have run."""
    programs = recorder.Programs('step', 'app')
    code, _, err = pid1.run_with(document, 'app', before=programs.container(**container))
    tap.equal((code, programs.calls()), (78, []), err)
    return pid1.reasons(err, 78)


@tap.test
def the_steps_own_entry_counts_first_then_the_top_levels_then_the_containers():
    top = {'environment': {'A': 'top', 'B': 'top'}}
    tap.equal(arguments(top, '$A', '$B', '$C', own={'A': 'own'}, A='c', B='c', C='c'),
              ['own', 'top', 'c'])


@tap.test
def a_condition_sees_what_the_steps_arguments_see():
    calls, _ = started({'steps': [
        {'id': 'own', 'command': 'step', 'arguments': ['own'], 'environment': {'A': 'a'},
         'condition': {'environment': 'A'}},
        {'id': 'asked', 'command': 'step', 'arguments': ['asked'], 'environment': {'A': 'a'},
         'condition': {'all': [{'environment': 'A'}, {'fileExists': '/etc/passwd'}]}},
        {'id': 'other', 'command': 'step', 'arguments': ['other'],
         'condition': {'environment': 'A'}}]})
    tap.equal([call.argv[1:] for call in calls if call.argv[1:]], [['own'], ['asked']])


@tap.test
def a_default_gives_way_to_the_container_and_a_value_does_not():
    top = {'environment': {'FIXED': {'value': 'v'}, 'SHORT': 'v', 'FREE': {'defaultValue': 'd'},
                           'UNSET': {'defaultValue': 'd'}}}
    tap.equal(arguments(top, '$FIXED', '$SHORT', '$FREE', '$UNSET', FIXED='c', SHORT='c', FREE='c'),
              ['v', 'v', 'c', 'd'])


@tap.test
def numbers_and_booleans_are_values():
    top = {'environment': {'N': 5432, 'F': 1.50, 'T': True, 'D': {'defaultValue': False}}}
    tap.equal(arguments(top, '$N', '$F', '$T', '$D'), ['5432', '1.5', 'true', 'false'])


@tap.test
def empty_counts_as_unset_unless_it_is_allowed():
    top = {'environment': {'A': {'defaultValue': 'd'},
                           'B': {'defaultValue': 'd', 'allowEmpty': True}}}
    tap.equal(arguments(top, '[$A]', '[$B]', '[${C:-d}]', A='', B='', C=''), ['[d]', '[]', '[d]'])
    tap.equal(refused({'environment': {'A': {}}}, A=''), ['the variable A is empty'])
    empty = pid1.folder() / 'empty'
    empty.write_text('\n')
    tap.equal(refused({'environment': {'A': {'file': str(empty)}}}),
              [f"the variable A is not set: its file '{empty}' is empty"])


@tap.test
def texts_are_expanded_once_and_nothing_else_in_them_is_touched():
    table = {'$A:$B': 'one two:$A', '${A}s': 'one twos', '$As': '', '$$A': '$A', '$$$A': '$one two',
             '{1}': '{1}', ':::': ':::', '*.py ~ `id` $(id)': '*.py ~ `id` $(id)', '$': '$',
             'a$': 'a$', '$1': '$1', '${N:-x:-y}': 'x:-y', '${N:-}': '', '${A:-x}': 'one two',
             "'$A'": "'one two'", '\\$A': '\\one two', 'ü$A': 'üone two'}
    words = [word for word in table if word != '$As']
    tap.equal(arguments({}, *words, A='one two', B='$A'), [table[word] for word in words])
    tap.equal(refused({'steps': [{'id': 's', 'command': 'step', 'arguments': ['$As']}]}, A='x'),
              ['the variable As is not set'])


@tap.test
def now_is_the_time_unless_the_config_says_otherwise():
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    text, = arguments({}, '${NOW}', NOW='not this')
    moment = datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%SZ').replace(
        tzinfo=datetime.timezone.utc)
    tap.check(before <= moment <= datetime.datetime.now(datetime.timezone.utc), 'now', text)
    tap.equal(arguments({'environment': {'NOW': 'never'}}, '$NOW'), ['never'])


@tap.test
def a_step_inherits_what_is_declared_and_main_what_the_container_has():
    top = {'environment': {'TOP': 'top', 'OVER': 'top', 'DEFAULT': {'defaultValue': 'd'}}}
    step = {'id': 'few', 'command': 'step', 'environment': {'OWN': 'own', 'OVER': 'own'}}
    every = {**step, 'id': 'every', 'useSystemEnvironment': True}
    calls, _ = started({**top, 'steps': [step, every]}, EXTRA='e', OVER='container')
    few, all_of_it, main = (call.environment for call in calls)
    tap.equal({name: few[name] for name in set(few) - NAMES_OF_USER - {'PATH'}},
              {'TOP': 'top', 'OVER': 'own', 'DEFAULT': 'd', 'OWN': 'own'})
    tap.equal(all_of_it, few | {'EXTRA': 'e'})
    tap.equal({name: main[name] for name in set(main) - {'PATH'}},
              {'TOP': 'top', 'OVER': 'top', 'DEFAULT': 'd', 'EXTRA': 'e'})


@tap.test
def home_user_and_logname_follow_the_user_unless_they_are_declared():
    pid1.needs_root()
    step = {'id': 's', 'command': 'step', 'user': 'nobody', 'useSystemEnvironment': True}
    calls, _ = started({'steps': [step], 'user': '4321:4321'}, HOME='/c', USER='c', LOGNAME='c')
    seen = [{name: call.environment.get(name) for name in NAMES_OF_USER} for call in calls]
    tap.equal(seen[0], {'HOME': '/nonexistent', 'USER': 'nobody', 'LOGNAME': 'nobody'})
    tap.equal((seen[1]['USER'], seen[1]['LOGNAME']), (None, None))
    declared = {'steps': [{**step, 'environment': {'HOME': '/declared'}}]}
    tap.equal(started(declared, HOME='/c')[0][0].environment['HOME'], '/declared')


@tap.test
def a_value_from_a_file_is_expanded_and_inherited_only_if_exported():
    folder = pid1.folder()
    (folder / 'kept').write_text('kept value\n\n')
    (folder / 'shared').write_text('shared value')
    top = {'environment': {'KEPT': {'file': f'{folder}/kept'},
                           'SHARED': {'file': f'{folder}/shared', 'export': True}}}
    step = {'id': 's', 'command': 'step', 'arguments': ['$KEPT', '$SHARED'],
            'useSystemEnvironment': True}
    (call, main), _ = started({**top, 'steps': [step]})
    tap.equal(call.argv[1:], ['kept value', 'shared value'])
    for seen in (call.environment, main.environment):
        tap.equal((seen.get('KEPT'), seen.get('SHARED')), (None, 'shared value'))


@tap.test
def a_variable_that_is_not_exported_is_expanded_but_in_no_environment():
    top = {'environment': {'API_KEY': {'export': False, 'description': 'k'}}}
    step = {'id': 's', 'command': 'step', 'arguments': ['$API_KEY'], 'useSystemEnvironment': True}
    own = {'id': 't', 'command': 'step', 'environment': {'API_KEY': {'description': 'mine'}}}
    (call, other, main), _ = started({**top, 'steps': [step, own]}, API_KEY='kk')
    tap.equal(call.argv[1:], ['kk'])
    tap.equal([seen.environment.get('API_KEY') for seen in (call, other, main)], [None, 'kk', None])


@tap.test
def a_condition_on_a_variable_that_may_be_missing_skips_the_step():
    top = {'environment': {'X': {'defaultValue': ''}}}
    step = {'id': 's', 'command': 'step', 'condition': {'environment': 'X'}}
    tap.equal(len(started({**top, 'steps': [step]})[0]), 1)
    tap.equal(len(started({**top, 'steps': [step]}, X='')[0]), 1)
    tap.equal(len(started({**top, 'steps': [step]}, X='1')[0]), 2)


@tap.test
def a_file_beside_a_variable_that_is_set_is_refused():
    folder = pid1.folder()
    (folder / 'f').write_text('from file')
    lines = refused({'environment': {'DB_PASSWORD': {'file': f'{folder}/f'}}}, DB_PASSWORD='x')
    tap.equal(lines, [f"the variable DB_PASSWORD is set, and its file '{folder}/f' is named too; "
                      'keep one'])


@tap.test
def a_secrets_file_that_cannot_be_read_is_the_reason_and_not_that_the_variable_is_unset():
    pid1.needs_root()
    secret = pid1.folder() / 'secret'
    secret.write_text('x')
    secret.chmod(0o400)
    document = {'environment': {'DB_USER': {'file': str(secret)}, 'OTHER': {}},
                'steps': [{'id': 's', 'command': 'true', 'arguments': ['$DB_USER']}]}
    other = ['setpriv', '--reuid', '5000', '--regid', '5000', '--clear-groups']
    code, _, err = pid1.run_with(document, 'true', before=other)
    tap.equal(code, 78)
    tap.equal(pid1.chosen_line(err, 78),
              f"the variable DB_USER: cannot open '{secret}': Permission denied (and 1 more)")
    tap.check('DB_USER is not set' not in err, 'only the real reason', err)


@tap.test
def everything_that_is_missing_or_wrong_is_told_at_once_with_descriptions():
    document = {
        'environment': {'URL': {'description': 'where the database is'},
                        'LEVEL': {'pattern': 'debug|info', 'defaultValue': 'info'},
                        'PIN_KEY': {'pattern': '[0-9]{4}'},
                        'PASSWORD': {'description': 'of the database', 'file': '/no/such/file'}},
        'steps': [
            {'id': 'a', 'command': 'step', 'arguments': ['$IN_ARGUMENT']},
            {'id': 'b', 'directory': {'path': '/tmp/$IN_BUILTIN'}},
            {'id': 'c', 'command': 'step', 'workingDirectory': '/$IN_DIRECTORY'},
            {'id': 'd', 'command': 'step', 'logging': {'fields': {'x': '$IN_FIELD'}}},
            {'id': 'e', 'command': 'step', 'condition': {'fileExists': '/$IN_CONDITION'}},
            {'id': 'f', 'command': 'step', 'environment': {'OWN': {'description': "f's"}}},
            {'id': 'g', 'command': 'step', 'onFailure': {'action': 'fallback',
                                                         'source': '/$IN_FALLBACK'}},
            {'id': 'h', 'command': 'step', 'arguments': ['$SKIPPED'], 'imageModes': ['prebuilt']}],
        'health': [{'id': 'i', 'http': {'url': 'http://127.0.0.1:80/$IN_CHECK'}}],
        'maintenance': [{'id': 'j', 'command': 'step', 'arguments': ['$IN_JOB'],
                         'schedule': {'every': '1h'}}]}
    # As they come in the config.
    names = ['URL is not set (where the database is)',
             "PASSWORD is not set (of the database): its file '/no/such/file' does not exist",
             'IN_ARGUMENT', 'IN_BUILTIN', 'IN_DIRECTORY', 'IN_FIELD', 'IN_CONDITION',
             "OWN is not set (f's)", 'IN_FALLBACK', 'IN_CHECK', 'IN_JOB']
    expected = [f'the variable {name}' + ('' if ' ' in name else ' is not set') for name in names]
    expected += ['the variable LEVEL: loud does not match debug|info',
                 'the variable PIN_KEY: its value does not match [0-9]{4}']
    tap.equal(refused(document, LEVEL='loud', PIN_KEY='12345'), expected)


@tap.test
def a_pattern_is_asked_of_the_whole_value():
    top = {'environment': {'A': {'pattern': 'a|bc'}}}
    tap.equal(arguments(top, '$A', A='bc'), ['bc'])
    for value in ('ab', 'xbc', 'abc', 'a\n'):
        tap.check(refused(top, A=value)[0].startswith('the variable A: '), value)


@tap.test
def fields_are_expanded_with_secrets_and_credentials_left_out():
    step = {'id': 's', 'command': 'step', 'environment': {'PLAIN': {'value': 'ok', 'secret': True},
                                                          'API_KEY': {'value': 'shown',
                                                                      'secret': False}},
            'logging': {'level': 'INFO', 'fields': {
                'list': '$LIST', 'token': 'is $MY_TOKEN!', 'plain': '$PLAIN', 'key': '$API_KEY',
                'url': '$URL', 'two': 'from $URL to https://a:b@other.example/y?z=1', 'at': '${NOW}',
                'path': '/$LIST?x'}}}
    _, err = started({'steps': [step]}, options=['--log-format', 'json'], LIST='spring',
                     MY_TOKEN='tok', URL='https://shop:pw@host.example:8/x/y?sig=abc#part')
    events = [json.loads(line) for line in err.splitlines()]
    fields = next(event['fields'] for event in events if event.get('hook') == 's')
    tap.check(fields.pop('at').endswith('Z'), 'the time')
    tap.equal(fields, {'list': 'spring', 'token': 'is ***!', 'plain': '***', 'key': 'shown',
                       'url': 'https://host.example:8/x/y',
                       'two': 'from https://host.example:8/x/y to https://other.example/y',
                       'path': '/spring?x'})


tap.main()
