"""Main's exit code comes out unchanged; those that pintle chooses are announced by a line."""
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE, UNSHARE


def run_all(parts):
    """The results of `actor PART` under a PID 1 each, a few at the same time."""
    def one(words):
        done = subprocess.run([*UNSHARE, PINTLE, '--', ACTOR, *map(str, words)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=pid1.DEADLINE)
        return done.returncode, done.stderr
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, parts))


WARNING = 'pintle: main runs as root; name a "user" in the config, or start with --user\n'


@tap.test
def every_exit_code_of_main_comes_out_unchanged_and_without_a_word():
    results = run_all([('exit', code) for code in range(256)])
    for code, (seen, stderr) in enumerate(results):
        tap.equal(seen, code)
        tap.equal(stderr, WARNING, f'stderr of a main that exits with {code}')


@tap.test
def death_by_each_signal_is_128_plus_its_number_real_time_ones_included():
    ends = [n for n in range(1, 65)
            if n not in (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH,
                         signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)]
    for number, (seen, stderr) in zip(ends, run_all([('die', n) for n in ends])):
        tap.equal(seen, 128 + number)
        tap.equal(stderr, WARNING, f'stderr of a main that signal {number} killed')


def refused(code, *command, **more):
    seen, out, err = pid1.run(*command, **more)
    tap.equal(seen, code, err)
    tap.equal(out, '')
    return pid1.chosen_line(err, code)


@tap.test
def a_command_that_does_not_exist_is_127():
    tap.holds(refused(127, '/no/such'), "cannot execute '/no/such': No such file or directory")


@tap.test
def a_name_that_is_not_in_path_is_127():
    tap.holds(refused(127, 'no-such-program'), 'not found in PATH')


@tap.test
def a_file_without_execute_permission_is_126():
    file = pid1.folder() / 'plain'
    file.write_text('text')
    tap.holds(refused(126, str(file)), 'Permission denied')


@tap.test
def a_directory_as_command_is_126():
    refused(126, '/etc')


@tap.test
def a_text_without_interpreter_is_126_and_no_shell_runs_it():
    folder = pid1.folder()
    script = folder / 'script'
    script.write_text(f'echo ran > {folder}/ran\n')
    script.chmod(0o755)
    refused(126, str(script))
    tap.check(not (folder / 'ran').exists(), 'the script ran')


@tap.test
def a_script_whose_interpreter_is_missing_names_it():
    script = pid1.folder() / 'script'
    script.write_text('#!/no/such/interpreter -x\n')
    script.chmod(0o755)
    code, _, err = pid1.run(str(script))
    tap.check(code in (126, 127), 'cannot be executed', code)
    tap.holds(pid1.chosen_line(err, code), '/no/such/interpreter')


@tap.test
def a_missing_folder_in_path_does_not_hide_the_program_behind_it():
    code, _, err = pid1.run('env', before=['env', 'PATH=/no/such:/etc/passwd:/usr/bin:/bin'])
    tap.equal(code, 0, err)


@tap.test
def a_wrong_command_line_is_64():
    for options in (['--no-such'], ['-c'], ['-e', '256'], ['-e', 'x'], ['-r', 'SIGNO:1'],
                    ['--grace', '5'], ['-p', 'SIGNO'], ['--log-level', 'loud'], []):
        refused(64, options=options)


@tap.test
def a_bare_subcommand_as_pid_1_is_64_and_says_what_to_write():
    tap.holds(refused(64, options=['health']), 'pintle -- health')
    tap.holds(refused(64, options=['status']), 'pintle -- status')


@tap.test
def a_config_that_is_wrong_is_78():
    refused(78, '/bin/true', config_file=pid1.config('{"mian": {}}'))


@tap.test
def a_config_that_does_not_exist_is_78():
    refused(78, '/bin/true', config_file='/no/such.json')


@tap.test
def a_failed_step_is_80():
    steps = {'steps': [{'id': 'bad', 'command': '/bin/false', 'arguments': []}]}
    refused(80, '/bin/true', config_file=pid1.config(steps))


@tap.test
def a_refusal_by_policy_is_83():
    tap.holds(refused(83, '/bin/true', before=['env', 'IMAGE_MODE=prebuilt']), 'root')


@tap.test
def a_main_that_cannot_be_forked_is_71():
    pids = pathlib.Path('/sys/fs/cgroup/pids')
    if not pids.is_dir():
        pids = pathlib.Path('/sys/fs/cgroup')
        if 'pids' not in (pids / 'cgroup.subtree_control').read_text().split():
            tap.skip('there is no pids controller')
    group = pids / f'pintle-test-{os.getpid()}'
    try:
        group.mkdir()
    except OSError as error:
        tap.skip(f'cannot make a cgroup: {error}')
    tap.cleanup(group.rmdir)
    (group / 'pids.max').write_text('1')
    enter = ['sh', '-c', f'echo $$ > {group}/cgroup.procs && exec "$@"', 'sh']
    # Written from within a fresh PID namespace $$ is 1 there; the kernel resolves it rightly.
    tap.holds(refused(71, '/bin/true', before=enter), 'cannot fork main')


@tap.test
def a_code_that_e_names_becomes_0_signals_included():
    tap.equal(pid1.run(ACTOR, 'exit', '3', options=['-e', '3'])[0], 0)
    tap.equal(pid1.run(ACTOR, 'exit', '4', options=['-e', '3', '-e', '4'])[0], 0)
    tap.equal(pid1.run(ACTOR, 'exit', '5', options=['-e', '3'])[0], 5)
    tap.equal(pid1.run(ACTOR, 'die', '15', options=['-e', '143'])[0], 0)


@tap.test
def words_behind_the_command_belong_to_it():
    for command in (['--', 'echo', '-x', '--', '-c'], ['echo', '-x', '--', '-c']):
        one = pid1.Process([PINTLE, *command])
        tap.equal(one.end(), 0)
        tap.equal(one.out.rest(), '-x -- -c\n')


def with_termination_log():
    """(a file, what mounts it as the container's termination log)."""
    log = pid1.folder() / 'log'
    log.write_text('of a former run, and longer ' * 20)  # nothing of it is left
    return log, ['sh', '-c', 'mount -t tmpfs none /dev && : > /dev/termination-log && '
                 f'mount --bind {log} /dev/termination-log && exec "$@"', 'sh']


@tap.test
def every_command_that_is_pid_1_leaves_its_reason_in_the_termination_log():
    rows = [(['wait', 'file', '/no/such', '--timeout', '50ms'],
             'timed out after 50ms waiting for file /no/such'),
            (['wait', 'tcp', 'nobody'], None),
            (['install', '/no/such/folder/pintle'], None)]
    for words, reason in rows:
        log, mount = with_termination_log()
        one = pid1.Process([*mount, pid1.PINTLE, *words])
        code = one.end()
        tap.check(code in (1, 64), 'it fails', code)
        tap.check(log.read_text().startswith(f'pintle: exit {code}: {reason or ""}'), 'the reason',
                  log.read_text())
        tap.equal(log.read_text().count('\n'), 1)


@tap.test
def the_reason_is_written_to_the_termination_log():
    log, mount = with_termination_log()
    code, _, err = pid1.run('/no/such', before=mount)
    tap.equal(code, 127, err)
    tap.equal(log.read_text(), f'pintle: exit 127: {pid1.chosen_line(err, 127)}\n')


@tap.test
def what_cannot_be_executed_is_looked_at_by_the_child_and_never_by_pid_1():
    pid1.needs('strace')
    folder = pid1.folder()
    script = folder / 'script'
    script.write_text('#!/no/such/interpreter\n')
    script.chmod(0o755)
    log = folder / 'strace'
    one = pid1.start(str(script), is_pid1=False,
                     before=['strace', '-f', '-o', log, '-e', 'trace=open,openat'])
    tap.equal(one.end(), 127)
    tap.holds(one.err.rest(), "its interpreter '/no/such/interpreter' is missing")
    lines = log.read_text().splitlines()
    own = lines[0].split()[0]
    openers = {line.split()[0] for line in lines if f'"{script}"' in line}
    tap.equal(len(openers), 1)
    tap.check(own not in openers, 'PID 1 does not open it', openers)


tap.main()
