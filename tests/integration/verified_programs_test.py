"""`verify` of hooks and main: a program runs only if its file is the one that the config names, and what
runs is what was verified. What is refused is exit code 82 and one line."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE

OTHER = '0' * 64
USER = 1000
DASH = os.path.realpath('/bin/dash')
PYTHON = os.path.realpath('/usr/bin/python3')
EACCES, EINVAL, ENOSYS = 13, 22, 38
# Linux before 6.14 does not know AT_EXECVE_CHECK; the flags are the argument with the index 4.
OLD_KERNEL = pid1.failing('execveat', EINVAL, 0x11000, 4)
NO_MEMFD_RUNS = pid1.failing('execveat', EACCES, 0x1000, 4)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def program(name='prog', of='echo', mode=0o755):
    """A copy of a program in a folder of its own."""
    path = pid1.folder() / name
    shutil.copy(shutil.which(of), path)
    path.chmod(mode)
    return path


def script(first_line, rest='echo "$0 $*"\n'):
    path = pid1.folder() / 'script'
    path.write_text(f'{first_line}\n{rest}')
    path.chmod(0o755)
    return path


def hook(path, *arguments, sha256=None, interpreter=None, **more):
    verify = {'sha256': sha256 or digest(path)}
    if interpreter:
        verify['interpreter'] = {'path': interpreter, 'sha256': digest(interpreter)}
    return {'command': str(path), 'arguments': list(arguments), 'verify': verify, **more}


def run_step(one, *command, **more):
    """Runs a config with this step; returns (exit code, stdout, stderr)."""
    return pid1.run_with({'steps': [{'id': 's', **one}]}, *(command or ['true']),
                         options=['--log-level', 'info'], **more)


def refused(one, says, code=82, **more):
    found, out, err = run_step(one, **more)
    tap.equal((found, out), (code, ''), err)
    tap.holds(pid1.chosen_line(err, code), f'step s failed: {says}')
    return err


@tap.test
def what_is_verified_runs_with_its_arguments_and_environment_as_without_verify():
    path = program(of='env')
    more = {'environment': {'NAME': 'value'}}
    plain = {'command': str(path), 'arguments': [], **more}
    code, out, err = run_step(hook(path, **more))
    tap.equal((code, out), (0, run_step(plain)[1]), err)
    tap.holds(err, 'verified (sealed copy)\n')
    path = program('cat', of='cat')
    code, out, err = run_step(hook(path, '/proc/self/cmdline'))
    tap.equal(out.split('\0'), [str(path), '/proc/self/cmdline', ''], err)


@tap.test
def nothing_but_the_program_holds_the_copy_and_it_is_read_only():
    path = program('ls', of='ls')
    code, out, err = run_step(hook(path, '/proc/self/fd'))
    tap.equal((code, out.split()), (0, ['0', '1', '2', '3']), err)  # 3: the directory that ls reads
    path = script('#!' + PYTHON, 'import os, sys\nos.write(os.open(sys.argv[0], os.O_RDWR), b"x")\n')
    code, _, err = run_step(hook(path, interpreter=PYTHON))
    tap.equal(code, 80, err)
    tap.holds(err, 'Operation not permitted')


@tap.test
def a_file_that_differs_ends_the_start_with_82_and_both_digests():
    path = program()
    err = refused(hook(path, 'evil', sha256=OTHER), f"cannot verify '{path}': its SHA-256 digest is "
                  f"{digest(path)}, not {OTHER}; if the file is right, 'pintle digest {path}' prints the value")
    tap.check('evil' not in err, 'it has not run', err)


@tap.test
def the_upper_case_digest_is_the_same():
    path = program(of='true')
    tap.equal(run_step(hook(path, sha256=digest(path).upper()))[0], 0)


@tap.test
def a_program_that_ends_with_82_itself_has_only_failed():
    path = script('#!' + DASH, 'exit 82\n')
    code, _, err = run_step(hook(path, interpreter=DASH))
    tap.equal(code, 80, err)


@tap.test
def every_kind_of_hook_is_verified():
    path = program(of='touch')
    mark = path.parent / 'mark'
    wrong = {'id': 'w', **hook(path, str(mark), sha256=OTHER)}
    main = {'command': 'sleep', 'arguments': ['30']}

    def told(document, pattern):
        one = pid1.start_with({'main': main, **document}, options=['--log-level', 'debug'])
        one.complaint(pattern)
        one.signal(15)
        one.end()
        err = one.err.rest()
        tap.check(not mark.exists(), 'it has not run', err)
        return err

    cannot = f"cannot verify '{path}': its SHA-256 digest is .*"
    told({'health': [{**wrong, 'interval': '10ms', 'failureThreshold': 1}]},
         f'pintle: check w: unhealthy: {cannot}')
    told({'maintenance': [{**wrong, 'runOnStart': True}]}, f'pintle: job w: failed after .*: {cannot}')
    err = told({'shutdown': {'after': [wrong]}}, 'pintle: main: started')
    tap.holds(err, 'pintle: shutdown w: failed after')
    tap.holds(err, f"cannot verify '{path}'")
    bad = {'id': 'bad', 'command': 'false', 'arguments': []}
    step = {key: value for key, value in wrong.items() if key != 'id'}
    _, _, err = pid1.run_with({'steps': [{**bad, 'onFailure': {'action': 'fallback', 'step': step}}]}, 'true')
    tap.holds(err, 'pintle: step bad.fallback: failed after')
    tap.holds(err, f"cannot verify '{path}': its SHA-256 digest is")
    documents = [
        [{'id': 'g', 'steps': [{'id': 'a', 'command': 'true'}], 'finally': [wrong]}],
        [{**wrong, 'output': {'file': str(path.parent / 'output')}}],
        [{**wrong, 'output': {'variable': 'NAME'}}],
        [{**wrong, 'output': 'log'}],
        [{**wrong, 'forEach': {'files': '/etc/passwd'}}],
        [{**wrong, 'during': ['t']}, {'id': 't', 'command': 'sleep', 'arguments': ['30']}],
    ]
    for steps in documents:
        code, _, err = pid1.run_with({'steps': steps}, 'true')
        tap.holds(err, f"cannot verify '{path}': its SHA-256 digest is")
        tap.check(not mark.exists(), f'it has not run: {steps}')
        tap.equal(code, 82, f'{steps} {err}')


@tap.test
def a_hook_with_another_way_to_run_is_verified_too():
    path = program(of='echo')
    target = path.parent / 'output'
    kept = hook(path, 'text', output={'file': str(target)})
    code, _, err = run_step(kept)
    tap.equal((code, target.read_text()), (0, 'text\n'), err)
    tap.holds(err, 'verified (sealed copy)')
    each = hook(path, '$FILE_NAME', forEach={'files': '/etc/passwd'})
    code, out, err = run_step(each)
    tap.equal((code, out), (0, 'passwd\n'), err)
    job = {'id': 'j', **hook(path, 'text')}
    one = pid1.start_with({'maintenance': [{**job, 'runOnStart': False}],
                           'main': {'command': 'sleep', 'arguments': ['30']}})
    done = tap.until(lambda: (lambda d: d if 'text' in d.stdout else None)(one.inside(PINTLE, 'job', 'j')), 'ran')
    tap.equal(done.returncode, 0, done.stderr)
    tap.equal(one.status()['jobs'][0]['verified'], 'sealed copy')


@tap.test
def the_user_of_the_hook_verifies_and_a_file_that_it_cannot_read_is_refused():
    pid1.needs_root()
    path = program(of='id')
    as_user = {'user': f'{USER}:{USER}'}
    code, out, err = run_step(hook(path, '-u', **as_user))
    tap.equal((code, out), (0, f'{USER}\n'), err)
    path.chmod(0o711)
    refused(hook(path, '-u', sha256=digest(path), **as_user),
            f"cannot verify '{path}': uid {USER} may not read it, so it cannot be verified")
    path.chmod(0o644)
    refused(hook(path, '-u'), f"cannot execute '{path}': Permission denied", code=80)


@tap.test
def what_the_kernel_would_not_execute_is_not_executed_as_a_copy():
    pid1.needs_root()
    for before in ([], OLD_KERNEL):
        path = program(mode=0o644)
        refused(hook(path), f"cannot execute '{path}': Permission denied", code=80, before=before)
        path.chmod(0o755)
        one = hook(path, 'ran')
        mount = ['unshare', '--mount', 'sh', '-c', f'mount -t tmpfs -o noexec none {path.parent}/mount && '
                 f'cp -p {path} {path.parent}/mount && exec "$@"', 'sh']
        (path.parent / 'mount').mkdir()
        inside = path.parent / 'mount' / path.name
        tap.equal(run_step(one, before=[*mount, *before])[:2], (0, 'ran\n'))
        refused({**one, 'command': str(inside)}, f"cannot execute '{inside}': Permission denied", code=80,
                before=[*mount, *before])


@tap.test
def no_link_is_followed_and_only_a_regular_file_without_privileges_is_accepted():
    for before in ([], pid1.failing('openat2', ENOSYS)):
        path = program()
        folder = path.parent
        (folder / 'link').symlink_to(path)
        (folder / 'folder').symlink_to(folder)
        right = digest(path)
        refused(hook(folder / 'link', sha256=right), f"cannot verify '{folder}/link': it is a symbolic link; "
                'name the file itself', before=before)
        refused(hook(folder / 'folder/prog', sha256=right), f"cannot verify '{folder}/folder/prog': there is a "
                'symbolic link in this path', before=before)
    refused(hook(folder, sha256=right), f"cannot verify '{folder}': it is not a regular file")
    os.mkfifo(folder / 'fifo')
    refused(hook(folder / 'fifo', sha256=right), f"cannot verify '{folder}/fifo': it is not a regular file")
    path.chmod(0o4755)
    refused(hook(path), f"cannot verify '{path}': it has set-user-ID, set-group-ID or capabilities")
    refused(hook(folder / 'none', sha256=right), f"cannot execute '{folder}/none': No such file", code=80)


@tap.test
def a_bare_name_is_searched_in_path_and_what_is_found_is_verified():
    path = program('a-name')
    more = {'environment': {'PATH': f'/no/such:{path.parent}'}}
    named = {**hook(path, 'found', **more), 'command': 'a-name'}
    code, out, err = run_step(named)
    tap.equal((code, out), (0, 'found\n'), err)
    named['verify'] = {'sha256': OTHER}
    refused(named, f"cannot verify '{path}': its SHA-256 digest is")


@tap.test
def a_script_needs_an_interpreter_that_is_verified_too():
    path = script(f'#!{DASH} -u')
    refused(hook(path), f"cannot verify '{path}': it is a script, whose interpreter has to be verified too; add "
            '"interpreter": {"path": …, "sha256": …} to "verify"')
    code, out, err = run_step(hook(path, 'one', 'two', interpreter=DASH))
    tap.equal(code, 0, err)
    tap.check(out.startswith('/proc/self/fd/') and out.endswith(' one two\n'), 'the words', out)
    tap.holds(err, 'verified (sealed copy)')
    wrong = hook(path, interpreter=DASH)
    wrong['verify']['interpreter']['sha256'] = OTHER
    refused(wrong, f"cannot verify '{path}': cannot verify '{DASH}': its SHA-256 digest is {digest(DASH)}, not")
    wrong['verify']['interpreter']['path'] = '/no/such'
    refused(wrong, f"cannot verify '{path}': cannot open '/no/such': No such file or directory")
    other = program(of='true')
    refused(hook(other, interpreter=DASH), f"cannot verify '{other}': it does not begin with '#!'")
    inner = script(f'#!{DASH}')
    refused(hook(path, interpreter=str(inner)), f"cannot verify '{path}': cannot execute '{inner}': the "
            'interpreter is itself a script')


@tap.test
def the_interpreter_of_the_config_is_executed_with_the_option_of_the_line():
    path = script(f'#! {DASH}  -x ', 'echo shown\n')
    code, _, err = run_step(hook(path, interpreter=DASH))
    tap.equal(code, 0, err)
    tap.holds(err, '+ echo shown\n')
    path = script('#!/usr/bin/env python3', 'import sys; print(sys.argv[1:], sys.executable)\n')
    code, out, err = run_step(hook(path, 'a b', interpreter=PYTHON))
    tap.equal((code, out), (0, f"['a b'] {PYTHON}\n"), err)
    path = script('#!/usr/bin/env -S python3 -u')
    refused(hook(path, interpreter=PYTHON), f"cannot verify '{path}': its line '#!/usr/bin/env -S python3 -u' "
            'starts env with options; let the line name the interpreter itself')


def forbidding_memfds(level, rest):
    """In a PID namespace of its own, whose setting is its own, too."""
    return ['sh', '-c', f'echo {level} > /proc/sys/vm/memfd_noexec && {rest} exec "$@"', 'sh']


@tap.test
def without_executable_memfds_only_a_file_on_a_read_only_mount_runs():
    pid1.needs_root()
    if not pathlib.Path('/proc/sys/vm/memfd_noexec').exists():
        tap.skip('the kernel has no vm.memfd_noexec')
    says = 'a verified copy in memory may not be executed here (vm.memfd_noexec, SELinux)'
    path = program()
    text = script(f'#!{DASH}')
    read_only = f'mount --bind {path.parent} {path.parent} && mount -o remount,bind,ro {path.parent} &&'
    no_memfd = pid1.failing('memfd_create', ENOSYS)
    ways = [(forbidding_memfds(2, ''), forbidding_memfds(2, read_only)),
            (no_memfd, forbidding_memfds(0, read_only) + no_memfd),
            (NO_MEMFD_RUNS, None), (OLD_KERNEL + NO_MEMFD_RUNS, None)]  # the file itself does not run then, either
    for nowhere, mounted in ways:
        err = refused(hook(path, 'ran'), f"cannot verify '{path}': {says}, and the file is not on a read-only "
                      'mount', before=nowhere)
        tap.check('verified (' not in err, 'nothing was verified', err)
        refused(hook(text, interpreter=DASH), f"cannot verify '{text}': ", before=nowhere)
        if mounted is None:
            continue
        code, out, err = run_step(hook(path, 'ran'), before=mounted)
        tap.equal((code, out), (0, 'ran\n'), err)
        tap.holds(err, 'verified (read-only mount)')
        refused(hook(path, 'ran', sha256=OTHER), f"cannot verify '{path}': its SHA-256 digest is", before=mounted)
    code, out, err = run_step(hook(path, 'ran'), before=forbidding_memfds(1, ''))
    tap.equal((code, out), (0, 'ran\n'), err)


@tap.test
def main_is_verified_and_then_started_by_its_path():
    path = program('ls', of='ls')
    main = hook(path, '-l', '/proc/self/exe')
    code, out, err = pid1.run_with({'main': main}, options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.holds(out, f'-> {path}\n')
    tap.holds(err, 'pintle: main: verified (before its start)\n')
    code, out, err = pid1.run_with({'main': {**main, 'verify': {'sha256': OTHER}}})
    tap.equal((code, out), (82, ''), err)
    tap.holds(pid1.chosen_line(err, 82), f"cannot verify '{path}': its SHA-256 digest is {digest(path)}, not {OTHER}; ")
    text = script(f'#!{DASH}')
    code, out, err = pid1.run_with({'main': hook(text, 'one', interpreter=DASH)})
    tap.equal((code, out), (0, f'{text} one\n'), err)
    code, out, err = pid1.run_with({'main': hook(text, 'one')})
    tap.equal((code, out), (82, ''), err)


@tap.test
def a_command_that_replaces_main_has_to_be_what_main_has_to_be():
    path = program('sleep', of='sleep')
    main = hook(path, '30')
    for more in ({}, {'commandLine': 'options'}):
        code, out, err = pid1.run_with({'main': {**main, **more}}, 'echo', 'other')
        tap.equal((code, out), (82, ''), err)
        tap.holds(err, "/echo': its SHA-256 digest is" if os.path.realpath('/bin') == '/bin' else "cannot verify '")
    tap.equal(pid1.run_with({'main': main}, str(path), '0')[0], 0)


@tap.test
def status_and_plan_say_what_is_verified_and_how():
    path = program('sleep', of='sleep')
    document = {'steps': [{'id': 's', **hook(path, '0')}, {'id': 'other', 'command': 'true'}],
                'main': hook(path, '30')}
    one = pid1.start_with(document, options=['--log-level', 'info'])
    one.complaint(r'pintle: main: verified \(before its start\)')
    status = one.status()
    tap.equal(status['main']['verified'], 'before its start')
    tap.equal([step.get('verified') for step in status['steps']], ['sealed copy', None])
    text = one.inside(PINTLE, 'status').stdout
    tap.holds(text, ', verified (before its start)\n')
    tap.holds(text, 'ms, verified (sealed copy)\n')
    config = pid1.config(document)
    plan = json.loads(subprocess.run([PINTLE, 'plan', '--json', config], capture_output=True, check=True).stdout)
    tap.equal(plan['steps'][0]['verify'], {'sha256': digest(path)})
    tap.equal(plan['main']['verify'], {'sha256': digest(path)})
    shown = subprocess.run([PINTLE, 'plan', config], capture_output=True, text=True, check=True).stdout
    tap.holds(shown, 'verify {"sha256":"' + digest(path) + '"}')


@tap.test
def a_stop_and_a_timeout_end_a_hook_that_is_being_verified():
    path = program(of='true')
    with open(path, 'r+b') as file:
        file.truncate(3 << 30)  # a hole that takes longer to read than the timeout
    code, _, err = run_step(hook(path, sha256=OTHER, timeout='50ms'))
    tap.equal(code, 80, err)
    tap.holds(err, 'step s: timed out after')


@tap.test
def a_prebuilt_image_does_not_run_a_script_by_a_verified_shell():
    path = script('#!/usr/bin/env python3')
    document = {'imageMode': 'prebuilt', 'user': '1000:1000', 'steps': [{'id': 's', **hook(path, interpreter=DASH)}],
                'main': {'command': 'true'}}
    code, _, err = pid1.run_with(document)
    tap.equal(code, 83, err)
    tap.holds(err, f"step s: '{DASH}' is a shell, which IMAGE_MODE=prebuilt does not allow")


@tap.test
def without_pintle_fetch_nothing_is_started():
    folder = pid1.folder()
    shutil.copy(PINTLE, folder / 'pintle')
    path = program(of='true')
    for document, who in (({'steps': [{'id': 's', **hook(path)}]}, 'step s'), ({'main': hook(path)}, 'main')):
        code, _, err = pid1.run_with(document, *([] if who == 'main' else ['true']), program=folder / 'pintle')
        tap.equal(code, 78, err)
        tap.holds(err, f'{who}: "verify" is done by \'{folder}/pintle-fetch\', which is not there')


tap.main()
