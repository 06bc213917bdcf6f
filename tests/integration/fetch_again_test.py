"""A fetch whose file is there already: against a real nginx, which says whether it has another."""
import errno
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web

CONTENT = b'{"rule": 1}\n' * 1000
USER = 1000
ATTRIBUTE = 'user.pintle.fetch'
OLD = 1_600_000_000  # a time of a change that is long ago
HEAD = b'HTTP/1.1 200 OK\r\nDate: now\r\n'
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\n\r\n'


def step(url, path, more=None, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}, **(more or {})}


def run(one, **more):
    return pid1.run_with({'steps': [one]}, 'true', options=['--log-level', 'info'], **more)


def fetched(one, **more):
    """Runs a fetch that has to succeed, and returns what it says."""
    code, _, err = run(one, **more)
    tap.equal(code, 0, err)
    return err.split('done in ')[1].split(': ')[1].strip()


def attribute(path):
    try:
        return os.getxattr(path, ATTRIBUTE).decode()
    except OSError as error:
        tap.check(error.errno in (errno.ENODATA, errno.ENOTSUP), 'there is none', error)
        return None


class Known:
    """A file of nginx's that was fetched, once; `again()` says what the next fetch does, and the
    statuses of its requests."""

    def __init__(self, folder=None, **fetch):
        self.site = web.Site()
        self.put(CONTENT)
        self.path = (folder or pid1.folder()) / 'file'
        self.fetch = {'url': self.site.url('/file', 'plain'), 'path': str(self.path), **fetch}
        self.asked = 0
        tap.equal(self.again(), ('made', ['200']))

    def put(self, content, time=OLD):
        self.site.put('file', content)
        os.utime(self.site.root / 'file', (time, time))

    def again(self, more=None, requests=1, options=None, **fetch):
        said = fetched({'id': 'f', 'fetch': {**self.fetch, **fetch}, **(more or {})},
                       **(options or {}))
        self.asked += requests
        statuses = self.site.statuses(self.asked)
        tap.equal(len(statuses), self.asked)
        return said, statuses[self.asked - requests:]


def needs_attributes():
    path = pid1.folder() / 'file'
    path.touch()
    try:
        os.setxattr(path, ATTRIBUTE, b'')
    except OSError as error:
        tap.skip(f'no extended attributes here: {error}')


@tap.test
def what_the_server_still_has_is_not_downloaded_again():
    needs_attributes()
    known = Known()
    inode = os.stat(known.path).st_ino
    tap.equal(known.again(), ('unchanged', ['304']))
    tap.equal(known.again(mode='0600'), ('changed', ['304']))
    tap.equal((os.stat(known.path).st_mode & 0o7777, os.stat(known.path).st_ino), (0o600, inode))
    tap.equal(os.listdir(known.path.parent), ['file'])
    known.put(b'new', OLD + 1)
    tap.equal(known.again(), ('changed', ['200']))
    tap.equal(known.path.read_bytes(), b'new')
    tap.equal(known.again(), ('unchanged', ['304']))
    # A new time of the same content: it is told the new marks, and stays.
    known.put(b'new', OLD + 2)
    inode = os.stat(known.path).st_ino
    tap.equal(known.again(), ('unchanged', ['200']))
    tap.equal(os.stat(known.path).st_ino, inode)
    tap.equal(known.again(), ('unchanged', ['304']))


@tap.test
def through_redirections_and_tls_it_is_the_last_one_that_is_asked():
    needs_attributes()
    known = Known()
    up = {'url': known.site.url('/up', 'plain'), 'ca': str(known.site.authority.pem)}
    tap.equal(known.again(requests=2, **up), ('unchanged', ['301', '200']))
    tap.equal(known.again(requests=2, **up), ('unchanged', ['301', '304']))


@tap.test
def a_file_that_somebody_changed_is_downloaded_again():
    needs_attributes()
    known = Known()
    before = os.stat(known.path)
    known.path.write_bytes(CONTENT.replace(b'1', b'2'))
    os.utime(known.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    tap.equal(known.again(), ('changed', ['200']))
    tap.equal(known.path.read_bytes(), CONTENT)
    tap.equal(known.again(), ('unchanged', ['304']))
    for damaged in (b'', b'1\n\n\n\n\n', b'1\na\nb\nc\n"e"\r\nX: y\nd', b'x' * 5000):
        try:
            os.setxattr(known.path, ATTRIBUTE, damaged)
        except OSError:
            continue  # too large for this file system
        tap.equal(known.again(), ('unchanged', ['200']))
        tap.equal(known.again(), ('unchanged', ['304']))


@tap.test
def another_url_or_other_headers_are_another_request():
    needs_attributes()
    known = Known(headers={'X-Key': 'a'})
    tap.equal(known.again(), ('unchanged', ['304']))
    tap.equal(known.again(headers={'X-Key': 'b'}), ('unchanged', ['200']))
    tap.equal(known.again(headers={}), ('unchanged', ['200']))
    tap.equal(known.again(username='u', password='s3cret'), ('unchanged', ['200']))
    tap.equal(known.again(username='u', password='s3cret'), ('unchanged', ['304']))
    tap.equal(known.again(username='u', password='other'), ('unchanged', ['200']))
    tap.equal(known.again(headers={}, url=known.fetch['url'] + '?v=2'), ('unchanged', ['200']))
    for shown in ('file', '127.0.0.1', 's3cret', 'other', 'X-Key'):
        tap.check(shown not in attribute(known.path), 'nothing of it is in clear')


@tap.test
def a_file_that_has_to_prove_more_is_proven_without_a_download_or_with_one():
    needs_attributes()
    known = Known()
    tap.equal(known.again(prohibit=['eval']), ('unchanged', ['304']))
    code, _, err = run(step(known.fetch['url'], known.path, prohibit=['rule']))
    tap.equal((code, known.path.read_bytes()), (82, CONTENT), err)
    code, _, err = run(step(known.fetch['url'], known.path, sha256='0' * 64))
    tap.equal((code, known.path.read_bytes()), (82, CONTENT), err)
    code, _, err = run(step(known.fetch['url'], known.path, maxSize='1KiB'))
    tap.equal((code, known.path.read_bytes()), (80, CONTENT), err)
    tap.equal(known.site.statuses(5), ['200', '304', '200', '200', '200'])


@tap.test
def a_file_that_somebody_else_may_write_is_not_taken_at_its_word():
    pid1.needs_root()
    needs_attributes()
    known = Known()
    for mode, owner in (('0666', '0:0'), ('0620', '0:0'), ('0644', f'{USER}:{USER}')):
        tap.equal(known.again(mode=mode, owner=owner)[0], 'changed')
        tap.equal(known.again(mode=mode, owner=owner), ('unchanged', ['200']))
    os.chown(known.path.parent, USER, USER)
    own = {'user': f'{USER}:{USER}'}
    tap.equal(known.again(own), ('unchanged', ['304']))


@tap.test
def where_nothing_can_be_written_an_unchanged_file_is_enough():
    pid1.needs_root()
    needs_attributes()
    folder = pid1.folder()
    mount = subprocess.run(['mount', '--bind', folder, folder], capture_output=True, text=True)
    if mount.returncode != 0:
        tap.skip(f'cannot mount: {mount.stderr.strip()}')
    tap.cleanup(lambda: subprocess.run(['umount', '-l', folder], check=False))
    known = Known(folder)
    subprocess.run(['mount', '-o', 'remount,bind,ro', folder], check=True)
    tap.equal(known.again(), ('unchanged', ['304']))


@tap.test
def without_extended_attributes_everything_is_as_without_a_record():
    pid1.needs_root()
    folder = pid1.folder()
    mount = subprocess.run(['mount', '-t', 'ramfs', 'ramfs', folder], capture_output=True, text=True)
    if mount.returncode != 0:
        tap.skip(f'cannot mount: {mount.stderr.strip()}')
    tap.cleanup(lambda: subprocess.run(['umount', '-l', folder], check=False))
    os.chmod(folder, 0o755)
    known = Known(folder)
    tap.equal(attribute(known.path), None)
    tap.equal(known.again(), ('unchanged', ['200']))
    known.put(b'new', OLD + 1)
    tap.equal(known.again(), ('changed', ['200']))
    tap.equal(known.path.read_bytes(), b'new')


@tap.test
def an_answer_that_nobody_asked_for_is_an_error():
    folder = pid1.folder()
    server = web.Hostile(lambda connection: connection.sendall(NOT_MODIFIED))
    for path in (folder / 'file', folder / 'other'):
        if path.name == 'other':
            path.write_bytes(CONTENT)
        code, _, err = run(step(server.url, path))
        tap.equal(code, 80, err)
        tap.holds(pid1.chosen_line(err, 80), 'status 304 Not Modified')
    tap.equal(os.listdir(folder), ['other'])


@tap.test
def a_server_is_asked_by_the_marks_that_it_gave():
    needs_attributes()
    answers = []
    server = web.Hostile(lambda connection: connection.sendall(answers.pop(0)))
    end = b'Content-Length: 1\r\n\r\nx'
    for marks, asked in ((b'ETag: W/"1"\r\n', 'If-None-Match: W/"1"\r\n'),
                         (b'Last-Modified: then\r\n', 'If-Modified-Since: then\r\n'),
                         (b'Last-Modified: now\r\n', None), (b'ETag: none\r\n', None),
                         (b'', None)):
        path = pid1.folder() / 'file'
        answers[:] = [HEAD + marks + end, NOT_MODIFIED if asked else HEAD + end]
        server.requests.clear()
        tap.equal((fetched(step(server.url, path)), fetched(step(server.url, path))),
                  ('made', 'unchanged'))
        conditions = [line for line in server.requests[1].splitlines(True)
                      if line.startswith('If-')]
        tap.equal(''.join(conditions).replace('\r', ''), (asked or '').replace('\r', ''))
        tap.check('If-' not in server.requests[0], 'the first is no question')


tap.main()
