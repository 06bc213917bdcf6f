"""main.py - an example of a service: says how many lines the application has by count.pl."""
import http.server
import os
import platform
import signal
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {'/healthz': '', '/lines': os.environ['COUNT']}.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header('Content-Length', str(len(body or '')))
        self.end_headers()
        self.wfile.write((body or '').encode())


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Handler)
    print(f'Python {platform.python_version()}: listening on port {server.server_port}', flush=True)
    server.serve_forever()


main()
