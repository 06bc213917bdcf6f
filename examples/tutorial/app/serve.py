"""serve.py: the shop. It serves /healthz and ends by SIGTERM."""
import http.server
import pathlib
import signal
import sys
import threading


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_there = self.path == '/healthz' and pathlib.Path('/data/schema').exists()
        self.send_response(200 if is_there else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('', 8080), Shop)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print('serve.py: ready', flush=True)
server.serve_forever()
sys.exit(0)
