"""`pintle health --now`: the checks run at once, whoever asks for them is answered, and who may ask."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from clients import SLOW, run_inside, start, still_works
from pid1 import ACTOR, PINTLE


@tap.test
def now_runs_the_checks_at_once_and_waits_for_them():
    folder = pid1.folder()
    check = {'id': 'it', 'fileExists': f'{folder}/good', **SLOW}
    one = start(check, {'id': 'other', 'command': 'true', **SLOW})
    tap.until(lambda: 'unhealthy' in one.health('it')[1], 'the first run is over')
    (folder / 'good').touch()
    tap.equal(one.health('it')[0], 1)
    tap.equal(one.health('--now', 'it'), (0, 'healthy'))
    (folder / 'good').unlink()
    code, said = one.health('--now')
    tap.equal(code, 1)
    tap.holds(said, 'check it is unhealthy')
    code, said = one.health('--now', 'none')
    tap.equal((code, said), (1, 'cannot run the checks now: there is no check "none"'))
    still_works(one)


@tap.test
def now_of_a_check_that_cannot_run_yet_does_not_wait_for_ever():
    one = start({'id': 's', 'kind': 'startup', 'command': 'false', **SLOW},
                {'id': 'r', 'command': 'true', **SLOW})
    tap.equal(one.health('--now', 'r'), (1, 'check r is unknown'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)
    step = {'id': 'slow', 'command': ACTOR, 'arguments': ['listen', '15']}
    one = pid1.start_with({'steps': [step], 'health': [{'id': 'r', 'command': 'true'}]}, 'true')
    one.line('ready')
    tap.equal(one.health('--now'), (1, 'the init steps are not done'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143)


@tap.test
def health_as_json_has_every_check():
    one = start({'id': 'a', 'command': 'true', **SLOW}, {'id': 'b', 'command': 'false', **SLOW})
    one.health('--now')
    done = one.inside(PINTLE, 'health', '--json')
    tap.equal(done.returncode, 1)
    seen = pid1.json.loads(done.stdout)
    tap.equal(seen['healthy'], False)
    tap.holds(seen['reason'], 'check b is unhealthy')
    tap.equal(seen['phase'], 'running')
    tap.equal([(one['id'], one['verdict']) for one in seen['checks']],
              [('a', 'healthy'), ('b', 'unhealthy')])
    still_works(one)


@tap.test
def only_root_and_the_user_of_pid_1_may_ask_for_runs():
    pid1.needs_root()
    one = start({'id': 'it', 'command': 'true', **SLOW})
    other = ['setpriv', '--reuid', '5000', '--regid', '5000', '--clear-groups']
    done = one.inside(*other, PINTLE, 'health', '--now')
    tap.equal((done.returncode, done.stdout),
              (1, 'cannot run the checks now: only root may ask for that\n'))
    still_works(one)
    one = pid1.start_with({'health': [{'id': 'it', 'command': 'true', **SLOW}]}, ACTOR, 'listen',
                          '15', before=['setpriv', '--reuid', '5000', '--regid', '5000',
                                        '--clear-groups'])
    one.line('ready')
    done = one.inside(*other, PINTLE, 'health', '--now')
    tap.equal((done.returncode, done.stdout), (0, 'healthy\n'))
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0)


@tap.test
def now_is_answered_by_the_run_that_makes_a_startup_check_pass():
    fifo = pid1.folder() / 'fifo'
    os.mkfifo(fifo)
    one = start({'id': 's', 'kind': 'startup', 'command': 'sh',
                 'arguments': ['-c', f'read line < {fifo}'], **SLOW, 'timeout': '1h'},
                {'id': 'r', 'command': 'true', **SLOW})
    for _ in range(20):  # more than wait at a time
        said = run_inside(one, """
box = ask(b'now\\ts')
status().recv(1 << 17)  # a turn later it has been taken
try:
    open(%r, 'w', opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)).write('x\\n')
except OSError:
    pass  # the check has passed
print(box.recv(100).decode())
""" % str(fifo))
        tap.equal(said, 'done\n')
    tap.equal(one.health('--now', 'r'), (0, 'healthy'))
    still_works(one)


tap.main()
