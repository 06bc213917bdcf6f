"""Groups of steps, what they do at their end, and steps that run only during others."""
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

SLEEP = '/usr/bin/sleep'


def note(name, **more):
    """A step that notes that it ran, and in which order."""
    return {'id': name, 'command': 'step', 'arguments': [name], **more}


def ran(document, code=0, codes=(), **container):
    """The names of what ran, in order, and stderr."""
    programs = recorder.Programs('server', 'step')
    if codes:
        programs.end_with('step', *codes)
    seen, _, err = pid1.run_with({'main': {'command': 'server', 'arguments': []}, **document},
                                 before=programs.container(**container))
    tap.equal(seen, code, err)
    return [call.argv[1] if len(call.argv) > 1 else 'main' for call in programs.calls()], err


def group(*steps, name='g', **more):
    return {'id': name, 'steps': list(steps), **more}


@tap.test
def a_group_runs_its_steps_in_order_and_counts_as_one_step():
    document = {'steps': [note('a'), group(note('b'), group(note('c'), name='h'), note('d')),
                          note('e'), {**note('f'), 'precedents': ['g']}]}
    names, err = ran(document)
    tap.equal(names[:4], ['a', 'b', 'c', 'd'])
    tap.equal(sorted(names[4:6]), ['e', 'f'], 'both wait for the group only')
    tap.equal(names[6:], ['main'])
    tap.check(re.search(r'^pintle: step g: done in \S+$', err, re.M), err)


@tap.test
def a_group_whose_condition_does_not_hold_is_one_line_and_needs_nothing():
    for condition in ({'environment': 'FIRST'}, {'fileExists': '/no/such'}):
        document = {'environment': {'FIRST': {'optional': True}},
                    'steps': [group(note('a', arguments=['$FIRST']), note('b'),
                                    **{'condition': condition, 'finally': [note('c')]}),
                              note('d'), note('e', condition='g')]}
        names, err = ran(document)
        tap.equal(names, ['d', 'main'])
        tap.equal(err.count('skipped'), 2, err)


@tap.test
def the_condition_is_asked_once_although_a_step_changes_its_answer():
    folder = pid1.folder()
    document = {'steps': [group({'id': 'mark', 'file': {'path': f'{folder}/done', 'content': 'x'}},
                                note('a'), condition={'not': {'fileExists': f'{folder}/done'}}),
                          note('b', condition='g')]}
    tap.equal(ran(document)[0], ['a', 'b', 'main'])
    tap.equal(ran(document)[0], ['main'])


@tap.test
def what_a_group_says_counts_for_its_steps_that_say_nothing_else():
    document = {'steps': [group(
        {'id': 'a', 'command': '/usr/bin/env', 'arguments': []},
        {'id': 'b', 'command': '/usr/bin/env', 'arguments': [], 'environment': {'X': 'own'}},
        environment={'X': 'group', 'Y': '$X'}, umask='0077', timeout='10s')],
        'main': {'command': '/bin/true'}}
    code, out, err = pid1.run_with(document, before=['env', '-i'])
    tap.equal(code, 0, err)
    tap.equal([line for line in out.splitlines() if line.startswith('X=')], ['X=group', 'X=own'])


@tap.test
def finally_runs_when_the_group_has_ended_and_after_a_failure():
    steps = [group(note('a'), note('b'), **{'finally': [note('tidy'), note('more')]}), note('c')]
    tap.equal(ran({'steps': steps})[0], ['a', 'b', 'tidy', 'more', 'c', 'main'])
    names, err = ran({'steps': steps}, code=80, codes=[3, 0])
    tap.equal(names, ['a', 'tidy', 'more'])
    tap.equal(pid1.chosen_line(err, 80), 'step a failed: exit code 3')
    # A failure of `finally` does not hide the first one, and the others run all the same.
    names, err = ran({'steps': steps}, code=80, codes=[3, 4, 0])
    tap.equal(names, ['a', 'tidy', 'more'])
    tap.equal(pid1.chosen_line(err, 80), 'step a failed: exit code 3')
    tap.holds(err, 'step tidy: failed after')
    # Alone it is a failure like any other.
    names, err = ran({'steps': steps}, code=80, codes=[0, 0, 5])
    tap.equal(pid1.chosen_line(err, 80), 'step tidy failed: exit code 5')
    tap.equal(names, ['a', 'b', 'tidy', 'more'])


@tap.test
def a_group_in_finally_is_refused_as_such():
    _, err = ran({'steps': [group(note('a'), **{'finally': [group(note('b'), name='h')]})]}, code=78)
    tap.holds(err, '/steps/0/finally/0: a group cannot be in "finally"; list its steps there')


@tap.test
def finally_of_a_group_that_has_not_begun_does_not_run():
    steps = [note('a'), group(note('b'), **{'finally': [note('tidy')]})]
    tap.equal(ran({'steps': steps}, code=80, codes=[1])[0], ['a'])


@tap.test
def inner_groups_tidy_up_before_outer_ones():
    steps = [group(group(note('a'), name='h', **{'finally': [note('inner')]}),
                   **{'finally': [note('outer')]})]
    tap.equal(ran({'steps': steps}, code=80, codes=[1, 0])[0], ['a', 'inner', 'outer'])


def tidying(folder, tidy):
    return {'steps': [group({'id': 'work', 'command': '/bin/sh',
                             'arguments': ['-c', 'echo works; exec sleep 1000']},
                            **{'finally': [tidy, {'id': 'last', 'file': {
                                'path': f'{folder}/last', 'content': ''}}]})],
            'main': {'command': '/bin/true'}}


@tap.test
def a_stop_signal_ends_the_steps_and_then_finally_runs():
    folder = pid1.folder()
    one = pid1.start_with(tidying(folder, {'id': 'tidy', 'command': '/bin/sh',
                                           'arguments': ['-c', 'sleep 0.2; echo tidied']}))
    one.line('works')
    one.signal(signal.SIGTERM)
    one.line('tidied')
    tap.equal(one.end(), 143)
    tap.check((folder / 'last').exists(), 'the second one ran too')


@tap.test
def a_second_stop_signal_ends_finally_too():
    folder = pid1.folder()
    one = pid1.start_with(tidying(folder, {'id': 'tidy', 'command': '/bin/sh',
                                           'arguments': ['-c', 'echo tidies; exec sleep 1000']}))
    one.line('works')
    one.signal(signal.SIGTERM)
    one.line('tidies')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)
    tap.check(not (folder / 'last').exists(), 'nothing began after it')
    one.complaint('pintle: step last: skipped: its time ended before it started.*')


@tap.test
def the_total_grace_bounds_finally():
    folder = pid1.folder()
    document = tidying(folder, {'id': 'tidy', 'command': SLEEP, 'arguments': ['1000']})
    one = pid1.start_with({**document, 'shutdown': {'gracePeriod': '1s', 'totalGracePeriod': '1s'}})
    one.line('works')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


SERVER = ['-c', 'trap "echo server ends; exit 0" TERM; echo server runs; while :; do sleep 0.05; done']


def server(*ids, **more):
    return {'id': 'server', 'during': list(ids), 'command': '/bin/sh', 'arguments': SERVER, **more}


def shell(name, text, **more):
    return {'id': name, 'command': '/bin/sh', 'arguments': ['-c', text], **more}


@tap.test
def a_step_runs_only_during_others_also_with_a_parallelism_of_one():
    folder = pid1.folder()
    wait = f'while ! [ -e {folder}/up ]; do sleep 0.02; done; echo '
    up = ['-c', f'trap "echo server ends; exit 0" TERM; touch {folder}/up; '
                'while :; do sleep 0.05; done']
    document = {'parallelism': 1,
                'steps': [shell('before', 'echo before'),
                          {'id': 'server', 'during': ['a', 'b'], 'command': '/bin/sh',
                           'arguments': up},
                          shell('a', wait + 'a'), shell('between', 'echo between'),
                          shell('b', 'echo b'), shell('c', 'echo c')],
                'main': {'command': '/bin/echo', 'arguments': ['main']}}
    code, out, err = pid1.run_with(document)
    tap.equal(code, 0, err)
    tap.equal(out.split('\n'), ['before', 'a', 'between', 'b', 'server ends', 'c', 'main', ''])
    tap.check(re.search(r'^pintle: step server: ended after \S+, as the steps that it ran during$',
                        err, re.M), err)


@tap.test
def it_may_run_during_a_group():
    document = {'steps': [server('g'), group(shell('a', 'echo a'), shell('b', 'echo b')),
                          shell('c', 'echo c')], 'main': {'command': '/bin/true'}}
    code, out, err = pid1.run_with(document)
    tap.equal(code, 0, err)
    words = [line for line in out.split('\n') if line in 'abc']
    tap.equal(words[:3], ['a', 'b', 'c'])


@tap.test
def a_server_that_ends_too_early_fails_the_start():
    document = {'steps': [{**server('a'), 'arguments': ['-c', 'exit 7']},
                          shell('a', 'exec sleep 1000')], 'main': {'command': '/bin/true'}}
    code, _, err = pid1.run_with(document)
    tap.equal(code, 80, err)
    tap.equal(pid1.chosen_line(err, 80), 'step server failed: exit code 7')
    tap.check(re.search(r'step server: ended after \S+, before the steps that it is to run during: '
                        r'exit code 7$', err, re.M), err)


@tap.test
def it_is_stopped_when_a_step_fails_and_when_the_container_stops():
    document = {'steps': [server('a'), shell('a', 'exit 3')], 'main': {'command': '/bin/true'}}
    code, _, err = pid1.run_with(document)
    tap.equal((code, pid1.chosen_line(err, 80)), (80, 'step a failed: exit code 3'), err)
    one = pid1.start_with({'steps': [server('a'), shell('a', 'exec sleep 1000')],
                           'main': {'command': '/bin/true'}})
    one.line('server runs')
    one.signal(signal.SIGTERM)
    one.line('server ends')
    tap.equal(one.end(), 143)


@tap.test
def a_skipped_server_keeps_nobody_waiting():
    for condition in ({'environment': 'NONE'}, {'fileExists': '/no/such'}):
        document = {'steps': [server('a', condition=condition), note('a'), note('b')]}
        tap.equal(ran(document)[0], ['a', 'b', 'main'])


@tap.test
def a_skipped_server_is_no_success():
    document = {'steps': [server('a', condition={'fileExists': '/no/such'}), note('a'),
                          note('b', condition='server')]}
    tap.equal(ran(document)[0], ['a', 'main'])


@tap.test
def a_server_that_ends_by_itself_is_told_its_code():
    document = {'steps': [{**server('a'), 'arguments': ['-c', 'exit 0']},
                          shell('a', 'exec sleep 1000')], 'main': {'command': '/bin/true'}}
    _, _, err = pid1.run_with(document)
    tap.equal(pid1.chosen_line(err, 80), 'step server failed: exit code 0')


@tap.test
def a_fallback_in_a_group_runs_as_the_group_says():
    document = {'steps': [group({'id': 'a', 'command': '/bin/false', 'onFailure': {
        'action': 'fallback', 'step': {'command': '/usr/bin/id', 'arguments': ['-u']}}},
        user='1234:1234')], 'main': {'command': '/bin/true'}}
    code, out, err = pid1.run_with(document)
    tap.equal((code, out), (0, '1234\n'), err)


@tap.test
def what_makes_no_sense_is_told_by_check():
    cases = (
        ({'steps': [server('nobody')]}, 'there is no step "nobody"'),
        ({'steps': [note('a'), server('a')]}, 'the steps wait for each other: a → server → a'),
        ({'steps': [group(note('a', precedents=['g']))]}, 'the steps wait for each other'),
        ({'steps': [server('a', timeout='1s'), note('a')]}, 'exclude each other'),
        ({'steps': [group()]}, 'a group needs at least one step'),
        ({'steps': [group(note('a')), note('a')]}, 'the id "a" is used'),
    )
    for document, text in cases:
        _, err = ran(document, code=78)
        tap.holds(err, text)


tap.main()
