"""A value that variables stand for may hold a password, though no name says so: no message shows it,
wherever the value is used. One row for each place, every spelling of a password in each."""
import json
import pathlib
import secrets
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

PASSWORD = f'pw{secrets.token_hex(6)}'
SPELLINGS = [f'app:{PASSWORD}@db', f'postgres://u:{PASSWORD}@h', f'postgres://u:a/{PASSWORD}@h/x',
             f'jdbc:postgresql://h/d?user=a&password={PASSWORD}', f'Server=db;Password={PASSWORD}',
             f'host=db password={PASSWORD} user=a', f'Server=db; Pwd = {PASSWORD},1;User=a']
USES = ('${U}', '/etc/passwd/${U}')
TOP = {'environment': {'U': {'description': 'u'}}}
FETCH = {'url': 'http://127.0.0.1:1/x', 'path': '/no/such/x'}
ALWAYS = {'path': '/etc/passwd'}


def steps_with(use, folder):
    """One row for each message that could show what `use` stands for."""
    return [
        {'wait': {'unix': use}}, {'wait': {'file': use}}, {'wait': {'unix': use * 40}},
        {'command': 'true', 'logging': {'fields': {'whole': use, 'part': f'it is {use}'}}},
        {'directory': {'path': f'/etc/passwd/{use}'}},
        {'file': {'path': f'/no/such/{use}', 'content': 'x'}},
        {'file': {'path': f'{folder}/a', 'copy': use}},
        {'file': {'path': f'{folder}/b', 'template': use}},
        {'link': {'path': f'/no/such/{use}', 'target': use}},
        {'link': {'path': f'{folder}/taken', 'target': use}},
        {'remove': {'path': f'/etc/passwd/{use}'}},
        {'permissions': {'path': use, 'mode': '0600'}},
        {'certificates': {'source': use, 'bundle': f'{folder}/c'}},
        {'certificates': {'source': f'{folder}/taken', 'bundle': f'/no/such/{use}'}},
        {'prune': {'path': use, 'keepLast': 1}},
        {'fetch': {**FETCH, 'path': f'/no/such/{use}'}},
        {'fetch': {**FETCH, 'url': 'https://127.0.0.1:1/x', 'ca': use, 'path': f'{folder}/d'}},
        {'check': {'path': use, 'sha256': '0' * 64}},
        {'command': use}, {'command': f'/no/such/{use}'}, {'command': f'{folder}/{"x" * 230}{use}'},
        {'command': f'x{use}' * 40}, {'command': f'{"x" * 229}:{use}'},
        {'command': 'true', 'workingDirectory': use},
        {'command': 'true', 'workingDirectory': f'/no/such/{use}'},
        {'command': 'true', 'output': {'file': f'/no/such/{use}'}},
        {'command': 'true', 'condition': {'not': {'fileExists': use}}},
    ]


def steps_alone(use, folder):
    """Those that may be refused before the start, or whose failure ends it."""
    wrong = {**ALWAYS, 'sha256': '0' * 64}
    return [
        {'rotate': {'path': f'{use}/x', 'largerThan': '1B'}},
        {'wait': {'tcp': use}}, {'wait': {'http': use}},
        {'wait': {'http': f'http://unix:/no/such/{use}:/'}},
        {'directory': {'path': f'{folder}/made', 'owner': use}},
        {'file': {'path': f'{folder}/e', 'content': 'x', 'owner': use}},
        {'permissions': {'path': f'{folder}/taken', 'owner': use}},
        {'fetch': {**FETCH, 'url': use}}, {'fetch': {**FETCH, 'owner': use}},
        {'fetch': {**FETCH, 'sha256': use}}, {'check': {**ALWAYS, 'sha256': use}},
        {'check': {**ALWAYS, 'prohibit': [f'^|{use}']}}, {'check': {**ALWAYS, 'prohibit': [f'{use}(']}},
        {'command': 'false', 'fallback': {'source': use}},
        {'command': 'false', 'fallback': {'source': '/etc/passwd', 'destination': f'/no/such/{use}'}},
        {'command': 'false', 'fallback': {'source': '/etc/passwd', 'destination': f'{folder}/f {use}'}},
        {'fetch': FETCH, 'fallback': {'source': use}},
        {'check': wrong, 'fallback': {'source': '/etc/passwd', 'destination': f'/no/such/{use}'}},
        {'command': '/x/' + use + '/bash', 'imageModes': ['prebuilt']},
    ]


def checks_with(use):
    return [{'unix': {'path': use}}, {'unix': {'path': f'/no/such/{use}'}},
            {'fileExists': {'path': use}}, {'process': {'target': use}}]


def checks_alone(use):
    return [{'http': {'url': use}}, {'tcp': {'address': use}}, {'grpc': {'address': use}}]


def step(number, row):
    row = dict(row)
    fallback = row.pop('fallback', None)
    failure = {'action': 'fallback', **fallback} if fallback else 'continue'
    return {'id': f's{number}', 'timeout': '200ms', **row, 'onFailure': failure, 'precedents': []}


def check(number, row):
    return {'id': f'c{number}', **row, 'interval': '20ms', 'failureThreshold': 1, 'startPeriod': '0s'}


def prove_hidden(text, what):
    tap.check(PASSWORD not in text, what, '\n'.join(
        line for line in text.splitlines() if PASSWORD in line))


@tap.test
def no_step_shows_a_password_that_its_variables_stand_for():
    for value in SPELLINGS:
        for use in USES:
            folder = pid1.folder()
            (folder / 'taken').write_text('taken')
            rows = steps_with(use, folder)
            steps = [step(number, row) for number, row in enumerate(rows)]
            document = {**TOP, 'parallelism': 8, 'steps': steps, 'workingDirectory': '/proc'}
            code, out, err = pid1.run_with(document, 'true', options=['-v'],
                                           before=['env', f'U={value}'])
            tap.equal(code, 0, err)
            tap.check(err.count(': cannot ') >= len(rows) - 6, 'most of them fail with words', err)
            prove_hidden(out + err, f'{use} = {value}')


@tap.test
def no_step_that_is_refused_shows_one():
    for value in SPELLINGS:
        folder = pid1.folder()
        (folder / 'taken').write_text('taken')
        for row in steps_alone('${U}', folder):
            document = {**TOP, 'user': 'root', 'steps': [step(0, row)],
                        'imageMode': row.get('imageModes', ['layered'])[0]}
            code, out, err = pid1.run_with(document, 'true', options=['-v'],
                                           before=['env', f'U={value}'])
            tap.check(code in (0, 78, 80, 82, 83), f'{row}, {value}', err)
            prove_hidden(out + err, f'{row}, {value}')


@tap.test
def no_check_and_no_main_shows_one():
    for value in SPELLINGS:
        before = ['env', f'U={value}']
        for rows in (checks_with('${U}'), *([row] for row in checks_alone('${U}'))):
            checks = [check(number, row) for number, row in enumerate(rows)]
            one = pid1.start_with({**TOP, 'health': checks}, 'sleep', '100', before=before,
                                  options=['-v'])
            seen = tap.until(lambda one=one: one.popen.poll() is not None or told(one),
                             'every check has failed')
            if one.popen.poll() is None:
                one.signal(signal.SIGTERM)
            one.end()
            prove_hidden(f'{seen}{one.out.rest()}{one.err.rest()}', f'{rows}, {value}')
        for main in ({'command': '${U}'}, {'command': '/no/such/${U}'},
                     {'command': 'true', 'workingDirectory': '${U}'}):
            _, out, err = pid1.run_with({**TOP, 'main': main}, before=before)
            tap.holds(err, 'cannot ')
            prove_hidden(out + err, f'{main}, {value}')


def told(one):
    """The status, once each check is unhealthy."""
    try:
        done = one.inside(pid1.PINTLE, 'status', '--json')
    except tap.Failure:  # it has been refused, and has ended
        return ''
    if done.returncode != 0:
        return ''
    are_told = all(check['verdict'] == 'unhealthy' for check in json.loads(done.stdout)['checks'])
    return done.stdout if are_told else ''


@tap.test
def no_command_shows_one():
    for value in SPELLINGS:
        for words in (['wait', 'unix', value], ['wait', 'file', value], ['wait', 'tcp', value],
                      ['wait', 'http', value], ['wait', 'file', '/no/such', value], ['wait', value],
                      ['wait', 'file', value, '--interval', value], ['probe', 'unix', value],
                      ['probe', 'file', value], ['probe', 'tcp', value], ['probe', 'http', value],
                      ['probe', 'grpc', value], ['probe', 'process', value], ['probe', value],
                      ['sleep', value], ['health', '--timeout', value], ['install', f'/no/such/{value}'],
                      ['run', '--shutdown-timeout', value, 'true'], ['run', '-p', value, 'true'],
                      ['run', '-u', value, 'true'], ['run', '-c', value, 'true']):
            if words[0] == 'wait' and len(words) == 3:
                words = [*words, '--timeout', '50ms']
            done = subprocess.run([pid1.PINTLE, *words], capture_output=True, text=True, check=False,
                                  timeout=30)
            tap.check(done.returncode != 0, f'{words} fails')
            prove_hidden(done.stdout + done.stderr, f'{words}')


@tap.test
def a_path_with_an_at_sign_is_shown_whole():
    code, _, err = pid1.run('/app/node_modules/@scope/x')
    tap.equal(code, 127)
    tap.holds(err, "cannot execute '/app/node_modules/@scope/x': No such file")


tap.main()
