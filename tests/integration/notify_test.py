"""`main.notify`: what main says by sd_notify(3), and what an outer NOTIFY_SOCKET is told of it."""
import os
import pathlib
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

QUICK = {'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 1}

# Sends every line of standard input to NOTIFY_SOCKET: "\n" written as two characters is a line break,
# a line that begins with "child " goes out from a child. Says so; ends with 3 at the line "end".
SPEAKER = r'''
import array, os, socket, sys
name = os.environ['NOTIFY_SOCKET']
assert name[0] == '@', name
print('ready', os.environ.get('WATCHDOG_PID'), flush=True)
def send(text):
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    rights = array.array('i', [0])  # a descriptor is none of pintle's business, and closed
    box.sendmsg([text.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)], 0,
                '\0' + name[1:])
for line in sys.stdin:
    line = line.rstrip('\n').replace('\\n', '\n')
    if line == 'end':
        sys.exit(3)
    if line.startswith('child '):
        if os.fork() == 0:
            send(line[6:])
            os._exit(0)
        os.wait()
    else:
        send(line)
    print('sent', flush=True)
'''


class Speaker:
    def __init__(self, notify=True, before=(), **document):
        self.one = pid1.start_with(
            {'main': {'command': sys.executable, 'arguments': ['-c', SPEAKER.replace('$', '$$')],
                      'notify': notify}, **document},
            before=before, stdin=subprocess.PIPE)
        self.first = self.one.line('ready .*').group(0)

    def say(self, text):
        self.one.popen.stdin.write((text + '\n').encode())
        self.one.popen.stdin.flush()
        self.one.line('sent')

    def becomes(self, code, words, *asked):
        tap.until(lambda: self.one.health(*asked)[0] == code and words in self.one.health(*asked)[1],
                  f'health becomes {code} {words!r}')

    def end(self, code=3):
        self.one.popen.stdin.write(b'end\n')
        self.one.popen.stdin.flush()
        tap.equal(self.one.end(), code)


class Outer:
    """An outer NOTIFY_SOCKET."""

    def __init__(self):
        self.path = pid1.folder() / 'notify'
        self.box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.box.bind(str(self.path))
        os.chmod(self.path, 0o777)
        self.box.settimeout(pid1.DEADLINE)
        tap.cleanup(self.box.close)

    def environment(self):
        return ['env', f'NOTIFY_SOCKET={self.path}', 'WATCHDOG_PID=1']

    def next(self):
        return self.box.recv(4096).decode()

    def is_silent(self):
        self.box.setblocking(False)
        try:
            self.box.recv(4096)
            return False
        except BlockingIOError:
            return True
        finally:
            self.box.settimeout(pid1.DEADLINE)


@tap.test
def ready_gates_readiness_and_nothing_else():
    main = Speaker()
    tap.equal(main.one.health(), (1, 'main has not sent READY=1'))
    tap.equal(main.one.health('--ready')[0], 1)
    tap.equal(main.one.health('--live')[0], 0)
    tap.equal(main.one.health('--startup')[0], 0)
    main.say('READY=0')
    main.say('READY')
    tap.equal(main.one.health()[0], 1)
    main.say(r'STATUS=serving 3 clients\nREADY=1')
    main.becomes(0, 'healthy')
    seen = main.one.status()['main']
    tap.equal((seen['says'], seen['status']), ('ready', 'serving 3 clients'))
    main.say('RELOADING=1')
    main.becomes(1, 'main has not sent READY=1')
    main.say('READY=1')
    main.becomes(0, 'healthy')
    main.say('STOPPING=1')
    main.becomes(1, 'main has sent STOPPING=1')
    main.end()


@tap.test
def only_main_is_heard_unless_all_of_its_user_are():
    main = Speaker()
    main.say('child READY=1')
    main.say('STATUS=main')
    tap.until(lambda: main.one.status()['main']['status'] == 'main', 'main has been heard')
    tap.equal(main.one.health()[0], 1)
    main.end()
    main = Speaker('all')
    main.say('child READY=1')
    main.becomes(0, 'healthy')
    main.end()


@tap.test
def nothing_that_main_sends_can_hurt():
    main = Speaker()
    before = len(os.listdir(f'/proc/{main.one.pid}/fd'))
    for text in ('MAINPID=1', 'x' * 4000, '=', r'\n\n=\n', 'EXTEND_TIMEOUT_USEC=-1', 'STATUS=\x01\x02',
                 'EXTEND_TIMEOUT_USEC=99999999999999999999999', 'WATCHDOG=1', 'READY=1=1'):
        main.say(text)
    tap.equal(main.one.health()[0], 1)
    main.say('READY=1')
    main.becomes(0, 'healthy')
    tap.equal(len(os.listdir(f'/proc/{main.one.pid}/fd')), before)
    main.end()


@tap.test
def an_outer_socket_is_told_when_the_checks_agree_also_if_main_is_not_asked():
    folder = pid1.folder()
    outer = Outer()
    one = pid1.start_with({'health': [{'id': 'it', 'fileExists': f'{folder}/good', **QUICK}]},
                          pid1.ACTOR, 'listen', '15', before=outer.environment())
    one.line('ready')
    tap.until(lambda: one.health()[1].startswith('check it is unhealthy'), 'the check has run')
    tap.check(outer.is_silent(), 'READY=1 waits for the check')
    (folder / 'good').touch()
    tap.equal(outer.next(), 'READY=1\n')
    one.signal(15)
    tap.equal(outer.next(), 'STOPPING=1\n')
    tap.equal(one.end(), 0)


@tap.test
def an_outer_socket_is_told_what_the_checks_confirm():
    folder = pid1.folder()
    outer = Outer()
    check = {'id': 'it', 'fileExists': f'{folder}/good', **QUICK}
    live = {'id': 'live', 'kind': 'liveness', 'fileExists': f'{folder}/alive', **QUICK}
    (folder / 'alive').touch()
    main = Speaker(before=outer.environment(), health=[check, live])
    tap.equal(main.first.strip(), 'ready None')
    main.say(r'STATUS=loading\nREADY=1')
    tap.equal(outer.next(), 'STATUS=loading\n')
    main.becomes(1, 'check it is unhealthy')
    tap.check(outer.is_silent(), 'READY=1 waits for the check')
    (folder / 'good').touch()
    tap.equal(outer.next(), 'READY=1\n')
    main.say('WATCHDOG=1')
    tap.equal(outer.next(), 'WATCHDOG=1\n')
    (folder / 'alive').unlink()
    main.becomes(1, 'check live is unhealthy')
    main.say('WATCHDOG=1')
    main.say('STATUS=sick')
    tap.equal(outer.next(), 'STATUS=sick\n')
    main.end()
    tap.equal(outer.next(), 'STOPPING=1\n')
    tap.check(outer.is_silent(), 'that is all')


@tap.test
def without_notify_an_outer_socket_is_mains_own():
    outer = Outer()
    one = pid1.start(sys.executable, '-c', 'import os; print("it is", os.environ["NOTIFY_SOCKET"])',
                     before=outer.environment())
    one.line(f'it is {outer.path}')
    tap.equal(one.end(), 0)
    tap.check(outer.is_silent(), 'pintle says nothing there')


@tap.test
def an_outer_socket_that_is_not_there_or_full_is_no_trouble():
    for outer in ('/none/such', '@nobody-listens-here', 'x' * 200, ''):
        main = Speaker(before=['env', f'NOTIFY_SOCKET={outer}'])
        main.say('READY=1')
        main.becomes(0, 'healthy')
        main.end()
    outer = Outer()
    main = Speaker(before=outer.environment())
    for number in range(50):  # more than unix(7) queues, and nobody reads
        main.say(f'STATUS={number}')
    main.say('READY=1')
    main.becomes(0, 'healthy')
    main.end()


BARRIER = """
import array, os, select, socket, sys
target = os.environ['NOTIFY_SOCKET'].replace('@', '\\0', 1)
reader, writer = os.pipe()
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.connect(target)
client.send(b'READY=1')
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [writer]))]
client.sendmsg([b'BARRIER=1'], rights)
os.close(writer)
poll = select.poll()
poll.register(reader, 0)
print('answered' if poll.poll(20000) else 'no answer', flush=True)
"""


@tap.test
def a_barrier_of_sd_notify_is_answered_by_closing_its_descriptor():
    one = pid1.start_with({'main': {'command': '/usr/bin/python3', 'notify': True,
                                    'arguments': ['-c', BARRIER.replace('$', '$$')]}})
    one.line('answered')
    tap.equal(one.end(), 0)


tap.main()
