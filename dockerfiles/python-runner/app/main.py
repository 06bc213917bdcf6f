"""main.py - an example of a service: keeps notes in DATA_DIR, and ends cleanly on SIGTERM."""
import http.server
import os
import pathlib
import signal
import sys

NOTES = pathlib.Path(os.environ['DATA_DIR'], 'notes')


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == '/healthz':
            self.answer(200, b'ok\n')
        elif self.path == '/notes':
            self.answer(200, NOTES.read_bytes() if NOTES.exists() else b'')
        else:
            self.answer(404)

    def do_POST(self):
        if self.path != '/notes':
            return self.answer(404)
        length = int(self.headers.get('Content-Length', 0))
        with NOTES.open('ab') as notes:
            notes.write(self.rfile.read(length) + b'\n')
        self.answer(201)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Handler)
    print(f'listening on port {server.server_port} as uid {os.getuid()}', flush=True)
    server.serve_forever()


main()
