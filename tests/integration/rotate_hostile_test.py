"""The built-in `rotate` beside somebody who swaps names meanwhile, and with files of others."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

USER = 1000


def rotating(path, method, **more):
    return {'path': str(path), 'method': method, 'largerThan': '100B', **more}


# He owns the folder and swaps the names in it for links to what is not his, links of his own and
# folders, as fast as he can.
HOSTILE = '''
import os, sys
home, outside = sys.argv[1:]
os.setgroups([]); os.setgid(1000); os.setuid(1000)
os.chdir(home)
print('ready', flush=True)
def attempt(call, *words):
    try:
        call(*words)
    except OSError:
        pass
def fill():
    with open('log', 'a') as log:
        log.write('x' * 200)
while True:
    for name in ('log', 'log.1', 'log.2'):
        attempt(fill)
        attempt(os.rename, name, 'aside')
        attempt(os.symlink, outside + '/victim', name)
        attempt(os.unlink, name)
        attempt(os.link, outside + '/shared', name)
        attempt(os.unlink, name)
        attempt(os.mkdir, name)
        attempt(os.rmdir, name)
        attempt(os.rename, 'aside', name)
    attempt(os.rename, '../home/sub', '../home/real')
    attempt(os.symlink, outside, 'sub')
    attempt(os.unlink, 'sub')
    attempt(os.rename, '../home/real', '../home/sub')
'''


@tap.test
def somebody_who_swaps_names_while_root_rotates_changes_nothing_outside_of_his_folder():
    pid1.needs_root()
    folder = pid1.folder()
    home, outside = folder / 'home', folder / 'outside'
    (home / 'sub').mkdir(parents=True)
    outside.mkdir()
    for name in ('victim', 'shared', 'log'):
        (outside / name).write_text('precious' * 50)
    (outside / 'shared').chmod(0o666)  # so that he may link to it; its content is his to change
    (home / 'sub/log').write_text('his' * 100)
    for path in (home, home / 'sub', home / 'sub/log'):
        os.chown(path, USER, USER)

    def seen():
        return {path.name: (path.read_text() * (path.name != 'shared'), os.lstat(path).st_mode,
                            os.lstat(path).st_uid) for path in outside.iterdir()}

    before = seen()
    uses = [rotating(home / name, method, keep=1 + number % 3)
            for number, name in enumerate(('log', 'sub/log', 'lo?', 'sub/*'))
            for method in ('rename', 'copyTruncate')]
    steps = [{'id': f's{number}', 'rotate': uses[number % len(uses)], 'onFailure': 'continue'}
             for number in range(240)]
    hostile = subprocess.Popen([sys.executable, '-c', HOSTILE, str(home), str(outside)],
                               stdout=subprocess.PIPE)
    tap.cleanup(lambda: (hostile.kill(), hostile.wait(), hostile.stdout.close()))
    hostile.stdout.readline()
    code, _, err = pid1.run_with({'steps': steps}, 'true', options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.check(hostile.poll() is None, 'he was at it all the time')
    tap.holds(err, 'continued (onFailure: continue)')
    tap.holds(err, 'rotated 1 files')
    tap.equal(seen(), before)


@tap.test
def a_job_runs_as_its_user_and_gives_nobody_elses_file_away():
    pid1.needs_root()
    folder = pid1.folder()
    os.chown(folder, USER, USER)
    for owner, name in ((USER, 'ours'), (0, 'roots')):
        (folder / name).write_text('x' * 200)
        os.chown(folder / name, owner, owner)
    steps = [{'id': name, 'rotate': rotating(folder / name, 'rename'), 'user': f'{USER}:{USER}',
              'onFailure': 'continue'} for name in ('ours', 'roots')]
    code, _, err = pid1.run_with({'steps': steps}, 'true', options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.holds(err, 'rotated 1 files, 200 bytes')
    tap.holds(err, f"cannot change the owner of '{folder}/roots': Operation not permitted")
    tap.equal(sorted(os.listdir(folder)), ['ours', 'ours.1', 'roots'])
    tap.equal((folder / 'roots').stat().st_size, 200)


tap.main()
