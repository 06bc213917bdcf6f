"""Init steps: their order, their failures, the directory built-in and the environment."""
import os
import pathlib
import re
import signal
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR


def shell(identifier, line, **more):
    return {'id': identifier, 'command': 'sh', 'arguments': ['-c', line.replace('$', '$$')], **more}


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def owner(path):
    found = os.stat(path)
    return found.st_uid, found.st_gid


@tap.test
def steps_run_in_the_listed_order_and_before_main():
    steps = [shell(name, f'echo {name}') for name in ('one', 'two', 'three')]
    code, out, _ = pid1.run_with({'steps': steps}, 'echo', 'main')
    tap.equal((code, out), (0, 'one\ntwo\nthree\nmain\n'))


@tap.test
def steps_with_precedents_run_at_the_same_time():
    # Each waits for the other: one after the other they would never end.
    folder = pid1.folder()
    for name in ('left', 'right'):
        os.mkfifo(folder / name)
    steps = [shell('first', 'echo first'),
             shell('left', f'echo x > {folder}/left; read x < {folder}/right; echo done',
                   precedents=['first']),
             shell('right', f'read x < {folder}/left; echo x > {folder}/right',
                   precedents=['first']),
             shell('last', 'echo last', precedents=['left', 'right'])]
    code, out, err = pid1.run_with({'steps': steps, 'parallelism': 2}, 'echo', 'main')
    tap.equal((code, out), (0, 'first\ndone\nlast\nmain\n'), err)


@tap.test
def a_failing_step_ends_the_start_with_80_and_a_line_that_names_step_code_and_time():
    steps = [shell('good', 'true'), shell('migrate', 'exit 3'), shell('never', 'echo never')]
    code, out, err = pid1.run_with({'steps': steps}, 'echo', 'main')
    tap.equal((code, out), (80, ''))
    tap.equal(pid1.chosen_line(err, 80), 'step migrate failed: exit code 3')
    pattern = r'^pintle: step migrate: failed after (\d+m?s)+: exit code 3$'
    tap.check(re.search(pattern, err, re.M), 'a line names step, code and time', err)


@tap.test
def a_step_that_is_killed_or_cannot_be_started_says_so():
    table = [(shell('s', 'kill -9 $$'), 'killed by SIGKILL'),
             ({'id': 's', 'command': '/no/such'}, "cannot execute '/no/such'"),
             ({'id': 's', 'command': 'true', 'workingDirectory': '/no/such'}, '/no/such')]
    for step, words in table:
        code, _, err = pid1.run_with({'steps': [step]}, 'true')
        tap.equal(code, 80)
        tap.holds(pid1.chosen_line(err, 80), words)
        tap.holds(err, 'step s')


@tap.test
def a_timeout_ends_the_whole_group_even_a_grandchild_that_ignores_term():
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['deaf-family'], 'timeout': '200ms'}
    one = pid1.start_with({'steps': [step]}, 'true')
    one.line(r'grandchild (\d+)')
    tap.equal(one.end(), 80)
    tap.holds(pid1.chosen_line(one.err.rest(), 80), 'timed out')
    one.out.rest()  # both have ended: their stdout has


@tap.test
def a_grandchild_that_outlives_a_step_that_timed_out_is_killed_with_it():
    # The step itself obeys TERM; what it started does not.
    step = shell('slow', f'{ACTOR} deaf & sleep 1000', timeout='500ms')
    one = pid1.start_with({'steps': [step]}, 'true')
    one.line('ready')
    tap.equal(one.end(), 80)
    one.out.rest()


@tap.test
def a_step_that_succeeds_may_leave_a_process_for_main():
    one = pid1.start_with({'steps': [shell('daemon', f'setsid {ACTOR} listen 12 &')]},
                          ACTOR, 'listen', '12')
    one.line('ready')
    one.line('ready')
    for pid in pid1.children(one.pid):
        os.kill(pid, signal.SIGUSR2)
    one.line('got 12')
    one.line('got 12')
    tap.equal(one.end(), 0)


def directory(path, **more):
    return {'id': 'data', 'directory': {'path': str(path), **more}}


@tap.test
def the_directory_built_in_makes_parents_and_sets_owner_and_mode():
    path = pid1.folder() / 'a' / 'b' / 'c'
    document = {'steps': [directory(path, mode='2750', owner='1234:2345')]}
    for words in ('made', 'unchanged'):
        code, _, err = pid1.run_with(document, 'true')
        tap.equal(code, 0, err)
        tap.holds(err, words)
        tap.equal((owner(path), mode(path)), ((1234, 2345), 0o2750))
    tap.equal(mode(path.parent), 0o755)
    path.chmod(0o700)
    tap.holds(pid1.run_with(document, 'true')[2], 'changed')
    tap.equal(mode(path), 0o2750)


@tap.test
def a_directory_that_is_right_already_needs_no_writable_file_system():
    path = pid1.folder() / 'data'
    path.mkdir(mode=0o750)
    before = ['sh', '-c', f'mount --bind {path.parent} {path.parent} && '
              f'mount -o remount,ro,bind {path.parent} && exec "$@"', 'sh']
    right = {'steps': [directory(path, mode='0750', owner='0:0')]}
    code, _, err = pid1.run_with(right, 'true', before=before)
    tap.equal(code, 0, err)
    wrong = {'steps': [directory(path, mode='0700')]}
    code, _, err = pid1.run_with(wrong, 'true', before=before)
    tap.equal(code, 80)
    tap.holds(err, 'Read-only file system')


@tap.test
def a_symbolic_link_that_somebody_else_planted_is_refused():
    folder = pid1.folder()
    victim = folder / 'victim'
    victim.mkdir(mode=0o700)
    open_to_all = folder / 'open'
    open_to_all.mkdir()
    os.chown(open_to_all, 1234, 1234)
    (open_to_all / 'link').symlink_to(victim)
    os.lchown(open_to_all / 'link', 1234, 1234)
    for path in (open_to_all / 'link', open_to_all / 'link' / 'below'):
        document = {'steps': [directory(path, mode='0777', owner='1234:1234')]}
        code, _, err = pid1.run_with(document, 'true')
        tap.equal(code, 80)
        tap.holds(pid1.chosen_line(err, 80), 'symbolic link')
    tap.equal((owner(victim), mode(victim), os.listdir(victim)), ((0, 0), 0o700, []))


@tap.test
def a_file_where_the_directory_is_wanted_is_an_error():
    path = pid1.folder() / 'file'
    path.write_text('')
    code, _, err = pid1.run_with({'steps': [directory(path)]}, 'true')
    tap.equal(code, 80)
    tap.holds(pid1.chosen_line(err, 80), str(path))


@tap.test
def variables_are_expanded_once_and_never_split():
    step = {'id': 'show', 'command': 'printf', 'arguments': [
        '[%s]', '$A', '${B}', '${NONE:-x y}', '$$A', '{a:b}', '$LONGER-tail'],
        'environment': {'B': 'own'}}
    document = {'environment': {'A': {'defaultValue': 'two words $B'}, 'B': 'top', 'LONGER': 1},
                'steps': [step]}
    code, out, err = pid1.run_with(document, 'true')
    tap.equal((code, out), (0, '[two words top][own][x y][$A][{a:b}][1-tail]'), err)


@tap.test
def a_hook_inherits_only_what_is_declared_and_path():
    before = ['env', '-i', 'SECRET=1', 'PATH=/usr/bin:/bin', 'HOME=/x']
    document = {'environment': {'A': 'top', 'B': True}, 'steps': [
        {'id': 'few', 'command': 'env', 'environment': {'C': 3}},
        shell('separator', 'echo --'),
        {'id': 'all', 'command': 'env', 'useSystemEnvironment': True}]}
    code, out, _ = pid1.run_with(document, 'true', before=before)
    tap.equal(code, 0)
    few, every = out.split('--\n')
    names = {line.split('=')[0] for line in few.split()}
    tap.equal(names, {'A', 'B', 'C', 'PATH', 'HOME', 'USER', 'LOGNAME'})
    tap.holds(every, 'SECRET=1')


@tap.test
def missing_variables_are_all_listed_at_once_before_anything_runs():
    document = {'environment': {'URL': {'description': 'where the database is'}},
                'steps': [shell('first', 'echo ran'),
                          {'id': 'use', 'command': 'echo', 'arguments': ['$TOKEN', '${HOST}']}],
                'main': {'command': 'echo', 'arguments': ['$PORT']}}
    code, out, err = pid1.run_with(document, before=['env', '-u', 'HOST', 'URL='])
    tap.equal((code, out), (78, ''))
    for words in ('URL is empty (where the database is)', 'TOKEN', 'HOST', 'PORT'):
        tap.holds(err, words)
    pid1.chosen_line(err, 78)


@tap.test
def a_command_on_the_command_line_is_taken_literally():
    code, out, _ = pid1.run_with({'environment': {'A': 'x'}}, 'echo', '$A', '$NONE', '$$')
    tap.equal((code, out), (0, '$A $NONE $$\n'))


@tap.test
def exit_code_0_that_is_no_success_is_named():
    code, _, err = pid1.run_with({'steps': [{'id': 'odd', 'command': 'true', 'successExitCodes': [1]}]},
                                 'true')
    tap.equal(code, 80)
    tap.equal(pid1.chosen_line(err, 80),
              "step odd failed: exit code 0, which is not one of the hook's successExitCodes")


@tap.test
def a_step_that_is_ended_as_soon_as_it_is_forked_is_not_waited_for():
    steps = [{'id': 'long', 'command': 'sleep', 'arguments': ['1000'], 'precedents': []},
             {'id': 'bad', 'command': 'false', 'precedents': []}]
    for _ in range(20):  # with the five seconds to SIGKILL in any of them, it takes too long
        one = pid1.start_with({'steps': steps, 'parallelism': 2}, 'true')
        tap.equal(one.end(), 80)
        tap.check('killed' not in one.err.rest(), 'nothing had to be killed', one.err.text)


tap.main()
