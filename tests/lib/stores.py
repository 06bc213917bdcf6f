"""stores.py - servers on loopback that keep files and ask for credentials as the real ones do: S3, Azure Blob
Storage, Google Cloud Storage with its metadata server, a registry with a token server, git by HTTP.

    store = stores.S3({'/bucket/file': b'content'})
    store.url, store.statuses                       # http://127.0.0.1:PORT, [200, 304]
    store.down()                                    # from now on nobody listens"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import subprocess
import threading
import urllib.parse

import aws
import tap


class Store:
    """Files by their path. Answers with an ETag, and with 304 where the client has that version."""

    def __init__(self, files=()):
        self.files = dict(files)
        self.statuses = []
        store = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.lower = {name.lower(): value for name, value in self.headers.items()}
                status, headers, content = store.answer(self)
                store.statuses.append(status)
                self.send_response(status)
                for name, value in {'Content-Length': len(content), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.address = '127.0.0.1:%d' % self.server.server_port
        self.url = f'http://{self.address}'
        self.is_up = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        tap.cleanup(self.down)

    def down(self):
        if self.is_up:
            self.server.shutdown()
            self.server.server_close()
        self.is_up = False

    def lets_in(self, request):
        """Whether the credentials of the request are right."""
        return True

    def answer(self, request):
        if not self.lets_in(request):
            return 403, {}, b''
        content = self.files.get(request.path.partition('?')[0])
        if content is None:
            return 404, {}, b''
        headers = {'ETag': f'"{hashlib.md5(content).hexdigest()}"'}
        if request.lower.get('if-none-match') == headers['ETag']:
            return 304, headers, b''
        return 200, headers, content


class Bearer(Store):
    TOKEN = 'ya29.b0dy-of-the-token'

    def lets_in(self, request):
        return request.lower.get('authorization') == f'Bearer {self.TOKEN}'


class S3(Store):
    KEY_ID, SECRET = 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
    REGION, SERVICE = 'eu-west-1', 's3'

    def lets_in(self, request):
        return aws.is_signed(request.command, request.path, request.lower, self.KEY_ID, self.SECRET,
                             self.REGION, self.SERVICE)

    def answer(self, request):
        """With versions: those of a file are PATH@VERSION in `files`."""
        path, _, query = request.path.partition('?')
        version = dict(urllib.parse.parse_qsl(query)).get('versionId')
        status, headers, content = super().answer(request)
        if version and status != 403:
            content = self.files.get(f'{path}@{version}')
            return (404, {}, b'') if content is None else (200, {}, content)
        return status, headers, content


class GcsByHmac(S3):
    """The XML API, to which an HMAC key is an access key of S3."""
    REGION = 'auto'


class GcsByToken(Bearer):
    """The bucket, and the metadata server that gives the token."""
    TOKEN_PATH = '/computeMetadata/v1/instance/service-accounts/default/token'

    def answer(self, request):
        if request.path == self.TOKEN_PATH:
            if request.lower.get('metadata-flavor') != 'Google':
                return 403, {}, b''
            text = json.dumps({'access_token': self.TOKEN, 'expires_in': 3599, 'token_type': 'Bearer'})
            return 200, {'Content-Type': 'application/json'}, text.encode()
        return super().answer(request)


class AzureBlob(Store):
    """A container to which a service SAS lets in ("Create a service SAS", version 2020-12-06)."""
    KEY, ACCOUNT, VERSION = base64.b64encode(b'key of the account'), 'customer', '2020-12-06'
    # The fields of the string to sign, in their order; "resource" is no parameter of the query.
    FIELDS = ('sp', 'st', 'se', 'resource', 'si', 'sip', 'spr', 'sv', 'sr', 'snapshot', 'ses', 'rscc',
              'rscd', 'rsce', 'rscl', 'rsct')

    def signature(self, query, path):
        resource = f'/blob/{self.ACCOUNT}{path}' if query['sr'] == 'b' else \
            f'/blob/{self.ACCOUNT}/{path.split("/")[1]}'
        values = {**query, 'resource': resource}
        text = '\n'.join(values.get(field, '') for field in self.FIELDS)
        digest = hmac.new(base64.b64decode(self.KEY), text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def token(self, path, **more):
        """A SAS token for the container of that path, to read."""
        query = {'sv': self.VERSION, 'sr': 'c', 'sp': 'r', 'st': '2026-01-01T00:00:00Z',
                 'se': '2099-01-01T00:00:00Z', 'spr': 'https,http', **more}
        return urllib.parse.urlencode({**query, 'sig': self.signature(query, path)})

    def lets_in(self, request):
        path, _, text = request.path.partition('?')
        query = dict(urllib.parse.parse_qsl(text))
        return {'sv', 'sr', 'sig'} <= set(query) and request.lower.get('x-ms-version') == self.VERSION \
            and query['sig'] == self.signature(query, path)


def basic(user, password):
    return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()


class RegistryByToken(Bearer):
    """A registry that wants a token, and the server that gives it to who has the password."""
    USER, PASSWORD = 'puller', 'p@ss word'

    def answer(self, request):
        if request.path.startswith('/token?'):
            if request.lower.get('authorization') != basic(self.USER, self.PASSWORD):
                return 401, {}, b''
            return 200, {}, json.dumps({'token': self.TOKEN, 'expires_in': 300}).encode()
        if '/manifests/' in request.path and \
                'application/vnd.oci.image.manifest.v1+json' not in request.lower.get('accept', ''):
            return 404, {}, b''
        return super().answer(request)

    def push(self, name, content):
        """Puts an artifact with one layer there; returns the digest of its manifest."""
        layer = hashlib.sha256(content).hexdigest()
        manifest = json.dumps({
            'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json',
            'artifactType': 'application/vnd.example.script',
            'config': {'mediaType': 'application/vnd.oci.empty.v1+json', 'size': 2, 'data': 'e30=',
                       'digest': f'sha256:{hashlib.sha256(b"{}").hexdigest()}'},
            'layers': [{'mediaType': 'text/x-python', 'size': len(content),
                        'digest': f'sha256:{layer}'}]}).encode()
        digest = hashlib.sha256(manifest).hexdigest()
        self.files[f'/v2/{name}/blobs/sha256:{layer}'] = content
        self.files[f'/v2/{name}/manifests/sha256:{digest}'] = manifest
        return digest


def objects_in(content):
    """How many objects the pack of an answer has, if there is one: gitprotocol-common(5), gitformat-pack(5)."""
    pack = b''
    while content:
        size = max(int(content[:4], 16), 4)
        if content[4:5] == b'\1':  # the band of the pack
            pack += content[5:size]
        content = content[size:]
    return [int.from_bytes(pack[8:12], 'big')] if pack.startswith(b'PACK') else []


class Git(Store):
    """A folder of bare repositories, by git's own server of the smart HTTP protocol; for `user` only."""

    def __init__(self, folder, user, password):
        super().__init__()
        self.folder = folder
        self.objects = []  # how many each pack had that was sent
        self.credentials = basic(user, password)

    def answer(self, request):
        if request.lower.get('authorization') != self.credentials:
            return 401, {'WWW-Authenticate': 'Basic realm="git"'}, b''
        path, _, query = request.path.partition('?')
        body = request.rfile.read(int(request.lower.get('content-length', 0)))
        done = subprocess.run(['git', 'http-backend'], input=body, capture_output=True, check=True, env={
            'PATH': os.environ['PATH'], 'GIT_PROJECT_ROOT': str(self.folder), 'GIT_HTTP_EXPORT_ALL': '1',
            'REQUEST_METHOD': request.command, 'PATH_INFO': path, 'QUERY_STRING': query,
            'CONTENT_TYPE': request.lower.get('content-type', ''), 'CONTENT_LENGTH': str(len(body)),
            'HTTP_CONTENT_ENCODING': request.lower.get('content-encoding', ''),
            'GIT_PROTOCOL': request.lower.get('git-protocol', ''), 'REMOTE_USER': 'reader',
            'REMOTE_ADDR': '127.0.0.1'})
        head, _, content = done.stdout.partition(b'\r\n\r\n')
        if path.endswith('/git-upload-pack'):
            self.objects += objects_in(content)
        headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
        status = int(headers.pop('Status', '200 OK').split()[0])
        return status, headers, content
