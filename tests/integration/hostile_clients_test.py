"""The control socket and the socket for requests, and clients that mean no good: they neither delay
signals nor reaping, and learn or change nothing that is not theirs."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from clients import PRELUDE, SLOW, run_inside, start, still_works
from pid1 import ACTOR, PINTLE


@tap.test
def ten_thousand_connections_that_stall_delay_nobody():
    one = start()
    said = run_inside(one, r'''
import subprocess
crowd = [status() for _ in range(10000)]
for client in crowd[::7]:
    try:
        client.send(os.urandom(100))
    except OSError:
        pass
done = subprocess.run(['%s', 'health', '--timeout', '25s'],
                      capture_output=True, text=True)
print(done.returncode, done.stdout.strip())
''' % PINTLE)
    tap.equal(said, '0 healthy\n')
    still_works(one)


@tap.test
def requests_that_are_none_change_nothing():
    one = start({'id': 'it', 'command': 'true', **SLOW})
    tap.until(lambda: one.health('it')[0] == 0, 'the first run is over')
    before = len(os.listdir(f'/proc/{one.pid}/fd'))
    said = run_inside(one, r'''
name = requests()
print(ask(b'now\tnone', name=name).recv(100).decode())
for text in (b'', b'\t', b'now\t' + b'\xff' * 50, b'job\tit', os.urandom(1000), b'now' * 1000):
    ask(text, name=name)
try:
    ask(b'a' * 100000, name=name)
except OSError:
    pass
box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
box.sendto(b'now', name)
null = os.open('/dev/null', os.O_RDWR)
ask(b'now', null, name=name)
ask(b'now', *[null] * 4, name=name)
ask(b'now', *[null] * 253, name=name)
for _ in range(200):
    ask(b'now\tit', name=name)
print(ask(b'now\tit', name=name).recv(100).decode())
''')
    tap.equal(said.splitlines()[0], 'there is no check "none"')
    tap.check(said.splitlines()[1] in ('done', 'too many requests are in progress'), 'an answer', said)
    tap.until(lambda: len(os.listdir(f'/proc/{one.pid}/fd')) <= before, 'no descriptor is kept')
    still_works(one)


@tap.test
def nothing_is_answered_to_a_path():
    pid1.needs_root()
    one = start({'id': 'it', 'command': 'true', **SLOW})
    folder = pid1.folder()
    said = run_inside(one, """
private = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
private.bind(%r)
private.sendto(b'now\\tnone', requests())
print(ask(b'now\\tnone').recv(100).decode())
private.setblocking(False)
try:
    print(private.recv(100))
except BlockingIOError:
    print('nothing')
""" % str(folder / 'socket'))
    tap.equal(said, 'there is no check "none"\nnothing\n')
    still_works(one)


@tap.test
def a_flood_of_requests_from_somebody_else_delays_neither_signals_nor_health():
    pid1.needs_root()
    one = start({'id': 'it', 'command': 'true', **SLOW})
    inode = os.stat(f'/proc/{one.pid}/ns/mnt').st_ino
    flood = pid1.subprocess.Popen(
        ['nsenter', '--target', str(one.pid), '--mount', '--pid', 'setpriv', '--reuid', '5000',
         '--regid', '5000', '--clear-groups', sys.executable, '-c', PRELUDE + '''
name = requests()
print('begun', flush=True)
while True:
    ask(b'now', name=name)
''', str(inode)], stdout=pid1.subprocess.PIPE, stderr=pid1.subprocess.DEVNULL, text=True)
    tap.cleanup(lambda: (flood.kill(), flood.wait(), flood.stdout.close()))
    tap.equal(flood.stdout.readline(), 'begun\n')
    tap.equal(one.health('--timeout', '20s', '--live')[0], 0)
    tap.equal(one.health('--now', '--timeout', '20s', 'it'), (0, 'healthy'))
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


# A connection that lingers: whoever closes it last waits.
LINGERING = r"""
import struct
def lingering():
    server = socket.create_server(('127.0.0.1', 0))
    one = socket.create_connection(server.getsockname())
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 3600))
    one.setblocking(False)
    try:
        while True:
            one.send(b'x' * 65536)
    except BlockingIOError:
        return server, one
kept = []
for _ in range(20):
    server, one = lingering()
    kept.append(server)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [one.fileno()]))]
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.connect(requests())
    client = status()
    for target in (client, box):
        try:
            target.sendmsg([b'x'], rights)
        except OSError:  # refused: then closing it must not hold us up either
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 0, 0))
    one.close()
    client.close()
"""


@tap.test
def descriptors_that_linger_hold_up_nobody():
    one = start()
    done = pid1.subprocess.Popen(
        ['nsenter', '--target', str(one.pid), '--mount', '--pid', sys.executable, '-c',
         PRELUDE + LINGERING + "print('sent', flush=True)\nsys.stdin.read()\nos._exit(0)",
         str(os.stat(f'/proc/{one.pid}/ns/mnt').st_ino)],
        stdin=pid1.subprocess.PIPE, stdout=pid1.subprocess.PIPE, text=True)
    tap.cleanup(lambda: (done.kill(), done.wait(), done.stdin.close(), done.stdout.close()))
    tap.equal(done.stdout.readline(), 'sent\n')
    tap.equal(one.health('--timeout', '20s')[0], 0)
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def another_container_of_the_same_network_namespace_learns_nothing():
    one = start()
    other = pid1.start(ACTOR, 'listen', '15')
    other.line('ready')
    inode = os.stat(f'/proc/{one.pid}/ns/mnt').st_ino
    done = other.inside(sys.executable, '-c', PRELUDE + '''
client = status()
client.settimeout(20)
print(repr(client.recv(1000)))
''', str(inode))
    tap.equal(done.stdout, "b''\n", done.stderr)
    other.signal(signal.SIGTERM)
    tap.equal(other.end(), 0)
    still_works(one)


tap.main()
