"""clients.py - clients of PID 1's sockets that speak to them directly, and a pintle for them."""
import os
import signal
import sys

import pid1
import tap
from pid1 import ACTOR

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
