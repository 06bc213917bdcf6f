"""The built-in actions as steps: done once, on a read-only root, on a full disk, and against somebody
who swaps paths meanwhile."""
import os
import pathlib
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import certificate
import pid1
import tap

NOBODY = 65534

USER = 1000


def step(name, **action):
    return {'id': name, **action}


def lines(err):
    """What each step says that it did, by id: 'step a: done in 1ms: made' -> {'a': 'made'}."""
    found = [line.removeprefix('pintle: step ').split(': ', 2) for line in err.splitlines()
             if line.startswith('pintle: step ')]
    return {words[0]: words[2] if len(words) > 2 else '' for words in found}


def run(*steps, **more):
    return pid1.run_with({'steps': list(steps)}, 'true', options=['--log-level', 'info'], **more)


def all_of(folder):
    """A use of every built-in that changes files."""
    return [
        step('directory', directory={'path': f'{folder}/dir', 'mode': '0750'}),
        step('content', file={'path': f'{folder}/dir/content', 'content': 'a $$b ${NAME:-c}\n'}),
        step('copy', file={'path': f'{folder}/dir/copy', 'copy': f'{folder}/source'}),
        step('template', file={'path': f'{folder}/dir/template', 'template': f'{folder}/source'},
             environment={'NAME': 'x$$NAME'}),
        step('tree', copy={'source': f'{folder}/tree', 'destination': f'{folder}/dir/tree'}),
        step('line', line={'path': f'{folder}/dir/lines', 'match': '^a', 'text': 'a=${NAME:-c}'}),
        step('link', link={'path': f'{folder}/dir/link', 'target': 'copy'}),
        step('remove', remove={'path': f'{folder}/old', 'recursive': True}),
        step('permissions', permissions={'path': f'{folder}/dir', 'mode': '0640',
                                         'recursive': True}, precedents=['link']),
        step('certificates', certificates={'source': f'{folder}/ca.pem',
                                           'bundle': f'{folder}/bundle'}),
        step('prune', prune={'path': f'{folder}/cache', 'keepLast': 1}),
        step('rotate', rotate={'path': f'{folder}/*.log', 'largerThan': '5B'}),
    ]


def prepare(folder):
    (folder / 'source').write_text('hello ${NAME}\n')
    (folder / 'ca.pem').write_text(certificate.PEM)
    (folder / 'app.log').write_text('a line\n')
    (folder / 'tree/deep').mkdir(parents=True)
    (folder / 'tree/deep/file').write_text('x')
    (folder / 'tree/link').symlink_to('deep/file')
    (folder / 'old').mkdir()
    (folder / 'old/file').write_text('')
    (folder / 'cache').mkdir()
    for name in ('a', 'b'):
        (folder / 'cache' / name).write_text(name)


def without_modes(steps):
    """Two steps that want other modes of the same files would never both be content."""
    return [one for one in steps if one['id'] != 'permissions']


def mounted(folder, *words):
    pid1.needs_root()
    done = subprocess.run(['mount', *words, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        tap.skip(f'cannot mount: {done.stderr.strip()}')
    tap.cleanup(lambda: subprocess.run(['umount', '-l', str(folder)], check=False))


@tap.test
def each_built_in_does_its_work_once_and_then_says_unchanged():
    folder = pid1.folder()
    prepare(folder)
    steps = without_modes(all_of(folder))
    code, _, err = run(*steps)
    tap.equal(code, 0, err)
    tap.equal((folder / 'dir/content').read_text(), 'a $b c\n')
    tap.equal((folder / 'dir/template').read_text(), 'hello x$NAME\n')
    tap.equal(os.readlink(folder / 'dir/link'), 'copy')
    tap.equal((folder / 'dir/tree/link').read_text(), 'x')
    tap.equal((folder / 'bundle').read_text(), certificate.PEM)
    tap.equal(len(os.listdir(folder / 'cache')), 1)
    tap.equal([(folder / name).read_text() for name in ('app.log', 'app.log.1')], ['', 'a line\n'])
    tap.check(not (folder / 'old').exists())
    code, _, err = run(*steps)
    tap.equal(code, 0, err)
    tap.equal(lines(err), {one['id']: 'unchanged' for one in steps})


@tap.test
def with_nothing_to_do_each_succeeds_on_a_read_only_root():
    folder = pid1.folder()
    prepare(folder)
    steps = without_modes(all_of(folder))
    steps.append(step('modes', permissions={'path': f'{folder}/dir/copy', 'mode': '0644'}))
    tap.equal(run(*steps)[0], 0)
    mounted(folder, '--bind', str(folder))
    subprocess.run(['mount', '-o', 'remount,bind,ro', str(folder)], check=True)
    code, _, err = run(*steps)
    tap.equal(code, 0, err)
    tap.equal(set(lines(err).values()), {'unchanged'})
    code, _, err = run(step('f', file={'path': f'{folder}/dir/copy', 'content': 'other'}))
    tap.equal(code, 80)
    tap.holds(err, f"cannot write '{folder}/dir/copy': Read-only file system")


@tap.test
def a_file_that_is_mounted_by_itself_is_not_replaced_and_the_line_says_why():
    folder = pid1.folder()
    for name in ('file', 'volume'):
        (folder / name).write_text(name)
    mounted(folder / 'file', '--bind', str(folder / 'volume'))
    code, _, err = run(step('f', file={'path': f'{folder}/file', 'content': 'new'}))
    tap.equal((code, (folder / 'volume').read_text()), (80, 'volume'))
    tap.holds(err, f"'{folder}/file': it is mounted by itself and cannot be replaced; mount its "
                   'directory instead')
    tap.equal(sorted(os.listdir(folder)), ['file', 'volume'])


@tap.test
def a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it():
    folder = pid1.folder()
    mounted(folder, '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs')
    (folder / 'file').write_text('old')
    source = pid1.folder() / 'large'
    source.write_bytes(b'x' * 200000)
    certificates = pid1.folder() / 'cas.pem'
    certificates.write_text(certificate.of_size(200000))
    for one in (step('copy', file={'path': f'{folder}/file', 'copy': str(source)}),
                step('text', file={'path': f'{folder}/file', 'content': 'x' * 200000}),
                step('tree', copy={'source': str(source), 'destination': f'{folder}/file'}),
                step('line', line={'path': f'{folder}/file', 'text': 'x' * 200000}),
                step('cas', certificates={'source': str(certificates),
                                          'bundle': f'{folder}/file'})):
        code, _, err = run(one)
        tap.equal(code, 80, err)
        tap.holds(err, f"cannot write '{folder}/file': No space left on device")
        tap.equal((folder / 'file').read_text(), 'old')
        tap.equal(os.listdir(folder), ['file'])


@tap.test
def a_tree_is_changed_and_removed_without_what_is_mounted_in_it():
    folder = pid1.folder()
    (folder / 'tree/mounted').mkdir(parents=True)
    other = pid1.folder()
    (other / 'keep').write_text('x')
    mounted(folder / 'tree/mounted', '--bind', str(other))
    code, _, err = run(step('p', permissions={'path': f'{folder}/tree', 'owner': f'{USER}:{USER}',
                                              'recursive': True}))
    tap.equal(code, 0, err)
    tap.equal([os.stat(folder / 'tree').st_uid, os.stat(other / 'keep').st_uid], [USER, 0])
    code, _, err = run(step('r', remove={'path': f'{folder}/tree', 'recursive': True}))
    tap.equal(code, 80, err)
    tap.equal((other / 'keep').read_text(), 'x')


@tap.test
def wait_ends_when_its_service_comes_and_its_timeout_ends_it():
    folder = pid1.folder()
    server = socket.socket()
    tap.cleanup(server.close)
    server.bind(('127.0.0.1', 0))
    port = server.getsockname()[1]
    one = pid1.start_with({'steps': [step('w', wait={'tcp': f'localhost:{port}',
                                                     'interval': '10ms'}, timeout='20s')]}, 'true')
    one.wait_for_mask()
    server.listen(1)
    tap.equal(one.end(), 0)
    for target, why in (
            ({'file': f'{folder}/never'}, f"file {folder}/never: cannot find '{folder}/never': No such"),
            ({'tcp': '127.0.0.1:1'}, "tcp 127.0.0.1:1: cannot connect to '127.0.0.1:1': Connection"),
            ({'http': f'http://localhost:{port}/?key=$KEY'}, f'http http://localhost:{port}/')):
        one = step('w', wait=target, timeout='300ms', environment={'KEY': 's3cret'})
        code, _, err = run(one)
        tap.equal(code, 80)
        tap.holds(pid1.chosen_line(err, 80), f'step w failed: timed out waiting for {why}')
        tap.check('s3cret' not in err, 'no secret', err)


@tap.test
def wait_asks_for_a_status():
    server = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(server.close)
    answers = [b'503 Busy', b'200 OK', b'204 No Content']

    def serve():
        for answer in answers:
            peer = server.accept()[0]
            peer.recv(4096)
            peer.sendall(b'HTTP/1.1 ' + answer + b'\r\n\r\n')
            peer.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f'http://localhost:{server.getsockname()[1]}/'
    code, _, err = run(step('w', wait={'http': url, 'status': 204, 'interval': '10ms'}))
    tap.equal(code, 0, err)
    tap.equal(lines(err), {'w': 'there after 3 attempts'})


HOSTILE = '''
import os, sys
os.setgroups([]); os.setgid(1000); os.setuid(1000)
home, outside = sys.argv[1:]
os.chdir(home)
print('ready', flush=True)
for turn in range(400000):
    try:
        os.rename('d', 'real')
        os.symlink(outside, 'd')
        os.unlink('d')
        os.rename('real', 'd')
    except OSError:
        os.path.isdir('d') or os.path.isdir('real') and os.rename('real', 'd') or os.mkdir('d')
'''


def snapshot(folder):
    found = {}
    for path in [folder, *sorted(folder.rglob('*'))]:
        info = os.lstat(path)
        found[str(path)] = (info.st_uid, info.st_gid, info.st_mode,
                            path.read_text() if path.is_file() else '')
    return found


@tap.test
def somebody_who_swaps_a_folder_for_a_link_changes_nothing_outside_of_it():
    pid1.needs_root()
    folder = pid1.folder()
    home, outside = folder / 'home', folder / 'outside'
    (home / 'd/tree').mkdir(parents=True)
    (outside / 'tree').mkdir(parents=True)
    for name in ('file', 'victim', 'tree/deep'):
        (outside / name).write_text('precious')
        (home / 'd' / name).write_text('his')
    (folder / 'ours/d/tree').mkdir(parents=True)
    for name in ('d/file', 'd/victim', 'd/tree/deep', 'deep'):
        (folder / 'ours' / name).write_text('ours')
    for path in [home, *home.rglob('*')]:
        os.chown(path, USER, USER)
    before = snapshot(outside)
    owner = f'{USER}:{USER}'
    actions = [
        {'permissions': {'path': f'{home}', 'owner': owner, 'mode': '0666',
                         'directoryMode': '0777', 'recursive': True}},
        {'permissions': {'path': f'{home}/d', 'owner': owner, 'directoryMode': '0777'}},
        {'permissions': {'path': f'{home}/d/file', 'owner': owner, 'mode': '0666'}},
        {'directory': {'path': f'{home}/d/tree', 'owner': owner, 'mode': '0777'}},
        {'directory': {'path': f'{home}/d/new/er', 'owner': owner}},
        {'file': {'path': f'{home}/d/file', 'content': 'ours', 'owner': owner}},
        {'line': {'path': f'{home}/d/file', 'text': 'ours', 'mode': '0666'}},
        {'copy': {'source': f'{folder}/ours', 'destination': f'{home}/d/tree'}},
        {'copy': {'source': f'{folder}/ours', 'destination': f'{home}', 'owner': owner,
                  'mode': '0666', 'directoryMode': '0777'}},
        {'copy': {'source': f'{home}/d', 'destination': f'{folder}/theirs'}},
        {'link': {'path': f'{home}/d/link', 'target': 'x'}},
        {'remove': {'path': f'{home}/d/victim'}},
        {'remove': {'path': f'{home}/d/tree', 'recursive': True}},
        {'prune': {'path': f'{home}', 'maxTotalSize': '0B', 'recursive': True,
                   'removeEmpty': True}},
    ]
    steps = [step(f's{number}', **actions[number % len(actions)], onFailure='continue')
             for number in range(200)]
    hostile = subprocess.Popen([sys.executable, '-c', HOSTILE, str(home), str(outside)],
                               stdout=subprocess.PIPE)
    tap.cleanup(lambda: (hostile.kill(), hostile.wait(), hostile.stdout.close()))
    hostile.stdout.readline()
    code, _, err = pid1.run_with({'steps': steps}, 'true')
    tap.equal(code, 0, err)
    tap.check(hostile.poll() is None, 'he was at it all the time')
    tap.check('continued (onFailure: continue)' in err, 'he was met', err)
    tap.equal(snapshot(outside), before)
    tap.check(not any('precious' in text for *_, text in snapshot(folder / 'theirs').values()))


@tap.test
def a_fallback_follows_no_link_that_another_user_planted():
    pid1.needs_root()
    folder = pid1.folder()
    hidden = folder / 'hidden'
    hidden.write_text('root only')
    hidden.chmod(0o600)
    theirs = folder / 'theirs'
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    (theirs / 'cache').symlink_to(hidden)
    os.lchown(theirs / 'cache', NOBODY, NOBODY)
    step = {'id': 'a', 'command': 'false', 'user': 'root', 'onFailure': {
        'action': 'fallback', 'source': f'{theirs}/cache', 'destination': f'{theirs}/copy'}}
    code, _, err = pid1.run_with({'steps': [step]}, 'true')
    tap.equal((code, os.listdir(theirs)), (80, ['cache']), err)


tap.main()
