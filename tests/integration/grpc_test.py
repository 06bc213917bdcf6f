"""The probe `grpc` against a real gRPC server, and against servers that speak something else."""
import pathlib
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web
from pid1 import PINTLE

DEBIAN_PYTHON = '/usr/bin/python3'  # whose packages have grpc

# grpc.health.v1 by hand: argv[1] is where to listen, or for TLS "KEY,CERTIFICATE.pem"; argv[2:] are
# SERVICE=STATUS, a number; an unknown service is NOT_FOUND.
SERVER = r"""
import sys
from concurrent import futures
import grpc
known = dict(word.split('=') for word in sys.argv[2:])
def check(request, context):
    service = request[2:].decode()
    if service not in known:
        context.abort(grpc.StatusCode.NOT_FOUND, 'unknown service')
    status = int(known[service])
    return bytes([8, status]) if status else b''
handler = grpc.method_handlers_generic_handler('grpc.health.v1.Health', {
    'Check': grpc.unary_unary_rpc_method_handler(check, request_deserializer=bytes,
                                                 response_serializer=bytes)})
server = grpc.server(futures.ThreadPoolExecutor(2))
if known:
    server.add_generic_rpc_handlers((handler,))
where = sys.argv[1]
if where.endswith('.pem'):
    key, certificate = (open(path, 'rb').read() for path in where.split(','))
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    port = server.add_secure_port('127.0.0.1:0', credentials)
else:
    port = server.add_insecure_port(where)
server.start()
print(port, flush=True)
server.wait_for_termination()
"""


def probe(*words):
    done = subprocess.run([PINTLE, 'probe', 'grpc', *words], capture_output=True, text=True,
                          timeout=pid1.DEADLINE)
    return done.returncode, (done.stdout + done.stderr).strip()


def server(*services, where='127.0.0.1:0'):
    """The address of a real gRPC server."""
    if subprocess.run([DEBIAN_PYTHON, '-c', 'import grpc'], stderr=subprocess.DEVNULL).returncode:
        tap.skip('python3-grpcio is not installed')
    process = subprocess.Popen([DEBIAN_PYTHON, '-c', SERVER, where, *services], stdout=subprocess.PIPE,
                               text=True)
    tap.cleanup(lambda: (process.kill(), process.wait(), process.stdout.close()))
    port = process.stdout.readline().strip()
    return where if where.startswith('unix:') else f'127.0.0.1:{port}'


@tap.test
def a_real_server_is_healthy_when_it_serves():
    address = server('=1', 'good=1', 'bad=2', 'unset=0', 'x' * 200 + '=1')
    for words, code, line in (([], 0, 'SERVING'), (['--service', 'good'], 0, 'SERVING'),
                              (['--service', 'bad'], 1, 'gRPC status NOT_SERVING'),
                              (['--service', 'unset'], 1, 'gRPC status UNKNOWN'),
                              (['--service', 'none'], 1, 'the server does not know')):
        got, said = probe(address, '--timeout', '20s', *words)
        tap.equal(got, code, said)
        tap.holds(said, line)
    got, said = probe(address, '--timeout', '20s')
    tap.equal((got, said), (0, 'gRPC status SERVING'))


@tap.test
def a_real_server_without_the_health_protocol_is_not_healthy():
    code, said = probe(server(), '--timeout', '20s')
    tap.equal(code, 1)
    tap.holds(said, 'the server does not know grpc.health.v1, or refused the call')


@tap.test
def it_is_a_check_like_the_others():
    address = server('shop=1')
    check = {'id': 'it', 'grpc': {'address': address, 'service': 'shop'}, 'timeout': '20s',
             'interval': '20ms'}
    one = pid1.start_with({'health': [check]}, 'sleep', '1000')
    tap.until(lambda: one.health('it') == (0, 'healthy'), 'it is healthy')
    tap.equal(one.status()['checks'][0]['message'], 'gRPC status SERVING')


@tap.test
def a_server_on_a_unix_socket_is_asked_like_another():
    address = server('=1', 'bad=2', where=f'unix:{pid1.folder()}/grpc.sock')
    tap.equal(probe(address, '--timeout', '20s'), (0, 'gRPC status SERVING'))
    tap.equal(probe(address, '--timeout', '20s', '--service', 'bad'),
              (1, 'gRPC status NOT_SERVING'))
    code, said = probe('unix:/no/such.sock')
    tap.equal(code, 1)
    tap.holds(said, "cannot connect to '/no/such.sock': No such file")
    code, said = probe(address, '--no-tls-verify', '--timeout', '20s')
    tap.equal(code, 1)
    tap.holds(said, 'cannot begin TLS: wrong version number')


@tap.test
def by_tls_the_server_has_to_show_its_certificate():
    authority = web.Authority(pid1.folder())
    certificate, key = authority.issue('server')
    address = server('=1', 'bad=2', where=f'{key},{certificate}')
    ca = ['--tls-ca', str(authority.pem), '--timeout', '20s']
    tap.equal(probe(address, *ca), (0, 'gRPC status SERVING'))
    tap.equal(probe(address, *ca, '--service', 'bad'), (1, 'gRPC status NOT_SERVING'))
    code, said = probe(address, '--tls-ca', str(web.Authority(pid1.folder()).pem))
    tap.equal(code, 1)
    tap.holds(said, "cannot trust the server's certificate: ")
    code, said = probe(address, *ca, '--tls-server-name', 'other.example')
    tap.equal(code, 1)
    tap.holds(said, "cannot trust the server's certificate: hostname mismatch")
    tap.equal(probe(address, *ca, '--tls-server-name', 'localhost'), (0, 'gRPC status SERVING'))
    tap.equal(probe(address, '--no-tls-verify', '--timeout', '20s'), (0, 'gRPC status SERVING'))
    check = {'id': 'it', 'grpc': {'address': address, 'tls': {'ca': str(authority.pem)}},
             'timeout': '20s', 'interval': '20ms'}
    one = pid1.start_with({'health': [check]}, 'sleep', '1000')
    tap.until(lambda: one.health('it') == (0, 'healthy'), 'it is healthy')
    tap.equal(one.status()['checks'][0]['message'], 'gRPC status SERVING')


@tap.test
def a_tls_server_that_is_none_or_says_nothing_is_not_healthy():
    listener = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(listener.close)
    address = f'127.0.0.1:{listener.getsockname()[1]}'
    code, said = probe(address, '--no-tls-verify', '--timeout', '300ms')
    tap.equal((code, said), (1, 'timed out after 300ms'))
    site = web.Site()
    code, said = probe(f"127.0.0.1:{site.ports['plain']}", '--no-tls-verify', '--timeout', '20s')
    tap.equal(code, 1)
    tap.holds(said, 'cannot begin TLS: wrong version number')
    code, said = probe(f"127.0.0.1:{site.ports['secure']}", '--no-tls-verify', '--timeout', '20s')
    tap.equal(code, 1, said)


@tap.test
def servers_that_speak_something_else_or_nothing_are_not_healthy():
    listener = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(listener.close)
    address = f'127.0.0.1:{listener.getsockname()[1]}'
    tap.equal(probe(address, '--timeout', '200ms'), (1, 'timed out after 200ms'))
    site = web.Site()
    code, said = probe(f"127.0.0.1:{site.ports['plain']}", '--timeout', '20s')
    tap.equal(code, 1)
    tap.holds(said, 'it is not HTTP/2')
    code, said = probe('127.0.0.1:1')
    tap.equal(code, 1)
    tap.holds(said, 'Connection refused')


tap.main()
