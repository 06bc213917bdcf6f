"""packages.py - a package index on loopback, for who has the password, with one package: customer-scripts.

    index = packages.Index(b'print("transformed")')    # what `python3 -m customer_scripts` runs
    index.url, index.wheel_url, index.digest"""
import os
import zipfile

import pid1
import stores
from script_images import digest

USER, PASSWORD = 'reader', 'w0rd-of-the-reader'
NETRC = f'machine 127.0.0.1 login {USER} password {PASSWORD}\n'
# The folders that have pip, besides Python's own.
PIP = [folder for folder in ('/usr/lib/python3', '/usr/share/python-wheels') if os.path.isdir(folder)]


def wheel(folder, content):
    """A wheel of the package customer_scripts."""
    path = folder / 'customer_scripts-1.0.0-py3-none-any.whl'
    info = 'customer_scripts-1.0.0.dist-info'
    with zipfile.ZipFile(path, 'w') as archive:
        for name, text in {
                'customer_scripts/__init__.py': b'', 'customer_scripts/__main__.py': content,
                f'{info}/METADATA': b'Metadata-Version: 2.1\nName: customer-scripts\nVersion: 1.0.0\n',
                f'{info}/WHEEL': b'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
                f'{info}/RECORD': b''}.items():
            archive.writestr(name, text)
    return path.name, path.read_bytes()


class Index(stores.Store):
    """A package index as PEP 503 describes it, for who has the password."""

    def __init__(self, content):
        name, archive = wheel(pid1.folder(), content)
        self.digest = digest(archive)
        link = f'<a href="/files/{name}#sha256={self.digest}">{name}</a>'
        super().__init__({f'/files/{name}': archive, '/simple/customer-scripts/': link.encode()})
        self.wheel_url = f'{self.url}/files/{name}'

    def lets_in(self, request):
        return request.lower.get('authorization') == stores.basic(USER, PASSWORD)

    def answer(self, request):
        status, headers, content = super().answer(request)
        if request.path.startswith('/simple/'):
            headers = {**headers, 'Content-Type': 'text/html'}
        return (401, {'WWW-Authenticate': 'Basic realm="x"'}, b'') if status == 403 else \
            (status, headers, content)
