"""The probes: as checks of a config, and as `pintle probe`, against a real nginx and servers that
misbehave."""
import os
import pathlib
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web
from pid1 import ACTOR, PINTLE

QUICK = {'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 1}


def probe(*words):
    """What `pintle probe` says: (exit code, what it writes)."""
    done = subprocess.run([PINTLE, 'probe', *map(str, words)], capture_output=True, text=True,
                          timeout=pid1.DEADLINE)
    return done.returncode, (done.stdout + done.stderr).strip()


def verdict(check, **more):
    """What becomes of the check `check`: (exit code of health, its line)."""
    one = pid1.start_with({'health': [{'id': 'it', **QUICK, **check}], **more}, ACTOR, 'listen',
                          '15')
    one.line('ready')
    last = []

    def is_known():
        last[:] = one.health('it')
        return 'unknown' not in last[1]
    tap.until(is_known, 'the check has a verdict')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    return tuple(last)


def unix_server(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    tap.cleanup(server.close)
    return server


@tap.test
def http_asks_a_real_nginx_for_status_headers_and_content():
    site = web.Site()
    site.put('health', b'{"status":"ok"}')
    url = site.url('/health', 'plain')
    missing = site.url('/missing', 'plain')
    bearer = site.url('/bearer', 'plain')
    for words, code, line in (
            ([url], 0, 'HTTP status 200'),
            ([url, '--body', '"status":"ok"'], 0, 'HTTP status 200'),
            ([url, '--body', 'sick'], 1, 'without "sick" in its content'),
            ([url, '--status', '204'], 1, 'HTTP status 200'),
            ([missing], 1, 'HTTP status 404'),
            ([missing, '--status', '404'], 0, 'HTTP status 404'),
            ([site.url('/loop', 'plain')], 0, 'HTTP status 302'),
            ([bearer], 1, 'HTTP status 401'),
            ([bearer, '--header', f'Authorization: {web.TOKEN}', '--body', 'let in'], 0,
             'HTTP status 200'),
            (['--timeout', '5s', url], 0, 'HTTP status 200')):
        got, said = probe('http', *words)
        tap.equal(got, code, f'{words}: {said}')
        tap.holds(said, line)
    check = {'url': bearer, 'headers': {'Authorization': '${TOKEN}'}, 'body': 'let in'}
    tap.equal(verdict({'http': check, 'timeout': '5s'}, environment={'TOKEN': web.TOKEN}),
              (0, 'healthy'))


@tap.test
def http_asks_through_a_unix_socket():
    folder = pid1.folder()
    server = unix_server(folder / 'app.sock')
    url = f'http://unix:{folder}/app.sock:/healthz'
    asking = subprocess.Popen([PINTLE, 'probe', 'http', url, '--timeout', '20s'],
                              stdout=subprocess.PIPE, text=True)
    connection = server.accept()[0]
    request = connection.recv(65536).decode()
    tap.check(request.startswith('GET /healthz HTTP/1.1\r\nHost: localhost\r\n'), 'request', request)
    connection.sendall(b'HTTP/1.1 204 No Content\r\n\r\n')
    tap.equal((asking.communicate()[0], asking.returncode), ('HTTP status 204\n', 0))
    connection.close()
    server.close()
    code, said = probe('http', url)
    tap.equal(code, 1)
    tap.holds(said, 'Connection refused')


@tap.test
def a_probe_sends_each_header_once_and_judges_a_compressed_answer_by_its_status():
    server = web.Hostile(lambda connection: connection.sendall(
        b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx'))
    tap.equal(probe('http', server.url), (0, 'HTTP status 200'))
    code, said = probe('http', server.url, '--body', 'x')
    tap.equal((code, said), (1, 'cannot use the response: it is compressed, though pintle '
                                'did not offer that'))


@tap.test
def tcp_and_unix_see_whether_somebody_listens():
    server = socket.create_server(('127.0.0.1', 0))
    port = server.getsockname()[1]
    tap.equal(probe('tcp', f'127.0.0.1:{port}'), (0, 'connected'))
    tap.equal(probe('tcp', f'localhost:{port}'), (0, 'connected'))
    server.close()
    tap.equal(probe('tcp', f'127.0.0.1:{port}')[0], 1)
    six = socket.create_server(('::1', 0), family=socket.AF_INET6)
    tap.equal(probe('tcp', f'[::1]:{six.getsockname()[1]}'), (0, 'connected'))
    tap.equal(probe('tcp', f'localhost:{six.getsockname()[1]}'), (0, 'connected'))
    six.close()
    folder = pid1.folder()
    unix_server(folder / 'there')
    tap.equal(probe('unix', folder / 'there'), (0, 'connected'))
    tap.equal(probe('unix', folder / 'missing')[0], 1)
    tap.equal(verdict({'unix': f'{folder}/there'}), (0, 'healthy'))


@tap.test
def file_looks_at_the_last_change():
    beat = pid1.folder() / 'beat'
    tap.equal(probe('file', beat)[0], 1)
    beat.touch()
    tap.equal(probe('file', beat), (0, 'there'))
    tap.equal(probe('file', beat, '--newer-than', '1h')[0], 0)
    os.utime(beat, (0, 0))
    tap.equal(probe('file', beat, '--newer-than', '1h')[0], 1)
    tap.equal(verdict({'fileExists': {'path': str(beat), 'newerThan': '1h'}})[0], 1)
    tap.equal(verdict({'fileExists': str(beat)}), (0, 'healthy'))


@tap.test
def process_knows_main_and_pid_files():
    code, said = verdict({'process': 'main'})
    tap.equal((code, said), (0, 'healthy'))
    folder = pid1.folder()
    (folder / 'pid').write_text(f'{os.getpid()}\n')
    tap.equal(probe('process', folder / 'pid'), (0, f'{os.getpid()} is alive'))
    dead = subprocess.Popen(['true'])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    (folder / 'pid').write_text(f'{dead.pid}\n')
    tap.equal(probe('process', folder / 'pid'),
              (1, f'cannot find the process alive: {dead.pid} is dead'))
    dead.wait()
    tap.equal(probe('process', folder / 'pid')[0], 1)
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    done = one.inside(PINTLE, 'probe', 'process', 'main')
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    tap.holds(done.stdout, 'is alive')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


def never(connection):
    connection.recv(1)  # until whoever asked has gone


def endless_head(connection):
    while True:
        connection.sendall(b'X: ' + b'a' * 4000 + b'\r\n')


def begun(answer):
    def talk(connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\n')
        answer(connection)
    return talk


def drip(connection):
    connection.settimeout(0.02)
    while True:
        connection.sendall(b'X')
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            pass


def endless_content(connection):
    connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True:
        connection.sendall(b'a' * 65536)


@tap.test
def servers_that_misbehave_end_at_the_timeout_or_sooner():
    for answer, line in ((never, 'timed out'), (begun(never), 'timed out'),
                         (begun(drip), 'timed out'), (begun(endless_head), 'its head is too long'),
                         (lambda c: c.sendall(b'220 mail ESMTP\r\n'), 'it is not HTTP/1'),
                         (lambda c: c.sendall(b'\xfe\x81' * 2048), 'it is not HTTP/1'),
                         (lambda c: c.close(), 'was cut'),
                         (begun(lambda c: c.close()), 'was cut')):
        url = web.Hostile(answer).url
        code, said = probe('http', url, '--timeout', '300ms')
        tap.equal(code, 1, said)
        tap.check(line in said or 'reset by peer' in said, line, said)
        code, said = verdict({'http': url, 'timeout': '300ms'})
        tap.equal(code, 1, said)
    code, said = probe('http', web.Hostile(endless_content).url, '--body', 'b', '--timeout', '20s')
    tap.equal(code, 1, said)
    tap.holds(said, 'without "b" in its content')


@tap.test
def a_listener_that_never_accepts_is_a_timeout():
    server = socket.create_server(('127.0.0.1', 0), backlog=0)
    address = server.getsockname()
    fill = [socket.socket() for _ in range(8)]
    for one in fill:
        one.setblocking(False)
        one.connect_ex(address)
        tap.cleanup(one.close)
    code, said = probe('tcp', f'127.0.0.1:{address[1]}', '--timeout', '200ms')
    tap.equal((code, said), (1, 'timed out after 200ms'))
    server.close()


@tap.test
def no_probe_process_outlives_its_timeout_or_stays_a_zombie():
    url = web.Hostile(never).url
    one = pid1.start_with({'health': [{'id': 'it', **QUICK, 'http': url, 'timeout': '50ms'}]},
                          ACTOR, 'listen', '15')
    one.line('ready')
    one.complaint(r'pintle: check it: unhealthy.*timed out')
    for _ in range(5):
        one.complaint(r'pintle: check it: timed out after.*')
        tap.check(len(pid1.children(one.pid)) <= 2, 'main and one probe', pid1.children(one.pid))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def a_wrong_use_says_what_is_wrong():
    for words, line in (((), 'usage: pintle probe PROBE TARGET'),
                        (('http',), 'the target is missing'),
                        (('htp', 'x'), 'there is no probe "htp"; there are http, tcp, unix'),
                        (('tcp', '127.0.0.1'), 'the port is missing'),
                        (('tcp', '10.0.0.1:1'), 'a probe is for its own container'),
                        (('tcp', '127.0.0.1:1', 'more'), 'is a second target'),
                        (('http', 'ftp://localhost/'), 'write http://'),
                        (('process', 'nginx'), 'write "main"'),
                        (('file', ''), 'the target is empty'),
                        (('file', '/x', '--newer-than', '1'), 'is not a duration'),
                        (('http', 'http://localhost/', '--status', '0'), 'is not a whole number'),
                        (('http', 'http://localhost/', '--header', 'x'), 'is not a name, a colon'),
                        (('tcp', '127.0.0.1:1', '--timeout', '0s'), 'is not a duration'),
                        (('tcp', '127.0.0.1:1', '--body', 'x'), "unknown option '--body'")):
        code, said = probe(*words)
        tap.equal(code, 64, f'{words}: {said}')
        tap.holds(said, line)


tap.main()
