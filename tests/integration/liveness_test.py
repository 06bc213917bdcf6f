"""What a liveness check that fails sets off: the end of main, or a repair first."""
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap


def check(command, on_failure, **more):
    return {'id': 'live', 'kind': 'liveness', 'command': 'sh', 'arguments': ['-c', command],
            'interval': '50ms', 'timeout': '10s', 'startPeriod': '0', 'failureThreshold': 2,
            'onFailure': on_failure, **more}


@tap.test
def terminate_stops_main_with_its_signal_and_ends_with_81_and_the_name_of_the_check():
    config = {'health': [check('exit 1', 'terminate')], 'main': {'signals': {'SIGTERM': 'SIGINT'}}}
    one = pid1.start_with(config, pid1.ACTOR, 'listen', str(int(signal.SIGINT)))
    one.line('ready')
    code = one.end()
    tap.equal((code, pid1.chosen_line(one.err.rest(), 81)),
              (81, 'check live is unhealthy: exit code 1; main was stopped'))
    tap.holds(one.out.rest(), f'{int(signal.SIGINT)}\n')


@tap.test
def a_main_that_ignores_the_signal_is_killed_and_the_code_is_81():
    deaf = pid1.folder() / 'deaf'  # it fails when main does not hear any more
    config = {'health': [check(f'test ! -e {deaf}', 'terminate')], 'shutdown': {'gracePeriod': '100ms'}}
    one = pid1.start_with(config, 'sh', '-c', f'trap "" TERM; touch {deaf}; while :; do sleep 100; done')
    tap.equal(one.end(), 81)
    tap.holds(one.err.rest(), 'main: did not end within the grace period')


@tap.test
def a_repair_that_helps_keeps_main_running():
    folder = pid1.folder()
    on_failure = {'action': 'run', 'then': 'terminate',
                  'step': {'command': 'sh', 'arguments': ['-c', f'touch {folder}/well; echo mended']}}
    one = pid1.start_with({'health': [check(f'test -e {folder}/well', on_failure)]},
                          pid1.ACTOR, 'listen', '15')
    one.line('ready')
    one.complaint('pintle: check live: unhealthy.*')
    one.complaint('pintle: check live: running its repair')
    one.line('mended')
    one.complaint('pintle: check live: healthy.*')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def a_repair_that_does_not_help_is_followed_by_the_end_of_main():
    folder = pid1.folder()
    on_failure = {'action': 'run', 'then': 'terminate',
                  'step': {'command': 'sh', 'arguments': ['-c', f'echo x >> {folder}/repairs']}}
    one = pid1.start_with({'health': [check('exit 3', on_failure)]}, pid1.ACTOR, 'listen', '15')
    tap.equal(one.end(), 81)
    tap.equal((folder / 'repairs').read_text(), 'x\n')


@tap.test
def a_repair_that_fails_is_told_with_its_own_exit_code():
    on_failure = {'action': 'run', 'step': {'command': 'sh', 'arguments': ['-c', 'exit 3']}}
    one = pid1.start_with({'health': [check('exit 1', on_failure)]}, pid1.ACTOR, 'listen', '15')
    one.line('ready')
    one.complaint('pintle: check live: its repair failed after .*: exit code 3')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def without_on_failure_an_unhealthy_check_ends_nothing():
    one = pid1.start_with({'health': [check('exit 1', 'none')]}, pid1.ACTOR, 'listen', '15')
    one.line('ready')
    one.complaint('pintle: check live: unhealthy.*')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


tap.main()
