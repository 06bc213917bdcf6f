"""service.py - the main process of the container tests: a service whose health is a file's absence,
and that ends with exit code 7."""
import http.server
import os
import pathlib
import signal
import sys

SICK = pathlib.Path('/data/sick')


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if SICK.exists() else 200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def stop(*_):
    print('service: asked to stop', flush=True)
    sys.exit(7)


signal.signal(signal.SIGTERM, stop)
if 'START_SICK' in os.environ:
    SICK.touch()
server = http.server.HTTPServer(('127.0.0.1', 8080), Handler)
print(f'service: listening as uid {os.getuid()}', flush=True)
server.serve_forever()
