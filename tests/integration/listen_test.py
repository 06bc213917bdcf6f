"""`listen.health`: the verdict by HTTP, for httpGet probes."""
import os
import pathlib
import re
import signal
import socket
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web
from pid1 import ACTOR

QUICK = {'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 1}


class Served:
    """A pintle that listens, and whoever asks it."""

    def __init__(self, document, *command, **more):
        self.port = web.free_ports(1)[0]
        self.one = pid1.start_with({**document, 'listen': {'health': f'127.0.0.1:{self.port}'}},
                                   *(command or (ACTOR, 'listen', '15')), **more)
        self.one.line('ready')

    def get(self, path, method='GET'):
        """(status, body)."""
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', method=method)
        try:
            with urllib.request.urlopen(request, timeout=pid1.DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def becomes(self, path, status):
        tap.until(lambda: self.get(path)[0] == status, f'{path} becomes {status}')

    def connect(self):
        client = socket.create_connection(('127.0.0.1', self.port), timeout=pid1.DEADLINE)
        tap.cleanup(client.close)
        return client

    def server(self):
        """The pid out here of the child that answers."""
        mine = [pid for pid in pid1.children(self.one.pid) if pid1.exe(pid) == pid1.PINTLE]
        return mine[0] if mine else None

    def stop(self, code=0):
        self.one.signal(signal.SIGTERM)
        tap.equal(self.one.end(), code, self.one.err.text)


def check_file(folder, kind='readiness', name='it'):
    return {'id': name, 'kind': kind, 'fileExists': f'{folder}/{name}', **QUICK}


@tap.test
def the_paths_give_the_answers_of_the_three_questions():
    folder = pid1.folder()
    checks = [check_file(folder, kind, name) for kind, name in
              (('liveness', 'l'), ('readiness', 'r'), ('startup', 's'))]
    served = Served({'health': checks})
    served.becomes('/startupz', 503)
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    tap.equal(served.get('/readyz')[0], 503)
    (folder / 's').touch()
    served.becomes('/startupz', 200)
    served.becomes('/livez', 503)
    tap.equal(served.get('/livez'), (503, 'check l is unhealthy\n'))
    (folder / 'l').touch()
    (folder / 'r').touch()
    served.becomes('/livez', 200)
    served.becomes('/readyz', 200)
    tap.equal(served.get('/readyz?verbose'),
              (200, '[+]r ok: there\n[+]s ok: there\nreadyz check passed\n'))
    (folder / 'r').unlink()
    served.becomes('/readyz', 503)
    status, text = served.get('/readyz?timeout=1&verbose=1')
    tap.equal(status, 503)
    tap.check(re.fullmatch(r'\[-\]r unhealthy: .*No such file.*\n\[\+\]s ok: there\n'
                           r'readyz check failed: check r is unhealthy\n', text), 'verbose', text)
    served.stop()


# Reads OpenMetrics as Prometheus does: each sample as "NAME {LABELS} VALUE".
PARSER = """
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    assert family.documentation, family
    for sample in family.samples:
        print(sample.name, sample.labels, sample.value)
"""


@tap.test
def metrics_are_what_prometheus_reads():
    done = pid1.subprocess.run(['/usr/bin/python3', '-c', 'import prometheus_client'],
                               stderr=pid1.subprocess.DEVNULL)
    if done.returncode:
        tap.skip('python3-prometheus-client is not installed')
    folder = pid1.folder()
    (folder / 'r').touch()
    served = Served({'steps': [{'id': 'first', 'command': 'true'}],
                     'health': [check_file(folder, 'readiness', 'r'),
                                check_file(folder, 'liveness', 'l')]})
    served.becomes('/readyz', 200)
    served.becomes('/livez', 503)
    url = f'http://127.0.0.1:{served.port}/metrics'
    with urllib.request.urlopen(url) as answer:
        tap.equal(answer.headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8')
    asking = urllib.request.Request(url, headers={'Accept': 'application/openmetrics-text'})
    with urllib.request.urlopen(asking) as answer:
        tap.holds(answer.headers['Content-Type'], 'application/openmetrics-text; version=1.0.0')
        text = answer.read().decode()
    done = pid1.subprocess.run(['/usr/bin/python3', '-c', PARSER], input=text, capture_output=True,
                               text=True)
    tap.equal(done.returncode, 0, done.stderr + text)
    for line in ("pintle_phase {'pintle_phase': 'running'} 1", 'pintle_main_up {} 1',
                 "pintle_check_healthy {'id': 'r', 'kind': 'readiness'} 1",
                 "pintle_check_healthy {'id': 'l', 'kind': 'liveness'} 0",
                 "pintle_check_runs_total {'id': 'r'} ",
                 "pintle_step_duration_seconds {'id': 'first'} ",
                 'pintle_reaped_orphans_total {} 0', 'pintle_dropped_log_lines_total {} 0'):
        tap.holds(done.stdout, line)
    served.stop()


@tap.test
def it_answers_while_steps_run_and_while_main_stops():
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
    served = Served({'steps': [step]}, 'true')
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    tap.equal(served.get('/readyz'), (503, 'the init steps are not done\n'))
    served.stop(143)
    served = Served({'shutdown': {'gracePeriod': '1h', 'totalGracePeriod': '2h'}}, ACTOR,
                    'listen', '12')
    tap.equal(served.get('/readyz'), (200, 'ok\n'))
    served.one.signal(signal.SIGTERM)
    served.one.line('got 15')
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    tap.equal(served.get('/readyz'), (503, 'the container is stopping\n'))
    served.one.signal(signal.SIGUSR2)
    tap.equal(served.one.end(), 0)


@tap.test
def what_is_no_question_is_told_so():
    served = Served({})
    for path, method, status, text in (
            ('/', 'GET', 404, 'the paths are /livez /readyz /startupz, each'),
            ('/livez/', 'GET', 404, 'the paths are'),
            ('/livez', 'POST', 405, 'GET or HEAD'),
            ('/livez', 'DELETE', 405, 'GET or HEAD')):
        got, said = served.get(path, method)
        tap.equal(got, status, path)
        tap.holds(said, text)
    tap.equal(served.get('/livez', 'HEAD'), (200, ''))
    for request, status in ((b'garbage\r\n\r\n', b' 400 '), (b'\r\n\r\n', b' 400 '),
                            (b'GET http://x/ HTTP/1.1\r\n\r\n', b' 400 '),
                            (b'GET /livez HTTP/2\r\n\r\n', b' 400 '),
                            (b'GET /livez HTTP/1.1\r\nX: ' + b'a' * 9000, b' 431 '),
                            (os.urandom(500).replace(b'\n', b' ') + b'\n\n', b' 400 ')):
        client = served.connect()
        client.sendall(request)
        answer = client.recv(65536)
        tap.check(status in answer.split(b'\r\n')[0] + b' ', f'{request[:30]!r}', answer)
        client.close()
    served.stop()


@tap.test
def clients_that_stall_or_come_in_crowds_keep_nobody_waiting():
    served = Served({})
    crowd = [served.connect() for _ in range(300)]
    for client in crowd[::2]:
        client.sendall(b'GET /livez')
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    served.one.signal(signal.SIGUSR1)
    served.one.line('got 10')
    tap.equal(crowd[-1].recv(1), b'')  # two seconds are all that anybody has
    served.stop()


@tap.test
def the_child_is_unprivileged_and_started_again_when_it_dies():
    pid1.needs_root()
    served = Served({'user': '4711:4712'})
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    child = served.server()
    fields = pid1.status(child)
    tap.equal(fields['Uid'].split(), ['4711'] * 4)
    tap.equal(fields['Gid'].split(), ['4712'] * 4)
    tap.equal((fields['CapEff'], fields['CapBnd'], fields['NoNewPrivs']), ('0' * 16, '0' * 16, '1'))
    os.kill(child, signal.SIGKILL)
    served.one.complaint(r'pintle: the child that serves "listen.health" ended with exit code '
                         r'137; starting it again')
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    tap.check(served.server() != child, 'another child')
    served.stop()
    served = Served({'user': 'root'})
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    tap.equal(pid1.status(served.server())['Uid'].split(), ['65534'] * 4)
    served.stop()


@tap.test
def a_pid_1_that_does_not_answer_is_unavailable():
    served = Served({})
    tap.equal(served.get('/livez')[0], 200)
    served.one.signal(signal.SIGSTOP)
    tap.until(lambda: pid1.state(served.one.pid) == 'T', 'PID 1 is stopped')
    status, text = served.get('/livez')
    tap.equal(status, 503)
    tap.holds(text, 'PID 1')
    served.one.signal(signal.SIGCONT)
    served.becomes('/livez', 200)
    served.stop()


@tap.test
def a_port_that_is_taken_stops_the_start():
    taken = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(taken.close)
    address = f'127.0.0.1:{taken.getsockname()[1]}'
    code, _, err = pid1.run_with({'listen': {'health': address}}, 'true')
    tap.equal(code, 78)
    tap.holds(pid1.chosen_line(err, 78), f"/listen/health: cannot listen on '{address}': Address")


@tap.test
def the_address_may_have_variables_and_must_be_one():
    port = web.free_ports(1)[0]
    document = {'listen': {'health': '127.0.0.1:${PORT}'}, 'environment': {'PORT': str(port)}}
    one = pid1.start_with(document, ACTOR, 'listen', '15')
    one.line('ready')
    with urllib.request.urlopen(f'http://127.0.0.1:{port}/livez') as answer:
        tap.equal(answer.read(), b'ok\n')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    document['environment']['PORT'] = 'x'
    code, _, err = pid1.run_with(document, 'true')
    tap.equal(code, 78)
    tap.holds(err, '/listen/health: "127.0.0.1:x": the port is a number')
    del document['environment']
    code, _, err = pid1.run_with(document, 'true', before=['env', '-u', 'PORT'])
    tap.equal(code, 78)
    tap.holds(err, 'the variable PORT is not set')


@tap.test
def without_being_pid_1_the_child_goes_with_pintle():
    served = Served({}, is_pid1=False)
    tap.equal(served.get('/livez'), (200, 'ok\n'))
    child = tap.until(served.server, 'the child runs')
    served.stop()
    tap.check(not pid1.is_alive(child), 'the child has ended')
    served = Served({}, is_pid1=False)
    child = tap.until(served.server, 'the child runs')
    main = served.one.main()
    served.one.popen.kill()
    tap.until(lambda: not pid1.is_alive(child), 'the child ends with a pintle that is killed')
    os.kill(main, signal.SIGKILL)


tap.main()
