"""More than one pintle in a container, a pintle that is not PID 1, and names that others have taken."""
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE

OTHER = ['setpriv', '--reuid', '5000', '--regid', '5000', '--clear-groups']
SLOW = {'interval': '1h', 'startPeriod': '0', 'failureThreshold': 1}


def nested(**config):
    """An image whose entry point is pintle, and a command that begins with pintle."""
    inner = pid1.config({'main': {'command': ACTOR, 'arguments': ['listen', '15']}, **config})
    one = pid1.start(PINTLE, '-c', inner)
    one.line('ready')
    return one


@tap.test
def a_container_is_healthy_only_if_all_its_pintles_are():
    folder = pid1.folder()
    check = {'id': 'inner', 'fileExists': f'{folder}/good', **SLOW}
    one = nested(health=[check])
    tap.until(lambda: one.health('inner')[1].startswith('check inner is unhealthy'), 'it is found')
    code, said = one.health()
    tap.equal(code, 1)
    tap.holds(said, 'check inner is unhealthy')
    (folder / 'good').touch()
    tap.equal(one.health('--now', 'inner'), (0, 'healthy'))
    tap.equal(one.health()[0], 0)
    (folder / 'good').unlink()
    tap.equal(one.health('--now')[0], 1)
    tap.equal(one.health('--now', 'none')[1],
              'cannot run the checks now: there is no check "none"')
    shown = one.status()
    tap.equal([check['id'] for check in shown['nested'][0]['checks']], ['inner'])
    tap.equal(shown['checks'], [])
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def a_job_of_a_nested_pintle_is_found():
    one = nested(maintenance=[{'id': 'tidy', 'schedule': {'every': '1h'}, 'command': ACTOR,
                               'arguments': ['exit', '5']}])
    done = tap.until(lambda: (lambda d: d if 'no job' not in d.stderr else None)(
        one.inside(PINTLE, 'job', 'tidy')), 'the inner one answers')
    tap.equal(done.returncode, 5, done.stderr)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def a_pintle_that_is_only_run_in_the_container_says_nothing_of_its_health():
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    step = {'id': 's', 'command': 'sh', 'arguments': ['-c', 'read line']}
    file = pid1.config({'steps': [{**step, 'stdin': 'inherit'}]})
    enter = ['nsenter', '--target', str(one.pid), '--mount', '--pid']
    other = pid1.subprocess.Popen([*enter, PINTLE, 'run', '--init-only', '-c', file],
                                  stdin=pid1.subprocess.PIPE, stderr=pid1.subprocess.PIPE)
    tap.cleanup(lambda: (other.kill(), other.wait(), other.stdin.close(), other.stderr.close()))
    tap.until(lambda: len(pid1.children(other.pid)) > 0, 'it runs')
    tap.equal(one.health(), (0, 'healthy'))
    tap.check('nested' not in one.status(), 'it is not nested')
    other.stdin.write(b'\n')
    other.stdin.flush()
    tap.equal(other.wait(), 0)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def under_another_init_an_ordinary_users_pintle_answers_root_and_tells_others_whom_to_be():
    pid1.needs_root()
    folder = pid1.folder()
    job = {'id': 'tidy', 'schedule': {'every': '1h'}, 'command': ACTOR, 'arguments': ['exit', '0']}
    file = pid1.config({'maintenance': [job],
                        'main': {'command': ACTOR, 'arguments': ['listen', '15']}})
    init = ['sh', '-c', '"$@" & trap "kill $!" TERM; wait; wait', 'sh', *OTHER, PINTLE, '-c', file]
    one = pid1.Process(init, cwd=folder)
    one.line('ready')
    tap.until(lambda: one.health()[0] == 0, 'root is answered')
    tap.equal(one.inside(PINTLE, 'job', 'tidy').returncode, 0)
    stranger = ['setpriv', '--reuid', '6000', '--regid', '6000', '--clear-groups']
    tap.equal(one.inside(*stranger, PINTLE, 'health').returncode, 0)
    done = one.inside(*stranger, PINTLE, 'job', 'tidy')
    tap.equal(done.returncode, 83)
    tap.holds(done.stderr, 'only root and uid 5000, as which pintle runs, may ask for that')
    one.signal(signal.SIGTERM)
    one.end()


@tap.test
def a_control_socket_whose_names_are_taken_is_opened_when_they_are_free():
    held = pid1.folder() / 'held'
    inbox = r'''
import os, socket, sys
inode = os.stat('/proc/self/ns/mnt').st_ino
kept = []
for k in range(8):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one.bind(f'\0pintle/{inode}/{k}')
    kept.append(one)
pid = os.fork()
if pid == 0:
    os.setsid()
    os.read(os.open(sys.argv[1], os.O_RDONLY), 1)
    os._exit(0)
for one in kept:
    one.close()
os.execv(sys.argv[2], sys.argv[2:])
'''
    os.mkfifo(held)
    one = pid1.Process([sys.executable, '-c', inbox, str(held), PINTLE, '--', ACTOR, 'listen', '15'])
    one.line('ready')
    one.complaint('.*all its names are in use.*until it can be opened')
    tap.equal(one.health()[0], 1)
    with open(held, 'w', encoding='ascii') as fifo:
        fifo.write('x')
    one.complaint(".*'pintle health' and 'pintle status' work from now on")
    tap.equal(one.health(), (0, 'healthy'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


# A PID 1 that tells its status, and takes no request.
DEAF = r'''
import os, socket
inode = os.stat('/proc/self/ns/mnt').st_ino
door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
door.bind(f'\0pintle/{inode}/0')
door.listen()
box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
box.bind('')
status = 'STATUS'.replace('NAME', box.getsockname()[1:].decode())
os.write(1, b'ready\n')
while True:
    client, _ = door.accept()
    client.send(status.encode())
'''


@tap.test
def a_job_that_pid_1_does_not_take_is_given_up():
    real = pid1.start(ACTOR, 'listen', '15')
    real.line('ready')
    inode = os.stat(f'/proc/{real.pid}/ns/mnt').st_ino
    said = real.inside(sys.executable, '-c', f"""
import socket
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.connect('\\0pintle/{inode}/0')
print(client.recv(1 << 17).decode(), end='')""").stdout
    status = '\n'.join('requests\tNAME' if line.startswith('requests') else line
                       for line in said.split('\n'))
    real.signal(signal.SIGTERM)
    tap.equal(real.end(), 0)
    one = pid1.Process([sys.executable, '-c', DEAF.replace("'STATUS'", json.dumps(status))])
    one.line('ready')
    done = one.inside(PINTLE, 'job', 'tidy')
    tap.equal(done.returncode, 1)
    tap.holds(done.stderr, 'PID 1 does not accept the request')


tap.main()
