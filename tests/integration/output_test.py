"""What becomes of what hooks write, and within which bounds they and main run."""
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

NOBODY = 65534


def shell(line, **more):
    return {'id': 'hook', 'command': 'sh', 'arguments': ['-c', line.replace('$', '$$')], **more}


def run(step, *command, stderr=subprocess.PIPE, **more):
    return pid1.run_with({'steps': [step], **more}, *(command or ['true']), stderr=stderr)


@tap.test
def with_log_each_line_of_both_outputs_becomes_an_event_before_the_hooks_end():
    step = shell('echo one; echo two >&2; printf three', output='log')
    code, out, err = run(step, 'echo', 'main')
    tap.equal((code, out), (0, 'main\n'), err)
    lines = [line for line in err.splitlines() if 'step hook' in line]
    tap.equal(lines[:3], [f'pintle: step hook | {word}' for word in ('one', 'two', 'three')], err)
    tap.holds(lines[3], 'pintle: step hook: done in ')


@tap.test
def with_log_and_json_a_line_is_the_message_of_an_event_with_hook_and_fields():
    step = shell(r'printf "a \"b\"\033[0m\n"', output='log', logging={'fields': {'team': 'db'}})
    _, _, err = run(step, logging={'format': 'json'})
    events = [json.loads(line) for line in err.splitlines()]
    found = [event for event in events if event.get('stream') == 'output']
    tap.equal(len(found), 1, err)
    tap.equal((found[0]['message'], found[0]['hook'], found[0]['kind'], found[0]['fields']),
              ('a "b"\x1b[0m', 'hook', 'step', {'team': 'db'}))


@tap.test
def a_logged_line_without_end_comes_in_pieces_and_nothing_of_it_is_lost():
    step = shell('head -c 200000 /dev/zero | tr "\\000" x', output='log')
    path = pid1.folder() / 'log'
    with open(path, 'w') as log:  # a file takes all of it, however slowly it is read
        tap.equal(run(step, stderr=log)[0], 0)
    pieces = [line.split(' | ')[1] for line in path.read_text().splitlines() if ' | ' in line]
    tap.equal(sum(map(len, pieces)), 200000)


@tap.test
def secrets_are_hidden_in_logged_lines():
    step = shell('echo "the password is $PW"', output='log', environment={
        'PW': {'value': 'hunter2', 'secret': True}})
    _, _, err = run(step)
    tap.holds(err, 'pintle: step hook | the password is ***\n')


@tap.test
def a_secret_in_a_line_that_is_too_long_is_hidden_wherever_the_line_is_cut():
    secret = 'S3CRETVALUE-ABCDEFGHIJ'
    variable = {'TOKEN': {'value': secret, 'secret': True}}
    for before in (2979, 2985, 2990, 2999, 3000):
        step = shell(f'head -c {before} /dev/zero | tr "\\000" x; echo "$TOKEN"yyy', output='log',
                     environment=variable)
        code, _, err = run(step)
        said = ''.join(line.split(' | ')[1] for line in err.splitlines() if ' | ' in line)
        tap.equal((code, said), (0, 'x' * before + '***yyy'), before)


@tap.test
def what_a_step_left_in_the_background_is_still_logged_and_holds_up_nothing():
    gate = pid1.folder() / 'gate'
    os.mkfifo(gate)
    step = shell(f'(read x < {gate}; echo late) &', output='log')
    one = pid1.start_with({'steps': [step]}, pid1.ACTOR, 'listen', '15')
    one.line('ready')
    gate.write_text('x\n')
    one.complaint(r'pintle: step hook \| late')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def a_step_that_writes_without_end_does_not_keep_pid1_from_a_stop():
    one = pid1.start_with({'steps': [shell('yes', output='log')]}, 'true')
    one.complaint(r'pintle: step hook \| y')
    one.signal(signal.SIGTERM)
    one.err.rest()
    tap.equal(one.end(), 128 + signal.SIGTERM)


@tap.test
def a_user_can_open_dev_stdout_of_a_hook_that_is_logged():
    step = shell('echo words > /dev/stdout', output='log', user=f'{NOBODY}:{NOBODY}')
    code, _, err = run(step)
    tap.equal(code, 0, err)
    tap.holds(err, 'pintle: step hook | words\n')


@tap.test
def output_file_holds_what_a_success_wrote_and_keeps_its_mode():
    folder = pid1.folder()
    target = folder / 'out'
    step = shell('echo fresh; echo aside >&2', output={'file': str(target)}, umask='0027')
    code, _, err = run(step)
    tap.equal((code, target.read_text()), (0, 'fresh\n'), err)
    tap.equal(target.stat().st_mode & 0o777, 0o640)
    tap.holds(err, 'aside\n')
    target.chmod(0o600)
    tap.equal(run(shell('echo again', output={'file': str(target)}))[0], 0)
    tap.equal((target.read_text(), target.stat().st_mode & 0o777), ('again\n', 0o600))
    tap.equal(os.listdir(folder), ['out'])


@tap.test
def output_file_stays_what_it_was_when_the_hook_fails():
    folder = pid1.folder()
    target = folder / 'out'
    target.write_text('old\n')
    for line, reason in (('echo half; exit 3', 'exit code 3'),
                         ('echo half; kill -9 $$', 'killed by SIGKILL')):
        code, _, err = run(shell(line, output={'file': str(target)}))
        tap.equal((code, target.read_text(), os.listdir(folder)), (80, 'old\n', ['out']), err)
        tap.equal(pid1.chosen_line(err, 80), f'step hook failed: {reason}')


@tap.test
def an_env_file_is_what_kubernetes_reads_or_nothing_at_all():
    target = pid1.folder() / 'config.env'
    step = shell('echo "# made"; echo DB=a b; echo URL="h/?a=b"', output={'envFile': str(target)})
    tap.equal(run(step)[0], 0)
    tap.equal(target.read_text(), "DB='a b'\nURL='h/?a=b'\n")
    for line in ("echo DB=it\\'s", 'echo DB=x; echo DB', 'echo DB=y; exit 3'):
        code, _, err = run(shell(line, output={'envFile': str(target)}))
        tap.equal((code, target.read_text()), (80, "DB='a b'\nURL='h/?a=b'\n"), err)
    tap.equal(sorted(path.name for path in target.parent.iterdir()), ['config.env'])


@tap.test
def output_file_of_a_program_that_is_missing_or_of_a_place_that_is_fails_with_the_reason():
    folder = pid1.folder()
    step = {'id': 'hook', 'command': '/nowhere', 'output': {'file': str(folder / 'out')}}
    code, _, err = run(step)
    tap.equal(code, 80)
    tap.holds(pid1.chosen_line(err, 80), "cannot execute '/nowhere': No such file or directory")
    code, _, err = run(shell('echo x', output={'file': str(folder / 'none' / 'out')}))
    tap.equal(code, 80)
    tap.holds(pid1.chosen_line(err, 80), 'it does not exist; make it first, for example with a step "directory"')
    tap.equal(os.listdir(folder), [])


@tap.test
def a_timeout_ends_the_program_whose_output_is_kept_and_leaves_nothing():
    folder = pid1.folder()
    step = shell('echo half; trap "" TERM; sleep 1000 & wait; wait', timeout='200ms',
                 output={'file': str(folder / 'out')})
    code, _, err = run(step)
    tap.equal((code, os.listdir(folder)), (80, []), err)
    tap.equal(pid1.chosen_line(err, 80), 'step hook failed: timed out')


@tap.test
def output_file_of_another_user_is_written_as_that_user():
    folder = pid1.folder()
    os.chown(folder, NOBODY, NOBODY)
    step = shell('id -u', output={'file': str(folder / 'out')}, user=f'{NOBODY}:{NOBODY}')
    code, _, err = run(step)
    tap.equal((code, (folder / 'out').read_text()), (0, f'{NOBODY}\n'), err)
    tap.equal((folder / 'out').stat().st_uid, NOBODY)


@tap.test
def discard_leaves_nothing_of_either_output():
    code, out, err = run(shell('echo uno; echo due >&2', output='discard'), 'true')
    tap.equal((code, out), (0, ''))
    tap.check('uno' not in err and 'due' not in err, 'neither is there', err)


@tap.test
def limits_are_those_of_the_config_for_hooks_and_main():
    limits = {'nofile': {'soft': 64, 'hard': 128}, 'core': 0, 'fsize': '1MiB'}
    step = shell('ulimit -Sn; ulimit -Hn; ulimit -c', limits=limits)
    _, out, err = run(step, 'sh', '-c', 'ulimit -n', main={'limits': {'nofile': 99}})
    tap.equal(out.split(), ['64', '128', '0', '99'], err)


@tap.test
def a_limit_that_the_kernel_refuses_fails_the_hook_and_is_named():
    step = shell('true', limits={'nofile': 'unlimited'})  # above fs.nr_open
    code, _, err = run(step)
    tap.equal(code, 80)
    tap.equal(pid1.chosen_line(err, 80),
              "step hook failed: cannot set limits 'nofile': Operation not permitted")


@tap.test
def nice_is_that_of_the_config():
    nice = os.nice(0)
    _, out, _ = run(shell('nice', nice=nice + 3), 'nice', main={'nice': nice + 2})
    tap.equal(out.split(), [str(nice + 3), str(nice + 2)])


@tap.test
def a_hook_reads_nothing_unless_it_inherits_and_main_reads_what_the_container_does():
    config = {'steps': [{**shell('cat; echo end'), 'id': 'no'},
                        {**shell('read x; echo $x'), 'id': 'yes', 'stdin': 'inherit'}]}
    source = pid1.folder() / 'in'
    source.write_text('words\n')
    with open(source) as file:
        one = pid1.start_with(config, 'cat', stdin=file)
        tap.equal((one.out.rest(), one.end()), ('end\nwords\n', 0))
    with open(source) as file:
        one = pid1.start_with({'main': {'stdin': 'null'}}, 'cat', stdin=file)
        tap.equal((one.out.rest(), one.end()), ('', 0))


@tap.test
def the_words_of_command_follow_mains_arguments_when_it_appends():
    main = {'command': 'echo', 'arguments': ['$WHO'], 'commandLine': 'append',
            'environment': {'WHO': 'me'}}
    tap.equal(pid1.run_with({'main': main}, 'a b', '$WHO')[:2], (0, 'me a b $WHO\n'))
    tap.equal(pid1.run_with({'main': main})[:2], (0, 'me\n'))
    main['commandLine'] = 'Replace'
    tap.equal(pid1.run_with({'main': main}, 'echo', 'x')[:2], (0, 'x\n'))


tap.main()
