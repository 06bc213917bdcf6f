"""Probes and `wait` by https, which pintle-fetch does: who is trusted, as whom we are known, and what it
costs where there is no TLS."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web
from pid1 import PINTLE


def ask(*words, program=PINTLE):
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=pid1.DEADLINE)
    return done.returncode, (done.stdout + done.stderr).strip()


def probe(*words):
    return ask('probe', 'http', *words, '--timeout', '20s')


def answer(status, content=b''):
    head = b'HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n' % (status, len(content))
    return lambda connection: connection.sendall(head + content)


@tap.test
def https_is_asked_as_http_is():
    site = web.Site()
    site.put('healthz', b'{"status":"ok"}')
    ca = ['--tls-ca', str(site.authority.pem)]
    url = site.url('/healthz')
    for words, code, line in (
            ([url, *ca], 0, 'HTTP status 200'),
            ([url, *ca, '--body', '"status":"ok"'], 0, 'HTTP status 200'),
            ([url, *ca, '--body', 'no'], 1,
             'HTTP status 200, without the text of "body" in its content'),
            ([url, *ca, '--status', '404'], 1, 'HTTP status 200'),
            ([site.url('/no'), *ca], 1, 'HTTP status 404'),
            ([site.url('/no'), *ca, '--status', '404'], 0, 'HTTP status 404'),
            ([site.url('/loop'), *ca], 0, 'HTTP status 302'),
            ([site.url('/bearer'), *ca], 1, 'HTTP status 401'),
            ([site.url('/bearer'), *ca, '--header', f'Authorization: {web.TOKEN}'], 0,
             'HTTP status 200')):
        tap.equal(probe(*words), (code, line), words)


@tap.test
def a_service_has_to_show_a_certificate_of_its_own_name():
    site = web.Site()
    site.put('healthz', b'ok')
    ca = ['--tls-ca', str(site.authority.pem)]
    for server, words in (('expired', 'certificate has expired'), ('misnamed', 'IP address mismatch'),
                          ('unknown', 'unable to get local issuer certificate')):
        code, said = probe(site.url('/healthz', server), *ca)
        tap.equal((code, said), (1, f"cannot trust the server's certificate: {words}"))
        tap.equal(probe(site.url('/healthz', server), '--no-tls-verify'), (0, 'HTTP status 200'))
    named = [site.url('/healthz', 'misnamed'), *ca, '--tls-server-name', 'other.example']
    tap.equal(probe(*named), (0, 'HTTP status 200'))
    tap.equal(probe(site.url('/healthz', 'secure'), *ca, '--tls-server-name', 'other.example'),
              (1, "cannot trust the server's certificate: hostname mismatch"))
    code, said = probe(site.url('/healthz'))
    tap.equal(code, 1)
    tap.holds(said, "cannot trust the server's certificate: ")


@tap.test
def a_server_name_is_told_in_the_handshake_and_the_host_is_the_urls():
    authority = web.Authority(pid1.folder())
    names = []
    server = web.Hostile(answer(b'200 OK'), authority.issue('server', 'DNS:shop.example'))
    server.context.sni_callback = lambda tls, name, context: names.append(name)
    tap.equal(probe(server.url, '--tls-ca', str(authority.pem), '--tls-server-name', 'shop.example'),
              (0, 'HTTP status 200'))
    tap.equal(names, ['shop.example'])
    tap.holds(server.requests[0], f'\r\nHost: {server.url.split("/")[2]}\r\n')


@tap.test
def tls_may_be_said_instead_of_https_and_for_a_unix_socket():
    site = web.Site()
    site.put('healthz', b'ok')
    ca = ['--tls-ca', str(site.authority.pem)]
    url = site.url('/healthz', host='localhost')
    tap.equal(probe(url.replace('https', 'http'), *ca), (0, 'HTTP status 200'))
    path = pid1.folder() / 'app.sock'
    listener = socket.socket(socket.AF_UNIX)
    tap.cleanup(listener.close)
    listener.bind(str(path))
    listener.listen()
    context = web.server_context(site.certificates['secure'])

    def serve():
        for _ in range(2):
            connection = context.wrap_socket(listener.accept()[0], server_side=True)
            connection.recv(65536)
            answer(b'200 OK')(connection)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f'http://unix:{path}:/healthz'
    tap.equal(probe(url, *ca), (0, 'HTTP status 200'))
    tap.equal(probe(url, *ca, '--tls-server-name', 'localhost'), (0, 'HTTP status 200'))


@tap.test
def a_service_may_want_to_know_who_asks():
    authority, clients = web.Authority(pid1.folder()), web.Authority(pid1.folder())
    server = web.Hostile(answer(b'200 OK'), authority.issue('server'), clients)
    certificate, key = clients.issue('client', names=None)
    ca = ['--tls-ca', str(authority.pem)]
    own = ['--tls-certificate', str(certificate), '--tls-key', str(key)]
    tap.equal(probe(server.url, *ca, *own), (0, 'HTTP status 200'))
    tap.equal(probe(server.url, *ca)[0], 1)
    tap.equal(len(server.requests), 1)


@tap.test
def a_check_by_https_is_a_check_like_another():
    site = web.Site()
    site.put('healthz', b'ok')
    document = {'environment': {'CA': str(site.authority.pem), 'URL': site.url('/healthz')},
                'health': [{'id': 'it', 'http': {'url': '$URL', 'tls': {'ca': '$CA'}},
                            'timeout': '20s', 'interval': '20ms'}]}
    one = pid1.start_with(document, 'sleep', '1000')
    tap.until(lambda: one.health('it') == (0, 'healthy'), 'it is healthy')
    tap.equal(one.status()['checks'][0]['message'], 'HTTP status 200')
    site.put('healthz', b'ok')
    os.unlink(site.root / 'healthz')
    tap.until(lambda: one.health('it')[0] == 1, 'it is unhealthy')
    tap.holds(one.status()['checks'][0]['message'], 'HTTP status 404')


@tap.test
def wait_asks_by_https_with_headers_until_the_service_is_there():
    site = web.Site()
    ca = str(site.authority.pem)
    headers = {'Authorization': web.TOKEN}
    for url, tls in ((site.url('/bearer'), {'tls': {'ca': ca}}), (site.url('/bearer', 'plain'), {})):
        document = {'steps': [{'id': 'w', 'wait': {'http': url, 'headers': headers, **tls}}]}
        code, _, err = pid1.run_with(document, 'true')
        tap.equal(code, 0, err)
    tap.equal(ask('wait', 'http', site.url('/bearer'), '--tls-ca', ca, '--header',
                  f'Authorization: {web.TOKEN}', '--timeout', '20s'), (0, 'there'))
    left = [b'503 Busy', b'503 Busy', b'200 OK']
    server = web.Hostile(lambda connection: answer(left.pop(0))(connection),
                         site.certificates['secure'])
    document = {'steps': [{'id': 'w', 'wait': {'http': server.url, 'interval': '10ms',
                                               'tls': {'ca': ca}}}]}
    code, _, err = pid1.run_with(document, 'true', options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.holds(err, 'there after 3 attempts')


@tap.test
def a_wait_by_https_that_times_out_says_what_it_waited_for_and_why():
    site = web.Site()
    url = site.url('/no?t=s3cret')
    step = {'id': 'w', 'timeout': '1s', 'wait': {'http': url, 'interval': '10ms',
                                                 'tls': {'ca': str(site.authority.pem)}}}
    code, _, err = pid1.run_with({'steps': [step]}, 'true')
    tap.equal(code, 80, err)
    tap.holds(pid1.chosen_line(err, 80),
              f"timed out waiting for http {url.split('?')[0]}: HTTP status 404")


@tap.test
def a_silent_service_ends_with_the_probes_timeout_and_nothing_remains():
    over = threading.Event()
    tap.cleanup(over.set)
    authority = web.Authority(pid1.folder())
    server = web.Hostile(lambda connection: over.wait(60), authority.issue('server'))
    words = [server.url, '--tls-ca', str(authority.pem), '--timeout', '300ms']
    tap.equal(ask('probe', 'http', *words), (1, 'timed out after 300ms'))
    tap.until(lambda: not running(PINTLE + '-fetch'), 'pintle-fetch has ended, too')


def running(program):
    """The pids of processes of that program."""
    found = []
    for folder in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if os.readlink(folder / 'exe') == program:
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@tap.test
def pintle_fetch_is_needed_for_https_and_only_for_that():
    folder = pid1.folder()
    alone = folder / 'pintle'
    shutil.copy(PINTLE, alone)
    site = web.Site()
    site.put('healthz', b'ok')
    plain, secure = site.url('/healthz', 'plain'), site.url('/healthz')
    tap.equal(ask('probe', 'http', plain, program=alone), (0, 'HTTP status 200'))
    code, said = ask('probe', 'http', secure, program=alone)
    tap.equal(code, 1)
    tap.holds(said, f"cannot execute '{folder}/pintle-fetch': No such file")
    for url, code in ((plain, 0), (secure, 78)):
        document = {'health': [{'id': 'it', 'http': url}]}
        one = pid1.Process([str(alone), '-c', pid1.config(document), '--', 'true'])
        tap.equal(one.end(), code, one.err.rest())


@tap.test
def a_config_is_told_what_cannot_be_and_that_nothing_is_verified():
    for check, words in (
            ({'http': 'https://example.org/'}, 'is for its own container'),
            ({'grpc': {'address': 'localhost:1', 'tls': {'certificate': '/c'}}}, '"key"')):
        code, said = ask('check', pid1.config({'health': [{'id': 'it', **check}]}))
        tap.equal(code, 78, said)
        tap.holds(said, words)
    unverified = {'health': [{'id': 'it', 'http': {'url': 'https://localhost/',
                                                   'tls': {'verify': False}}}]}
    code, said = ask('check', pid1.config(unverified))
    tap.equal(code, 0, said)
    tap.holds(said, 'check it: with "verify": false every server is accepted')
    _, said = ask('plan', '--json', pid1.config(unverified))
    tap.holds(said.replace(' ', '').replace('\n', ''), '"tls":{"verify":false}')


tap.main()
