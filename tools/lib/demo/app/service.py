"""service.py - the main process: a small HTTP service. It takes its time to start (until it is told
to go on through /data/go), leaves orphans behind when asked to, and ends with exit code 42."""
import http.server
import os
import signal
import sys

EXIT_CODE = 42


def leave_orphan():
    """A grandchild whose parent is gone: nobody but PID 1 can collect it."""
    child = os.fork()
    if child == 0:
        os._exit(0 if os.fork() else 1)
    os.waitpid(child, 0)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith('/orphans/'):
            for _ in range(int(self.path.removeprefix('/orphans/'))):
                leave_orphan()
        if self.path == '/':
            with open('/data/visits', 'a') as visits:
                visits.write(f'{self.client_address}\n')
        with open('/etc/greeting', 'rb') as greeting:
            body = greeting.read()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def stop(*_):
    print('service: asked to stop, closing', flush=True)
    sys.exit(EXIT_CODE)


def main():
    signal.signal(signal.SIGTERM, stop)
    os.mkfifo('/data/go')
    print(f'service: loading, pid {os.getpid()}, uid {os.getuid()}, gid {os.getgid()}', flush=True)
    open('/data/go').close()  # blocks until it is opened for writing
    server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler)
    print(f'service: listening on port {sys.argv[1]}', flush=True)
    server.serve_forever()


main()
