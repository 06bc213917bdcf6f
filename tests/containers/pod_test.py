"""Containers that share a network and a PID namespace, as those of a pod with shareProcessNamespace."""
import json

import docker
import pid1
import service
import tap

PAUSE = ['/usr/bin/python3', '-c', 'import signal; signal.pause()']
# A daemon of another session, which ignores SIGTERM.
LEAVE = '''
import os, signal
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        print('daemon: here', flush=True)
        signal.pause()
    os._exit(0)
os.wait()
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print('main: here', flush=True)
while True:
    signal.pause()
'''


class Pod:
    def __init__(self):
        self.pause = docker.run(service.image(), '--entrypoint', PAUSE[0], command=PAUSE[1:])
        self.name = f'container:{self.pause.name}'

    def start(self, code, path, *options):
        """A pintle as uid 1000 whose main is `code`, healthy if `path` is there."""
        config = pid1.config(json.dumps({
            'user': '1000:1000', 'main': {'command': PAUSE[0], 'arguments': ['-c', code]},
            'health': [{'id': path[1:], 'fileExists': path, 'interval': '200ms', 'timeout': '10s',
                        'startPeriod': '0', 'failureThreshold': 1}]}))
        return docker.Container(docker.must(
            'run', '--detach', '--network', self.name, '--pid', self.name, *service.HARDENED,
            '--no-healthcheck', '--cap-drop=ALL', '--user', '1000:1000',
            '--volume', f'{config}:/etc/pintle/pintle.json:ro', *options, service.image()))


@tap.test
def each_container_answers_for_itself():
    pod = Pod()
    good, bad = pod.start(PAUSE[2], '/pintle'), pod.start(PAUSE[2], '/none')
    good.wait_for_line('check pintle: healthy')
    bad.wait_for_line('check none: unhealthy')
    tap.equal(good.execute('/pintle', 'health').stdout, 'healthy\n')
    tap.holds(bad.execute('/pintle', 'health').stdout, 'check none is unhealthy: ')
    tap.equal(pod.pause.execute('/pintle', 'health').stdout,
              'cannot reach PID 1: no pintle process listens in this container; is /pintle its '
              'ENTRYPOINT?\n')


@tap.test
def every_user_of_the_container_gets_an_answer():
    one = Pod().start(PAUSE[2], '/pintle')
    one.wait_for_line('check pintle: healthy')
    for user in ('1000', '4711', '0'):
        done = one.execute('/pintle', 'health', options=['--user', user])
        tap.equal((done.returncode, done.stdout), (0, 'healthy\n'), user)


@tap.test
def what_main_leaves_behind_is_ended_and_mains_code_comes_out():
    pod = Pod()
    one = pod.start(LEAVE, '/pintle')
    one.wait_for_line('main: here')
    one.wait_for_line('daemon: here')
    one.stop()
    tap.equal(one.end(), 0, one.output())
    tap.holds(one.output(), 'sending SIGKILL to the remaining processes')
    tap.equal(len(pod.pause.processes()), 1)


tap.main()
