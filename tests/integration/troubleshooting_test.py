"""docs/troubleshooting.md: its exit codes are the program's, and each message that it and other pages quote
is one that pintle really says. A message stands in the first column of a table with the heading `message`, or
beside its exit code; `…` in it is any text."""
import errno
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import unproven
import web
from pid1 import ACTOR, PINTLE

PAGE = pid1.ROOT / 'docs/troubleshooting.md'
MIGRATION = pid1.ROOT / 'docs/migration-to-prebuilt.md'
PAGES = [PAGE, MIGRATION, pid1.ROOT / 'docs/docker.md', pid1.ROOT / 'docs/kubernetes.md']
TABLE = re.compile(r'^\| message \|.*\n\|[-|]+\n((?:\|.*\n)+)', re.M)
ROW = re.compile(r'^\| `(.+?)` \|', re.M)
BESIDE_CODE = re.compile(r'^\| \d+(?:, \d+)? \| `(pintle: .+?)` \|', re.M)
FAILING = {'command': ACTOR, 'arguments': ['exit', '3']}
AS_APP = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups']
UNTIL_TERM = [ACTOR, 'listen', '15']
QUICK = {'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 1}


def said(*words, env=None, stdin=None):
    """What a command writes, when it has ended."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, env=env,
                          timeout=pid1.DEADLINE, input=stdin)
    return f'exit code {done.returncode}\n{done.stdout}{done.stderr}'


def ran(document, *command, **more):
    """What pintle and its children write as PID 1 until the end."""
    code, out, err = pid1.run_with(document, *(command or ['true']), **more)
    return f'exit code {code}\n{out}{err}'


def step(**keys):
    return {'steps': [{'id': 'migrate', **keys}]}


def without(capabilities):
    return ['capsh', f'--drop={capabilities}', '--', '-c', 'exec "$@"', 'sh']


def check(text):
    return said(PINTLE, 'check', pid1.config(text), env={})


def a_closed_port():
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]


SCENARIOS = [unproven.texts]


def scenario(function):
    SCENARIOS.append(function)
    return function


@scenario
def configs_that_are_wrong():
    yield check('{"mian": {"command": "x"}}')
    yield check('{"steps": [{"id": "a", "command": "x", "timeout": "5"}]}')
    yield check('{"steps": [{"id": "a", "command": "x"}')
    yield check('{"steps": [{"id": "a", "command": "x"}, {"id": "a", "command": "y"}]}')
    yield check('{"steps": [{"id": "a", "command": "x", "precedents": ["b"]}, '
                '{"id": "b", "command": "x", "precedents": ["a"]}]}')
    yield check('{"steps": [{"id": "a", "comand": "x"}]}')
    yield check('{"steps": [{"id": "a", "command": "x", "http": "http://127.0.0.1/"}]}')
    yield check('{"health": [{"id": "a", "http": "http://db:80/"}]}')
    yield said(PINTLE, 'check', '/etc/pintle/none.json')
    yield ran({'environment': {'DATABASE_URL': {'description': 'PostgreSQL URL'},
                               'TOKEN': {'description': 'of the API'}}})
    yield ran({'environment': {'LEVEL': {'pattern': 'debug|info'}}}, before=['env', 'LEVEL=loud'])
    yield ran({'environment': {'DB_PASSWORD': {'file': '/run/secrets/none'}}})
    yield ran({}, before=['env', 'IMAGE_MODE=hardened'])
    yield ran({'user': 'nobody-here'})
    yield ran({'environment': {'PASSWORD': {'fileVariable': 'PASSWORD_FILE'}}},
              before=['env', 'PASSWORD=hunter2', 'PASSWORD_FILE=/none'])
    yield check('{"steps": [{"id": "a", "command": "x", "arguments": ["${A"]}]}')
    yield check('{"health": [{"id": "a", "tcp": "127.0.0.1:1", "onFailure": "terminate"}]}')
    unreadable = pid1.folder() / 'db_password'
    unreadable.touch(mode=0)
    yield ran({'environment': {'DB_PASSWORD': {'file': str(unreadable)}}}, before=AS_APP)
    yield ran({'steps': [{'id': 'a', 'command': 'true', 'arguments': ['$NOBODY_SET_IT']}]})


@scenario
def command_lines_that_are_wrong():
    yield said(PINTLE, 'help', 'helth')
    yield ran({}, options=['--no-such'])
    yield ran({}, options=['health'])
    yield said(*pid1.UNSHARE, PINTLE)


@scenario
def starts_that_are_refused():
    yield ran({}, before=['env', 'IMAGE_MODE=prebuilt'])
    for name in ('migrate', 'data-dir'):
        yield ran({'steps': [{'id': name, 'user': 'root', 'command': 'true'}]}, before=AS_APP)
    yield ran({'imageMode': 'prebuilt', 'user': '1000', **step(command='apt-get', arguments=['update'])})
    yield ran({'imageMode': 'prebuilt', 'user': '1000', **step(command='/bin/sh', arguments=['-c', 'true'])})
    yield ran({'imageMode': 'prebuilt', 'user': '1000', **step(command='echo a | cat')})
    yield ran({'imageMode': 'prebuilt', 'user': '1000', 'init': {'dumpable': True}})
    yield ran({'user': '1000:1000', 'groups': [4242]}, before=AS_APP)
    yield ran({'user': '1000:1000'}, before=without('cap_setuid,cap_setgid'))
    yield ran({'user': '1000:1000', 'confinement': {'capabilities': ['NET_BIND_SERVICE']}},
              before=without('cap_net_bind_service'))


@scenario
def a_layered_image_in_prebuilt_mode():
    before, after = re.findall(r'^```json\n(.*?)^```', MIGRATION.read_text(), re.M | re.S)
    environment = {'IMAGE_MODE': 'prebuilt'}
    yield said(PINTLE, 'check', pid1.config(before), env=environment)
    accepted = said(PINTLE, 'check', pid1.config(after), env=environment)
    tap.check(accepted.startswith('exit code 0\n'), 'the page\'s second config', accepted)
    script = pid1.folder() / 'start.sh'
    script.write_text('#!/bin/sh\nexec true\n')
    script.chmod(0o755)
    yield ran({'imageMode': 'prebuilt', 'user': '1000', **step(command=str(script), arguments=[])})


@scenario
def steps_that_fail():
    yield ran(step(**FAILING))
    yield ran(step(command='/app/migrate'))
    yield ran(step(command='sleep', arguments=['60'], timeout='100ms'))
    yield ran(step(wait={'tcp': f'127.0.0.1:{a_closed_port()}'}, timeout='100ms'))
    folder = pid1.folder()
    (folder / 'rules.json').write_text('{}')
    yield ran({'steps': [{'id': 'rules', 'check': {'path': f'{folder}/rules.json', 'sha256': '0' * 64}}]})
    yield ran(step(fetch={'url': f'http://127.0.0.1:{a_closed_port()}/x', 'path': f'{folder}/x'}))
    yield ran(step(file={'path': '/proc/none/x', 'content': 'x'}))
    yield ran({'user': '1000:1000', **step(directory={'path': f'{folder}/a/b'})})
    yield ran(step(directory={'path': '/sys/kernel/x'}))
    read_only = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs -o ro none /mnt && exec "$@"', 'sh']
    yield ran(step(directory={'path': '/mnt/data'}), before=read_only)
    yield ran({'user': '1000:1000', **step(permissions={'path': str(folder), 'owner': '1000:1000'})})
    yield ran({'user': '1000:1000', **step(certificates={'source': f'{folder}/rules.json'})})
    yield ran(step(fail='set SHOP_URL'))
    yield ran({'steps': [{'id': 'migrate', **FAILING, 'onFailure': 'continue'}]})
    yield ran(step(**FAILING, retries=1, backoff={'type': 'constant', 'initial': '1ms'}))
    os.chown(folder, 1000, 1000)
    folder.chmod(0o700)
    yield ran(step(permissions={'path': str(folder), 'owner': '1000', 'recursive': True}),
              before=without('cap_dac_override,cap_dac_read_search,cap_setuid'))


@scenario
def mains_that_end():
    yield ran({}, '/app/server')
    yield ran({'main': {'command': 'true', 'workingDirectory': '/none'}})
    plain = pid1.folder() / 'server'
    plain.write_text('text')
    yield ran({}, str(plain))
    script = pid1.folder() / 'run.sh'
    script.write_text('#!/no/such/interpreter\n')
    script.chmod(0o755)
    yield ran({}, str(script))
    foreign = pid1.folder() / 'server'
    foreign.write_bytes(b'\x7fELF\x02\x01\x01' + bytes(9) + b'\x02\x00\xf3\x00\x01' + bytes(43))
    foreign.chmod(0o755)
    yield ran({}, str(foreign))
    alien = pid1.folder() / 'server'
    loader = re.search(rb'/lib\S*?/ld-[\w.-]+', pathlib.Path('/bin/true').read_bytes())[0]
    alien.write_bytes(pathlib.Path('/bin/true').read_bytes().replace(
        loader, b'/none'.ljust(len(loader), b'x')))
    alien.chmod(0o755)
    yield ran({}, str(alien))
    for action in ({'fileExists': '/none'},
                   {'command': 'sleep', 'arguments': ['60'], 'timeout': '50ms'}):
        yield ran({'health': [{'id': 'alive', 'kind': 'liveness', **action, **QUICK,
                               'onFailure': 'terminate'}]}, *UNTIL_TERM)
    one = pid1.start_with({'shutdown': {'gracePeriod': '50ms'}}, ACTOR, 'listen', '10')
    one.line('ready')
    one.signal(signal.SIGTERM)
    yield f'{one.end()}{one.err.rest()}'
    one = pid1.start_with(step(command='sleep', arguments=['60']), 'true', options=['-v'])
    one.complaint('pintle: step migrate: started')
    one.signal(signal.SIGTERM)
    yield f'{one.end()}{one.err.rest()}'
    yield ran({}, 'true')


@scenario
def jobs_and_steps_that_do_not_run():
    tidy = {'id': 'tidy', 'command': 'true', 'arguments': [], 'schedule': '0 2 * * *'}
    yield check(json.dumps({'maintenance': [{**tidy, 'schedule': '@reboot'}]}))
    yield check(json.dumps({'maintenance': [{**tidy, 'schedule': '0 2 * *'}]}))
    yield ran({'maintenance': [{**tidy, 'timezone': 'Europe/Nowhere'}]})
    yield ran({'maintenance': [tidy]}, before=['env', 'TZ=Europe/Berlin'])
    yield ran({'user': '1000:1000', 'init': {'user': 'main'}, 'maintenance': [{**tidy, 'user': 'root'}]})
    one = pid1.start_with({'maintenance': [{**tidy, 'runOnStart': True, 'when': {'fileExists': '/none'}}]},
                          *UNTIL_TERM, options=['-v'])
    yield one.complaint('pintle: job tidy: skipped.*')[0]
    one.signal(signal.SIGTERM)
    one.end()
    yield ran({'steps': [{'id': 'cache', 'condition': {'fileExists': '/none'}, 'command': 'true'},
                         {'id': 'packages', 'imageModes': ['prebuilt'], 'command': 'true'}]})
    yield ran({'steps': [{'id': 'server', 'during': ['last'], 'command': 'true'},
                         {'id': 'last', 'command': 'sleep', 'arguments': ['60']}]})


@scenario
def containers_that_run():
    document = {'health': [{'id': 'web', 'http': f'http://127.0.0.1:{a_closed_port()}/', **QUICK}],
                'maintenance': [{'id': 'tidy', 'schedule': '0 0 * * *', **FAILING}]}
    one = pid1.start_with(document, *UNTIL_TERM, options=['-v'])
    one.complaint('pintle: check web: unhealthy.*')
    document['maintenance'][0] |= {'command': 'sleep', 'arguments': ['60'], 'runOnStart': True}
    two = pid1.start_with(document, *UNTIL_TERM, options=['-v'])
    two.complaint('pintle: job tidy: started')
    done = two.inside(PINTLE, 'job', 'tidy')
    yield f'{done.returncode}\n{done.stdout}{done.stderr}'
    two.signal(signal.SIGTERM)
    yield f'{two.end()}{two.err.rest()}'
    for words in (['health'], ['health', 'wbe'], ['job', 'tidi'], ['job', 'tidy'], ['status']):
        done = one.inside(PINTLE, *words)
        yield f'{done.returncode}\n{done.stdout}{done.stderr}'
    done = one.inside(*AS_APP, PINTLE, 'job', 'tidy')
    yield done.stdout + done.stderr
    os.kill(one.pid, signal.SIGSTOP)
    done = one.inside(PINTLE, 'health')
    yield done.stdout + done.stderr
    os.kill(one.pid, signal.SIGCONT)
    one.signal(signal.SIGTERM)
    yield f'{one.end()}{one.err.rest()}'
    yield said('unshare', '--mount', PINTLE, 'health')
    yield said(PINTLE, 'wait', 'tcp', f'127.0.0.1:{a_closed_port()}', '--timeout', '50ms')


def unhealthy(check):
    """What `pintle health` says of such a check."""
    one = pid1.start_with({'health': [{'id': 'web', **QUICK, **check}]}, *UNTIL_TERM)
    one.complaint('pintle: check web: unhealthy.*')
    try:
        return one.health()[1] + '\n'
    finally:
        one.signal(signal.SIGTERM)
        one.end()


@scenario
def checks_that_fail():
    site = web.Hostile(lambda connection: connection.sendall(
        b'HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n'))
    url = f'http://127.0.0.1:{site.server.getsockname()[1]}/'
    yield unhealthy({'http': url})
    yield unhealthy({'http': {'url': url, 'status': 503, 'body': 'ok'}})
    yield unhealthy({'command': 'sleep', 'arguments': ['60'], 'timeout': '50ms'})
    yield unhealthy({'command': 'no-such-program'})
    yield unhealthy(FAILING)
    yield unhealthy({'unix': '/run/none.sock'})
    yield unhealthy({'process': '/run/none.pid'})
    yield unhealthy({'fileExists': {'path': '/proc/1/status', 'newerThan': '1ms'}})


@scenario
def the_platform_refuses():
    limited = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', 'prlimit', '--nproc=1']
    yield ran({}, before=limited)
    yield ran({}, before=pid1.failing('signalfd4', errno.EMFILE))
    yield ran({'user': '1000:1000'}, before=['unshare', '--user', '--map-root-user'])
    yield ran({'user': '2000:2000'}, before=AS_APP)
    server = socket.create_server(('127.0.0.1', 0))
    yield ran({'listen': {'health': f'127.0.0.1:{server.getsockname()[1]}'}}, 'sleep', '0.05')
    server.close()


@scenario
def downloads_that_fail():
    site = web.Site()
    site.put('file', b'content')
    folder = pid1.folder()
    for url, more in ((site.url('/none', 'plain'), {}), (site.url('/file'), {}),
                      (site.url('/file', 'plain'), {'sha256': '0' * 64}),
                      (site.url('/loop', 'plain'), {}), (site.url('/file', 'plain'), {'maxSize': '1B'}),
                      (site.url('/file', 'expired'), {'ca': str(site.folder / 'ca.pem')}),
                      (site.url('/file', 'misnamed'), {'ca': str(site.folder / 'ca.pem')}),
                      (site.url('/private', 'plain'), {})):
        yield ran(step(fetch={'url': url, 'path': f'{folder}/x', **more}))
    yield ran(step(fetch={'url': site.url('/down'), 'path': f'{folder}/x',
                          'ca': f'{site.folder}/ca.pem'}))
    alone = pid1.folder() / 'pintle'
    shutil.copy(PINTLE, alone)
    yield ran(step(fetch={'url': site.url('/file'), 'path': f'{folder}/x'}), program=str(alone))


@scenario
def checks_of_a_config():
    yield check(json.dumps({
        'environment': {'TOKEN': {'description': 'x'}, 'UNUSED': {'description': 'y'}},
        'main': {'command': 'true', 'arguments': ['$TOKEN', '$TYPO']},
        'health': [{'id': 'alive', 'kind': 'liveness', 'tcp': '127.0.0.1:1', 'onFailure': 'terminate'}]}))


@scenario
def programs_with_privileges():
    folder = pid1.folder()
    for name, act in (('suid', lambda path: path.chmod(0o4755)),
                      ('caps', lambda path: subprocess.run(['setcap', 'cap_net_raw+ep', path]))):
        path = folder / name
        shutil.copy(ACTOR, path)
        act(path)
        yield ran({'user': '1000:1000'}, str(path), 'exit', '0')


@scenario
def starts_and_stops_that_last():
    one = pid1.start_with({'steps': [{'id': 'migrate', 'command': 'sleep', 'arguments': ['60']}],
                           'main': {'command': 'true'},
                           'maintenance': [{'id': 'tidy', 'schedule': '0 0 * * *', **FAILING}]},
                          options=['-v'])
    one.complaint('pintle: step migrate: started')
    for words in (['health'], ['job', 'tidy'], ['health', '--ready']):
        done = one.inside(PINTLE, *words)
        yield f'{done.returncode}\n{done.stdout}{done.stderr}'
    one.signal(signal.SIGINT)
    yield f'{one.end()}{one.err.rest()}'
    one = pid1.start_with({'shutdown': {'totalGracePeriod': '300ms', 'gracePeriod': '100ms'}},
                          ACTOR, 'leave', 'deaf', '0', options=['-v', '-w'])
    yield f'{one.end()}{one.err.rest()}'
    one = pid1.start_with({'main': {'command': ACTOR, 'arguments': ['listen', '15'], 'notify': True}})
    one.line('ready')
    yield str(one.health())
    one.signal(signal.SIGTERM)
    one.end()


@functools.cache
def all_that_is_said():
    return '\n'.join(output for one in SCENARIOS for output in one())


def quoted():
    """The messages of the pages."""
    text = '\n'.join(page.read_text() for page in PAGES)
    rows = [row for table in TABLE.findall(text) for row in ROW.findall(table)]
    return [row.replace('\\|', '|') for row in [*rows, *BESIDE_CODE.findall(text)]]


@tap.test
def its_exit_codes_are_those_of_the_program():
    table = subprocess.run([PINTLE, 'help', 'exit-codes'], capture_output=True, text=True,
                           check=True).stdout
    rows = re.findall(r'^ +(\d+)  (\S+) +(.*)$', table, re.M)
    tap.equal(re.findall(r'^\| (\d+) \| (\S+) \| (.*?) \|', PAGE.read_text(), re.M), rows)


@tap.test
def pintle_says_each_message_that_it_quotes():
    pid1.needs_root()
    for program in ('capsh', 'setcap'):
        pid1.needs(program)
    messages = quoted()
    tap.check(len(messages) > 110, 'messages', len(messages))
    output = all_that_is_said()
    # The page has the words of the product's C library; that of another build has the left ones.
    for words in (('Address already in use', 'Address in use'), ('Connection timed out', 'Operation timed out'),
                  ('Too many open files', 'No file descriptors available')):
        output = output.replace(*words)
    lost = [one for one in messages
            if not re.search('.*'.join(map(re.escape, one.split('…'))), output)]
    tap.equal(lost, [], f'in {len(output)} bytes')


@tap.test
def what_prebuilt_refuses_of_the_layered_config_is_what_the_page_shows():
    page = MIGRATION.read_text()
    shown = re.search(r'^```\n(pintle: step .*?)^```', page, re.M | re.S)[1]
    before = re.search(r'^```json\n(.*?)^```', page, re.M | re.S)[1]
    output = said(PINTLE, 'check', pid1.config(before), env={'IMAGE_MODE': 'prebuilt'})
    tap.check(output.startswith('exit code 83\n' + shown), 'the lines of the page', output)
    tap.check(said(PINTLE, 'check', pid1.config(before), env={}).startswith('exit code 0\n'),
              'layered accepts it')


@tap.test
def every_exit_code_of_its_table_is_one_that_pintle_ended_with():
    pid1.needs_root()
    output = all_that_is_said()
    for code in set(re.findall(r'^\| (\d+) \|', PAGE.read_text(), re.M)) - {'0'}:
        tap.check(f'pintle: exit {code}: ' in output, f'exit code {code}')


tap.main()
