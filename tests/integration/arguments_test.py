"""What a command gets: arguments that are split or chosen, standard input, umask, capabilities."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

PRINT = ['/usr/bin/printf', '<%s>']


def words(arguments, *command, code=0, main=(), **container):
    """What main's arguments become, and stderr."""
    programs = recorder.Programs('server')
    document = {'main': {'command': 'server', 'arguments': arguments, **dict(main)}}
    seen, _, err = pid1.run_with(document, *command, before=programs.container(**container))
    tap.equal(seen, code, err)
    return [call.argv[1:] for call in programs.calls()], err


def output(document, code=0, **container):
    programs = recorder.Programs('server')
    seen, out, err = pid1.run_with({'main': {'command': 'server', 'arguments': []}, **document},
                                   before=programs.container(**container))
    tap.equal(seen, code, err)
    return out, err


@tap.test
def a_variable_becomes_several_words_or_none():
    arguments = ['-a', {'words': '${JAVA_OPTS:-}'}, '$ONE']
    tap.equal(words(arguments, ONE='x y')[0], [['-a', 'x y']])
    options = "-Xmx1g '-Dname=a b' \"-Dq=$HOME\" -De=c\\ d"
    tap.equal(words(arguments, ONE='', JAVA_OPTS=options, code=78)[0], [])
    tap.equal(words(arguments, ONE='1', JAVA_OPTS=options)[0],
              [['-a', '-Xmx1g', '-Dname=a b', '-Dq=$HOME', '-De=c d', '1']])


@tap.test
def a_quote_that_is_not_closed_ends_the_start_and_shows_no_value():
    calls, err = words([{'words': '-x $DB_PASSWORD'}], DB_PASSWORD="it's", code=78)
    tap.equal(calls, [])
    tap.equal(pid1.reasons(err, 78), ['main: "arguments": the words of "-x $DB_PASSWORD": a single '
                                      'quote is not closed'])


@tap.test
def an_argument_depends_on_a_condition_and_needs_only_what_it_takes():
    arguments = ['-D', {'if': {'environment': 'WAL'}, 'then': ['--waldir', '$WAL'],
                        'else': [{'if': {'environment': 'NONE'}, 'then': ['$NONE']}]}, 'end']
    tap.equal(words(arguments)[0], [['-D', 'end']])
    tap.equal(words(arguments, WAL='/w')[0], [['-D', '--waldir', '/w', 'end']])
    tap.equal(words(arguments, NONE='n')[0], [['-D', 'n', 'end']])


@tap.test
def words_of_the_command_line_follow_and_are_taken_as_they_are():
    arguments = ['-D', {'if': {'startedAs': 'root'}, 'then': ['r']}, {'words': '$W'}]
    for line in ('append', 'options'):
        calls, _ = words(arguments, '-x', '$W', main={'commandLine': line}, W='1 2')
        tap.equal(calls, [['-D', 'r', '1', '2', '-x', '$W']])


@tap.test
def a_condition_of_an_argument_asks_for_no_file_and_no_step():
    for condition in ('step', {'fileExists': '/x'}, {'not': {'directoryExists': '/x'}}):
        _, err = words([{'if': condition, 'then': ['x']}], code=78)
        tap.holds(err, '/main/arguments/0/if')


@tap.test
def a_command_reads_a_file_or_a_text():
    folder = pid1.folder()
    (folder / 'in.sql').write_text('from $X\n')
    for stdin, seen in (({'file': f'{folder}/${{NAME}}'}, 'from $X\n'),
                        ({'text': 'CREATE ${X@sql}; $$\n'}, "CREATE 'x'; $\n"),
                        ({'text': ''}, ''), ({'text': '$LONG'}, 'l' * 65_536)):
        out, _ = output({'steps': [{'id': 'a', 'command': '/bin/cat', 'stdin': stdin}]},
                        NAME='in.sql', X='x', LONG='l' * 65_536)
        tap.equal(out, seen)
        out, _ = output({'main': {'command': '/bin/cat', 'stdin': stdin}},
                        NAME='in.sql', X='x', LONG='l' * 65_536)
        tap.equal(out, seen)


@tap.test
def the_input_is_also_there_for_what_writes_a_file():
    folder = pid1.folder()
    output({'steps': [{'id': 'a', 'command': '/bin/cat', 'stdin': {'text': 'x\n'},
                       'output': {'file': f'{folder}/out'}}]})
    tap.equal((folder / 'out').read_text(), 'x\n')


@tap.test
def a_file_that_cannot_be_read_is_named_and_a_text_that_is_too_long_is_refused():
    _, err = output({'steps': [{'id': 'a', 'command': '/bin/cat', 'stdin': {'file': '/no/such'}}]},
                    code=80)
    tap.holds(err, "cannot redirect the input '/no/such': No such file or directory")
    _, err = output({'steps': [{'id': 'a', 'command': '/bin/cat', 'stdin': {'text': '$LONG'}}]},
                    code=78, LONG='l' * 65_537)
    tap.equal(pid1.reasons(err, 78),
              ['step a: "stdin": the text is longer than 64KiB; put it into a file'])
    _, err = output({'steps': [{'id': 'a', 'log': 'x', 'stdin': {'text': 'x'}}]}, code=78)
    tap.holds(err, 'a built-in does not read its standard input')


@tap.test
def the_top_levels_umask_is_everybodys_who_names_none():
    mask = ['/bin/sh', ['-c', 'umask']]
    hook = {'command': mask[0], 'arguments': mask[1]}
    out, _ = output({'umask': '0027', 'steps': [{'id': 'a', **hook},
                                                {'id': 'b', 'umask': '0077', **hook}],
                     'main': hook})
    tap.equal(out, '0027\n0077\n0027\n')


@tap.test
def a_hook_keeps_the_capabilities_that_it_names():
    show = {'command': '/bin/grep', 'arguments': ['CapAmb', '/proc/self/status']}
    out, _ = output({'user': '1000:1000',
                     'steps': [{'id': 'a', 'capabilities': ['NET_BIND_SERVICE', 'CAP_CHOWN'], **show},
                               {'id': 'b', **show}], 'main': show})
    tap.equal([line.split()[1] for line in out.splitlines()],
              ['0000000000000401', '0' * 16, '0' * 16])


@tap.test
def a_job_keeps_its_capabilities_although_pid1_has_given_up_its_own():
    document = {'user': '1000:1000', 'main': {'pause': True},
                'maintenance': [{'id': 'j', 'schedule': {'every': '1h'}, 'runOnStart': True,
                                 'capabilities': ['NET_RAW'], 'command': '/bin/grep',
                                 'arguments': ['CapAmb', '/proc/self/status']}]}
    pid1.start_with(document).line('CapAmb:\t0000000000002000')


@tap.test
def a_capability_that_is_none_or_not_held_is_told_before_anything_runs():
    step = {'id': 'a', 'command': '/bin/true'}
    _, err = output({'user': '1000:1000', 'steps': [{**step, 'capabilities': ['FLY']}]}, code=78)
    tap.holds(err, '/steps/0/capabilities: "FLY" is not a capability; write it like '
                   '"NET_BIND_SERVICE"')


tap.main()
