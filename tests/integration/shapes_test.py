"""Configs in the shapes that entrypoint scripts have: what each starts, with exactly which words and
environment, on the first start of a container and on every further one. Programs that a machine may
lack are stand-ins that note how they were called; git and curl are tried for real too."""
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import recorder
import tap

SHAPES = pathlib.Path(__file__).with_name('fixtures') / 'shapes'
OWN = {'HOME': '/root', 'USER': 'root', 'LOGNAME': 'root'}  # of whoever starts pintle here


def document(name):
    return json.loads((SHAPES / f'{name}.json').read_text())


class Container:
    """A container's file system, in so far as it matters: a working directory and programs."""

    def __init__(self, *programs, **variables):
        pid1.needs_root()  # OWN
        self.folder = pid1.folder()
        self.programs = recorder.Programs(*programs, 'app')
        self.variables = variables

    def start(self, shape, **more):
        """(exit code, calls, stderr) of one start."""
        self.programs.forget()
        code, _, err = pid1.run('app', 'serve', config_file=str(SHAPES / f'{shape}.json'),
                                before=self.programs.container(**self.variables),
                                cwd=self.folder, **more)
        return code, self.programs.calls(), err

    def inherited(self):
        return {'PATH': self.programs.path, **self.variables}


# A shape, what the container sets, the programs, what is started: (words, inherits all, more).
TABLE = [
    ('checkout', {'SITE_URL': 'file:///srv/site.git', 'LANG': 'C'},
     [(['git', 'clone', '--branch', 'stable', '--depth', '1', 'file:///srv/site.git', 'site'],
       {'SITE_BRANCH': 'stable'})]),
    ('checkout', {'SITE_URL': 'u', 'SITE_BRANCH': 'v 2'},
     [(['git', 'clone', '--branch', 'v 2', '--depth', '1', 'u', 'site'], {})]),
    ('object-store', {'RULES_BUCKET': 'b', 'RULES_KEY': 'path/to/$HOME *'},
     [(['aws', 's3', 'cp', 's3://b/path/to/$HOME *', './rules.yaml'], {})]),
    ('image-parts', {'LANG': 'C'},
     [(['docker', 'pull', 'shop/assets:2024'], None),
      (['docker', 'cp', 'shop/assets:/public', './public/'], None)]),
    ('bearer', {'TEMPLATES_TOKEN': 't o k'},
     [(['curl', '-H', 'Authorization: Bearer t o k',
        'https://templates.shop.example/v2/invoice.html', '-o', 'invoice.html'], {})]),
    ('basic', {'DAV_USER': 'shop', 'DAV_PASS': 'p:$DAV_USER'},
     [(['curl', '--user', 'shop:p:$DAV_USER', 'https://dav.shop.example/lists/prices.csv', '-o',
        'prices.csv'], {})]),
    ('fan-out', {'NORTH_URL': 'https://n.example/?a={1}', 'SOUTH_URL': 's t'},
     [(['parallel', 'curl -o {1} {2}', ':::', 'north.csv', 'south.csv', ':::',
        'https://n.example/?a={1}', 's t'], None)]),
    ('fallback', {'PRICES_URL': 'https://p.example/'}, [(['curl', 'https://p.example/'], None)]),
    ('logged', {'PRICES_URL': 'https://p.example/', 'PRICES_LIST': 'spring'},
     [(['curl', 'https://p.example/'], None)]),
    ('variables-only', {'PACKAGES_TOKEN': 'x'}, []),
]


@tap.test
def every_shape_checks_and_plans_without_a_value():
    files = sorted(SHAPES.glob('*.json'))
    tap.equal(len(files), 12)
    for file in files:
        for command in ('check', 'plan'):
            done = subprocess.run([pid1.PINTLE, command, file], capture_output=True, text=True,
                                  env={})
            tap.equal((done.returncode, done.stderr), (0, ''), f'{command} {file.name}')


@tap.test
def each_starts_what_it_says_with_exactly_that_environment_and_again_on_a_restart():
    for shape, variables, expected in TABLE:
        one = Container(*(words[0] for words, _ in expected), **variables)
        inherited = one.inherited()
        for turn in ('first start', 'restart'):
            code, calls, err = one.start(shape)
            tap.equal(code, 0, f'{shape}, {turn}: {err}')
            *hooks, main = calls
            tap.equal(main.argv, ['app', 'serve'], shape)
            tap.equal(main.environment, inherited, f"{shape}: main's")
            tap.equal([call.argv for call in hooks], [words for words, _ in expected], turn)
            for call, (_, more) in zip(hooks, expected):
                around = {'PATH': inherited['PATH']} if more is None else inherited | more
                tap.equal(call.environment, around | OWN, f"{shape}: a step's")
                tap.equal(call.directory, str(one.folder))


@tap.test
def what_a_shape_needs_and_does_not_get_is_told_before_anything_runs():
    table = [('checkout', ['SITE_URL is not set (repository that holds the site)']),
             ('object-store', ['RULES_BUCKET is not set', 'RULES_KEY is not set']),
             ('bearer', ['TEMPLATES_TOKEN is not set']),
             ('basic', ['DAV_PASS is not set', 'DAV_USER is not set']),
             ('fan-out', ['NORTH_URL is not set', 'SOUTH_URL is not set']),
             ('logged', ['PRICES_URL is not set', 'PRICES_LIST is not set']),
             ('variables-only', ['PACKAGES_TOKEN is not set (token of the package index)'])]
    for shape, reasons in table:
        code, calls, err = Container('git', 'aws', 'curl', 'parallel').start(shape)
        tap.equal((code, calls), (78, []), shape)
        tap.equal(pid1.reasons(err, 78), [f'the variable {reason}' for reason in reasons])


@tap.test
def a_shell_line_sees_the_variable_as_it_is():
    key = 'line 1\nline "2" $HOME `id`'
    one = Container(DEPLOY_KEY=key)
    for _ in range(2):
        code, calls, err = one.start('deploy-key')
        tap.equal((code, len(calls)), (0, 1), err)
        file = one.folder / 'keys/deploy'
        tap.equal((file.read_text(), file.stat().st_mode & 0o777), (f'{key}\n', 0o600))


@tap.test
def a_condition_on_a_step_asks_for_its_success_and_no_is_no_failure():
    one = Container('curl', PRICES_URL='https://p.example/')
    code, calls, err = one.start('cached')
    tap.equal((code, [call.argv[0] for call in calls]), (0, ['app']), err)
    tap.holds(err, 'step has-cache: condition is false')
    tap.holds(err, 'step refresh: skipped: its condition does not hold')
    (one.folder / 'cache').mkdir()
    (one.folder / 'cache/prices.etag').write_text('x')
    code, calls, err = one.start('cached')
    tap.equal(code, 0, err)
    tap.equal(calls[0].argv, ['curl', '-z', 'cache/prices.etag', '-o', 'prices.csv',
                              'https://p.example/'])


@tap.test
def a_command_is_tried_once_and_three_times_more_then_its_fallback_counts():
    one = Container('curl', PRICES_URL='https://p.example/')
    (one.folder / 'cache').mkdir()
    (one.folder / 'cache/prices.csv').write_text('1\n')
    one.programs.end_with('curl', 22)
    code, calls, err = one.start('fallback')
    tap.equal((code, [call.argv[0] for call in calls]), (0, ['curl'] * 4 + ['app']), err)
    for attempt in ('1s', '2s', '4s'):
        tap.holds(err, f'exit code 22; next attempt in {attempt}')
    tap.holds(err, 'step fetch-prices: done by its fallback')


@tap.test
def a_fallback_that_is_missing_or_empty_ends_the_start():
    broken = document('fallback')
    broken['steps'][0]['retries'] = 0
    one = Container('curl', PRICES_URL='u')
    one.programs.end_with('curl', 22)
    (one.folder / 'cache').mkdir()
    for words in ("cannot fall back on 'cache/prices.csv': No such file or directory",
                  "cannot fall back on 'cache/prices.csv': it is empty"):
        code, _, err = pid1.run_with(broken, 'app', before=one.programs.container(PRICES_URL='u'),
                                     cwd=one.folder)
        tap.equal(code, 80, err)
        tap.check(re.search(rf'^pintle: step fetch-prices\.fallback: failed after \w+: {words}$', err,
                            re.M), words, err)
        tap.equal(pid1.chosen_line(err, 80), 'step fetch-prices failed: exit code 22')
        (one.folder / 'cache/prices.csv').write_text('')


@tap.test
def a_later_attempt_that_succeeds_is_a_success():
    one = Container('curl', PRICES_URL='u')
    one.programs.end_with('curl', 7, 0)
    code, calls, err = one.start('fallback')
    tap.equal((code, [call.argv[0] for call in calls]), (0, ['curl', 'curl', 'app']), err)
    tap.holds(err, 'step fetch-prices: done in')


def git(*words, **more):
    subprocess.run(['git', '-c', 'user.name=t', '-c', 'user.email=t@example.org', *words],
                   check=True, capture_output=True, **more)


def repository():
    """A repository with a branch `stable` that holds one file; its URL."""
    pid1.needs('git')
    source = pid1.folder()
    git('init', '--initial-branch', 'stable', source)
    (source / 'index.html').write_text('hello\n')
    git('add', '.', cwd=source)
    git('commit', '-m', 'first', cwd=source)
    return f'file://{source}'


@tap.test
def git_clones_for_real_and_a_restart_finds_its_work_done():
    one = Container(SITE_URL=repository())
    for words in ('done in', 'skipped: its condition does not hold'):
        code, calls, err = one.start('checkout-once')
        tap.equal((code, len(calls)), (0, 1), err)
        tap.holds(err, f'step site-sources: {words}')
        tap.equal((one.folder / 'site/index.html').read_text(), 'hello\n')


@tap.test
def without_the_condition_gits_own_refusal_ends_the_restart():
    one = Container(SITE_URL=repository())
    tap.equal(one.start('checkout')[0], 0)
    code, calls, err = one.start('checkout')
    tap.equal((code, calls), (80, []), err)
    tap.equal(pid1.chosen_line(err, 80), 'step site-sources failed: exit code 128')


class Server(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked for; keeps every request."""

    seen = []

    def do_GET(self):
        self.seen.append((self.path, self.headers.get('Authorization')))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'content of {self.path}\n'.encode())

    def log_message(self, *_):
        pass


@tap.test
def curl_fetches_for_real_with_a_token_that_no_line_shows():
    pid1.needs('curl')
    server = http.server.HTTPServer(('127.0.0.1', 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tap.cleanup(lambda: (server.shutdown(), server.server_close()))
    step = document('bearer')['steps'][0]
    step['arguments'][2] = f'http://127.0.0.1:{server.server_port}/v2/invoice.html'
    step['arguments'].insert(0, '-s')
    folder = pid1.folder()
    code, _, err = pid1.run_with({'steps': [step]}, 'true', options=['-v'], cwd=folder,
                                 before=['env', 'TEMPLATES_TOKEN=tok-en$1'])
    tap.equal(code, 0, err)
    tap.equal((folder / 'invoice.html').read_text(), 'content of /v2/invoice.html\n')
    tap.equal(Server.seen, [('/v2/invoice.html', 'Bearer tok-en$1')])
    tap.check('tok-en' not in err, 'the token', err)


@tap.test
def a_program_that_the_image_lacks_is_named():
    pid1.needs_root()
    for shape, program in (('fan-out', 'parallel'), ('checkout', 'git')):
        empty = pid1.folder()
        before = ['env', '-i', f'PATH={empty}', 'SITE_URL=u', 'NORTH_URL=n', 'SOUTH_URL=s']
        code, _, err = pid1.run('/bin/true', config_file=str(SHAPES / f'{shape}.json'),
                                before=before)
        tap.equal(code, 80, err)
        tap.holds(pid1.chosen_line(err, 80), f"cannot execute '{program}': not found in PATH")


tap.main()
