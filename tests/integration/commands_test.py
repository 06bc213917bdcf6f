"""`pintle sleep`, `wait` and `install`: what preStop and init containers use a shell for."""
import hashlib
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE


def pintle(*words, **more):
    """(exit code, what it writes)."""
    done = subprocess.run([PINTLE, *map(str, words)], capture_output=True, text=True,
                          timeout=pid1.DEADLINE, **more)
    return done.returncode, (done.stdout + done.stderr).strip()


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


@tap.test
def sleep_takes_durations_and_seconds_and_ends_at_sigterm():
    for time in ('0', '0s', '1ms', '10ms'):
        tap.equal(pintle('sleep', time), (0, ''))
    for words in ((), ('x',), ('-1',), ('1.5',), ('1', '2'), ('99999999999',), ('',)):
        tap.equal(pintle('sleep', *words)[0], 64, str(words))
    sleeper = subprocess.Popen([PINTLE, 'sleep', '1h'])
    tap.cleanup(lambda: (sleeper.kill(), sleeper.wait()))
    tap.until(lambda: pid1.state(sleeper.pid) == 'S', 'it sleeps')
    sleeper.send_signal(signal.SIGTERM)
    tap.equal(sleeper.wait(pid1.DEADLINE), -signal.SIGTERM)
    code, _, err = pid1.run(options=['sleep', '1'])
    tap.equal(code, 64)
    tap.holds(err, 'write: pintle -- sleep ...')


@tap.test
def wait_is_over_when_it_is_there():
    server = socket.create_server(('127.0.0.1', 0))
    address = f'127.0.0.1:{server.getsockname()[1]}'
    tap.equal(pintle('wait', 'tcp', address), (0, 'there'))
    server.close()
    tap.equal(pintle('wait', 'tcp', address, '--timeout', '50ms'),
              (1, f'timed out after 50ms waiting for tcp {address}'))
    path = pid1.folder() / 'ready'
    waiting = subprocess.Popen([PINTLE, 'wait', '--interval', '10ms', 'file', path],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tap.cleanup(lambda: (waiting.kill(), waiting.wait(), waiting.stdout.close()))
    tap.equal(waiting.wait(pid1.DEADLINE), 64)  # options stand behind what is waited for
    waiting = subprocess.Popen([PINTLE, 'wait', 'file', '--interval', '10ms', path, '--timeout',
                                '1h'], stdout=subprocess.PIPE, text=True)
    tap.cleanup(lambda: (waiting.kill(), waiting.wait(), waiting.stdout.close()))
    tap.until(lambda: pid1.state(waiting.pid) == 'S', 'it waits')
    path.touch()
    tap.equal(waiting.wait(pid1.DEADLINE), 0)
    tap.holds(waiting.stdout.read(), 'there')


@tap.test
def wait_says_what_is_wrong_with_its_words():
    for words, line in (((), 'usage: pintle wait tcp|http|unix|file TARGET'),
                        (('udp', 'x'), 'nothing waits for "udp"'),
                        (('tcp',), 'the target is missing'),
                        (('tcp', 'db'), 'the port is missing'),
                        (('http', 'ftp://x'), 'write http://'),
                        (('tcp', 'db:1', '--status', '200'), '"status" without "http"'),
                        (('file', '/x', '--timeout', '0'), 'is not a duration')):
        code, said = pintle('wait', *words)
        tap.equal(code, 64, f'{words}: {said}')
        tap.holds(said, line)


@tap.test
def as_pid_1_of_an_init_container_wait_and_install_are_commands():
    folder = pid1.folder()
    code, out, err = pid1.run(options=['install', str(folder)])
    tap.equal(code, 0, err)
    tap.equal(out, f"installed '{folder}/pintle' and '{folder}/pintle-fetch'\n")
    code, out, err = pid1.run(options=['wait', 'file', str(folder / 'pintle')])
    tap.equal((code, out), (0, 'there\n'), err)


@tap.test
def install_puts_whole_programs_in_their_place():
    folder = pid1.folder()
    tap.equal(pintle('install', folder)[0], 0)
    for name, mode in (('pintle', 0o555), ('pintle-fetch', 0o711)):
        tap.equal(digest(folder / name), digest(pathlib.Path(PINTLE).with_name(name)))
        tap.equal(stat.S_IMODE((folder / name).stat().st_mode), mode)
    running = subprocess.Popen([folder / 'pintle', 'sleep', '1h'])
    tap.cleanup(lambda: (running.kill(), running.wait()))
    tap.until(lambda: pid1.exe(running.pid) == str(folder / 'pintle'), 'it runs')
    tap.equal(pintle('install', folder)[0], 0)  # over one that runs
    tap.equal(sorted(os.listdir(folder)), ['pintle', 'pintle-fetch'])
    tap.equal(pintle('install', folder / 'init'), (0, f"installed '{folder}/init'"))
    tap.equal(subprocess.run([folder / 'init', '--version'], capture_output=True).returncode, 0)


@tap.test
def the_second_program_cannot_be_read_by_who_runs_it():
    pid1.needs('setpriv')
    folder = pid1.folder()
    os.chown(folder, 4711, 4712)
    as_user = ['setpriv', '--reuid', '4711', '--regid', '4712', '--clear-groups']
    subprocess.run([*as_user, PINTLE, 'install', folder], check=True, capture_output=True)
    tap.equal(stat.S_IMODE((folder / 'pintle-fetch').stat().st_mode), 0o111)
    other = pid1.folder()
    os.chown(other, 4711, 4712)
    done = subprocess.run([*as_user, folder / 'pintle', 'install', other], capture_output=True,
                          text=True)
    tap.equal(done.returncode, 1)
    tap.holds(done.stderr, f"cannot open '{folder}/pintle-fetch': Permission denied")


@tap.test
def install_that_cannot_says_why_and_leaves_nothing():
    folder = pid1.folder()
    code, said = pintle('install', folder / 'none' / 'pintle')
    tap.equal(code, 1)
    tap.holds(said, 'it does not exist; make it first, for example with a step "directory"')
    tap.equal(pintle('install')[0], 64)
    tap.equal(pintle('install', '')[0], 64)
    tap.equal(os.listdir(folder), [])


@tap.test
def options_of_commands_may_stand_behind_other_words():
    config = pid1.config({'steps': [{'id': 'a', 'command': 'true'}]})
    code, out = pintle('plan', config, '--json')
    tap.equal((code, json.loads(out)['steps'][0]['id']), (0, 'a'))
    tap.equal(pintle('health', 'a', '--live'),
              (1, '--live, --ready and --startup are for the container; leave out the ID'))


@tap.test
def every_command_tells_its_use():
    for name in ('health', 'probe', 'status', 'job', 'check', 'plan', 'schema', 'wait', 'sleep', 'install'):
        for word in ('--help', '-h'):
            code, out = pintle(name, word)
            tap.equal((code, out.splitlines()[0].split()[:3]), (0, ['usage:', 'pintle', name]))


tap.main()
