"""The control socket and the socket for requests, and clients that mean no good: they neither delay
signals nor reaping, and learn or change nothing that is not theirs."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE

SLOW = {'interval': '1h', 'startPeriod': '0', 'failureThreshold': 1}

# Everything a client needs: argv[1] is the inode of the mount namespace.
PRELUDE = r'''
import array, os, resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
names = {line.split()[-1] for line in open('/proc/net/unix') if f'@pintle/{sys.argv[1]}/' in line}
def status():
    """What PID 1 sends to whoever connects."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect('\0' + sorted(names)[0][1:])
    return client
def requests():
    lines = status().recv(1 << 20).decode().splitlines()
    return next('\0' + line.split('\t')[1] for line in lines if line.startswith('requests\t'))
def ask(text, *descriptors, name=None):
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.bind('')  # any name
    box.connect(name or requests())
    if not descriptors:
        box.send(text)
        return box
    try:
        rights = array.array('i', descriptors)
        box.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    except PermissionError:
        pass  # the kernel does not even pass them
    return box
'''


def run_inside(one, code, *before):
    """Runs Python in the namespaces of `one`; its stdout."""
    inode = os.stat(f'/proc/{one.pid}/ns/mnt').st_ino
    done = one.inside(*before, sys.executable, '-c', PRELUDE + code, str(inode))
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    return done.stdout


def start(*checks, **more):
    one = pid1.start_with({'health': list(checks), **more}, ACTOR, 'listen', '15')
    one.line('ready')
    return one


def still_works(one):
    """It answers, forwards and reaps."""
    tap.equal(one.health('--live')[0], 0)
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    orphans = one.status()['counters']['reapedOrphans']
    one.inside('sh', '-c', '(true &)')
    tap.until(lambda: all(pid1.state(pid) != 'Z' for pid in pid1.children(one.pid)), 'no zombie')
    tap.check(one.status()['counters']['reapedOrphans'] >= orphans, 'orphans are counted')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)


@tap.test
def now_runs_the_checks_at_once_and_waits_for_them():
    folder = pid1.folder()
    check = {'id': 'it', 'fileExists': f'{folder}/good', **SLOW}
    one = start(check, {'id': 'other', 'command': 'true', **SLOW})
    tap.until(lambda: 'unhealthy' in one.health('it')[1], 'the first run is over')
    (folder / 'good').touch()
    tap.equal(one.health('it')[0], 1)
    tap.equal(one.health('--now', 'it'), (0, 'healthy'))
    (folder / 'good').unlink()
    code, said = one.health('--now')
    tap.equal(code, 1)
    tap.holds(said, 'check it is unhealthy')
    code, said = one.health('--now', 'none')
    tap.equal((code, said), (1, 'cannot run the checks now: there is no check "none"'))
    still_works(one)


@tap.test
def now_of_a_check_that_cannot_run_yet_does_not_wait_for_ever():
    one = start({'id': 's', 'kind': 'startup', 'command': 'false', **SLOW},
                {'id': 'r', 'command': 'true', **SLOW})
    tap.equal(one.health('--now', 'r'), (1, 'check r is unknown'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
    one = pid1.start_with({'steps': [step], 'health': [{'id': 'r', 'command': 'true'}]}, 'true')
    one.line('ready')
    tap.equal(one.health('--now'), (1, 'the init steps are not done'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def health_as_json_has_every_check():
    one = start({'id': 'a', 'command': 'true', **SLOW}, {'id': 'b', 'command': 'false', **SLOW})
    one.health('--now')
    done = one.inside(PINTLE, 'health', '--json')
    tap.equal(done.returncode, 1)
    seen = pid1.json.loads(done.stdout)
    tap.equal(seen['healthy'], False)
    tap.holds(seen['reason'], 'check b is unhealthy')
    tap.equal(seen['phase'], 'running')
    tap.equal([(one['id'], one['verdict']) for one in seen['checks']],
              [('a', 'healthy'), ('b', 'unhealthy')])
    still_works(one)


@tap.test
def only_root_and_the_user_of_pid_1_may_ask_for_runs():
    pid1.needs_root()
    one = start({'id': 'it', 'command': 'true', **SLOW})
    other = ['setpriv', '--reuid', '5000', '--regid', '5000', '--clear-groups']
    done = one.inside(*other, PINTLE, 'health', '--now')
    tap.equal((done.returncode, done.stdout),
              (1, 'cannot run the checks now: only root may ask for that\n'))
    still_works(one)
    one = pid1.start_with({'health': [{'id': 'it', 'command': 'true', **SLOW}]}, ACTOR, 'listen',
                          '15', before=['setpriv', '--reuid', '5000', '--regid', '5000',
                                        '--clear-groups'])
    one.line('ready')
    done = one.inside(*other, PINTLE, 'health', '--now')
    tap.equal((done.returncode, done.stdout), (0, 'healthy\n'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


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
    tap.check(said.splitlines()[1] in ('done', 'too many are asking already'), 'an answer', said)
    tap.until(lambda: len(os.listdir(f'/proc/{one.pid}/fd')) == before, 'no descriptor is kept')
    still_works(one)


@tap.test
def now_is_answered_by_the_run_that_makes_a_startup_check_pass():
    fifo = pid1.folder() / 'fifo'
    os.mkfifo(fifo)
    one = start({'id': 's', 'kind': 'startup', 'command': 'sh',
                 'arguments': ['-c', f'read line < {fifo}'], **SLOW, 'timeout': '1h'},
                {'id': 'r', 'command': 'true', **SLOW})
    for _ in range(20):  # more than wait at a time
        said = run_inside(one, """
box = ask(b'now\\ts')
status().recv(1 << 17)  # a turn later it has been taken
try:
    open(%r, 'w', opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)).write('x\\n')
except OSError:
    pass  # the check has passed
print(box.recv(100).decode())
""" % str(fifo))
        tap.equal(said, 'done\n')
    tap.equal(one.health('--now', 'r'), (0, 'healthy'))
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
