"""docker stop, docker kill and what they set off: drains, jobs, tidying up, a container that pauses."""
import docker
import pid1
import service
import tap

PYTHON = '/usr/bin/python3'
# Names each signal that comes; ends at SIGTERM, after `slow` seconds.
MAIN = '''
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
print("main ready", flush=True)
while True:
    number = signal.sigwait(signal.valid_signals())
    print("main got", number, flush=True)
    if number == signal.SIGTERM:
        sys.exit(3)
'''
DEAF = '''
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf ready", flush=True)
while True:
    signal.pause()
'''
FORKS_AWAY = '''
import os, signal
if os.fork():
    os._exit(0)
os.setsid()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("daemon ready", flush=True)
signal.sigwait([signal.SIGTERM])
print("daemon got 15", flush=True)
'''


def python(code, **more):
    return {'command': PYTHON, 'arguments': ['-c', code], **more}


def say(name, **more):
    return {'id': name, **python(f'print("{name}", flush=True)'), **more}


def start(document, *options):
    document = {'user': '1000:1000', 'main': python(MAIN), **document}
    config = pid1.config(document)
    return docker.run(service.image(), *service.HARDENED, *service.STEPPING_DOWN,
                      '--no-healthcheck', '--volume', f'{config}:/etc/pintle/pintle.json:ro', *options)


def said(one):
    """What main, jobs and steps said, in order; pintle's own lines left out."""
    return [line for line in docker.must('logs', one.name).splitlines() if line]


@tap.test
def docker_stop_drains_stops_main_and_tidies_up():
    one = start({'shutdown': {'before': [say('drain'), say('deregister')], 'after': [say('tidy')]}})
    one.wait_for_line('main ready')
    one.stop()
    tap.equal(one.end(), 3)
    tap.equal(said(one), ['main ready', 'drain', 'deregister', 'main got 15', 'tidy'])


@tap.test
def a_job_that_ignores_term_does_not_make_docker_kill_the_container():
    one = start({'maintenance': [{'id': 'deaf', **python(DEAF), 'runOnStart': True,
                                  'schedule': {'every': '1h'}}]})
    one.wait_for_line('main ready')
    one.wait_for_line('deaf ready')
    events = docker.Events(one)
    docker.must('stop', one.name)  # with Docker's own ten seconds
    events.wait_for('die')
    tap.equal([text for text in events.seen if text.startswith('kill')], ['kill 15'])
    tap.equal(one.end(), 3)


@tap.test
def a_stop_during_init_ends_it_with_128_and_the_signal():
    one = start({'steps': [say('first'), {'id': 'long', **python(DEAF), 'timeout': '1h'}],
                 'shutdown': {'gracePeriod': '1s', 'totalGracePeriod': '2s', 'after': [say('tidy')]}})
    one.wait_for_line('deaf ready')
    one.stop()
    tap.equal(one.end(), 143)
    tap.equal(said(one), ['first', 'deaf ready'])
    tap.holds(one.output(), 'pintle: exit 143: stopped by SIGTERM during the init steps')


@tap.test
def a_stop_during_a_job_ends_the_job_and_then_main():
    one = start({'maintenance': [{'id': 'job', **python(MAIN.replace('main', 'job')),
                                  'runOnStart': True, 'schedule': {'every': '1h'}}]})
    one.wait_for_line('main ready')
    one.wait_for_line('job ready')
    one.stop()
    tap.equal(one.end(), 3)
    tap.equal(said(one)[2:], ['job got 15', 'main got 15'])


@tap.test
def docker_kill_hup_is_only_forwarded():
    one = start({'shutdown': {'before': [say('drain')]}})
    one.wait_for_line('main ready')
    docker.must('kill', '--signal', 'HUP', one.name)
    one.wait_for_line('main got 1')
    tap.equal(one.status()['phase'], 'running')
    one.stop()
    tap.equal(said(one)[1:], ['main got 1', 'drain', 'main got 15'])


@tap.test
def a_main_that_forks_away_ends_the_container_and_its_daemon_gets_term():
    one = start({'main': python(FORKS_AWAY), 'shutdown': {'after': [say('tidy')]}})
    tap.equal(one.end(), 0)
    tap.equal([line for line in said(one) if line != 'daemon ready'], ['tidy', 'daemon got 15'])


@tap.test
def a_container_for_maintenance_only_runs_its_jobs_until_it_is_stopped():
    one = start({'main': {'pause': True}, 'maintenance': [
        {**say('tidy'), 'schedule': {'every': '200ms'}}, {**say('never'), 'schedule': '0 0 29 2 *'}]})
    one.wait_for_line('tidy', times=3)
    tap.equal(one.execute('/pintle', 'health').stdout, 'healthy\n')
    tap.equal(one.status()['main'], {'pid': None})
    done = one.execute('/pintle', 'job', 'never', options=['--user', '0'])
    tap.equal((done.returncode, done.stdout), (0, 'never\n'), done.stderr)
    one.stop()
    tap.equal(one.end(), 0)
    tap.check('pintle: exit' not in one.output(), 'pintle chose no code', one.output())


@tap.test
def a_job_that_docker_exec_asks_for_as_root_runs_as_its_own_user():
    one = start({'maintenance': [{'id': 'who', **python('import os; print(os.getuid())'),
                                  'schedule': '@yearly'}]})
    one.wait_for_line('main ready')
    done = one.execute('/pintle', 'job', 'who', options=['--user', '0'])
    tap.equal((done.returncode, done.stdout), (0, '1000\n'), done.stderr)
    done = one.execute('/pintle', 'job', 'who', options=['--user', '1000'])
    tap.equal(done.returncode, 83, done.stderr)
    tap.equal(one.status()['jobs'][0]['runs'], 1)


tap.main()
