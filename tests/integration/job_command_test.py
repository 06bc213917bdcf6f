"""`pintle job ID`: a run now, through PID 1, with what it writes and how it ended."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR, PINTLE

NEVER = {'schedule': {'every': '1h'}}


def job(name='job', script='echo out; echo err >&2', **more):
    arguments = ['-c', script.replace('$', '$$')]  # the shell's, not pintle's
    return {'id': name, 'command': 'sh', 'arguments': arguments, **NEVER, **more}


def start(*jobs, **more):
    one = pid1.start_with({'maintenance': list(jobs), **more}, ACTOR, 'listen', '15', '4')
    one.line('ready')
    return one


def ask(one, name='job', **more):
    return one.inside(PINTLE, 'job', name, **more)


def stop(one):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 4, one.err.text)


@tap.test
def the_result_and_both_outputs_come_back_and_stand_in_the_containers_log_too():
    one = start(job())
    done = ask(one)
    tap.equal((done.returncode, done.stdout), (0, 'out\n'))
    tap.holds(done.stderr, 'err\n')
    tap.holds(done.stderr, 'pintle: job job: done in ')
    one.line('out')
    one.complaint('err')
    one.complaint('pintle: job job: done in .*')
    stop(one)


@tap.test
def the_exit_code_is_the_jobs_own():
    one = start(job('bad', 'exit 7'), job('killed', 'kill -9 $$'),
                job('fine', 'exit 5', successExitCodes=[5]))
    tap.equal(ask(one, 'bad').returncode, 7)
    tap.equal(ask(one, 'killed').returncode, 137)
    tap.equal(ask(one, 'fine').returncode, 0)
    seen = {entry['id']: (entry['state'], entry['streak']) for entry in one.status()['jobs']}
    tap.equal(seen, {'bad': ('failed', 1), 'killed': ('failed', 1), 'fine': ('done', 1)})
    stop(one)


@tap.test
def retries_and_the_fallback_are_waited_for():
    one = start(job('try', 'echo once more; exit 3', retries=2, backoff='none'),
                job('fall', 'exit 3', onFailure={'action': 'fallback', 'step': {
                    'command': 'echo', 'arguments': ['instead']}}))
    done = ask(one, 'try')
    tap.equal((done.returncode, done.stdout), (3, 'once more\n' * 3))
    done = ask(one, 'fall')
    tap.equal((done.returncode, done.stdout), (0, 'instead\n'))
    tap.holds(done.stderr, 'pintle: job fall: done by its fallback in ')
    fall = one.status()['jobs'][1]
    tap.equal((fall['state'], fall['exitCode'], fall['runs']), ('done', 0, 1))
    stop(one)


@tap.test
def what_a_built_in_says_is_in_its_last_line():
    folder = pid1.folder()
    for name in ('a', 'b'):
        (folder / name).write_text('12345')
    one = start({'id': 'job', 'prune': {'path': str(folder), 'keepLast': 1}, **NEVER})
    done = ask(one)
    tap.equal(done.returncode, 0)
    tap.holds(done.stderr, 'removed 1 files, 5 bytes')
    stop(one)


@tap.test
def a_lot_of_output_arrives_whole():
    one = start(job(script='i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done',
                    output='discard'))
    done = ask(one)
    tap.equal(done.stdout, ''.join(f'line {i}\n' for i in range(20000)))
    stop(one)


@tap.test
def output_that_becomes_events_is_shown_as_it_was_written():
    one = start(job(output='log'))
    done = ask(one)
    tap.equal(done.stdout, 'out\n')
    one.complaint(r'pintle: job job \| out')
    stop(one)


@tap.test
def a_client_that_goes_away_does_not_end_the_job():
    folder = pid1.folder()
    one = start(job(script=f'echo begun; read line < {folder}/gate; echo $line; echo end > {folder}/end'))
    os.mkfifo(folder / 'gate')
    enter = ['nsenter', '--target', str(one.pid), '--mount', '--pid']
    client = subprocess.Popen([*enter, PINTLE, 'job', 'job'], stdout=subprocess.PIPE)
    tap.cleanup(client.kill)
    tap.equal(client.stdout.readline(), b'begun\n')
    for pid in pid1.children(client.pid) or [client.pid]:
        os.kill(pid, signal.SIGKILL)
    client.wait(pid1.DEADLINE)
    (folder / 'gate').write_text('go\n' * 100)
    one.line('go')
    one.complaint('pintle: job job: done in .*')
    tap.equal((folder / 'end').read_text(), 'end\n')
    stop(one)


@tap.test
def a_client_that_does_not_read_does_not_end_it_either():
    one = start(job(script='i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done',
                    output='discard'))
    enter = ['nsenter', '--target', str(one.pid), '--mount', '--pid']
    client = subprocess.Popen([*enter, PINTLE, 'job', 'job'], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    tap.cleanup(client.kill)
    one.complaint('pintle: job job: done in .*')
    out, err = client.communicate(timeout=pid1.DEADLINE)
    tap.equal(client.returncode, 0)
    tap.check(out.startswith('line 0\nline 1\n') and 'line 29999' not in out, 'it was cut')
    tap.holds(err, 'pintle: a part of the output was not read in time')
    stop(one)


@tap.test
def what_a_job_leaves_in_the_background_may_write_on():
    folder = pid1.folder()
    os.mkfifo(folder / 'gate')
    one = start(job(script=f'(read line < {folder}/gate; echo late; echo code $? >&2) & echo first'))
    tap.equal(ask(one).stdout, 'first\n')
    (folder / 'gate').write_text('go\n')
    one.line('late')
    one.complaint('code 0')
    stop(one)


@tap.test
def a_pid_1_that_is_gone_is_not_waited_for():
    document = {'maintenance': [{'id': 'job', 'command': ACTOR, 'arguments': ['listen', '15'], **NEVER}]}
    one = pid1.start_with(document, ACTOR, 'listen', '15', is_pid1=False)
    one.line('ready')
    client = subprocess.Popen([*one.enter(), PINTLE, 'job', 'job'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
    tap.cleanup(client.kill)
    tap.equal(client.stdout.readline(), 'ready\n')
    groups = pid1.children(one.pid)  # main leads one, and the job's child one
    one.signal(signal.SIGKILL)
    _, err = client.communicate(timeout=pid1.DEADLINE)
    for group in groups:
        os.killpg(group, signal.SIGKILL)
    tap.equal(client.returncode, 1)
    tap.holds(pid1.chosen_line(err, 1), 'PID 1 does not reply any more')


@tap.test
def a_job_that_runs_already_is_not_started_twice():
    one = start({'id': 'job', 'command': ACTOR, 'arguments': ['listen', '15'], 'runOnStart': True,
                 **NEVER})
    one.line('ready')
    done = ask(one)
    tap.equal(done.returncode, 1)
    tap.holds(pid1.chosen_line(done.stderr, 1), 'job job is not started: its last run has not ended')
    stop(one)


@tap.test
def an_unknown_job_is_a_usage_error_with_what_was_meant():
    one = start(job('backup'))
    done = ask(one, 'bakcup')
    tap.equal(done.returncode, 64)
    tap.holds(pid1.chosen_line(done.stderr, 64), 'there is no job "bakcup"; did you mean "backup"?')
    for words in (['x' * 64], ['x' * 5000], ['backup\tx'], [], ['backup', 'backup']):
        tap.equal(one.inside(PINTLE, 'job', *words).returncode, 64, words)
    tap.equal(one.status()['jobs'][0]['runs'], 0)
    stop(one)


@tap.test
def who_is_neither_root_nor_pid_1s_user_may_not_ask():
    pid1.needs_root()
    one = start(job(), user='4711:4712')
    for user in ('4711', '4713'):
        done = one.inside('setpriv', f'--reuid={user}', f'--regid={user}', '--clear-groups',
                          PINTLE, 'job', 'job')
        tap.equal(done.returncode, 83, done.stderr)
        tap.holds(pid1.chosen_line(done.stderr, 83), 'only root may ask for that')
    tap.equal(one.status()['jobs'][0]['runs'], 0)
    stop(one)


@tap.test
def what_a_job_writes_is_shown_though_pid_1_has_become_mains_user():
    pid1.needs_root()
    one = pid1.start_with({'init': {'user': 'main'}, 'user': '4711:4712',
                           'maintenance': [{'id': 'j', 'schedule': {'every': '1h'}, 'command': 'sh',
                                            'arguments': ['-c', 'echo written']}]},
                          pid1.ACTOR, 'listen', '15', '4')
    one.line('ready')
    done = one.inside(PINTLE, 'job', 'j')
    tap.equal((done.returncode, done.stdout), (0, 'written\n'), done.stderr)
    stop(one)


@tap.test
def pid_1s_own_user_may_ask():
    pid1.needs_root()
    one = pid1.start_with({'maintenance': [job()]}, ACTOR, 'listen', '15', '4',
                          before=['setpriv', '--reuid=4711', '--regid=4711', '--clear-groups'])
    one.line('ready')
    done = one.inside('setpriv', '--reuid=4711', '--regid=4711', '--clear-groups', PINTLE, 'job',
                      'job')
    tap.equal((done.returncode, done.stdout), (0, 'out\n'), done.stderr)
    stop(one)


@tap.test
def the_job_runs_as_its_own_user_with_the_same_environment_as_ever():
    pid1.needs_root()
    one = start(job(script='id -u; echo $A', environment={'A': 'b'}), user='4711:4712')
    tap.equal(ask(one).stdout, '4711\nb\n')
    stop(one)


@tap.test
def during_init_it_says_that_main_does_not_run_yet():
    one = pid1.start_with({'steps': [{'id': 'wait', 'command': ACTOR, 'arguments': ['listen', '15']}],
                           'maintenance': [job()]}, 'true')
    one.line('ready')
    done = ask(one)
    tap.equal(done.returncode, 1)
    tap.holds(pid1.chosen_line(done.stderr, 1), 'the init steps are not done')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def without_a_pintle_it_says_so():
    done = subprocess.run([*pid1.UNSHARE, '--mount', 'sh', '-c', f'{PINTLE} job job; exit $?'],
                          capture_output=True, text=True, timeout=pid1.DEADLINE)
    tap.equal(done.returncode, 1)
    tap.holds(pid1.chosen_line(done.stderr, 1), 'no pintle process listens')


@tap.test
def the_next_slot_of_a_cron_is_told_as_the_minute_that_it_is():
    jobs = [{'id': f'j{number}', 'schedule': f'{number} 1 1 1 *', 'command': 'true'}
            for number in range(60)]
    one = pid1.start_with({'maintenance': jobs}, ACTOR, 'listen', '15')
    one.line('ready')
    for _ in range(5):
        tap.equal([job['next'][5:] for job in one.status()['jobs']],
                  [f'01-01T01:{number:02}:00Z' for number in range(60)])
    one.signal(signal.SIGTERM)
    one.end()


@tap.test
def the_status_tells_when_a_job_ran_how_it_ended_and_when_it_comes_again():
    one = start(job(script='exit 2'))
    for _ in range(3):
        tap.equal(ask(one).returncode, 2)
    seen = one.status()['jobs'][0]
    tap.equal((seen['state'], seen['exitCode'], seen['streak'], seen['runs']), ('failed', 2, 3, 3))
    tap.equal((seen['failures'], 'lastSucceeded' in seen), (3, False))
    tap.check(seen['lastBegan'] < seen['next'], 'the order', seen)
    tap.check(3500_000 < seen['nextInMs'] <= 3600_000, 'an hour', seen)
    text = one.inside(PINTLE, 'status').stdout
    tap.holds(text, 'job job: failed, exit code 2, took ')
    tap.holds(text, ', 3 times in a row, 3 runs, last began ')
    stop(one)


tap.main()
