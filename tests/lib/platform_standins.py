"""platform_standins.py - stand-ins for the images of OpenMetadata and OpenSearch, which cannot be had in the
tests: their folders, and a `java` that shows its arguments and serves their ports.

    opensearch = platform_standins.build('opensearch')"""
import functools

import docker
import pid1
import standins
import tap

# As Java does, it ends with 143 at SIGTERM.
JAVA = '''#!/usr/bin/python3
import http.server, os, signal, sys, threading
PORTS = {'org.opensearch.bootstrap.OpenSearch': (9200, 9300),
         'org.openmetadata.service.OpenMetadataApplication': (8585, 8586)}
signal.signal(signal.SIGTERM, lambda *_: os._exit(143))

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

print('java:', *sys.argv[1:], flush=True)
for name in sorted(os.environ):
    if name.startswith(('DB_', 'ELASTICSEARCH_')):
        print('java:', name, '=', os.environ[name], flush=True)
for port in next((PORTS[word] for word in sys.argv if word in PORTS), ()):
    server = http.server.HTTPServer(('0.0.0.0', port), Handler)
    threading.Thread(target=server.serve_forever).start()
'''
TEXTS = {'opt/openmetadata/libs/openmetadata-service.jar': 'jar', 'etc/group': 'root:x:0:\n',
         'opt/openmetadata/conf/openmetadata.yaml': 'clusterName: x\n',
         'opt/openmetadata/bin/openmetadata-server-start.sh': '#!/bin/bash\n',
         'opt/openmetadata/bootstrap/openmetadata-ops.sh': '#!/bin/bash\n',
         'opt/openmetadata/bootstrap/sql/schema.sql': 'SELECT 1;\n',
         'usr/share/opensearch/lib/opensearch.jar': 'jar',
         'usr/share/opensearch/config/opensearch.yml': 'network.host: 0.0.0.0\n',
         'usr/share/opensearch/config/opensearch.keystore': 'seed\n',
         'usr/share/opensearch/bin/opensearch': '#!/usr/bin/env bash\n',
         'usr/share/opensearch/opensearch-docker-entrypoint.sh': '#!/bin/bash\n'}


@functools.cache
def _vendor():
    """Both images of the vendors at once."""
    return standins.image_of('standin-vendor', packages=['dash', 'coreutils', 'findutils'],
                             programs=['/usr/bin/dash', '/usr/bin/ls', '/usr/bin/find'],
                             texts=TEXTS, trees={'usr/share/opensearch/jdk/bin/java': _java()})


def _java():
    path = pid1.folder() / 'java'
    path.write_text(JAVA)
    path.chmod(0o755)
    return path


@functools.cache
def _runtime():
    """Distroless Java: Python, no shell, and that `java`."""
    context = _java().parent
    (context / 'Dockerfile').write_text(f'FROM {standins.python()}\nCOPY java /usr/bin/java\n')
    built = docker.build('standin-java', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return 'standin-java'


@functools.cache
def build(name):
    """The image of dockerfiles/NAME over the stand-ins."""
    folder = standins.ROOT / 'dockerfiles'
    built = docker.build(f'{name}:0.1.0', '--build-arg', f'PINTLE={standins.pintle()}',
                         '--build-arg', f'BASE={_vendor()}', '--build-arg', f'RUNTIME={_runtime()}',
                         '--file', folder / name / 'Dockerfile', folder)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return f'{name}:0.1.0'
