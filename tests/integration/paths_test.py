"""Paths that are not what they seem: left empty by variables, patterns, links, folders too deep."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

USER = 1000


def step(name, **action):
    return {'id': name, **action}


def run(*steps, **more):
    return pid1.run_with({'steps': list(steps)}, 'true', options=['--log-level', 'info'], **more)


@tap.test
def a_path_that_variables_leave_empty_ends_the_start_before_anything_runs():
    folder = pid1.folder()
    (folder / 'precious').write_text('x')
    wide = {'path': '${D:-}', 'recursive': True}
    steps = [step('first', command='/bin/rm', arguments=['precious']),
             step('own', permissions={**wide, 'mode': '0600'}),
             step('tidy', prune={**wide, 'olderThan': '0s', 'keepLast': 1})]
    for variables in ({}, {'D': ''}):
        code, _, err = run(*steps, cwd=folder, env={**os.environ, **variables})
        tap.equal(code, 78, err)
        tap.holds(err, 'step own: "path" is empty: "${D:-}" stands for nothing')
        tap.holds(err, 'step tidy: "path" is empty')
    tap.equal((folder / 'precious').read_text(), 'x')


@tap.test
def no_tree_is_too_deep_for_roots_steps_however_few_files_may_be_open():
    pid1.needs_root()
    folder = pid1.folder()
    at = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir('d', dir_fd=at)
        below = os.open('d', os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open('deepest', os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=at))
    os.chown(at, USER, USER)
    wide = {'path': f'{folder}/d', 'recursive': True}
    few = {'limits': {'nofile': 64}}
    code, _, err = run(step('own', permissions={**wide, 'owner': f'{USER}:{USER}', 'mode': '0640'},
                            **few),
                       step('tidy', prune={**wide, 'keepLast': 1}, **few),
                       step('copy', copy={'source': f'{folder}/d', 'destination': f'{folder}/e'},
                            **few),
                       step('gone', remove=wide, **few),
                       step('copy-gone', remove={**wide, 'path': f'{folder}/e'}, **few))
    os.close(at)
    tap.equal(code, 0, err)
    tap.holds(err, 'changed 3000')
    tap.holds(err, 'copied 3001 entries')
    tap.equal(err.count('removed 3001 entries'), 2)
    tap.equal(os.listdir(folder), [])


@tap.test
def a_pattern_where_none_is_taken_is_noted():
    steps = [step('a', remove='/run*/app.pid'), step('d', remove='/run/*.pid'), step('b', file={'path': '/x', 'copy': ['/z', '/y[1]']}),
             step('c', rotate={'path': '/var/log/*.log', 'largerThan': '1MiB'})]
    out = subprocess.run([pid1.PINTLE, 'check', pid1.config({'steps': steps})],
                         capture_output=True, text=True, check=True).stdout
    tap.equal([line for line in out.splitlines() if line.startswith('note: ')], [
        'note: step a: "path" of "remove" takes a pattern only in its last component; '
        '"/run*/app.pid" is one name',
        'note: step b: "copy" of "file" takes no pattern; "/y[1]" is one name'])


@tap.test
def root_reads_no_config_by_a_link_that_somebody_else_could_have_put_there():
    pid1.needs_root()
    # Not below /tmp, where everybody could have put everything.
    folder = pathlib.Path(tempfile.mkdtemp(prefix='pintle-test-', dir='/run'))
    tap.cleanup(lambda: shutil.rmtree(folder))
    folder.chmod(0o755)
    real = pid1.config({'main': {'command': 'true'}})
    for owner, owned, code in ((0, 0, 0), (USER, 0, 83), (0, USER, 83)):
        place = folder / f'{owner}-{owned}'
        place.mkdir()
        link = place / 'pintle.json'
        link.symlink_to(real)
        os.chown(place, owner, owner)
        os.lchown(link, owned, owned)
        got, _, err = pid1.run(config_file=str(link))
        tap.equal(got, code, err)
        checked = subprocess.run([pid1.PINTLE, 'check', link], capture_output=True, text=True, check=False)
        tap.equal(checked.returncode, 78 if code else 0)
        if code:
            tap.holds(err, f"{owned and link or place}' belongs to uid {USER}, so others could decide what root does")
            tap.holds(checked.stderr, 'another user could have created a symbolic link in this path')
        done = subprocess.run(['setpriv', '--reuid', str(USER), '--clear-groups', pid1.PINTLE,
                               'check', str(link)], capture_output=True, text=True, check=False)
        tap.equal(done.returncode, 0, done.stderr)


def as_compose_has_it(kept=('chown', 'fowner', 'setuid', 'setgid')):
    """Put in front of pintle: `cap_drop: ALL`, and these are added."""
    left = ','.join(f'+{name}' for name in kept)
    return ['setpriv', f'--bounding-set=-all{left and ","}{left}', '--inh-caps=-all']


def closed_tree():
    """A volume as an application of uid 1000 leaves it: nobody else may enter it."""
    volume = pid1.folder() / 'volume'
    for name in ('sub', 'old', 'cache'):
        (volume / name / 'deeper').mkdir(parents=True)
        (volume / name / 'deeper' / 'file').write_text(name)
    os.symlink('/etc/passwd', volume / 'sub/link')
    for path, folders, files in os.walk(volume):
        os.chmod(path, 0o700)
        for name in (path, *(os.path.join(path, one) for one in files)):
            os.lchown(name, USER, USER)
    (volume / 'sub/deeper/file').chmod(0o600)
    return volume


@tap.test
def root_steps_work_in_a_tree_that_only_the_applications_user_may_enter():
    volume = closed_tree()
    before = os.stat('/etc/passwd')
    strange = volume / 'sub/deeper/root'
    strange.write_text('x')
    copy = pid1.folder() / 'copy'
    owner = f'{USER}:{USER}'
    absent = {'not': {'fileExists': f'{volume}/sub/deeper/file'}}
    steps = [step('directory', directory={'path': f'{volume}/sub/deeper', 'mode': '0700', 'owner': owner}),
             step('owner', permissions={'path': str(volume), 'owner': owner, 'recursive': True}),
             step('copy', copy={'source': f'{volume}/sub', 'destination': str(copy)}),
             step('remove', remove={'path': f'{volume}/old', 'recursive': True}),
             step('prune', prune={'path': f'{volume}/cache', 'keepLast': 1, 'olderThan': '0s',
                                  'recursive': True}),
             step('here', wait={'file': f'{volume}/sub/deeper/file'}, timeout='5s'),
             step('absent', condition=absent, fail='the file is there')]
    code, _, err = run(*steps, before=as_compose_has_it())
    tap.equal(code, 0, err)
    tap.equal((os.stat(strange).st_uid, (volume / 'old').exists()), (USER, False))
    tap.equal((copy / 'deeper/file').read_text(), 'sub')
    tap.equal((os.readlink(copy / 'link'), os.stat(copy / 'deeper/file').st_uid), ('/etc/passwd', 0))
    tap.equal(os.stat('/etc/passwd'), before)
    # Nothing was made that root alone would not have made.
    code, _, err = run(step('made', directory=f'{volume}/sub/new'), before=as_compose_has_it())
    tap.equal((code, (volume / 'sub/new').exists()), (80, False), err)


@tap.test
def a_secret_that_only_the_applications_user_may_read_is_read():
    secret = pid1.folder() / 'secret'
    secret.write_text('hunter2\n')
    os.chown(secret, USER, USER)
    secret.chmod(0o600)
    for entry, variables in (({'file': str(secret)}, {}),
                             ({'fileVariable': 'KEY_FILE'}, {'KEY_FILE': str(secret)})):
        document = {'environment': {'KEY': entry}, 'user': f'{USER}:{USER}',
                    'main': {'command': '/usr/bin/test', 'arguments': ['$KEY', '=', 'hunter2']}}
        code, _, err = pid1.run_with(document, before=as_compose_has_it(),
                                     env={**os.environ, **variables})
        tap.equal(code, 0, err)


@tap.test
def without_cap_setuid_such_a_tree_stays_closed_to_root():
    volume = closed_tree()
    code, _, err = run(step('owner', permissions={'path': str(volume), 'owner': str(USER), 'mode': '0600',
                                                  'recursive': True}), before=as_compose_has_it(('chown',)))
    tap.equal(code, 80, err)
    tap.holds(err, f"cannot read '{volume}': Permission denied")


tap.main()
