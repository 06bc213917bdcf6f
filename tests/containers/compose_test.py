"""Compose starts a service when pintle says that the one before it is healthy."""
import json
import time

import compose_project
import docker
import service
import tap

FIRST = {'container_name': 'first', 'network_mode': 'none', 'user': '1000:1000',
         'environment': {'START_SICK': '1'}, 'tmpfs': ['/data:uid=1000,gid=1000,mode=0750'],
         'volumes': [f'{service.APP}:/app:ro',
                     f'{service.APP}/pintle.json:/etc/pintle/pintle.json:ro']}
SECOND = {'container_name': 'second', 'network_mode': 'none',
          'entrypoint': ['/usr/bin/python3', '-c', 'import signal; signal.pause()'],
          'depends_on': {'first': {'condition': 'service_healthy'}}}
HEALTH = {'test': ['CMD', '/pintle', 'health'], 'interval': '200ms'}


def project(**health):
    image = service.image()
    first = {**FIRST, 'image': image, 'healthcheck': {**HEALTH, **health}}
    services = {'first': first, 'second': {**SECOND, 'image': image}}
    return compose_project.Project(json.dumps({'services': services}))


def running():
    return docker.must('ps', '--format', '{{.Names}}').split()


def happened():
    """What the Engine has reported of containers, in order: (action, name)."""
    lines = docker.must('events', '--since', '0', '--until', f'{time.time():.9f}',
                        '--filter', 'type=container',
                        '--format', '{{.Action}}/{{.Actor.Attributes.name}}').splitlines()
    return [tuple(line.rsplit('/', 1)) for line in lines]


@tap.test
def the_second_is_started_when_the_first_is_healthy_and_not_before():
    up = project(start_period='300s').start('up', '--detach')
    first = docker.Container('first')
    events = docker.Events(first)
    events.wait_for('start')
    first.wait_for_line('service: listening')
    events.wait_for('exec_die')
    tap.equal(first.health(), 'starting')
    tap.equal(running(), ['first'])
    first.python('import pathlib; pathlib.Path("/data/sick").unlink()')
    code, output = compose_project.end(up)
    tap.equal(code, 0, output)
    seen = happened()
    tap.check(seen.index(('health_status: healthy', 'first')) < seen.index(('start', 'second')),
              'in this order', seen)


@tap.test
def a_first_that_never_is_healthy_makes_compose_fail_and_say_so():
    code, output = project(start_period='0s', retries=2).call('up', '--detach')
    tap.equal(code, 1, output)
    tap.holds(output, 'is unhealthy')
    tap.equal(docker.Container('first').health(), 'unhealthy')
    tap.equal(running(), ['first'])


tap.main()
