"""main.py - an example of a service: answers mean and deviation of the numbers that are posted."""
import http.server
import json
import os
import signal
import sys

import numpy


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200 if self.path == '/healthz' else 404)

    def do_POST(self):
        try:
            body = self.rfile.read(int(self.headers['Content-Length']))
            numbers = numpy.array(json.loads(body), float)
            result = {'mean': numbers.mean(), 'deviation': numbers.std()}
        except (TypeError, ValueError):
            return self.answer(400)
        self.answer(200, json.dumps(result).encode())


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Handler)
    print(f'numpy {numpy.__version__}: listening on port {server.server_port}', flush=True)
    server.serve_forever()


main()
