"""`trust.manifest`: all files of an application are proven before anything runs, else exit 82; the action
`check` with a manifest; and `pintle verify`, the same by hand."""
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


class Application:
    """A folder with files and a manifest of them, as `pintle digest` writes it."""

    def __init__(self):
        self.folder = pid1.folder()
        (self.folder / 'lib').mkdir()
        for name in ('main.py', 'lib/a.so', 'lib/b.so'):
            (self.folder / name).write_text(name)
        self.manifest = self.folder / 'manifest'
        subprocess.run([PINTLE, 'digest', '-r', '-o', 'manifest', '.'], cwd=self.folder, check=True)

    def config(self, **more):
        return {'trust': {'manifest': str(self.manifest)}, 'main': {'command': 'echo', 'arguments': ['main']},
                **more}

    def run(self, *command, options=(), before=(), **more):
        return pid1.run_with(self.config(**more), *command, options=['--log-level', 'info', *options],
                             before=before)


def touch(path):
    """A step that shows by a file that it ran."""
    return {'id': path.name, 'command': 'touch', 'arguments': [str(path)], 'precedents': []}


@tap.test
def what_is_proven_starts_and_says_how_many_files():
    one = Application()
    code, out, err = one.run()
    tap.equal((code, out), (0, 'main\n'), err)
    tap.holds(err, f"verified 3 files of '{one.manifest}'")
    tap.holds(err, 'pintle: step trust: done in ')


@tap.test
def a_file_that_differs_ends_the_start_before_any_step_and_before_main():
    one = Application()
    (one.folder / 'lib/b.so').write_text('evil')
    mark = one.folder.parent / (one.folder.name + '-mark')
    tap.cleanup(lambda: mark.unlink(missing_ok=True))
    group = {'id': 'g', 'precedents': [], 'steps': [touch(mark)]}
    for more in ({'steps': [touch(mark)]}, {'steps': [group]}, {'main': {'command': 'touch', 'arguments': [str(mark)]}}):
        code, out, err = one.run(**more)
        tap.equal((code, out), (82, ''), err)
        tap.holds(pid1.chosen_line(err, 82), f"step trust failed: {one.manifest}:2: cannot accept "
                                             f"'{one.folder}/lib/b.so': its SHA-256 digest is ")
        tap.check(not mark.exists(), f'nothing runs: {more}')


@tap.test
def a_group_and_its_finally_belong_together_behind_the_proof():
    one = Application()
    steps = [{'id': 'g', 'steps': [{'id': 'a', 'command': 'echo', 'arguments': ['a']}],
              'finally': [{'id': 'f', 'command': 'echo', 'arguments': ['f']}]},
             {'id': 'b', 'command': 'echo', 'arguments': ['b']}]
    code, out, err = one.run(steps=steps)
    tap.equal((code, out), (0, 'a\nf\nb\nmain\n'), err)


@tap.test
def whatever_cannot_be_proven_is_named_in_one_line():
    one = Application()
    manifest = one.manifest.read_text()

    def refused(says):
        code, _, err = one.run()
        tap.equal(pid1.chosen_line(err, code), f'step trust failed: {says}')
        tap.equal(code, 82)

    (one.folder / 'lib/a.so').unlink()
    refused(f"{one.manifest}:1: cannot open '{one.folder}/lib/a.so': No such file or directory")
    (one.folder / 'lib/a.so').symlink_to('b.so')
    refused(f"{one.manifest}:1: cannot read '{one.folder}/lib/a.so': it is a symbolic link")
    (one.folder / 'lib/a.so').unlink()
    (one.folder / 'lib/a.so').mkdir()
    refused(f"{one.manifest}:1: cannot read '{one.folder}/lib/a.so': it is not a regular file")
    one.manifest.write_text(manifest.replace('  ', ' ', 1))
    refused(f"{one.manifest}:1: two spaces, or a space and '*', must follow the 64 digits of the digest")
    one.manifest.write_text('# nothing\n')
    refused(f"cannot use the manifest '{one.manifest}': it names no file")
    one.manifest.rename(one.folder / 'moved')
    refused(f"cannot open '{one.manifest}': No such file or directory")
    one.manifest.symlink_to('moved')
    refused(f"cannot read '{one.manifest}': it is a symbolic link")


@tap.test
def the_proof_runs_as_the_user_of_the_config_and_in_a_directory_that_exists():
    pid1.needs_root()
    one = Application()
    own = one.folder / 'lib/b.so'
    own.chmod(0o600)
    more = {'user': f'{USER}:{USER}', 'workingDirectory': '/made/by/a/step'}
    code, _, err = one.run(**more)
    tap.equal(code, 82, err)
    tap.holds(err, f"manifest:2: cannot open '{own}': Permission denied")
    os.chown(own, USER, USER)
    code, _, err = one.run(**more)
    tap.holds(err, 'verified 3 files')
    tap.holds(pid1.chosen_line(err, 126), '/made/by/a/step')


@tap.test
def a_manifest_that_the_user_of_the_proof_can_change_is_said_to_be_one():
    pid1.needs_root()
    one = Application()
    weak = f"verified 3 files of '{one.manifest}', which uid {USER} can change\n"
    for path in (one.folder, one.manifest):
        tap.check(weak not in one.run(user=f'{USER}:{USER}')[2], 'root owns both')
        os.chown(path, USER, USER)
        tap.holds(one.run(user=f'{USER}:{USER}')[2], weak)
        tap.check('can change' not in one.run()[2], 'root can change everything')
        os.chown(path, 0, 0)


@tap.test
def neither_a_command_nor_init_only_avoids_the_proof():
    one = Application()
    (one.folder / 'main.py').write_text('evil')
    tap.equal(one.run('true')[0], 82)
    tap.equal(one.run(options=['--init-only'])[0], 82)
    alone = {'main': {'command': 'server', 'commandLine': 'options'}}
    code, out, err = one.run('echo', 'other', **alone)
    tap.equal((code, out), (82, ''), err)
    (one.folder / 'main.py').write_text('main.py')
    code, out, err = one.run('echo', 'other', steps=[{'id': 's', 'command': 'false'}], **alone)
    tap.equal((code, out), (0, 'other\n'), err)
    tap.holds(err, 'verified 3 files')


@tap.test
def plan_and_status_show_the_proof_as_the_first_step():
    one = Application()
    config = pid1.config(one.config(steps=[{'id': 'a', 'command': 'true', 'precedents': []}]))
    plan = json.loads(subprocess.run([PINTLE, 'plan', '--json', config], capture_output=True, check=True).stdout)
    steps = plan['steps']
    tap.equal([step['id'] for step in steps], ['trust', 'a'])
    tap.equal(steps[1]['after'], ['trust'], steps)
    running = pid1.start_with(one.config(main={'command': pid1.ACTOR, 'arguments': ['listen', '15']}))
    running.line('ready')
    tap.equal([(step['id'], step['state']) for step in running.status()['steps']], [('trust', 'done')])


@tap.test
def check_reads_the_whole_manifest_and_notes_one_that_is_not_there():
    one = Application()
    config = pid1.config(one.config())

    def check():
        done = subprocess.run([PINTLE, 'check', config], capture_output=True, text=True)
        return done.returncode, (done.stdout + done.stderr).replace(config, 'C')

    tap.equal(check(), (0, 'C: ok (1 step, 0 checks, 0 jobs, main)\n'))
    shutil.rmtree(one.folder / 'lib')  # the files themselves are not looked at
    tap.equal(check(), (0, 'C: ok (1 step, 0 checks, 0 jobs, main)\n'))
    with open(one.manifest, 'a') as manifest:
        manifest.write('\nx')
    tap.equal(check(), (78, f'pintle: exit 78: {one.manifest}:4: it is empty\n'))
    one.manifest.unlink()
    tap.equal(check(), (0, f"note: /trust/manifest: cannot open '{one.manifest}': No such file or directory\n"
                           'C: ok (1 step, 0 checks, 0 jobs, main)\n'))


@tap.test
def a_step_can_prove_what_steps_before_it_have_made():
    one = Application()
    proof = {'id': 'p', 'check': {'manifest': '$APP/manifest'}}
    made = {'id': 'm', 'file': {'path': f'{one.folder}/lib/b.so', 'content': 'lib/b.so'}}
    (one.folder / 'lib/b.so').unlink()
    document = {'environment': {'APP': str(one.folder)}, 'steps': [made, proof]}
    code, _, err = pid1.run_with(document, 'true', options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.holds(err, 'step p: done in ')
    tap.equal(pid1.run_with({**document, 'steps': [{**made, 'file': {**made['file'], 'content': 'x'}}, proof]},
                            'true')[0], 82)


@tap.test
def verify_does_the_same_by_hand():
    one = Application()
    config = pid1.config(one.config())

    def verify(*words, **variables):
        done = subprocess.run([PINTLE, 'verify', *words], capture_output=True, text=True, cwd=one.folder,
                              env=variables)
        return done.returncode, done.stdout + done.stderr

    of_config = {'PINTLE_CONFIG': config}
    tap.equal(verify('--manifest', 'manifest'), (0, "verified 3 files of 'manifest'\n"))
    tap.equal(verify(**of_config), (0, f"verified 3 files of '{one.manifest}'\n"))
    tap.equal(verify('main.py', 'lib/../lib/a.so', **of_config), (0, f"verified 2 files of '{one.manifest}'\n"))
    (one.folder / 'main.py').write_text('evil')
    code, said = verify(**of_config)
    tap.equal(code, 82)
    tap.holds(said, f"pintle: exit 82: {one.manifest}:3: cannot accept '{one.folder}/main.py': its SHA-256 ")
    tap.equal(verify('lib/a.so', **of_config)[0], 0)
    tap.equal(verify('other', **of_config),
              (82, f"pintle: exit 82: '{one.folder}/other' is not named in '{one.manifest}'\n"))
    tap.equal(verify('--manifest', 'none'),
              (82, "pintle: exit 82: cannot open 'none': No such file or directory\n"))
    without = pid1.config({'main': {'command': 'x'}})
    tap.equal(verify(PINTLE_CONFIG=without),
              (78, f'pintle: exit 78: {without} names no manifest ("trust": {{"manifest": …}}); use --manifest\n'))


tap.main()
