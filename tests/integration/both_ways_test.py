"""Rows of the table in docs/entrypoint-scripts.md whose two sides do something to files below /d: both are
run as they stand there, each in a folder of its own, and must leave the same."""
import hashlib
import json
import os
import pathlib
import pwd
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

PAGE = (pid1.ROOT / 'docs/entrypoint-scripts.md').read_text()
TABLE = PAGE.split('| shell | config |\n|---|---|\n')[1].split('\n\n')[0]
SUM = hashlib.sha256(b'content\n').hexdigest()
ENVIRONMENT = {'SUM': SUM, 'PATH': os.environ['PATH']}


def row_of(beginning):
    """(script, hook) of the row whose script begins so."""
    rows = re.findall(r'^\| `(.*?)` \| `(.*?)`', TABLE, re.M)
    found = [(shell.replace('\\|', '|'), hook) for shell, hook in rows if shell.startswith(beginning)]
    tap.equal(len(found), 1, f'rows that begin with {beginning!r}')
    return found[0]


def prepared():
    """A folder with what the rows find there."""
    folder = pid1.folder() / 'd'
    (folder / 'old').mkdir(parents=True)
    for name, text in (('default.conf', 'default\n'), ('old/theirs', ''), ('ready', ''),
                       ('content', 'content\n')):
        (folder / name).write_text(text)
        os.chmod(folder / name, 0o604)
    os.chown(folder / 'old/theirs', 1000, 1000)
    eight_days_ago = time.time() - 8 * 86400 - 60
    os.utime(folder / 'old/theirs', (eight_days_ago, eight_days_ago))
    return folder


def seen(folder):
    """All that is there: type and mode, owner, and content or target."""
    def content(path):
        if path.is_symlink():
            return os.readlink(path)
        return path.read_text().replace(str(folder), '/d') if path.is_file() else ''
    return {str(path.relative_to(folder)): (oct(os.lstat(path).st_mode), os.lstat(path).st_uid,
                                            os.lstat(path).st_gid, content(path))
            for path in [folder, *folder.rglob('*')]}


def both_ways(beginning, changes=True):
    """Runs both sides; the config a second time, too, which must change nothing more."""
    script, hook = row_of(beginning)
    scripts, ours = prepared(), prepared()
    before = seen(scripts)
    done = subprocess.run(['sh', '-euc', re.sub(r'/d\b', str(scripts), script)], text=True,
                          env=ENVIRONMENT, capture_output=True, timeout=pid1.DEADLINE)
    tap.equal(done.returncode, 0, done.stderr)
    document = {'steps': [{'id': 'it', **json.loads('{' + re.sub(r'/d\b', str(ours), hook) + '}')}]}
    code, _, err = pid1.run_with(document, 'true', before=['env', f'SUM={SUM}'])
    tap.equal(code, 0, err)
    tap.equal(seen(ours), seen(scripts), beginning)
    tap.equal(seen(scripts) != before, changes, f'{beginning}: it changes something')


@tap.test
def directories_and_permissions_are_the_same():
    pid1.needs_root()
    for beginning in ('mkdir -p /d/a/b', 'find /d \\! -user', 'find /d -type f -exec chmod'):
        both_ways(beginning)


@tap.test
def an_owner_without_a_group_gives_the_users_own_group_too():
    pid1.needs_root()
    user = pwd.getpwnam('games')
    for owner, group in (('games', user.pw_gid), (str(user.pw_uid), user.pw_gid)):
        folder = prepared()
        code, _, err = pid1.run_with({'steps': [{'id': 'it', 'permissions': {
            'path': str(folder / 'ready'), 'owner': owner}}]}, 'true')
        tap.equal((code, os.stat(folder / 'ready').st_gid), (0, group), err)


@tap.test
def files_and_links_are_the_same():
    pid1.needs_root()
    for beginning in ('ln -sfn /dev/stdout', '[ -f /d/app.conf ]', "printf 'port = %s",
                      'find /d -type f -mtime'):
        both_ways(beginning)


@tap.test
def what_a_command_is_started_with_is_the_same():
    pid1.needs_root()
    for beginning in ('ls /d/old >', '(cd /d;', '(ulimit -n', 'nice -n', '(umask 0077', 'until mkdir'):
        both_ways(beginning)


@tap.test
def waiting_and_proving_change_nothing():
    pid1.needs_root()
    for beginning in ('until [ -e /d/ready', 'timeout 0.1'):
        both_ways(beginning, changes=False)


@tap.test
def a_command_is_tried_until_it_succeeds_and_a_digest_must_be_right():
    folder = prepared()
    hook = json.loads('{' + row_of('until mkdir')[1].replace('/d', f'{folder}/new') + '}')
    one = pid1.start_with({'steps': [{'id': 'it', **hook}]}, 'true')
    one.complaint('pintle: step it: failed after .*next attempt in 1s.*')
    (folder / 'new').mkdir()
    tap.equal(one.end(), 0, one.err.text)
    hook = json.loads('{' + row_of('echo "$SUM')[1].replace('/d/x', f'{folder}/content') + '}')
    document = {'steps': [{'id': 'it', **hook}]}
    for value, code in ((SUM, 0), (SUM.replace(SUM[0], 'f' if SUM[0] != 'f' else '0'), 82)):
        tap.equal(pid1.run_with(document, 'true', before=['env', f'SUM={value}'])[0], code)


@tap.test
def main_is_what_stands_behind_the_name():
    row = 'exec "$@"'
    tap.holds(TABLE, f'`{row}`')
    shell = subprocess.run(['sh', '-c', row, 'sh', 'sh', '-c', 'echo "$1"; exit 7', 'sh', 'a  b'],
                           capture_output=True, text=True)
    code, out, _ = pid1.run('sh', '-c', 'echo "$1"; exit 7', 'sh', 'a  b')
    tap.equal((code, out), (shell.returncode, shell.stdout))


@tap.test
def main_does_not_get_what_is_unset():
    script, part = row_of('unset TOKEN')
    document = json.loads('{' + part + '}')
    command = ['sh', '-c', 'echo "${TOKEN-none}"']
    shell = subprocess.run(['sh', '-c', script, 'sh', *command], capture_output=True, text=True,
                           env={**ENVIRONMENT, 'TOKEN': 'a-token'})
    code, out, err = pid1.run_with(document, *command, before=['env', 'TOKEN=a-token'])
    tap.equal((code, out), (shell.returncode, shell.stdout), err)
    tap.equal(out, 'none\n')


@tap.test
def a_container_without_a_service_stays_until_it_is_stopped():
    part = row_of('exec tail -f')[1]
    one = pid1.start_with('{"steps": [{"id": "it", "log": "there"}], ' + part + '}')
    one.complaint('pintle: step it: .*there')
    one.wait_for_mask()
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)


tap.main()
