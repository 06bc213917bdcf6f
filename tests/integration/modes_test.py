"""IMAGE_MODE: a prebuilt image runs no shell, no package manager and no script for a shell, whatever
they are called; a layered one does."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

PREBUILT = {'imageMode': 'prebuilt', 'user': 'root'}
SHELLS = ('sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'csh', 'tcsh', 'fish', 'busybox', 'toybox')
MANAGERS = ('apk', 'apt', 'apt-get', 'dpkg', 'rpm', 'dnf', 'yum', 'zypper', 'pacman')


def command(program, *arguments, **more):
    return {'id': 'hook', 'command': program, 'arguments': list(arguments), **more}


class Image:
    """Programs that note their calls, under the names that a prebuilt image must not run, and under
    others that lead to them."""

    def __init__(self):
        self.programs = recorder.Programs('tool', 'app', *SHELLS, *MANAGERS)
        folder = self.folder = self.programs.folder
        (folder / 'link').symlink_to('busybox')
        (folder / 'chain').symlink_to('link')
        (folder / 'ls').symlink_to(folder / 'busybox')
        (folder / 'harmless').symlink_to('tool')
        (folder / 'starter').symlink_to('/usr/bin/env')
        for name, line in (('script', f'{folder}/sh -e'), ('spaced', f'  {folder}/sh'),
                           ('linked', f'{folder}/chain'), ('by-env', '/usr/bin/env bash'),
                           ('split', '/usr/bin/env -S A=1 bash -e'),
                           ('split-long', '/usr/bin/env --split-string=-i bash'),
                           ('split-close', '/usr/bin/env -S-i bash'),
                           ('joined', '/usr/bin/env -iSbash'),
                           ('nested', f'{folder}/script'), ('windows', f'{folder}/sh\r'), ('tooled', f'{folder}/tool')):
            (folder / name).write_text(f'#!{line}\nx\n')
            (folder / name).chmod(0o755)

    def run(self, document, mode=None):
        """(exit code, argv of what was called, the reason for an exit code of pintle's)."""
        self.programs.forget()
        variables = {} if mode is None else {'IMAGE_MODE': mode}
        code, _, err = pid1.run_with(document, 'app', before=self.programs.container(**variables))
        called = [call.argv for call in self.programs.calls()]
        return code, called, pid1.chosen_line(err, code) if code else ''


def refused(words, image):
    """What prebuilt answers to a step with these words; nothing may have run."""
    code, called, reason = image.run({**PREBUILT, 'steps': [command(*words)]})
    tap.equal((code, called), (83, []), f'{words}: {reason}')
    tap.holds(reason, 'step hook: ')
    tap.holds(reason, 'which IMAGE_MODE=prebuilt does not allow; use a built-in or a program')
    return reason


@tap.test
def prebuilt_refuses_shells_and_package_managers_by_name():
    pid1.needs_root()
    image = Image()
    for names, kind in ((SHELLS, 'a shell'), (MANAGERS, 'a package manager')):
        for name in names:
            for program in (name, f'{image.folder}/{name}', f'/no/such/{name}'):
                tap.holds(refused([program, 'x'], image), f"'{program}' is {kind}")


@tap.test
def prebuilt_refuses_what_leads_to_one():
    pid1.needs_root()
    image = Image()
    for name in ('link', 'chain', 'ls'):
        for program in (name, f'{image.folder}/{name}'):
            tap.holds(refused([program], image), f"is a link to '{image.folder}/busybox', which is a")


@tap.test
def prebuilt_refuses_scripts_that_a_shell_reads():
    pid1.needs_root()
    image = Image()
    for name in ('script', 'spaced', 'linked', 'by-env', 'split', 'split-long', 'split-close', 'joined',
                 'nested', 'windows'):
        tap.holds(refused([name], image), f"'{image.folder}/{name}' is a script for '")


@tap.test
def prebuilt_refuses_a_shell_behind_env():
    pid1.needs_root()
    image = Image()
    for words in (['env', 'sh'], ['/usr/bin/env', 'A=1', 'bash'], ['env', '-i', 'dash'],
                  ['env', '-u', 'A', 'sh'], ['env', '-S', 'bash -c x'], ['env', '-Sbash -c x'],
                  ['env', '--split-string=sh x'], ['env', '-C', '/', 'apk'],
                  ['env', '-vS"bash" -c x'], ['env', '-iu', 'A', 'sh'], ['env', 'env', 'sh'],
                  ['starter', 'sh', '-c', 'x']):
        tap.holds(refused(words, image), "starts '")


@tap.test
def prebuilt_refuses_the_shell_form_and_what_a_variable_hides():
    pid1.needs_root()
    image = Image()
    line = {'id': 'hook', 'command': 'echo a > b'}
    code, called, reason = image.run({**PREBUILT, 'steps': [line]})
    tap.equal((code, called), (83, []))
    tap.holds(reason, 'step hook: its command needs a shell')
    hidden = command('${PROGRAM}', environment={'PROGRAM': 'bash'})
    code, called, reason = image.run({**PREBUILT, 'steps': [hidden]})
    tap.equal((code, called), (83, []))
    tap.holds(reason, "'bash' is a shell")


@tap.test
def prebuilt_refuses_them_in_every_kind_of_hook_and_names_all_at_once():
    pid1.needs_root()
    image = Image()
    shell = {'command': 'sh', 'arguments': ['-c', 'x']}
    document = {**PREBUILT,
                'steps': [{'id': 'a', **shell},
                          {'id': 'b', 'command': 'tool', 'onFailure': {
                              'action': 'fallback', 'step': {'id': 'c', **shell}}}],
                'health': [{'id': 'd', **shell}],
                'maintenance': [{'id': 'e', 'schedule': {'every': '1h'}, **shell}]}
    programs = image.programs
    code, _, err = pid1.run_with(document, 'app', before=programs.container())
    tap.equal((code, programs.calls()), (83, []), err)
    for who in ('step a', 'step c', 'check d', 'job e'):
        tap.equal(err.count(f"{who}: 'sh' is a shell"), 1, err)
    pid1.chosen_line(err, 83)


@tap.test
def prebuilt_runs_programs_and_scripts_for_programs():
    pid1.needs_root()
    image = Image()
    folder = image.folder
    for name, argv in (('tool', ['tool', 'x']), ('harmless', ['harmless', 'x']),
                       ('tooled', [f'{folder}/tool', f'{folder}/tooled', 'x'])):
        code, called, reason = image.run({**PREBUILT, 'steps': [command(name, 'x')]})
        tap.equal((code, called), (0, [argv, ['app']]), reason)


@tap.test
def layered_runs_all_of_them():
    image = Image()
    for name in (*SHELLS, *MANAGERS, 'link', 'chain', 'ls'):
        code, called, reason = image.run({'steps': [command(name, 'x')]})
        tap.equal((code, called), (0, [[name, 'x'], ['app']]), reason)
    line = {'id': 'hook', 'command': 'tool "a b" && tool c'}
    tap.equal(image.run({'steps': [line]})[:2], (0, [['tool', 'a b'], ['tool', 'c'], ['app']]))


@tap.test
def steps_for_another_mode_are_skipped_and_said_to_be():
    pid1.needs_root()
    image = Image()
    document = {'user': 'root', 'steps': [
        command('apk', 'add', 'krb5', id='layered', imageModes=['layered']),
        command('tool', 'prebuilt', id='prebuilt', imageModes=['PREBUILT']),
        command('tool', 'both', id='both', imageModes=['layered', 'prebuilt'])]}
    for mode, expected, skipped in (
            ('layered', [['apk', 'add', 'krb5'], ['tool', 'both'], ['app']], 'prebuilt'),
            ('prebuilt', [['tool', 'prebuilt'], ['tool', 'both'], ['app']], 'layered')):
        image.programs.forget()
        code, _, err = pid1.run_with(document, 'app',
                                     before=image.programs.container(IMAGE_MODE=mode))
        tap.equal((code, [call.argv for call in image.programs.calls()]), (0, expected), err)
        tap.holds(err, f'step {skipped}: skipped: not for this image mode')
        tap.equal(err.count('skipped'), 1, err)


@tap.test
def a_skipped_step_needs_no_variable_and_its_followers_run():
    image = Image()
    document = {'user': 'root', 'steps': [
        command('tool', '$NOT_SET', id='a', imageModes=['prebuilt']),
        command('tool', 'after', id='b', precedents=['a'])]}
    tap.equal(image.run(document), (0, [['tool', 'after'], ['app']], ''))


@tap.test
def what_stands_in_for_a_skipped_step_is_skipped_with_it():
    image = Image()
    fallback = {'action': 'fallback', 'step': {'command': 'sh', 'arguments': ['$NOT_SET'],
                                               'user': 'nobody-here'}}
    document = {**PREBUILT, 'steps': [
        command('tool', id='a', imageModes=['layered'], user='nor-here', onFailure=fallback)]}
    tap.equal(image.run(document), (0, [['app']], ''))


@tap.test
def check_and_plan_name_what_prebuilt_refuses_as_it_is_written():
    steps = [command('/bin/sh', '-c', 'x', id='a'), {'id': 'b', 'command': 'echo a | b'},
             command('apk', 'add', id='c'), command('apk', id='d', imageModes=['layered']),
             command('/app/tool', id='e')]
    path = pid1.config({**PREBUILT, 'steps': steps})
    done = pid1.subprocess.run([pid1.PINTLE, 'check', path], capture_output=True, text=True)
    lines = [line.split(':')[1].strip() for line in done.stderr.splitlines()]
    tap.equal((done.returncode, lines[:-1]), (83, ['step a', 'step b', 'step c']), done.stderr)
    done = pid1.subprocess.run([pid1.PINTLE, 'plan', path], capture_output=True, text=True)
    tap.equal((done.returncode, done.stdout.count('IMAGE_MODE=prebuilt does not allow')), (0, 3))
    path = pid1.config({'steps': steps})
    done = pid1.subprocess.run([pid1.PINTLE, 'check', path], capture_output=True, text=True)
    tap.equal(done.returncode, 0, done.stderr)


@tap.test
def environment_and_config_together_make_the_mode_and_the_stricter_one_counts():
    pid1.needs_root()
    image = Image()
    shell = [command('sh', 'x')]
    # (in the config, IMAGE_MODE, is a shell refused?)
    for configured, mode, expected in (
            (None, None, 0), (None, '', 0), (None, 'layered', 0), (None, 'LAYERED', 0),
            (None, 'prebuilt', 83), (None, 'Prebuilt', 83),
            ('layered', None, 0), ('layered', '', 0), ('layered', 'prebuilt', 83),
            ('prebuilt', None, 83), ('prebuilt', '', 83), ('prebuilt', 'layered', 83),
            ('PreBuilt', 'prebuilt', 83)):
        document = {'user': 'root', 'steps': shell}
        if configured is not None:
            document['imageMode'] = configured
        code, called, reason = image.run(document, mode)
        tap.equal(code, expected, f'{configured} and {mode}: {reason}')
        tap.equal(called, [['sh', 'x'], ['app']] if expected == 0 else [])


@tap.test
def any_other_image_mode_is_an_error_even_without_a_config():
    image = Image()
    for document in ({}, {'imageMode': 'layered'}, {'imageMode': 'prebuilt', 'user': 'root'}):
        for mode in ('immutable', ' prebuilt', 'prebuilt,layered', '1'):
            code, called, reason = image.run(document, mode)
            tap.equal((code, called), (78, []), f'{document} and {mode}')
            before = image.programs.container(IMAGE_MODE=mode)
            _, _, err = pid1.run_with(document, 'app', before=before)
            # The file is all right, and is not named.
            tap.equal(pid1.chosen_line(err, 78),
                      f'cannot use IMAGE_MODE: "{mode}" is neither layered nor prebuilt')
    code, _, err = pid1.run('true', before=['env', 'IMAGE_MODE=x'])
    tap.equal((code, err.count('\n')), (78, 1), err)
    tap.equal(pid1.run('true', before=['env', 'IMAGE_MODE='])[0], 0)


@tap.test
def prebuilt_runs_main_as_root_only_if_somebody_says_so():
    pid1.needs_root()
    image = Image()
    code, called, reason = image.run({'imageMode': 'prebuilt'})
    tap.equal((code, called), (83, []))
    tap.holds(reason, 'main would run as root')
    for document in ({'user': 'root'}, {'user': '1234:1234'}):
        tap.equal(image.run({'imageMode': 'prebuilt', **document})[:2], (0, [['app']]))


tap.main()
