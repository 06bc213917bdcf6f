"""Health checks, the cached verdict that `pintle health` asks for, and `pintle status`."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE

# A loopback address of our own: the network is shared with whatever else runs here.
HOST = f'127.{os.getpid() >> 16 & 127 | 1}.{os.getpid() >> 8 & 255}.{os.getpid() & 255 or 1}'
PORT = 8080

# Answers 200 while the file "good" exists, nothing while "hang" does, else 503.
SERVER = r'''
import http.server, os, sys, time
folder = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        while os.path.exists(folder + '/hang'):
            time.sleep(0.05)
        self.send_response(200 if os.path.exists(folder + '/good') else 503)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer((sys.argv[2], int(sys.argv[3])), Handler)
print('ready', flush=True)
server.serve_forever()
'''
QUICK = {'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 2}


def service(*checks, **more):
    """A real HTTP service under pintle; (the process, its folder)."""
    folder = pid1.folder()
    document = {'main': {'command': sys.executable,
                         'arguments': ['-c', SERVER.replace('$', '$$'), str(folder), HOST,
                                       str(PORT)]},
                'health': list(checks), **more}
    one = pid1.start_with(document)
    return one, folder


def http(**more):
    return {'id': 'web', 'http': {'url': f'http://{HOST}:{PORT}/health'}, **QUICK, **more}


def becomes(one, code, words, *asked):
    """Asks until the answer is this."""
    last = []

    def answers():
        last[:] = [one.health(*asked)]
        return last[0][0] == code and words in last[0][1]
    try:
        tap.until(answers, f'health becomes {code} {words!r}')
    except tap.Failure as failure:
        raise tap.Failure(f'{failure}; last {last}') from None


def stop(one, code=143):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), code, one.err.text)


def no_zombie(one):
    tap.until(lambda: all(pid1.state(pid) != 'Z' for pid in pid1.children(one.pid)), 'no zombie')


@tap.test
def a_service_is_unknown_then_healthy_then_unhealthy_then_healthy():
    one, folder = service(http(startPeriod='1h', startInterval='20ms'))
    one.line('ready')
    tap.equal(one.health()[0], 1)
    tap.holds(one.health()[1], 'check web is unknown')
    (folder / 'good').touch()
    becomes(one, 0, 'healthy')
    (folder / 'good').unlink()
    becomes(one, 1, 'check web is unhealthy: ')
    tap.holds(one.health()[1], '503')
    (folder / 'good').touch()
    becomes(one, 0, 'healthy')
    one.complaint(r'pintle: check web: healthy.*')
    one.complaint(r'pintle: check web: unhealthy.*503.*')
    one.complaint(r'pintle: check web: healthy.*')
    no_zombie(one)
    stop(one)


@tap.test
def a_server_that_hangs_ends_at_the_timeout():
    one, folder = service(http(timeout='100ms'))
    one.line('ready')
    (folder / 'good').touch()
    becomes(one, 0, 'healthy')
    (folder / 'hang').touch()
    becomes(one, 1, 'check web is unhealthy: timed out')
    (folder / 'hang').unlink()
    becomes(one, 0, 'healthy')
    no_zombie(one)
    stop(one)


@tap.test
def a_tcp_check_sees_whether_somebody_listens():
    open_port = {'id': 'open', 'tcp': f'{HOST}:{PORT}', **QUICK}
    closed = {'id': 'closed', 'tcp': {'address': f'{HOST}:1'}, **QUICK}
    one, _ = service(open_port, closed)
    becomes(one, 0, 'healthy', 'open')
    becomes(one, 1, 'check closed is unhealthy: ', 'closed')
    tap.holds(one.health('closed')[1], 'Connection refused')
    stop(one)


@tap.test
def a_command_check_goes_by_the_exit_code():
    folder = pid1.folder()
    check = {'id': 'file', 'command': 'test', 'arguments': ['-e', f'{folder}/good'], **QUICK}
    one = pid1.start_with({'health': [check]}, 'sleep', '1000')
    becomes(one, 1, 'check file is unhealthy: exit code 1')
    (folder / 'good').touch()
    becomes(one, 0, 'healthy')
    no_zombie(one)
    stop(one)


@tap.test
def a_command_check_that_hangs_is_killed_with_its_family():
    check = {'id': 'hung', 'command': ACTOR, 'arguments': ['deaf-family'], **QUICK,
             'timeout': '100ms'}
    one = pid1.start_with({'health': [check]}, 'sleep', '1000')
    main = one.main()
    becomes(one, 1, 'check hung is unhealthy: timed out')
    becomes(one, 1, 'timed out')
    stop(one)
    del main
    one.out.rest()  # all of them have ended


@tap.test
def a_check_whose_program_is_missing_is_unhealthy_and_says_why():
    check = {'id': 'gone', 'command': '/no/such', **QUICK}
    one = pid1.start_with({'health': [check]}, 'sleep', '1000')
    becomes(one, 1, "cannot execute '/no/such': No such file or directory")
    stop(one)


@tap.test
def without_checks_a_running_container_is_healthy():
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    for question in ((), ('--live',), ('--ready',), ('--startup',)):
        becomes(one, 0, '', *question)
    tap.holds(one.health('nosuch')[1], 'there is no check "nosuch"')
    stop(one, 0)


@tap.test
def liveness_readiness_and_startup_are_separate_questions():
    folder = pid1.folder()
    checks = [{'id': kind, 'kind': kind, 'command': 'test',
               'arguments': ['-e', f'{folder}/{kind}'], **QUICK}
              for kind in ('startup', 'liveness', 'readiness')]
    one = pid1.start_with({'health': checks}, ACTOR, 'listen', '15')
    becomes(one, 1, 'check startup is', '--startup')
    becomes(one, 0, 'alive', '--live')
    becomes(one, 1, 'check startup is', '--ready')
    (folder / 'startup').touch()
    becomes(one, 0, 'started', '--startup')
    becomes(one, 1, 'check liveness is unhealthy', '--live')
    (folder / 'liveness').touch()
    becomes(one, 0, 'alive', '--live')
    becomes(one, 1, 'check readiness is unhealthy', '--ready')
    becomes(one, 1, 'check readiness is unhealthy')
    (folder / 'readiness').touch()
    becomes(one, 0, 'ready', '--ready')
    becomes(one, 0, 'healthy')
    stop(one, 0)


@tap.test
def during_init_it_is_alive_but_not_ready():
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
    one = pid1.start_with({'steps': [step]}, 'true')
    one.line('ready')
    tap.equal(one.health('--live')[0], 0)
    tap.equal(one.health(), (1, 'the init steps are not done'))
    tap.equal(one.status()['phase'], 'init')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def while_stopping_it_is_alive_but_not_ready():
    one = pid1.start_with({'shutdown': {'gracePeriod': '1h'}}, ACTOR, 'listen', '12')
    one.line('ready')
    one.signal(signal.SIGTERM)
    one.line('got 15')
    tap.equal(one.health('--live')[0], 0)
    tap.equal(one.health('--ready'), (1, 'the container is stopping'))
    one.signal(signal.SIGUSR2)
    tap.equal(one.end(), 0)


@tap.test
def a_pid_1_that_does_not_answer_is_unhealthy():
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    one.signal(signal.SIGSTOP)
    tap.until(lambda: pid1.state(one.pid) == 'T', 'PID 1 is stopped')
    code, reason = one.health('--timeout', '100ms')
    tap.equal(code, 1)
    tap.holds(reason, 'cannot get a reply from PID 1')
    one.signal(signal.SIGCONT)
    stop(one, 0)


@tap.test
def without_a_pintle_it_is_unhealthy():
    one = pid1.Process(['sleep', '1000'])
    tap.until(lambda: pid1.exe(one.pid) != pid1.exe(one.popen.pid), 'sleep is PID 1')
    code, reason = one.health()
    tap.equal(code, 1)
    tap.holds(reason, 'no pintle process listens')


@tap.test
def a_wrong_use_of_health_is_1_and_never_2():
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    for words in (('--nosuch',), ('--live', '--ready'), ('--timeout', 'x'), ('--live', 'id')):
        tap.equal(one.health(*words)[0], 1, str(words))
    stop(one, 0)


@tap.test
def any_user_of_the_container_may_ask():
    for options in ([], ['-u', '4711:4712']):
        one = pid1.start(ACTOR, 'listen', '15', options=options)
        one.line('ready')
        done = one.inside('setpriv', '--reuid', '5000', '--regid', '5000', '--clear-groups',
                          PINTLE, 'health')
        tap.equal((done.returncode, done.stdout), (0, 'healthy\n'), done.stderr)
        stop(one, 0)


STALLING = r'''
import resource, socket, subprocess, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
name = next(line.split()[-1] for line in open('/proc/net/unix') if sys.argv[2] in line)
clients = []
for _ in range(2000):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect('\0' + name[1:])
    clients.append(client)
done = subprocess.run([sys.argv[1], 'health', '--timeout', '20s'], capture_output=True, text=True)
print(done.returncode, done.stdout.strip())
'''


@tap.test
def two_thousand_clients_that_never_read_delay_nobody():
    one = pid1.start(ACTOR, 'listen', '15')
    one.line('ready')
    inode = os.stat(f'/proc/{one.pid}/ns/mnt').st_ino
    done = one.inside(sys.executable, '-c', STALLING, PINTLE, f'@pintle/{inode}/')
    tap.equal(done.stdout, '0 healthy\n', done.stderr)
    one.signal(signal.SIGUSR1)
    one.line('got 10')
    stop(one, 0)


@tap.test
def status_as_json_shows_phase_main_steps_checks_jobs_and_counters():
    document = {'steps': [{'id': 'first', 'command': 'true'}],
                'health': [{'id': 'ok', 'kind': 'liveness', 'command': 'true', **QUICK}],
                'maintenance': [{'id': 'job', 'command': 'true', 'schedule': {'every': '1h'}}]}
    one = pid1.start_with(document, ACTOR, 'listen', '15')
    one.line('ready')
    becomes(one, 0, 'healthy', 'ok')
    seen = one.status()
    tap.equal(list(seen), ['phase', 'main', 'steps', 'checks', 'jobs', 'shutdown', 'notLocked',
                          'counters'])
    tap.equal(seen['phase'], 'running')
    tap.check(seen['main']['pid'] > 1 and seen['main']['runningMs'] >= 0, 'main', seen['main'])
    step, check, job = seen['steps'][0], seen['checks'][0], seen['jobs'][0]
    tap.equal((step['id'], step['state'], step['runs'], step['exitCode']), ('first', 'done', 1, 0))
    tap.equal((check['id'], check['kind'], check['verdict']), ('ok', 'liveness', 'healthy'))
    tap.equal((job['id'], job['state'], job['runs']), ('job', 'waiting', 0))
    tap.check(0 < job['nextInMs'] <= 3600000, 'the next run', job)
    tap.equal(seen['counters'], {'reapedOrphans': 0, 'droppedLogLines': 0})
    stop(one, 0)


tap.main()
