"""Values that come while the container starts: of steps, of the container's limits, of each file."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap


def ran(document, code=0, codes=(), **container):
    """What ran, each with its arguments, and stderr."""
    programs = recorder.Programs('server', 'step')
    if codes:
        programs.end_with('step', *codes)
    seen, _, err = pid1.run_with({'main': {'command': 'server', 'arguments': []}, **document},
                                 before=programs.container(**container))
    tap.equal(seen, code, err)
    return [call.argv[1:] for call in programs.calls()], err


def shell(name, text, **more):
    return {'id': name, 'command': '/bin/sh', 'arguments': ['-c', text], **more}


def setter(text, variable='TOKEN', name='set', **more):
    return shell(name, text, output={'variable': variable, **more})


USE = {'command': 'server', 'arguments': ['$TOKEN']}


@tap.test
def a_steps_output_is_a_value_for_what_comes_after_it():
    document = {'environment': {'URL': 'http://$TOKEN@h/'},
                'steps': [setter('printf "a b\\n\\n"; echo problem >&2'),
                          {'id': 'use', 'command': 'step', 'arguments': ['$URL', '${TOKEN@uri}'],
                           'condition': {'environment': {'name': 'TOKEN', 'pattern': 'a.b'}}},
                          {'id': 'no', 'command': 'step',
                           'condition': {'environment': {'name': 'TOKEN', 'pattern': 'x'}}}],
                'main': USE}
    calls, err = ran(document)
    tap.equal(calls, [['http://a b@h/', 'a%20b'], ['a b']])
    tap.holds(err, 'problem')


@tap.test
def it_is_in_the_environment_only_if_it_is_exported():
    for exported in (False, True):
        programs = recorder.Programs('server', 'step')
        document = {'steps': [setter('echo x', export=exported),
                              {'id': 'use', 'command': 'step', 'arguments': []}],
                    'main': {'command': 'server', 'arguments': []}}
        code, _, err = pid1.run_with(document, before=programs.container())
        tap.equal(code, 0, err)
        tap.equal([call.environment.get('TOKEN') for call in programs.calls()],
                  ['x' if exported else None] * 2)


@tap.test
def a_step_that_did_not_set_it_leaves_the_default_or_an_error():
    skipped = {**setter('echo x'), 'condition': {'environment': 'NONE'}}
    tap.equal(ran({'steps': [skipped], 'main': {**USE, 'arguments': ['${TOKEN:-none}']}})[0],
              [['none']])
    _, err = ran({'steps': [skipped], 'main': USE}, code=78)
    tap.equal(pid1.chosen_line(err, 78), 'main: the variable TOKEN is not set')
    _, err = ran({'steps': [skipped, {'id': 'use', 'command': 'step', 'arguments': ['$TOKEN']}]},
                 code=80)
    tap.equal(pid1.chosen_line(err, 80), 'step use failed: the variable TOKEN is not set')


@tap.test
def a_value_that_makes_a_text_wrong_fails_the_step_that_uses_it():
    document = {'steps': [setter('true'), {'id': 'mk', 'directory': {'path': '$TOKEN'}}]}
    _, err = ran(document, code=80)
    tap.holds(pid1.chosen_line(err, 80), 'step mk failed: "path" is empty')


@tap.test
def an_output_that_is_no_value_fails_the_step():
    for text, why in (('head -c 65537 /dev/zero | tr "\\0" x', 'longer than 64KiB'),
                      ('printf "a\\0b"', 'a NUL byte')):
        _, err = ran({'steps': [setter(text)], 'main': USE}, code=80)
        tap.holds(pid1.chosen_line(err, 80), why)
    calls, _ = ran({'steps': [setter('head -c 65536 /dev/zero | tr "\\0" x')],
                    'main': {**USE, 'arguments': ['${TOKEN:+set}']}})
    tap.equal(calls, [['set']])


@tap.test
def a_step_that_writes_without_end_fails_at_the_limit():
    _, err = ran({'steps': [{'id': 'y', 'command': '/usr/bin/yes', 'arguments': [],
                             'output': {'variable': 'TOKEN'}}], 'main': USE}, code=80)
    tap.holds(pid1.chosen_line(err, 80), 'longer than 64KiB')


@tap.test
def a_long_secret_in_a_long_line_is_hidden_at_once():
    secret = ''.join(f'{number:x}' for number in range(20_000))[:60_000]
    document = {'steps': [setter('cat "$0"'), {'id': 'show', 'command': '/bin/cat', 'output': 'log'}]}
    file = pid1.folder() / 'secret'
    file.write_text(secret)
    file.chmod(0o644)
    document['steps'][0]['arguments'].append(str(file))
    document['steps'][1]['arguments'] = [str(file)]
    _, err = ran(document)
    tap.holds(err, 'step show | ***')
    tap.check(secret[1000:1040] not in err, 'it is hidden', len(err))


@tap.test
def a_process_that_stays_behind_does_not_keep_the_start_waiting():
    calls, _ = ran({'steps': [setter('(sleep 1000; echo late) & echo now')], 'main': USE})
    tap.equal(calls, [['now']])


@tap.test
def a_value_that_is_named_like_a_secret_is_in_no_line():
    document = {'steps': [setter('echo hunter2secret', 'DB_PASSWORD'),
                          shell('log', 'echo it is $1', output='log')],
                'main': {'command': 'server', 'arguments': []}}
    document['steps'][1]['arguments'] += ['sh', '$DB_PASSWORD']
    _, err = ran(document)
    tap.holds(err, 'it is ***')
    tap.check('hunter2' not in err, err)


@tap.test
def check_refuses_a_use_that_may_come_too_early():
    early = {'id': 'early', 'command': 'step', 'arguments': ['${TOKEN:-}'], 'precedents': []}
    cases = (
        ({'steps': [early, setter('x')]}, 'the variable TOKEN is set by the step "set", which does '
                                          'not come before this one'),
        ({'steps': [setter('x'), setter('x', name='b')]}, 'the step "set" sets the variable TOKEN '
                                                          'too'),
        ({'environment': {'TOKEN': 'x'}, 'steps': [setter('x')]}, 'declared in "environment" too'),
        ({'environment': {'WHO': '$TOKEN'}, 'user': '$WHO', 'steps': [setter('x')]},
         'cannot need the variable TOKEN'),
        ({'steps': [setter('x')], 'main': {'command': '$TOKEN'}}, 'cannot need the variable TOKEN'),
        ({'steps': [setter('x'), {'id': 'b', 'command': 'x', 'timeout': '$TOKEN'}]},
         'cannot need the variable TOKEN'),
    )
    for document, text in cases:
        _, err = ran(document, code=78)
        tap.holds(err, text)


@tap.test
def an_output_that_is_declared_a_secret_is_never_shown():
    document = {'steps': [setter('echo sesame-open', 'WORD', secret=True),
                          shell('say', 'echo "$1" >&2', arguments=['-c', 'echo "$1" >&2; exit 3', 'sh', '$WORD'],
                                output='log', onFailure='continue', logging={'fields': {'word': 'is $WORD'}})],
                'logging': {'format': 'json'}, 'main': {'command': 'server', 'arguments': ['$WORD']}}
    calls, err = ran(document)
    tap.equal(calls, [['sesame-open']])
    tap.check('sesame' not in err and 'is ***' in err, err)


@tap.test
def a_limit_of_the_container_is_a_number():
    names = {'MEMORY': {'resource': 'limits.memory'}, 'CPUS': {'resource': 'limits.cpu'},
             'HEAP': {'resource': 'limits.memory', 'percent': 50, 'divisor': '1MiB'},
             'MILLI': {'resource': 'limits.cpu', 'divisor': '1m'}}
    document = {'environment': names,
                'main': {'command': 'server', 'arguments': ['$MEMORY', '$CPUS', '$HEAP', '$MILLI']}}
    ((memory, cpus, heap, milli),), _ = ran(document)
    half = -(-int(memory) // 2)
    tap.equal(int(heap), -(-half // 2**20))
    tap.equal(int(cpus), -(-int(milli) // 1000))
    calls, _ = ran({'environment': names, 'main': {'command': 'server', 'arguments': ['$CPUS']}},
                   CPUS='7')
    tap.equal(calls, [['7']])


@tap.test
def values_that_grow_without_bound_are_refused_at_once():
    doubled = {f'J{i}': f'$J{i - 1}$J{i - 1}' for i in range(1, 11)}
    document = {'environment': {'J0': {'description': 'x'}, **doubled},
                'steps': [{'id': f's{i}', 'command': 'step', 'arguments': ['$J10']}
                          for i in range(20)]}
    _, err = ran(document, code=78, J0='x' * 100_000)
    tap.equal(pid1.reasons(err, 78), ['the value of the variable J1 is longer than 128KiB, the most '
                                      'that a program can get'])
    _, err = ran(document, code=78)
    tap.equal(pid1.reasons(err, 78), ['the variable J0 is not set (x)'])
    _, err = ran({'steps': [{'id': 'a', 'command': 'step', 'arguments': ['$J0' * 2000]}]}, code=78,
                 J0='x' * 100_000)
    tap.holds(pid1.reasons(err, 78)[0], 'it becomes longer than 16MiB')


def folder_of(*names):
    folder = pid1.folder()
    folder.chmod(0o755)
    for name in names:
        (folder / name).write_text(name)
    return folder


def each(folder, pattern='*.sql', **more):
    return {'id': 'each', 'forEach': {'files': f'{folder}/{pattern}'}, 'command': 'step',
            'arguments': ['$FILE', '$FILE_NAME', '$FILE_STEM'], **more}


@tap.test
def a_step_runs_once_for_each_file_in_the_order_of_bytes():
    folder = folder_of('b.sql', 'B.sql', 'a b.sql', 'a.sql.gz', '.hidden.sql', '10.sql', '9.sql')
    (folder / 'folder.sql').mkdir()
    calls, err = ran({'steps': [each(folder)]})
    names = ['10.sql', '9.sql', 'B.sql', 'a b.sql', 'b.sql']
    tap.equal(calls[:-1], [[f'{folder}/{name}', name, name[:-4]] for name in names])
    lines = [line for line in err.split('\n') if 'step each' in line]
    tap.check(re.fullmatch(r'pintle: step each: done in \S+: 10\.sql', lines[0]), err)
    tap.check(re.fullmatch(r'pintle: step each: done in \S+: 5 files', lines[-1]), err)


def chosen(folder, *patterns, **more):
    """The names of the files for which a step runs."""
    files = [f'{folder}/{pattern}' for pattern in patterns]
    calls, _ = ran({'steps': [{**each(folder), 'forEach': {'files': files, **more}}]})
    return [call[1] for call in calls[:-1]]


@tap.test
def several_patterns_have_one_order():
    folder = folder_of('1.sh', '2.sql', '3.sh', '4.txt')
    tap.equal(chosen(folder, '*.sql', '*.sh', '1*'), ['1.sh', '2.sql', '3.sh'])
    other = {'files': [f'{folder}/*.sql', '/etc/*.sql']}
    code, _, err = pid1.run_with({'steps': [{**each(folder), 'forEach': other}]})
    tap.equal(code, 78)
    tap.holds(err, '/steps/0/forEach: the patterns are not in one directory; write a hook for each')


@tap.test
def only_files_that_its_user_may_execute_or_only_directories():
    folder = folder_of('a', 'b', 'c')
    (folder / 'a').chmod(0o755)
    (folder / 'c').chmod(0o700)
    (folder / 'd').mkdir()
    tap.equal(chosen(folder, '*', executable=True), ['a', 'c'])
    tap.equal(chosen(folder, '*', type='directory'), ['d'])
    step = {**each(folder), 'forEach': {'files': f'{folder}/*', 'executable': True}, 'user': '1234:1234',
            'command': '/bin/echo'}
    _, out, err = pid1.run_with({'steps': [step], 'main': {'command': '/bin/true'}})
    tap.equal(out, f'{folder}/a a a\n', err)


@tap.test
def no_file_and_no_folder_are_a_success():
    for pattern in (f'{folder_of("a.txt")}/*.sql', '/no/such/*.sql'):
        calls, _ = ran({'steps': [each('', pattern.removeprefix('/'))]})
        tap.equal(calls, [[]])


@tap.test
def the_first_file_that_fails_ends_it_after_its_own_retries():
    folder = folder_of('a.sql', 'b.sql', 'c.sql')
    step = each(folder, retries=1, backoff={'type': 'constant', 'initial': '1ms'})
    calls, err = ran({'steps': [step]}, code=80, codes=[0, 3, 0, 3, 4, 0])
    tap.equal([call[1] for call in calls], ['a.sql', 'b.sql', 'b.sql', 'c.sql', 'c.sql'])
    tap.equal(pid1.chosen_line(err, 80), 'step each failed: c.sql: exit code 4')


@tap.test
def with_continue_the_other_files_have_their_turn():
    folder = folder_of('a.sql', 'b.sql', 'c.sql')
    calls, err = ran({'steps': [each(folder, onFailure='continue')]}, codes=[0, 3, 0, 0])
    tap.equal([call[1] for call in calls[:-1]], ['a.sql', 'b.sql', 'c.sql'])
    tap.check(re.search(r'step each: failed after \S+: b\.sql: exit code 3; continuing with the next file',
                        err), err)
    tap.check(re.search(r'step each: failed after \S+: 3 files, 1 failed; continued', err), err)


@tap.test
def with_continue_a_folder_that_cannot_be_read_is_one_failure():
    step = each('/proc/self/mem', onFailure='continue')
    calls, err = ran({'steps': [step]})
    tap.equal((calls, err.count('step each: failed')), ([[]], 1), err)


@tap.test
def a_fallback_stands_for_the_file_that_failed():
    folder = folder_of('a.sql', 'b.sql', 'c.sql')
    fallback = {'action': 'fallback', 'step': {
        'command': 'step', 'arguments': ['instead', '$FILE', '$FILE_NAME', '$FILE_STEM'], 'retries': 1,
        'backoff': {'type': 'constant', 'initial': '1ms'}}}
    step = each(folder, onFailure=fallback)
    calls, err = ran({'steps': [step]}, codes=[0, 3, 1, 0, 0, 0])
    second = [f'{folder}/b.sql', 'b.sql', 'b']
    tap.equal([call if len(call) == 4 else call[1] for call in calls[:-1]],
              ['a.sql', 'b.sql', ['instead', *second], ['instead', *second], 'c.sql'])
    tap.holds(err, 'step each: done by its fallback: b.sql')
    tap.check(re.search(r'step each: done in \S+: 3 files', err), err)
    calls, err = ran({'steps': [step]}, code=80, codes=[3, 1, 1])
    tap.equal([call[-2] for call in calls], ['a.sql'] * 3)


@tap.test
def another_attempt_is_for_the_same_file_also_if_it_is_gone():
    folder = folder_of('a', 'b', 'c')
    step = each(folder, '*', retries=1, backoff={'type': 'constant', 'initial': '1ms'},
                command='/bin/sh',
                arguments=['-c', 'test "$FILE_NAME" != b && exit 0; rm -f "$1"; exit 1', 'sh', '$FILE'])
    _, err = ran({'steps': [step]}, code=80)
    tap.equal(pid1.chosen_line(err, 80), 'step each failed: b: exit code 1')


@tap.test
def each_file_may_be_the_input():
    folder = folder_of('a.sql', 'b.sql')
    document = {'environment': {'FILE': {'defaultValue': 'other'}},
                'steps': [{'id': 'f', 'forEach': {'files': f'{folder}/*.sql'}, 'command': '/bin/cat',
                           'stdin': {'file': '$FILE'}},
                          {'id': 't', 'forEach': {'files': f'{folder}/*.sql'}, 'command': '/bin/cat',
                           'stdin': {'text': '<$FILE_STEM>'}}]}
    programs = recorder.Programs('server')
    code, out, err = pid1.run_with({**document, 'main': {'command': 'server', 'arguments': []}},
                                   before=programs.container())
    tap.equal((code, out), (0, 'a.sqlb.sql<a><b>'), err)


@tap.test
def check_refuses_the_name_of_a_file_where_none_is_chosen_yet():
    for more in ({'user': '$FILE_NAME'}, {'workingDirectory': '/x$FILE'}, {'groups': ['$FILE_STEM']},
                 {'condition': {'fileExists': '$FILE'}}, {'condition': {'environment': 'FILE'}},
                 {'logging': {'fields': {'f': '$FILE'}}}):
        _, err = ran({'steps': [{**each('/d'), **more}]}, code=78)
        tap.holds(err, 'is known only when a file has been chosen')


@tap.test
def a_built_in_and_a_program_of_each_file_work_too():
    folder = folder_of()
    for name in ('1.sh', '2.sh', 'note.txt'):
        (folder / name).write_text('#!/bin/sh\necho "$FILE_NAME ran"\n')
        (folder / name).chmod(0o755)
    document = {'environment': {'LINE': {'optional': True}},
                'steps': [{**each(folder, '*.sh'), 'command': '$FILE', 'arguments': []},
                          {'id': 'copy', 'forEach': {'files': f'{folder}/*.txt'},
                           'file': {'path': f'{folder}/$FILE_STEM.copy', 'copy': '$FILE'}}]}
    programs = recorder.Programs('server')
    code, out, err = pid1.run_with({**document, 'main': {'command': 'server', 'arguments': []}},
                                   before=programs.container())
    tap.equal((code, out), (0, '1.sh ran\n2.sh ran\n'), err)
    tap.check((folder / 'note.copy').exists(), err)


@tap.test
def a_prebuilt_image_runs_no_script_for_a_shell_of_a_folder_either():
    folder = folder_of()
    (folder / '1.sh').write_text('#!/bin/sh\ntrue\n')
    (folder / '1.sh').chmod(0o755)
    document = {'imageMode': 'prebuilt', 'user': 'root',
                'steps': [{**each(folder, '*.sh'), 'command': '$FILE', 'arguments': []}]}
    _, err = ran(document, code=80)
    tap.holds(pid1.chosen_line(err, 80), 'IMAGE_MODE=prebuilt does not allow')


tap.main()
