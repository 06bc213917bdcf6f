"""Health, status and jobs as Docker and its users see them."""
import docker
import service
import tap
from service import STEPPING_DOWN

QUICK = ['--health-interval', '200ms', '--health-retries', '2', '--health-start-period', '60s']


def set_sick(one, is_sick):
    call = 'touch()' if is_sick else 'unlink()'
    one.python(f'import pathlib; pathlib.Path("/data/sick").{call}')


@tap.test
def docker_sees_starting_then_healthy_then_unhealthy_then_healthy():
    one = service.start_with_health(*QUICK, '--env', 'START_SICK=1')
    events = docker.Events(one)
    one.wait_for_line('service: listening')
    events.wait_for('exec_die')
    tap.equal(one.health(), 'starting')
    set_sick(one, False)
    events.wait_for('health_status: healthy')
    tap.equal(one.health(), 'healthy')
    set_sick(one, True)
    events.wait_for('health_status: unhealthy')
    tap.equal(one.health(), 'unhealthy')
    log = one.state()['Health']['Log'][-1]
    tap.equal(log['ExitCode'], 1)
    tap.holds(log['Output'], 'check web is unhealthy: ')
    set_sick(one, False)
    events.wait_for('health_status: healthy')
    tap.equal(one.health(), 'healthy')


@tap.test
def docker_exec_pintle_health_exits_0_or_1_with_a_reason():
    one = service.listening(*STEPPING_DOWN)
    one.wait_for_line('check web: healthy')
    done = one.execute('/pintle', 'health')
    tap.equal((done.returncode, done.stdout), (0, 'healthy\n'))
    set_sick(one, True)
    tap.until(lambda: one.execute('/pintle', 'health').returncode != 0, 'it turns unhealthy')
    done = one.execute('/pintle', 'health')
    tap.equal(done.returncode, 1)
    tap.holds(done.stdout, '503')


@tap.test
def any_user_of_the_container_may_ask():
    one = service.listening(*STEPPING_DOWN)
    one.wait_for_line('check web: healthy')
    for user in ('4711', '4711:4712', '1000:1000'):
        done = one.execute('/pintle', 'health', options=['--user', user])
        tap.equal((done.returncode, done.stdout), (0, 'healthy\n'), f'{user}: {done.stderr}')


@tap.test
def a_pid_1_that_is_stopped_is_unhealthy_by_the_clients_own_timeout():
    one = service.start_with_health(*QUICK, '--health-timeout', '60s')
    events = docker.Events(one)
    events.wait_for('health_status: healthy')
    docker.must('kill', '--signal', 'STOP', one.name)
    events.wait_for('health_status: unhealthy')
    log = one.state()['Health']['Log'][-1]
    tap.equal((log['ExitCode'], log['Output']),
              (1, 'cannot get a reply from PID 1: Operation timed out\n'))
    docker.must('kill', '--signal', 'CONT', one.name)
    events.wait_for('health_status: healthy')


@tap.test
def a_maintenance_job_runs_again_and_again_as_the_user_of_the_config():
    one = service.listening(*STEPPING_DOWN)
    one.wait_for_line('job: uid 1000', times=2)
    one.wait_for_line('job count: done')
    tap.equal(one.zombies(), set(), 'zombies')


@tap.test
def status_as_json_tells_of_main_the_step_the_check_and_the_job():
    one = service.listening(*STEPPING_DOWN)
    one.wait_for_line('job count: done')
    one.wait_for_line('check web: healthy')
    status = one.status()
    tap.equal(status['phase'], 'running')
    tap.equal(one.processes()[status['main']['pid']]['Name'], 'python3')
    tap.equal([(step['id'], step['state']) for step in status['steps']], [('data-dir', 'done')])
    tap.equal([(check['id'], check['verdict']) for check in status['checks']],
              [('web', 'healthy')])
    tap.equal([job['id'] for job in status['jobs']], ['count'])
    tap.check(status['jobs'][0]['runs'] >= 1, 'the job ran', status['jobs'])


tap.main()
