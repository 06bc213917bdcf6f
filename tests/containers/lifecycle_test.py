"""From start to end in hardened containers: as an ordinary user, and as root stepping down."""
import docker
import service
import tap
from service import EXIT_CODE, STEPPING_DOWN, UNPRIVILEGED

LEAVE_ORPHANS = '''
import os
for _ in range(10):
    child = os.fork()
    if child == 0:
        os._exit(0 if os.fork() else 1)
    os.waitpid(child, 0)
'''


def stops_cleanly(one):
    """`docker stop` ends it by main's own exit, and Docker sent nothing but SIGTERM."""
    tap.equal(one.zombies(), set(), 'zombies')
    events = docker.Events(one)
    one.stop()
    events.wait_for('die')
    tap.equal([text for text in events.seen if text.startswith('kill')], ['kill 15'])
    tap.equal(one.end(), EXIT_CODE)
    tap.holds(one.output(), 'service: asked to stop')
    tap.check('pintle: exit' not in one.output(), 'pintle chose no code', one.output())


@tap.test
def as_uid_1000_without_any_capability_it_runs_and_stops_with_mains_code():
    one = service.listening(*UNPRIVILEGED)
    uids = {fields['Uid'].split()[0] for fields in one.processes().values()}
    tap.equal(uids, {'1000'})
    stops_cleanly(one)


@tap.test
def as_root_with_setuid_setgid_and_chown_only_main_is_stepped_down_and_still_gets_sigterm():
    one = service.listening(*STEPPING_DOWN)
    main = one.processes()[one.status()['main']['pid']]
    tap.equal(main['Uid'].split(), ['1000'] * 4)
    tap.equal(main['Gid'].split(), ['1000'] * 4)
    tap.equal(main['Groups'], '1000')
    # The bounding set stays: only SETPCAP could empty it, and no_new_privs makes it meaningless.
    tap.equal((main['CapPrm'], main['CapEff'], main['NoNewPrivs']), ('0' * 16, '0' * 16, '1'))
    stops_cleanly(one)


@tap.test
def with_dockers_default_capabilities_it_steps_down_and_stops_cleanly():
    one = service.listening()
    tap.equal(one.uid_of(one.status()['main']['pid']), 1000)
    stops_cleanly(one)


@tap.test
def as_root_without_capabilities_the_start_is_refused_and_the_missing_ones_are_named():
    one = service.start('--cap-drop=ALL')
    tap.equal(one.end(), 83)
    lines = [line for line in one.output().splitlines() if line.startswith('pintle: exit 83: ')]
    tap.equal(len(lines), 1, one.output())
    tap.holds(lines[0], 'SETUID')
    tap.holds(lines[0], 'SETGID')


@tap.test
def the_step_makes_a_fresh_volume_the_services_own_and_a_second_start_changes_nothing():
    one = service.listening(*STEPPING_DOWN)
    tap.holds(one.output(), 'step data-dir: done')
    look = 'import os; s = os.stat("/data"); print(s.st_uid, s.st_gid, oct(s.st_mode & 0o777))'
    tap.equal(one.python(look), '1000 1000 0o750')
    one.python('open("/data/kept", "w").write("from the first start")')
    one.stop()
    docker.must('start', one.name)
    one.wait_for_line('service: listening', times=2)
    tap.equal(one.python(look), '1000 1000 0o750')
    tap.equal(one.python('print(open("/data/kept").read())'), 'from the first start')
    stops_cleanly(one)


@tap.test
def orphans_of_docker_exec_are_reaped():
    one = service.listening(*STEPPING_DOWN)
    before = one.status()['counters']['reapedOrphans']
    one.python(LEAVE_ORPHANS)
    tap.until(lambda: one.status()['counters']['reapedOrphans'] >= before + 10, 'ten are reaped')
    tap.equal(one.zombies(), set(), 'zombies')


@tap.test
def docker_kill_sigusr1_reaches_main():
    one = service.listening(*STEPPING_DOWN)
    docker.must('kill', '--signal', 'USR1', one.name)
    tap.equal(one.end(), 128 + 10)


tap.main()
