"""The action fetch where a server is interrupted: a download that is cut is resumed, and a server that
asks for time gets it."""
import email.utils
import hashlib
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web

CONTENT = bytes(range(256)) * 400
OTHER = CONTENT[::-1]
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ETAG = b'ETag: "1"\r\n'
TIMES = b'Last-Modified: then\r\nDate: now\r\n'


def step(url, path, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}}


def run(one, **more):
    return pid1.run_with({'steps': [one]}, 'true', options=['--log-level', 'info'], **more)


class Cutting:
    """A server that cuts its connections after `sizes` bytes of content, one after the other, and then
    no more. It knows ranges, unless `whole`, and another content of it begins with connection number
    `changes`."""

    def __init__(self, sizes, more=ETAG, whole=False, changes=None, certificate=None, coded=False):
        self.sizes, self.more, self.whole, self.changes = list(sizes), more, whole, changes
        self.coded = coded
        self.server = web.Hostile(self._answer, certificate)
        self.url = self.server.url

    def _answer(self, connection):
        request = self.server.requests[-1]
        is_other = self.changes is not None and len(self.server.requests) > self.changes
        content = OTHER if is_other else CONTENT
        more = self.more.replace(b'"1"', b'"2"') if is_other else self.more
        wanted = re.search(r'\r\nRange: bytes=(\d+)-\r\n', request)
        version = re.search(r'\r\nIf-Range: (.*)\r\n', request)
        is_same = not version or b': ' + version[1].encode() + b'\r\n' in more
        head, start = b'200 OK', 0
        if wanted and is_same and not self.whole:
            head, start = b'206 Partial Content', int(wanted[1])
            more += b'Content-Range: bytes %d-%d/%d\r\n' % (start, len(content) - 1, len(content))
        size = self.sizes.pop(0) if self.sizes else len(content)
        rest = content[start:]
        if self.coded:
            more += b'Transfer-Encoding: chunked\r\n'
            rest = b'%x\r\n%s\r\n0\r\n\r\n' % (len(rest), rest)
        else:
            more += b'Content-Length: %d\r\n' % len(rest)
        connection.sendall(b'HTTP/1.1 ' + head + b'\r\n' + more + b'\r\n' + rest[:size])

    def ranges(self):
        """What was asked for: (first byte, version) of each request."""
        return [(re.search(r'Range: bytes=(\d+)-', one) or ('', '0'))[1] for one in
                self.server.requests]

    def versions(self):
        return [(re.search(r'If-Range: (.*)\r\n', one) or ('', None))[1] for one in
                self.server.requests]


def received(server, **fetch):
    path = pid1.folder() / 'file'
    code, _, err = run(step(server.url, path, **fetch))
    tap.equal((code, os.listdir(path.parent)), (0, ['file']), err)
    return path.read_bytes()


def failure(server, **fetch):
    folder = pid1.folder()
    code, _, err = run(step(server.url, folder / 'file', **fetch))
    tap.equal((code, os.listdir(folder)), (80, []), err)
    return pid1.chosen_line(err, 80)


@tap.test
def a_download_that_is_cut_is_resumed_where_it_was_cut():
    server = Cutting([1000, 50000])
    tap.check(received(server) == CONTENT, 'the content is right')
    tap.equal(server.ranges(), ['0', '1000', '51000'])
    tap.equal(server.versions(), [None, '"1"', '"1"'])
    by_time = Cutting([1000], TIMES)
    tap.check(received(by_time) == CONTENT, 'the content is right')
    tap.equal(by_time.versions(), [None, 'then'])
    chunked = Cutting([1000], coded=True)
    tap.check(received(chunked) == CONTENT, 'the content is right')
    tap.equal(len(chunked.ranges()), 2)


@tap.test
def it_is_resumed_by_tls_too():
    authority = web.Authority(pid1.folder())
    server = Cutting([70000], certificate=authority.issue('server'))
    tap.check(received(server, ca=str(authority.pem)) == CONTENT, 'the content is right')
    tap.equal(server.ranges(), ['0', '70000'])


@tap.test
def where_there_is_another_version_meanwhile_it_begins_anew():
    server = Cutting([1000], changes=1)
    tap.check(received(server) == OTHER, 'nothing of the old version is in it')
    tap.equal(server.ranges(), ['0', '1000'])
    unable = Cutting([1000], whole=True)
    tap.check(received(unable) == CONTENT, 'the content is right')


@tap.test
def without_a_version_only_a_digest_makes_it_safe():
    for more in (b'', b'ETag: W/"1"\r\n', b'Last-Modified: now\r\nDate: now\r\n'):
        server = Cutting([1000], more)
        tap.holds(failure(server), f'the connection was cut, {len(CONTENT) - 1000} bytes are missing')
        tap.equal(server.ranges(), ['0'])
        server = Cutting([1000], more)
        tap.check(received(server, sha256=DIGEST) == CONTENT, 'the content is right')
        tap.equal(server.versions(), [None, None])
    mixed = Cutting([1000], b'', changes=1)
    path = pid1.folder() / 'file'
    code, _, err = run(step(mixed.url, path, sha256=DIGEST))
    tap.equal((code, path.exists()), (82, False), err)


@tap.test
def a_server_that_always_cuts_is_given_up():
    server = Cutting([10] * 100)
    tap.holds(failure(server), 'the connection was cut')
    tap.equal(len(server.ranges()), 11)
    stuck = Cutting([1000, 0, 0])
    tap.holds(failure(stuck), 'the connection was cut')
    tap.equal(stuck.ranges(), ['0', '1000'])


@tap.test
def the_limit_holds_over_all_parts():
    parts = []

    def grows(connection):
        parts.append(1)
        head = b'HTTP/1.1 200 OK\r\n' if len(parts) == 1 else \
            b'HTTP/1.1 206 P\r\nContent-Range: bytes %d-9999999/*\r\n' % (1000 * (len(parts) - 1))
        connection.sendall(head + ETAG + b'Transfer-Encoding: chunked\r\n\r\n3e8\r\n' + b'x' * 1000)

    tap.holds(failure(web.Hostile(grows), maxSize='2KiB'), 'it is larger than 2048 bytes')
    tap.equal(len(parts), 3)


@tap.test
def another_part_than_the_missing_one_is_refused():
    for given in (b'bytes 999-9999/10000', b'bytes 1000-5000/10000', b'bytes 1000-999/10000',
                  b'bytes */10000', b'1000-9999/10000', b''):
        answers = [b'HTTP/1.1 200 OK\r\n' + ETAG + b'Content-Length: 10000\r\n\r\n' + b'x' * 1000,
                   b'HTTP/1.1 206 P\r\nContent-Range: ' + given + b'\r\n\r\nyyy']
        server = web.Hostile(lambda connection: connection.sendall(answers.pop(0)))
        tap.holds(failure(server), 'the server sent another part of the content than the missing one')


def busy(*heads):
    """A server that answers with these heads, one after the other, and then with the content."""
    left = list(heads)
    times = []

    def answer(connection):
        times.append(time.monotonic())
        if left:
            connection.sendall(b'HTTP/1.1 ' + left.pop(0) + b'Content-Length: 0\r\n\r\n')
        else:
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncontent')
    server = web.Hostile(answer)
    server.times = times
    return server


@tap.test
def a_server_that_asks_for_time_is_asked_again_when_it_is_over():
    for status in (b'503 Busy\r\n', b'429 Too Many\r\n'):
        server = busy(status + b'Retry-After: 1\r\n')
        tap.equal(received(server), b'content')
        waited = server.times[1] - server.times[0]
        tap.check(waited >= 1, 'it has waited', waited)
    date = email.utils.formatdate(time.time() + 2, usegmt=True).encode()
    server = busy(b'503 Busy\r\nRetry-After: ' + date + b'\r\n')
    tap.equal(received(server), b'content')
    tap.equal(len(server.times), 2)


@tap.test
def a_wait_that_is_too_long_or_another_status_is_an_error_at_once():
    line = failure(busy(b'503 Busy\r\nRetry-After: 61\r\n'))
    tap.holds(line, 'HTTP status 503 Busy, and it asks to wait 1m1s ("retryAfter")')
    tap.holds(failure(busy(b'503 Busy\r\nRetry-After: 1\r\n'), retryAfter='0s'), 'it asks to wait 1s')
    for head in (b'503 Busy\r\n', b'503 Busy\r\nRetry-After: soon\r\n',
                 b'500 Broken\r\nRetry-After: 1\r\n'):
        server = busy(head)
        tap.holds(failure(server), 'HTTP status 50')
        tap.equal(len(server.times), 1)


tap.main()
