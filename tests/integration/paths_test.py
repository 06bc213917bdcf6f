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


tap.main()
