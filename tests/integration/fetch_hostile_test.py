"""The action fetch against servers that misbehave, against a full disk, and when it is interrupted;
and what stands in for it then."""
import hashlib
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web

CONTENT = b'{"rule": 1}\n' * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
HEAD = b'HTTP/1.1 200 OK\r\n'


def step(url, path, more=None, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}, **(more or {})}


def run(*steps, **more):
    options = ['--log-level', 'info']
    return pid1.run_with({'steps': list(steps)}, 'true', options=options, **more)


def sends(*pieces):
    """An answer that is sent and followed by the end of the connection."""
    def answer(connection):
        for piece in pieces:
            connection.sendall(piece)
    return answer


def failure(answer, certificate=None, **fetch):
    """The line of a fetch from a server with that answer; nothing may be left of it."""
    server = web.Hostile(answer, certificate)
    folder = pid1.folder()
    code, _, err = run(step(server.url, folder / 'file', **fetch))
    tap.equal((code, os.listdir(folder)), (80, []), err)
    return pid1.chosen_line(err, 80)


@tap.test
def a_connection_that_is_cut_is_an_error_and_nothing_is_placed():
    tap.holds(failure(sends(HEAD + b'Content-Length: 1000\r\n\r\n', b'x' * 400)),
              'the connection was cut, 600 bytes are missing')
    tap.holds(failure(sends(HEAD + b'Transfer-Encoding: chunked\r\n\r\n', b'5\r\nhello\r\n')),
              'the connection was cut before its last chunk')
    tap.holds(failure(sends(HEAD)), 'the connection was cut within its head')
    tap.holds(failure(sends()), 'the connection was cut within its head')


@tap.test
def by_tls_an_end_without_a_length_has_to_be_the_servers_own():
    authority = web.Authority(pid1.folder())
    certificate = authority.issue('server')
    whole = HEAD + b'\r\n' + CONTENT

    def in_order(connection):
        connection.sendall(whole)
        connection.unwrap()

    path = pid1.folder() / 'file'
    server = web.Hostile(in_order, certificate)
    code, _, err = run(step(server.url, path, ca=str(authority.pem)))
    tap.equal((code, path.read_bytes()), (0, CONTENT), err)
    # The same bytes, without the notice that there are no more.
    tap.holds(failure(sends(whole), certificate, ca=str(authority.pem)), 'the connection was cut')


@tap.test
def chunks_are_joined():
    chunks = b''.join(b'%x\r\n%s\r\n' % (len(piece), piece)
                      for piece in (CONTENT[:1], CONTENT[1:5000], CONTENT[5000:]))
    server = web.Hostile(sends(HEAD + b'Transfer-Encoding: chunked\r\n\r\n', chunks[:700],
                               chunks[700:] + b'0\r\n\r\n'))
    path = pid1.folder() / 'file'
    code, _, err = run(step(server.url, path, sha256=DIGEST))
    tap.equal((code, path.read_bytes()), (0, CONTENT), err)
    tap.holds(server.requests[0], 'GET /file HTTP/1.1\r\n')


@tap.test
def a_stream_that_never_ends_is_ended_at_the_limit():
    def endless(connection):
        while True:
            connection.sendall(b'x' * 65536)

    def endless_content(connection):
        connection.sendall(HEAD + b'\r\n')
        endless(connection)

    tap.holds(failure(endless_content, maxSize='1MiB'), 'it is larger than 1048576 bytes')
    def endless_head(connection):
        connection.sendall(HEAD + b'X-More: ')
        endless(connection)

    tap.holds(failure(endless_head), 'its head is too long')

    def endless_trailers(connection):
        connection.sendall(HEAD + b'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n')
        while True:
            connection.sendall(b'T: x\r\n' * 1000)

    tap.holds(failure(endless_trailers), 'its chunk extensions and trailers are too long')
    tap.holds(failure(endless), 'it is not HTTP/1')


@tap.test
def an_answer_that_is_not_http_is_refused():
    for answer, words in (
            (b'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'it is not HTTP/1'),
            (HEAD + b'Content-Length: x\r\n\r\n', 'its Content-Length is not a number'),
            (HEAD + b'Content-Encoding: gzip\r\n\r\nx', 'it is compressed'),
            (HEAD + b'Content-Length : 9\r\n\r\nx', 'a line in its head is not a header'),
            (b'HTTP/1.1 301 Moved\r\n\r\n', 'HTTP status 301 Moved'),
            (b'HTTP/1.1 204 No Content\r\n\r\n', 'status 204 No Content'),
            (b'HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\nx', 'status 206'),
            (b'HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\n\r\n', 'write https://HOST/PATH'),
            (b'HTTP/1.1 500 \x1b[31m\r\n\r\n', 'status 500 \\x1b[31m')):
        tap.holds(failure(sends(answer)), words)


@tap.test
def a_server_that_speaks_no_tls_is_refused():
    authority = web.Authority(pid1.folder())
    folder = pid1.folder()
    server = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(server.close)

    def answer_in_plain():
        connection = server.accept()[0]
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
        connection.close()

    threading.Thread(target=answer_in_plain, daemon=True).start()
    url = f'https://127.0.0.1:{server.getsockname()[1]}/'
    code, _, err = run(step(url, folder / 'file', ca=str(authority.pem)))
    tap.equal((code, os.listdir(folder)), (80, []), err)
    tap.holds(pid1.chosen_line(err, 80), 'cannot begin TLS: wrong version number')


def stalled(certificate=None):
    """A server that sends a part and then waits for the end of the test."""
    over = threading.Event()
    tap.cleanup(over.set)

    def answer(connection):
        connection.sendall(HEAD + b'Content-Length: 100000\r\n\r\n' + b'x' * 70000)
        over.wait(60)
    return web.Hostile(answer, certificate)


@tap.test
def a_stop_signal_during_a_fetch_ends_the_start_at_once():
    server = stalled()
    folder = pid1.folder()
    one = pid1.start_with({'steps': [step(server.url, folder / 'file')]}, 'true')
    tap.check(server.asked.wait(30), 'it has asked')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)
    tap.equal(os.listdir(folder), [])


@tap.test
def a_stalled_server_is_ended_by_the_timeout_and_sigkill_leaves_nothing_either():
    server = stalled()
    folder = pid1.folder()
    code, _, err = run(step(server.url, folder / 'file', {'timeout': '300ms'}))
    tap.equal((code, os.listdir(folder)), (80, []), err)
    tap.holds(pid1.chosen_line(err, 80), 'timed out')
    server.asked.clear()
    one = pid1.start_with({'steps': [step(server.url, folder / 'file')]}, 'true')
    tap.check(server.asked.wait(30), 'it has asked')
    os.kill(fetching(one), signal.SIGKILL)
    tap.equal((one.end(), os.listdir(folder)), (80, []))
    tap.holds(pid1.chosen_line(one.err.rest(), 80), 'killed by SIGKILL')


def fetching(one):
    """The pid of pintle-fetch, below the hook's child of a PID 1."""
    def found():
        return [pid for child in pid1.children(one.pid) for pid in pid1.children(child)
                if pid1.exe(pid) == pid1.PINTLE + '-fetch']
    return tap.until(found, 'pintle-fetch runs')[0]


@tap.test
def what_it_is_told_stands_neither_in_its_arguments_nor_in_its_environment():
    server = stalled()
    token = 'unguessable-token'
    folder = pid1.folder()
    (folder / 'token').write_text(token)
    document = {'environment': {'KEY': {'file': f'{folder}/token'}}, 'steps': [
        step(server.url, folder / 'file', headers={'X-Token': '$KEY'})]}
    one = pid1.start_with(document, 'true')
    tap.check(server.asked.wait(30), 'it has asked')
    pid = fetching(one)
    tap.holds(server.requests[0], f'X-Token: {token}\r\n')
    arguments = pathlib.Path(f'/proc/{pid}/cmdline').read_bytes().split(b'\0')
    tap.equal(arguments, [pid1.PINTLE.encode() + b'-fetch', b''])
    for name in ('cmdline', 'environ'):
        tap.check(token.encode() not in pathlib.Path(f'/proc/{pid}/{name}').read_bytes(), name)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it():
    pid1.needs_root()
    folder = pid1.folder()
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder],
                          capture_output=True, text=True)
    if done.returncode != 0:
        tap.skip(f'cannot mount: {done.stderr.strip()}')
    tap.cleanup(lambda: subprocess.run(['umount', '-l', folder], check=False))
    (folder / 'file').write_text('old')
    server = web.Hostile(sends(HEAD + b'Content-Length: 200000\r\n\r\n', b'x' * 200000))
    code, _, err = run(step(server.url, folder / 'file'))
    tap.equal(code, 80, err)
    tap.holds(pid1.chosen_line(err, 80),
              f"cannot write '{folder}/file': No space left on device")
    tap.equal((os.listdir(folder), (folder / 'file').read_text()), (['file'], 'old'))


@tap.test
def after_its_retries_a_fallback_takes_its_place_and_has_to_prove_the_same():
    folder = pid1.folder()
    cache = pid1.folder() / 'cached'
    url = f'http://127.0.0.1:{web.free_ports(1)[0]}/'
    more = {'retries': 2, 'backoff': {'type': 'constant', 'initial': '10ms'},
            'onFailure': {'action': 'fallback', 'source': str(cache)}}
    for content in (b'', b'damaged'):
        cache.write_bytes(content)
        code, _, err = run(step(url, folder / 'file', more, sha256=DIGEST))
        tap.equal((code, os.listdir(folder)), (80, []), err)
    cache.write_bytes(CONTENT)
    for proof in ({'sha256': DIGEST}, {'prohibit': ['eval']}, {}):
        code, _, err = run(step(url, folder / 'file', more, mode='0600', **proof))
        tap.equal(code, 0, err)
        tap.equal(err.count('next attempt in 10ms'), 2, err)
        tap.holds(err, 'Connection refused')
        tap.holds(err, 'step f: done by its fallback')
        tap.equal((folder / 'file').read_bytes(), CONTENT)
        tap.equal(os.stat(folder / 'file').st_mode & 0o7777, 0o600)
        (folder / 'file').unlink()
    code, _, err = run(step(url, folder / 'file', more, prohibit=['rule']))
    tap.equal((code, os.listdir(folder)), (80, []), err)


@tap.test
def a_file_that_cannot_be_copied_falls_back_to_its_own_place():
    folder = pid1.folder()
    (folder / 'cached').write_text('older')
    one = {'id': 'copy', 'file': {'path': f'{folder}/file', 'copy': f'{folder}/missing'},
           'onFailure': {'action': 'fallback', 'source': f'{folder}/cached'}}
    code, _, err = run(one)
    tap.equal((code, (folder / 'file').read_text()), (0, 'older'), err)
    (folder / 'file').unlink()
    one = {'id': 'made', 'command': 'false', 'output': {'file': f'{folder}/file'},
           'onFailure': {'action': 'fallback', 'source': f'{folder}/cached'}}
    code, _, err = run(one)
    tap.equal((code, (folder / 'file').read_text()), (0, 'older'), err)


@tap.test
def a_process_of_the_same_user_never_sees_what_a_fetch_is_told():
    token = secrets.token_hex(16)
    installed = pid1.folder()
    subprocess.run([pid1.PINTLE, 'install', installed], check=True, capture_output=True)
    # Only a program that cannot be read keeps its memory to itself from its first instruction on.
    for program, more in ((pid1.PINTLE, []), (str(installed / 'pintle'), ['mem'])):
        server, folder = web.Hostile(lambda connection: None), pid1.folder()
        os.chown(folder, 4711, 4712)
        (folder / 'token').write_text(token)
        (folder / 'token').chmod(0o400)
        jobs = [{'id': f'job-{number}', 'schedule': {'every': '10ms'}, 'fetch': {
            'url': f'{server.url}/', 'path': f'{folder}/file',
            'headers': {'Authorization': 'Bearer ${TOKEN}'}}} for number in range(2)]
        document = {'user': '4711:4712', 'maintenance': jobs,
                    'environment': {'TOKEN': {'file': f'{folder}/token'}}}
        one = pid1.start_with(document, pid1.ACTOR, 'spy', token[::-1], *more, program=program)
        one.line('ready')
        tap.until(lambda: sum(job['runs'] for job in one.status()['jobs']) >= 40, 'there were runs')
        one.signal(signal.SIGTERM)
        one.line(r'looked \d+')
        tap.equal(one.end(), 0, one.err.text)
        tap.check(re.fullmatch(r'ready\nlooked \d+\n', one.out.rest()), 'nothing was seen',
                  one.out.text)


tap.main()
