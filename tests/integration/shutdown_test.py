"""How a container stops: jobs, steps before main's stop signal, main, steps after it, the rest."""
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

MAIN = (ACTOR, 'listen', '15', '3')


def step(name, command='echo', *arguments, **more):
    return {'id': name, 'command': command, 'arguments': list(arguments) or [name], **more}


def start(before=(), after=(), main=MAIN, **more):
    shutdown = {'before': list(before), 'after': list(after), **more.pop('shutdown', {})}
    return pid1.start_with({'shutdown': shutdown, **more}, *main)


def running(**more):
    one = start(**more)
    one.line('ready')
    return one


def lines(one):
    return [line for line in one.out.rest().splitlines() if line]


@tap.test
def steps_before_run_while_main_does_and_steps_after_when_it_has_ended():
    folder = pid1.folder()
    look = 'read line < {0}/pid; test -d /proc/$$line && echo {1} alive || echo {1} gone'
    sh = [step(name, 'sh', '-c', look.format(folder, name)) for name in ('before', 'after')]
    main = ('sh', '-c', f'echo $$ > {folder}/pid; exec "$0" listen 15 3', ACTOR)
    one = running(before=sh[:1], after=sh[1:], main=main)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3, one.err.text)
    tap.equal(lines(one), ['ready', 'before alive', 'got 15', 'after gone'])


@tap.test
def they_run_in_the_listed_order_and_a_failure_holds_nothing_up():
    one = running(before=[step('one'), step('two', 'sh', '-c', 'echo two; exit 4'), step('three')])
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3)
    tap.equal([line for line in lines(one) if line.isalpha() and line != 'ready'],
              ['one', 'two', 'three'])
    tap.holds(one.err.rest(), 'pintle: shutdown two: failed after')


@tap.test
def the_ready_answer_is_no_while_the_steps_before_run():
    one = running(before=[step('drain', ACTOR, 'listen', '15')])
    tap.equal(one.health('--ready')[0], 0)
    one.signal(signal.SIGTERM)
    one.line('ready')
    tap.equal(one.health('--ready'), (1, 'the container is stopping'))
    tap.equal(one.health('--live')[0], 0)
    drain = one.status()['shutdown'][0]
    tap.equal((drain['id'], drain['state']), ('drain', 'running'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3)


@tap.test
def a_second_stop_signal_ends_the_steps_before_at_once():
    one = running(before=[step('drain', ACTOR, 'listen', '15'), step('never')],
                  shutdown={'gracePeriod': '60s', 'totalGracePeriod': '200s'})
    one.signal(signal.SIGTERM)
    one.line('ready')
    one.signal(signal.SIGINT)
    one.line('got 2')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3)
    err = one.err.rest()
    tap.holds(err, 'pintle: shutdown never: skipped: its time ended before it started')
    tap.holds(err, 'pintle: shutdown drain: stopped after ')
    tap.check('never' not in one.out.rest(), 'it did not run')


@tap.test
def a_step_that_hangs_leaves_time_to_main_and_to_the_steps_after():
    one = running(before=[step('deaf', ACTOR, 'deaf')], after=[step('after')],
                  shutdown={'gracePeriod': '400ms', 'totalGracePeriod': '800ms'})
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3)
    out = one.out.rest()
    tap.check(out.index('got 15') < out.index('after'), 'the order', out)


@tap.test
def what_hangs_after_a_main_that_ended_by_itself_is_bound_as_well():
    one = start(after=[step('deaf', ACTOR, 'deaf')], main=('sh', '-c', 'exit 9'),
                shutdown={'gracePeriod': '100ms', 'totalGracePeriod': '300ms'})
    tap.equal(one.end(), 9)
    tap.holds(one.err.rest(), 'pintle: shutdown deaf: stopped after ')


@tap.test
def a_main_that_ignores_its_stop_is_killed_and_the_steps_after_run():
    one = running(main=(ACTOR, 'deaf'), after=[step('after')],
                  shutdown={'gracePeriod': '200ms', 'totalGracePeriod': '60s'})
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 137)
    tap.holds(one.out.rest(), 'after')


@tap.test
def a_main_that_ends_by_itself_has_steps_after_and_none_before():
    one = start(before=[step('before')], after=[step('after')], main=('sh', '-c', 'exit 9'))
    tap.equal(one.end(), 9)
    tap.equal(lines(one), ['after'])
    tap.holds(one.err.rest(), 'pintle: shutdown before: skipped: main has ended')


@tap.test
def a_start_that_fails_has_no_shutdown():
    one = start(before=[step('before')], after=[step('after')],
                steps=[step('bad', 'sh', '-c', 'exit 1')])
    tap.equal(one.end(), 80)
    tap.equal(lines(one), [])
    one = start(after=[step('after')], main=('/no/such',))
    tap.equal(one.end(), 127)
    tap.equal(lines(one), [])


@tap.test
def what_main_leaves_behind_is_there_until_the_steps_after_are_done():
    one = start(after=[step('after')], main=(ACTOR, 'leave', 'polite', '5'))
    tap.equal(one.end(), 5)
    tap.equal(lines(one), ['after', 'left got 15'])


@tap.test
def a_job_ends_before_main_gets_its_signal():
    job = {'id': 'job', 'command': ACTOR, 'arguments': ['listen', '15'],
           'schedule': {'every': '20ms'}}
    one = start(maintenance=[job])
    one.line('ready')
    one.line('ready')
    one.signal(signal.SIGTERM)
    one.line('got 15')
    one.line('got 15')
    tap.equal(one.end(), 3)


@tap.test
def a_job_that_ignores_its_end_keeps_main_waiting_only_for_a_part_of_the_time():
    job = {'id': 'job', 'command': ACTOR, 'arguments': ['deaf'], 'schedule': {'every': '20ms'}}
    one = start(maintenance=[job], shutdown={'gracePeriod': '1s', 'totalGracePeriod': '2s'})
    one.line('ready')
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 3)


@tap.test
def a_job_that_may_goes_on_until_main_has_ended():
    job = {'id': 'job', 'command': ACTOR, 'arguments': ['listen', '15', '0'], 'runOnStart': True,
           'schedule': {'every': '1h'}, 'afterMain': True, 'output': 'log'}
    one = start(maintenance=[job])
    one.line('ready')
    one.complaint(r'pintle: job job \| ready')
    one.signal(signal.SIGTERM)
    one.line('got 15')
    one.complaint(r'pintle: job job \| got 15')
    tap.equal(one.end(), 3)


@tap.test
def shutdown_steps_run_as_their_own_user():
    pid1.needs_root()
    one = start(before=[step('who', 'id', '-u')], after=[step('root', 'id', '-u', user='root')],
                user='4711:4712', main=(ACTOR, 'listen', '15'))
    one.line('ready')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    numbers = [line for line in lines(one) if line.isdigit()]
    tap.equal(numbers, ['4711', '0'])


@tap.test
def a_config_without_main_may_pause_with_jobs_and_ends_with_0():
    job = {'id': 'job', 'command': 'echo', 'arguments': ['ran'], 'schedule': {'every': '20ms'}}
    one = pid1.start_with({'main': {'pause': True}, 'maintenance': [job],
                           'shutdown': {'before': [step('before')], 'after': [step('after')]}})
    one.line('ran')
    one.line('ran')
    tap.equal(one.health(), (0, 'healthy'))
    tap.equal(one.status()['main'], {'pid': None})
    one.signal(signal.SIGHUP)
    one.line('ran')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)
    tap.equal([line for line in lines(one) if line != 'ran'], ['before', 'after'])


@tap.test
def a_pause_reaps_and_is_not_root_for_longer_than_needed():
    one = pid1.start_with({'main': {'pause': True}, 'user': '4711:4712'})
    tap.until(lambda: pid1.status(one.pid).get('NoNewPrivs') == '1', 'PID 1 gave up privileges')
    done = one.inside('sh', '-c', '(sh -c "exit 3" &) ; exit 0')
    tap.equal(done.returncode, 0)
    tap.until(lambda: not pid1.children(one.pid), 'no child is left')
    one.signal(signal.SIGINT)
    tap.equal(one.end(), 0)


@tap.test
def a_command_takes_the_place_of_a_pause():
    code, out, _ = pid1.run_with({'main': {'pause': True}}, 'echo', 'hello')
    tap.equal((code, out), (0, 'hello\n'))


@tap.test
def init_only_runs_the_steps_and_nothing_else():
    job = {'id': 'job', 'command': 'echo', 'arguments': ['job'], 'user': 'no-such-user',
           'schedule': {'every': '1ms'}, 'environment': {'NEEDED': {}}}
    document = {'steps': [step('one'), step('two')], 'maintenance': [job],
                'main': {'command': 'echo', 'arguments': ['main']},
                'shutdown': {'after': [step('after')]}}
    code, out, err = pid1.run_with(document, options=['--init-only'])
    tap.equal((code, out), (0, 'one\ntwo\n'), err)
    document['steps'].append(step('bad', 'sh', '-c', 'exit 7'))
    code, out, err = pid1.run_with(document, options=['--init-only'])
    tap.equal((code, out), (80, 'one\ntwo\n'))
    tap.equal(pid1.chosen_line(err, 80), 'step bad failed: exit code 7')


@tap.test
def init_only_with_a_command_is_a_usage_error():
    code, _, err = pid1.run_with({'steps': []}, 'true', options=['--init-only'])
    tap.equal(code, 64)
    tap.holds(pid1.chosen_line(err, 64), '--init-only')
    code, _, err = pid1.run(options=['--init-only'], before=['env', '-u', 'PINTLE_CONFIG'])
    tap.equal(code, 64)


@tap.test
def what_cannot_fit_into_the_whole_stop_is_noted():
    config = pid1.config({'main': {'command': 'true'}, 'shutdown': {
        'before': [step('drain', timeout='7s')], 'after': [step('tidy', timeout='3s')],
        'gracePeriod': '8s', 'totalGracePeriod': '9s'}})
    done = subprocess.run([pid1.PINTLE, 'check', config], capture_output=True, text=True)
    tap.equal(done.returncode, 0, done.stderr)
    tap.holds(done.stdout, 'note: a stop may take 18s (7s before main, 8s main, 3s after it), but '
                           'totalGracePeriod is 9s')


@tap.test
def what_main_leaves_has_what_is_left_of_the_total_to_save_its_state():
    saved = pid1.folder() / 'saved'
    # It needs more than the five seconds that there are without a total.
    left = f'trap "sleep 6; echo saved > {saved}; exit" TERM; echo ready; while :; do sleep 0.1; done'
    one = pid1.start_with({'shutdown': {'gracePeriod': '50s', 'totalGracePeriod': '60s'}},
                          'sh', '-c', f"setsid sh -c '{left}' & read line; exit 3",
                          stdin=pid1.subprocess.PIPE)
    one.line('ready')
    one.popen.stdin.write(b'\n')
    one.popen.stdin.flush()
    tap.equal(one.end(), 3)
    tap.equal(saved.read_text(), 'saved\n')


tap.main()
