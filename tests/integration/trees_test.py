"""Built-ins that go through whole trees: not through what variables left empty, and however deep."""
import os
import pathlib
import sys

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
def no_tree_is_too_deep_for_roots_steps():
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
    code, _, err = run(step('own', permissions={**wide, 'owner': f'{USER}', 'mode': '0640'}),
                       step('tidy', prune={**wide, 'keepLast': 1}),
                       step('gone', remove=wide))
    os.close(at)
    tap.equal(code, 0, err)
    tap.holds(err, 'changed 3000')
    tap.holds(err, 'removed 3001 entries')
    tap.equal(os.listdir(folder), [])


tap.main()
