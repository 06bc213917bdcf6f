"""The action fetch through proxies: a real tinyproxy, and some that misbehave."""
import os
import pathlib
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web

CONTENT = b'{"rule": 1}\n' * 1000
PASSWORD = 's3same-.x'
ENCODED = 's3same%2D%2ex'


class Tinyproxy:
    """tinyproxy on loopback; who uses it is in its log."""

    def __init__(self, *lines):
        pid1.needs('tinyproxy')
        folder = pid1.folder()
        self.port = web.free_ports(1)[0]
        self.log = folder / 'log'
        (folder / 'conf').write_text('\n'.join([
            f'Port {self.port}', 'Listen 127.0.0.1', f'LogFile "{self.log}"', 'LogLevel Info',
            'MaxClients 10', *lines]) + '\n')
        process = subprocess.Popen(['tinyproxy', '-d', '-c', folder / 'conf'],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tap.cleanup(lambda: (process.terminate(), process.wait()))
        tap.until(self._answers, 'tinyproxy listens')

    def _answers(self):
        with socket.socket() as one:
            return one.connect_ex(('127.0.0.1', self.port)) == 0

    def url(self, who=''):
        return f'http://{who}127.0.0.1:{self.port}'

    def requests(self):
        """The requests that it was sent, which are logged before they are answered."""
        return [line.split('): ')[1] for line in self.log.read_text().splitlines()
                if '): GET ' in line or '): CONNECT ' in line]


def step(url, path, more=None, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}, **(more or {})}


def run(one, variables, environment=None):
    """Runs a fetch with variables in the container's environment, and returns (code, stderr);
    no secret may be shown."""
    document = {'steps': [one], 'environment': environment or {}}
    code, out, err = pid1.run_with(document, 'true', options=['--log-level', 'debug'],
                                   env={**os.environ, **variables})
    for secret in (PASSWORD, ENCODED, 's3same'):
        tap.check(secret not in out + err, 'no secret is shown', err)
    return code, err


@tap.test
def http_and_https_go_through_the_proxy_and_tls_is_with_the_server_itself():
    site, proxy = web.Site(), Tinyproxy()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    variables = {'http_proxy': proxy.url(), 'HTTPS_PROXY': proxy.url()[7:]}
    plain, secure = site.url('/file', 'plain'), site.url('/file', host='localhost')
    for url in (plain, secure):
        code, err = run(step(url, path, ca=str(site.authority.pem)), variables)
        tap.equal((code, path.read_bytes()), (0, CONTENT), err)
        path.unlink()
    tap.equal(proxy.requests(), [
        f'GET {plain} HTTP/1.1', f'CONNECT localhost:{site.ports["secure"]} HTTP/1.1'])
    code, err = run(step(site.url('/file', 'misnamed'), path, ca=str(site.authority.pem)),
                    variables)
    tap.equal((code, os.listdir(path.parent)), (80, []), err)
    tap.holds(err, f"cannot fetch '{site.url('/file', 'misnamed')}': through the proxy "
                   f"127.0.0.1:{proxy.port}: cannot trust the server's certificate: IP address")


@tap.test
def the_hooks_own_variables_count_first_and_its_inheritance_does_not():
    site, proxy = web.Site(), Tinyproxy()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    url = site.url('/file', 'plain')
    nobody = {'http_proxy': f'http://127.0.0.1:{web.free_ports(1)[0]}'}
    own = {'environment': {'http_proxy': proxy.url()}}
    code, err = run(step(url, path, own), nobody)
    tap.equal((code, len(proxy.requests())), (0, 1), err)
    for more in ({}, {'useSystemEnvironment': False}, {'useSystemEnvironment': True}):
        code, err = run(step(url, path, more), nobody)
        tap.equal(code, 80, err)
        tap.holds(err, f'through the proxy {nobody["http_proxy"][7:]}: cannot connect to')
    for more in ({'environment': {'no_proxy': 'x.org,127.0.0.0/8'}}, {}):
        code, err = run(step(url, path, more), {**nobody, 'no_proxy': '*'})
        tap.equal((code, len(proxy.requests())), (0, 1), err)
    # What a client sends as "Proxy:" is HTTP_PROXY where a web server starts programs.
    code, err = run(step(url, path), {'HTTP_PROXY': nobody['http_proxy']})
    tap.equal(code, 0, err)


@tap.test
def credentials_are_the_proxys_alone_and_are_shown_nowhere():
    site, proxy = web.Site(), Tinyproxy(f'BasicAuth app {PASSWORD}')
    site.put('file', CONTENT)
    folder = pid1.folder()
    (folder / 'proxy').write_text(proxy.url(f'app:{ENCODED}@') + '\n')
    path = pid1.folder() / 'file'
    ca = str(site.authority.pem)
    plain, secure = site.url('/file', 'plain'), site.url('/file')
    for url in (plain, secure):
        code, err = run(step(url, path, ca=ca), {'all_proxy': proxy.url(f'app:{ENCODED}@')})
        tap.equal((code, path.read_bytes()), (0, CONTENT), err)
        code, err = run(step(url, path, ca=ca), {}, {'ALL_PROXY': {'file': f'{folder}/proxy'}})
        tap.equal(code, 0, err)
        for who in ('', f'app:x{ENCODED}@', f'{ENCODED}@'):
            code, err = run(step(url, path, ca=ca), {'all_proxy': proxy.url(who)})
            tap.equal(code, 80, err)
            tap.check('status 407' in err or 'status 401' in err, 'the status is named', err)
    for server in ('plain', 'secure'):
        code, err = run(step(site.url('/echo-proxy', server), path, ca=ca),
                        {'all_proxy': proxy.url(f'app:{ENCODED}@')})
        tap.equal((code, path.read_bytes()), (0, b'none'), err)


@tap.test
def a_redirection_decides_anew_and_a_server_is_never_told_the_credentials():
    site = web.Site()
    path = pid1.folder() / 'file'

    def redirects(connection):
        connection.sendall(b'HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: '
                           + site.url('/echo-proxy', 'plain').encode() + b'\r\n\r\n')

    proxy = web.Hostile(redirects)
    address = proxy.url.removeprefix('http://').removesuffix('/file')
    code, err = run(step('http://nowhere.example/file', path),
                    {'http_proxy': f'u:{ENCODED}@{address}', 'no_proxy': '127.0.0.1'})
    tap.equal((code, path.read_bytes()), (0, b'none'), err)
    tap.equal(len(proxy.requests), 1)
    tap.holds(proxy.requests[0], 'GET http://nowhere.example/file HTTP/1.1\r\n'
                                 'Host: nowhere.example\r\nProxy-Authorization: Basic ')


@tap.test
def a_proxy_of_another_kind_is_an_error_in_words():
    folder = pid1.folder()
    for value, words in ((f'socks5://u:{ENCODED}@p', 'fetch does not support socks5 proxies'),
                         (f'https://u:{ENCODED}@p', 'fetch does not support https proxies'),
                         (f'http://u:{PASSWORD}/@p', 'before its @, write / as %2F'),
                         (f'p:{PASSWORD}', 'write http://HOST:PORT')):
        code, err = run(step('https://a.example/', folder / 'file'), {'https_proxy': value})
        tap.equal((code, os.listdir(folder)), (80, []), err)
        tap.holds(err, f"cannot use the proxy of 'https_proxy': {words}")


def failure(answer, url, **fetch):
    """The line of a fetch through a proxy with that answer; nothing may be left of it."""
    folder = pid1.folder()
    proxy = web.Hostile(answer)
    code, err = run(step(url, folder / 'file', {'timeout': '5s'}, **fetch),
                    {'all_proxy': proxy.url.removesuffix('file')})
    tap.equal((code, os.listdir(folder)), (80, []), err)
    return pid1.chosen_line(err, 80)


def sends(text):
    return lambda connection: connection.sendall(text)


@tap.test
def a_proxy_that_refuses_cuts_or_never_ends_its_head_is_an_error():
    def drips(connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\n')
        while True:
            connection.sendall(b'X-More: 1\r\n')

    def continues(connection):
        while True:
            connection.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')

    for url in ('http://a.example/file', 'https://a.example/file'):
        for answer, words in (
                (sends(b'HTTP/1.1 407 Authenticate\r\nContent-Length: 3\r\n\r\nwho'),
                 'HTTP status 407 Authenticate'),
                (sends(b'HTTP/1.1 503 \x1b[31m\r\n\r\n'), 'status 503 \\x1b[31m'),
                (sends(b'HTTP/1.1 200 OK\r\n'), 'the connection was cut within its head'),
                (sends(b''), 'the connection was cut within its head'),
                (sends(b'SOCKS\r\n\r\n'), 'it is not HTTP/1'),
                (drips, 'its head is too long'),
                (continues, 'its head is too long' if url.startswith('http:') else
                 'HTTP status 100 Continue')):
            line = failure(answer, url)
            tap.holds(line, words)
            tap.holds(line, f"cannot fetch '{url}': through the proxy 127.0.0.1:")


@tap.test
def what_a_proxy_says_before_tls_is_not_taken_for_the_servers():
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
    tap.holds(failure(sends(whole), 'https://a.example/file'), 'cannot begin TLS: ')
    tap.holds(failure(sends(b'HTTP/1.1 200 OK\r\n\r\n' + whole), 'https://a.example/file'),
              'cannot begin TLS: wrong version number')


@tap.test
def a_proxy_that_answers_in_the_servers_place_is_not_trusted():
    site = web.Site()
    other = pid1.folder()
    certificate = web.Authority(other).issue('fake')
    context = web.server_context(certificate)

    def answers_itself(connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
        connection = context.wrap_socket(connection, server_side=True)
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')

    tap.holds(failure(answers_itself, site.url('/file'), ca=str(site.authority.pem)),
              "cannot trust the server's certificate: ")


@tap.test
def a_silent_proxy_is_ended_by_the_hooks_timeout():
    over = threading.Event()
    tap.cleanup(over.set)
    folder = pid1.folder()
    proxy = web.Hostile(lambda connection: over.wait(60))
    code, err = run(step('https://a.example/', folder / 'file', {'timeout': '300ms'}),
                    {'https_proxy': proxy.url.removesuffix('file')})
    tap.equal((code, os.listdir(folder)), (80, []), err)
    tap.check(proxy.asked.is_set(), 'it was asked')
    tap.holds(pid1.chosen_line(err, 80), 'timed out')


tap.main()
