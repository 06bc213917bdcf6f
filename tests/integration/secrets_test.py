"""No line that pintle writes holds a secret or a piece of one: whatever level and format, whatever
goes wrong with it, wherever in a config it is used."""
import json
import pathlib
import secrets
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

LEVELS = ('debug', 'info', 'warn', 'error')
FORMATS = ('text', 'json')
PIECE = 8  # as many characters of a secret in a row are a leak

PLAIN = ('API_TOKEN', 'FROM_FILE', 'MARKED', 'LONG_PASS', 'OWN')  # what may stand in a URL


class Secrets:
    """Values of every origin and every awkward form; `names` are what a config calls them."""

    def __init__(self):
        self.folder = pid1.folder()
        self.values = {
            'API_TOKEN': self.fresh(),                                   # the container's
            'FROM_FILE': self.fresh(),
            'MARKED': self.fresh(),
            'CLIENT_SECRET': f'{self.fresh()}\n{self.fresh()}\n{self.fresh()}',
            'ODD_KEY': f'{self.fresh()}"\\\x01\té {self.fresh()}',
            'LONG_PASS': ''.join(self.fresh() for _ in range(20)),
            'URL_PASS': f'{self.fresh()}@{self.fresh()}?{self.fresh()}={self.fresh()}',
            'OWN': self.fresh(),                                         # a hook's entry
        }
        (self.folder / 'secret').write_text(self.values['FROM_FILE'] + '\n')

    @staticmethod
    def fresh():
        return secrets.token_hex(12)

    def environment(self):
        """The top level's entries."""
        values = self.values
        return {'FROM_FILE': {'file': f'{self.folder}/secret'},
                'MARKED': {'value': values['MARKED'], 'secret': True},
                'CLIENT_SECRET': {'defaultValue': values['CLIENT_SECRET']},
                'ODD_KEY': values['ODD_KEY'],
                'LONG_PASS': values['LONG_PASS'],
                'URL_PASS': values['URL_PASS']}

    def own(self):
        return {'OWN': {'value': self.values['OWN'], 'secret': True}}

    def container(self):
        return ['env', f'API_TOKEN={self.values["API_TOKEN"]}']

    def prove_hidden(self, text, what):
        text = text.replace('\\n', '\n')
        for name, value in self.values.items():
            for line in value.splitlines():
                for at in range(len(line) - PIECE + 1):
                    piece = line[at:at + PIECE]
                    tap.check(piece not in text, f'{what}: a piece of {name}', text)


def hooks_that_use(name, folder):
    """What can be done with a variable in a step, done well or failing: each a few words of a step."""
    use = f'${name}'
    there = f'{folder}/{name}'
    return [
        {'command': 'true', 'arguments': [use]},
        {'command': 'false', 'arguments': ['--token', use]},
        {'command': 'false', 'retries': 1, 'backoff': 'none', 'arguments': [f'a{use}']},
        {'command': 'sh', 'arguments': ['-c', 'exec sleep 100', use], 'timeout': '50ms'},
        {'command': 'sh', 'arguments': ['-c', 'kill -9 $$$$', use]},
        {'command': 'printf', 'arguments': ['said %s\\n', use], 'output': 'log'},
        {'command': 'true', 'output': {'file': f'/no/such/{use}'}},
        {'command': f'/no/such/{use}'},
        {'command': use},
        {'command': 'true', 'workingDirectory': f'/no/such/{use}'},
        {'directory': {'path': f'{folder}/made-{use}'}},
        {'directory': {'path': f'/dev/null/{use}'}},
        {'file': {'path': there, 'content': use}},
        {'file': {'path': f'/no/such/{use}', 'content': 'x'}},
        {'file': {'path': there, 'copy': f'/no/such/{use}'}},
        {'file': {'path': there, 'template': f'{folder}/bad-template'}},
        {'file': {'path': there, 'template': f'{folder}/template'}},
        {'line': {'path': f'/no/such/{name}', 'text': f'${{{name}@base64}}'}},
        {'line': {'path': f'/no/such/{use}', 'text': 'x'}},
        {'copy': {'source': f'/no/such/{use}', 'destination': there}},
        {'copy': {'source': str(folder), 'destination': f'/no/such/{use}'}},
        {'link': {'path': f'{folder}/link-{name}', 'target': use}},
        {'link': {'path': f'{folder}/link-{name}/x', 'target': use}},
        {'remove': {'path': f'/dev/null/{use}'}},
        {'permissions': {'path': f'/no/such/{use}', 'mode': '0600'}},
        {'certificates': {'source': f'/no/such/{use}', 'bundle': there}},
        {'prune': {'path': f'/no/such/{use}', 'keepLast': 1}},
        {'rotate': {'path': f'{there}/{use}', 'largerThan': '1B'}},
        {'wait': {'unix': f'/no/such/{use}'}, 'timeout': '30ms'},
        {'command': 'true', 'condition': {'not': {'fileExists': f'/no/such/{use}'}}},
        {'command': 'true', 'logging': {'level': 'debug', 'fields': {
            'whole': use, 'part': f'Bearer {use}', 'url': f'https://u:{use}@h.example/{use}?k={use}',
            'second': f'https://h.example https://u:{use}@h.example'}}},
    ]


def hooks_that_cannot_use(name):
    """What is refused before anything runs, because of what the variable stands for."""
    use = f'${name}'
    return [
        {'wait': {'tcp': use}},
        {'wait': {'http': f'{use}://x'}},
        {'wait': {'http': f'http://a b/?key={use}'}},
        {'fetch': {'url': f'{use}://x', 'path': '/tmp/x'}},
        {'certificates': {'source': use, 'bundle': f'/no/such/{use}/'}},
    ]


def document_for(values):
    """A config in which every secret is used in every way, and no failure ends the start."""
    folder = values.folder
    (folder / 'bad-template').write_text('${API_TOKEN}\n${NOT_SET} ${FROM_FILE} ${')
    (folder / 'template').write_text('${API_TOKEN} ${FROM_FILE} ${MARKED} ${CLIENT_SECRET}\n')
    steps = []
    for name in values.values:
        for number, action in enumerate(hooks_that_use(name, folder)):
            steps.append({'id': f's{number}-{name}', 'environment': values.own(), **action,
                          'onFailure': 'continue', 'precedents': []})
    return {'environment': values.environment(), 'parallelism': 8, 'steps': steps}


def all_logs():
    return [['--log-level', level, '--log-format', form] for level in LEVELS for form in FORMATS]


@tap.test
def no_level_and_no_format_shows_a_secret_whatever_its_step_comes_to():
    values = Secrets()
    document = document_for(values)
    for options in all_logs():
        code, out, err = pid1.run_with(document, 'true', options=[*options, '-w'],
                                       before=values.container())
        tap.equal(code, 0, err)
        values.prove_hidden(out + err, ' '.join(options))
        if options[1] == 'debug':
            tap.check(err.count('***') > 50, 'the lines that would have shown one', err)


@tap.test
def check_plan_and_a_config_with_mistakes_show_none():
    values = Secrets()
    document = document_for(values)
    path = pid1.config(document)
    wrong = pid1.config(json.dumps(document).replace('"steps"', '"setps"'))
    cut = pid1.config(json.dumps(document)[:-1])
    unquoted = pid1.config(json.dumps(document).replace('"MARKED": {', '"MARKED": {"x" '))
    for file, code in ((path, 0), (wrong, 78), (cut, 78), (unquoted, 78)):
        for command in (['check'], ['plan'], ['plan', '--json']):
            done = subprocess.run([*values.container(), pid1.PINTLE, *command, file],
                                  capture_output=True, text=True)
            tap.equal(done.returncode, code, done.stderr)
            values.prove_hidden(done.stdout + done.stderr, ' '.join(command))


@tap.test
def what_is_refused_before_the_start_shows_none():
    for name in Secrets().values:
        use = f'${name}'
        refusals = [
            (78, {'steps': [{'command': 'true', 'timeout': use}]}),
            (78, {'steps': [{'command': 'true', 'retries': use}]}),
            (78, {'steps': [{'command': 'true', 'useSystemEnvironment': use}]}),
            (78, {'steps': [{'command': '$NOT_SET', 'arguments': [use]}]}),
            (78, {'steps': [{'wait': {'http': 'http://h/', 'status': use}}]}),
            (83, {'imageMode': 'prebuilt', 'steps': [{'command': f'/x/{use}/bash'}]}),
            (83, {'imageMode': 'prebuilt', 'steps': [{'command': 'env',
                                                      'arguments': [f'{use}=1', f'{use}/sh']}]}),
        ]
        for expected, document in refusals:
            values = Secrets()
            step = {'id': 's', 'environment': values.own(), **document['steps'][0]}
            document = {**document, 'user': 'root', 'steps': [step],
                        'environment': values.environment()}
            for form in FORMATS:
                code, out, err = pid1.run_with(document, 'true', options=['--log-format', form],
                                               before=values.container())
                if name == 'URL_PASS' and step.get('command') == 'env':
                    continue  # it has a "=", so that nothing is refused
                tap.equal(code, expected, f'{step}: {err}')
                values.prove_hidden(out + err, f'{step}')


@tap.test
def a_fallback_that_succeeds_or_fails_shows_none():
    for form in FORMATS:
        values = Secrets()
        for name, value in values.values.items():
            if name != 'LONG_PASS':  # no name of a file is that long
                (values.folder / f'old-{value}').write_text('old')
            for source in (f'/no/such/${name}', f'{values.folder}/old-${name}'):
                step = {'id': 's', 'environment': values.own(), 'command': 'false',
                        'onFailure': {'action': 'fallback', 'source': source,
                                      'destination': f'{values.folder}/new-${name}'}}
                code, out, err = pid1.run_with(
                    {'environment': values.environment(), 'steps': [step]}, 'true',
                    options=['-v', '--log-format', form], before=values.container())
                is_there = not source.startswith('/no/such') and name != 'LONG_PASS'
                tap.equal(code, 0 if is_there else 80, err)
                values.prove_hidden(out + err, source)


@tap.test
def a_value_that_does_not_match_its_pattern_is_not_shown():
    values = Secrets()
    environment = {name: entry if isinstance(entry, dict) else {'value': entry}
                   for name, entry in values.environment().items()}
    environment = {name: {**entry, 'pattern': 'x'} for name, entry in environment.items()}
    environment['API_TOKEN'] = {'pattern': 'x'}
    # What the config has is found by its check, everything else at the start.
    literal = {name for name, entry in environment.items() if {'value', 'defaultValue'} & set(entry)}
    for names, words in ((literal, 'does not match its pattern'),
                         (set(environment) - literal, 'its value does not match x')):
        some = {name: environment[name] for name in names}
        code, out, err = pid1.run_with({'environment': some}, 'true', before=values.container())
        said = err.replace(err.splitlines()[-1], '') if names == literal else err
        tap.equal((code, said.count(words)), (78, len(some)), err)
        values.prove_hidden(out + err, 'the refusal')


@tap.test
def a_password_in_a_url_is_not_shown_by_what_cannot_use_the_url():
    password = Secrets.fresh()
    uses = [{'wait': {'tcp': '$DATABASE_URL'}}, {'wait': {'http': '$DATABASE_URL'}},
            {'fetch': {'url': '$DATABASE_URL', 'path': '/tmp/x'}},
            {'wait': {'tcp': '127.0.0.1:$DATABASE_URL'}},
            {'command': 'true', 'timeout': '$DATABASE_URL'},
            {'command': 'true', 'retries': '$DATABASE_URL'}]
    for url in (f'postgres://app:{password}@db:5432/x', f'postgres://app:p/{password}@db/x',
                f'app:{password}@db:5432', f'https://db/x?password={password}',
                f'host=db password={password}'):
        for use in uses:
            document = {'environment': {'DATABASE_URL': {'description': 'url'}},
                        'steps': [{'id': 's', 'timeout': '100ms', **use}]}
            code, out, err = pid1.run_with(document, 'true', before=['env', f'DATABASE_URL={url}'],
                                           options=['-v'])
            tap.check(code in (78, 80), 'the start fails', err)
            tap.check(password not in out + err, f'{use} shows it', err)
    code, _, err = pid1.run_with({'steps': [{'id': 'db', 'wait': {'tcp': '$DATABASE_URL'}}]}, 'true',
                                 before=['env', f'DATABASE_URL=none://a:{password}@db/x'])
    tap.equal(code, 78)
    tap.check(password not in err, err)
    tap.holds(pid1.chosen_line(err, 78), 'step db: "tcp": "$DATABASE_URL" stands for "none://db/x": ')


@tap.test
def a_start_that_is_refused_shows_none():
    values = Secrets()
    steps = [{'id': f's{number}-{name}', 'environment': values.own(), **action}
             for name in values.values
             for number, action in enumerate(hooks_that_cannot_use(name))]
    for options in all_logs():
        code, out, err = pid1.run_with({'environment': values.environment(), 'steps': steps}, 'true',
                                       options=options, before=values.container())
        tap.equal(code, 78, err)
        for number in range(len(hooks_that_cannot_use('X'))):
            tap.holds(err, f's{number}-LONG_PASS')
        values.prove_hidden(out + err, ' '.join(options))


@tap.test
def a_main_that_cannot_be_started_shows_none():
    for form in FORMATS:
        for name in Secrets().values:
            values = Secrets()
            main = {'command': f'/no/such/${name}', 'environment': values.own()}
            code, out, err = pid1.run_with({'environment': values.environment(), 'main': main},
                                           options=['--log-format', form, '-v'],
                                           before=values.container())
            tap.equal(code, 127, err)
            values.prove_hidden(out + err, name)


@tap.test
def checks_jobs_and_status_show_none():
    values = Secrets()
    checks = []
    jobs = []
    for name in values.values:
        use = f'${name}'
        in_url = use if name in PLAIN else '$LONG_PASS'
        for number, action in enumerate([
                {'http': {'url': f'http://127.0.0.1:1/{in_url}?k={in_url}'}},
                {'command': f'/no/such/{use}'}, {'command': 'false', 'arguments': [use]},
                {'command': 'sh', 'arguments': ['-c', 'exec sleep 100', use], 'timeout': '20ms'}]):
            checks.append({'id': f'c{number}-{name}', 'environment': values.own(), **action,
                           'interval': '10ms', 'failureThreshold': 1, 'startPeriod': '0s'})
        jobs.append({'id': f'j-{name}', 'environment': values.own(), 'schedule': {'every': '20ms'},
                     'command': f'/no/such/{use}'})
    document = {'environment': values.environment(), 'health': checks, 'maintenance': jobs}
    for form in FORMATS:
        one = pid1.start_with(document, 'sleep', '1000', before=values.container(),
                              options=['-v', '--log-format', form])
        one.wait_for_mask()
        seen = tap.until(lambda: told(one), 'every check and job has failed')
        seen += one.inside(pid1.PINTLE, 'status').stdout + one.health()[1]
        one.signal(signal.SIGTERM)
        one.end()
        values.prove_hidden(seen, 'status')
        values.prove_hidden(one.out.rest() + one.err.rest(), form)


def told(one):
    """The status, once each check is unhealthy and each job has run."""
    done = one.inside(pid1.PINTLE, 'status', '--json')
    if done.returncode != 0:
        return ''
    status = json.loads(done.stdout)
    is_told = all(check['verdict'] == 'unhealthy' for check in status['checks'])
    return done.stdout if is_told and all(job['runs'] > 0 for job in status['jobs']) else ''


@tap.test
def a_text_that_was_not_cut_shows_no_secrets_first_letters_by_hiding_them():
    folder = pid1.folder()
    (folder / 'secret').write_text('s3cret')
    document = {'environment': {'DB_PASSWORD': {'file': f'{folder}/secret'}},
                'steps': [{'id': 'w', 'wait': {'file': f'{folder}/appears', 'interval': '20ms'}}]}
    one = pid1.start_with(document, 'true', options=['-v'])
    one.complaint('pintle: step w: started')
    (folder / 'appears').touch()
    one.complaint('pintle: step w: done in .*: there( after \\d+ attempts)?')
    tap.equal(one.end(), 0)


tap.main()
