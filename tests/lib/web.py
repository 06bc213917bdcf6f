"""web.py - web servers on loopback for the tests of `fetch`: a real nginx, with certificates of an
authority of its own, and one that misbehaves.

    site = web.Site()                                # nginx, as web.CONFIG says
    site.url('/file'), site.url('/file', 'plain')    # https and http
    web.Hostile(answer)                              # answer(connection) for each connection"""
import os
import pathlib
import socket
import ssl
import subprocess
import threading

import pid1
import tap

NGINX = '/usr/sbin/nginx'
EXPIRED = -1  # as days of validity
TOKEN = 'Bearer t0ken-of-the-tests'

CONFIG = '''
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 64; }}
http {{
  log_format status '$status';
  access_log {folder}/access.log status;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type application/octet-stream;
  map $http_authorization $is_let_in {{ default 0; "{token}" 1; }}
  map $http_proxy_authorization $is_proxied {{ default told; "" none; }}
  {servers}
}}
'''
SERVER = '''
server {{
  listen 127.0.0.1:{port} {ssl};
  {certificate}
  root {folder}/root;
  location /private {{ auth_basic x; auth_basic_user_file {folder}/passwords; }}
  location /dav {{ auth_basic x; auth_basic_user_file {folder}/passwords; dav_methods PUT; create_full_put_path on; }}
  location /bearer {{ if ($is_let_in = 0) {{ return 401 "who are you?"; }} return 200 "let in"; }}
  location /echo {{ return 200 "$http_authorization|$http_cookie|$http_x_key|$http_accept|$args"; }}
  location /echo-proxy {{ return 200 "$is_proxied"; }}
  location = /hop/echo {{ return 302 /echo; }}
  location = /again {{ return 307 echo?a=b; }}
  location = /away {{ return 308 https://127.0.0.1:{other}/echo; }}
  location = /down {{ return 301 http://127.0.0.1:{plain}/file; }}
  location = /up {{ return 301 https://127.0.0.1:{secure}/file; }}
  location = /loop {{ return 302 /loop; }}
  location /slow {{ limit_rate 20; }}
}}
'''

# A proxy of the machine's own is not for servers on loopback.
for _name in ('http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'):
    os.environ.pop(_name, None)
    os.environ.pop(_name.upper(), None)


def _openssl(*words):
    subprocess.run(['openssl', *map(str, words)], check=True, capture_output=True)


def _new_key(folder, name):
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout',
            folder / f'{name}.key', '-subj', f'/CN={name}']


class Authority:
    """Certificates in `folder`: NAME.pem and NAME.key; its own are ca.pem and ca.key."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.pem = self.folder / 'ca.pem'
        _openssl('req', '-x509', '-days', 2, '-out', self.pem, *_new_key(self.folder, 'ca'))

    def issue(self, name, names='DNS:localhost,IP:127.0.0.1', days=2):
        """Makes a certificate of the subject `name` for the given names, if any, and returns the
        paths of it and its key."""
        request, certificate = self.folder / f'{name}.csr', self.folder / f'{name}.pem'
        extensions = self.folder / f'{name}.ext'
        extensions.write_text(f'subjectAltName={names}\n' if names else 'basicConstraints=CA:FALSE\n')
        _openssl('req', '-new', '-out', request, *_new_key(self.folder, name))
        _openssl('x509', '-req', '-in', request, '-CA', self.pem, '-CAkey',
                 self.folder / 'ca.key', '-CAcreateserial', '-days', days, '-extfile', extensions,
                 '-out', certificate)
        return certificate, self.folder / f'{name}.key'


def free_ports(number):
    """Ports that nobody listens on."""
    sockets = [socket.create_server(('127.0.0.1', 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Site:
    """nginx: a server without TLS, two with good certificates, and one each whose certificate has
    expired, names another host, names "localhost" as its subject alone, or is of an unknown
    authority."""
    NAMES = ('plain', 'secure', 'other', 'expired', 'misnamed', 'localhost', 'unknown')

    def __init__(self):
        if not os.path.exists(NGINX):
            tap.skip('nginx is not installed')
        self.folder = pid1.folder()
        self.root = self.folder / 'root'
        self.root.mkdir()
        self.ports = dict(zip(self.NAMES, free_ports(len(self.NAMES))))
        self.authority = Authority(self.folder)
        self.certificates = self._certificates()
        self.configure()
        process = subprocess.Popen([NGINX, '-p', self.folder, '-c', self.folder / 'conf', '-e',
                                    self.folder / 'error.log'])
        tap.cleanup(lambda: (process.terminate(), process.wait()))
        tap.until(self._answers, 'nginx listens')

    def _answers(self):
        for port in self.ports.values():
            with socket.socket() as one:
                if one.connect_ex(('127.0.0.1', port)) != 0:
                    return False
        return True

    def _certificates(self):
        stranger = self.folder / 'stranger'
        stranger.mkdir()
        issue = self.authority.issue
        return {'secure': issue('secure'), 'other': issue('other'),
                'expired': issue('expired', days=EXPIRED),
                'misnamed': issue('misnamed', 'DNS:other.example,IP:127.0.0.2'),
                'localhost': issue('localhost', names=None),
                'unknown': Authority(stranger).issue('unknown')}

    def configure(self):
        servers = ''
        for name in self.NAMES:
            lines = ''
            if name in self.certificates:
                certificate, key = self.certificates[name]
                lines = f'ssl_certificate {certificate}; ssl_certificate_key {key};'
            servers += SERVER.format(folder=self.folder, port=self.ports[name],
                                     certificate=lines, ssl='ssl' if lines else '',
                                     plain=self.ports['plain'], secure=self.ports['secure'],
                                     other=self.ports['other'])
        user = 'user root;' if os.getuid() == 0 else ''
        (self.folder / 'conf').write_text(
            CONFIG.format(folder=self.folder, user=user, servers=servers, token=TOKEN))
        # "app" with the password "s3same"
        (self.folder / 'passwords').write_text('app:{PLAIN}s3same\n')

    def put(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def statuses(self, number):
        """Those of the requests so far, once there are as many; each is logged after its answer."""
        def logged():
            lines = (self.folder / 'access.log').read_text().split()
            return lines if len(lines) >= number else None
        return tap.until(logged, f'{number} requests are logged')

    def url(self, path, server='secure', host='127.0.0.1'):
        scheme = 'http' if server == 'plain' else 'https'
        return f'{scheme}://{host}:{self.ports[server]}{path}'


def server_context(certificate, clients=None):
    """TLS for a server with (certificate, key); its clients need a certificate of that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.pem)
    return context


class Hostile:
    """Answers every connection with `answer(connection)`, once the request has been read; by TLS
    with (certificate, key)."""

    def __init__(self, answer, certificate=None, clients=None):
        self.answer = answer
        self.context = server_context(certificate, clients) if certificate else None
        self.server = socket.create_server(('127.0.0.1', 0))
        self.asked = threading.Event()
        self.requests = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        tap.cleanup(self._stop)

    def _stop(self):
        """The thread has ended before the descriptor is free: it must not accept what comes to the next
        server, which gets the same number."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.server.close()

    @property
    def url(self):
        scheme = 'https' if self.context else 'http'
        return f'{scheme}://127.0.0.1:{self.server.getsockname()[1]}/file'

    def _serve(self):
        while True:
            try:
                connection = self.server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            request = b''
            while b'\r\n\r\n' not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            self.requests.append(request.decode())
            self.asked.set()
            self.answer(connection)
        except OSError:
            pass  # whoever asked has gone
        finally:
            connection.close()
