"""The table "From shell to config" of docs/entrypoint-scripts.md: each row is run, most of them on both
sides (tests/lib/cookbook.py says how). A row that nothing here runs fails."""
import http.server
import json
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import cookbook
import pid1
import recorder
import tap
from cookbook import Both, Start, row_of
from cookbook_rows import ROWS

# Rows of downloads and TLS: the test that runs what the right side says, and where it belongs.
FETCH = '{"steps": [{"id": "it", "fetch": {"url": "https://h/x", "path": "/d/x", CONFIG}}]}'
ELSEWHERE = {
    'curl -fsSL': ('fetch_resume', 'a_download_that_is_cut_is_resumed_where_it_was_cut', cookbook.STEP),
    'until curl': ('tls_probes', 'wait_asks_by_https_with_headers_until_the_service_is_there',
                   cookbook.STEP),
    'HEALTHCHECK CMD curl -fsSk': ('tls_probes', 'a_check_by_https_is_a_check_like_another',
                                   '{"health": [{"id": "it", CONFIG}]}'),
    'grpc_health_probe': ('grpc', 'by_tls_the_server_has_to_show_its_certificate',
                          '{"health": [{"id": "it", CONFIG}]}'),
    'curl --cert': ('fetch_credentials', 'a_client_certificate_says_who_asks',
                    FETCH.replace('CONFIG', 'CONFIG: "a", CONFIG1: "b", CONFIG2: "c"')),
    'curl --netrc-file': ('fetch_credentials', 'a_netrc_file_has_the_password_for_its_host_and_no_other',
                          FETCH),
    'aws s3 cp': ('fetch_credentials',
                  'a_request_is_signed_as_each_service_computes_the_signature_itself', cookbook.STEP),
}
EXAMPLES = {'url': 'https://h/x', 'address': '127.0.0.1:1', 'ca': '/ca.pem'}  # what their "…" may be
OWN = {}


def own(beginning):
    """The row is run by this function, which gets it."""
    def register(function):
        OWN[beginning] = function
        return function
    return register


def document_of(row, text):
    return cookbook.config_of(Both(document=text), row)


@own('docker run IMAGE psql')
def another_command(row):
    programs = recorder.Programs('server', 'psql')
    options = cookbook.row_of('if [ "${1#-}"').config[0]
    document = ('{"environment": {"NEEDED": {}}, "steps": [{"id": "it", "fail": "$NEEDED"}], '
                f'{options}}}')
    tap.holds(options, row.config[0])
    words = row.shell[0].removeprefix('docker run IMAGE ').split()
    code, _, err = pid1.run_with(document, *words, before=programs.container())
    tap.equal((code, [call.argv for call in programs.calls()]), (0, [words]), err)
    tap.equal(pid1.run_with(document, '-x', before=programs.container())[0], 78)


@own('exec tail -f')
def a_pause(row):
    one = pid1.start_with('{"steps": [{"id": "it", "log": "there"}], ' + row.config[0] + '}')
    one.complaint('pintle: step it: .*there')
    one.wait_for_mask()
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)


def stopped(row, server, document):
    """What the server says when each side is stopped by SIGTERM."""
    text = f"exec sh -c 'trap \"echo stopped; exit 0\" {server[1]}; echo ready; while :; do sleep 0.02; done'"
    both = Both(scripts={server[0]: text})
    place = cookbook.Place(both, Start())
    shell = pid1.Process([*place.container, '/bin/bash', '-c', row.shell[0]], is_pid1=False)
    config = pid1.start_with(document, before=place.container)
    for one in (shell, config):
        one.line('ready')
        if one is shell:  # which loses the signal until it has come to its `wait`
            tap.until(lambda: pid1.state(shell.pid) == 'S', 'the script waits')
        one.signal(signal.SIGTERM)
        one.line('stopped')
        one.end()


@own("trap 'kill \"$pid\"'")
def a_signal_is_passed_on(row):
    stopped(row, ('server', 'TERM'), {'main': {'command': 'server', 'arguments': []}})


@own("trap 'kill -WINCH")
def a_signal_is_passed_on_as_another(row):
    stopped(row, ('httpd', 'WINCH'), document_of(row, '{CONFIG}'))


def a_job(row, after, slot):
    """The job runs what the script runs, when the script does."""
    document = json.loads(document_of(row, '{CONFIG, "main": {"pause": true}}'))
    programs = recorder.Programs('tidy')
    path = pid1.config(document)
    plan = subprocess.run([pid1.PINTLE, 'plan', '--next', '1', '--at', after, path], check=True,
                          capture_output=True, text=True, env={}).stdout
    tap.holds(plan, slot)
    one = pid1.start(config_file=path, before=programs.container())
    one.status()
    tap.equal(one.inside(pid1.PINTLE, 'job', 'tidy').returncode, 0)
    tap.equal([call.argv for call in programs.calls()], [['tidy']])


@own("echo '*/15 * * * * tidy'")
def a_job_by_cron(row):
    tap.holds(row.shell[0], json.loads('{' + row.config[0] + '}')['maintenance'][0]['schedule'])
    a_job(row, '2026-01-01T00:01:00Z', '2026-01-01T00:15:00Z')


@own('while sleep 3600')
def a_job_each_hour(row):
    a_job(row, '2026-01-01T00:01:00Z', '2026-01-01T01:01:00Z')


def listening():
    server = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(server.close)
    return server


def reached(row, nc):
    port = listening().getsockname()[1]
    variables = {'HOST': '127.0.0.1', 'PORT': str(port),
                 'DATABASE_URL': f'postgres://app:x@127.0.0.1:{port}/shop'}
    Both(starts=(Start(variables=variables),), scripts=nc).compare(row)


@own('until nc -z')
def a_port_that_is_open(row):
    reached(row, {'nc': ': < "/dev/tcp/$2/$3"'})


@own('wait-for-it.sh')
def a_port_that_is_open_too(row):
    reached(row, {'wait-for-it.sh': ': < "/dev/tcp/${1%:*}/${1#*:}"'})


def a_check(row, words, good, bad, **container):
    """Both sides call the service healthy in the state `good`, and not in `bad`."""
    both = Both(words=words, scripts={'redis-cli': 'test "$1" = ping && test -e run/ready',
                                      'nc': ': < "/dev/tcp/127.0.0.1/$3"'})
    place = cookbook.Place(both, Start(variables=container))
    (place.folder / 'run').mkdir()
    hook = json.loads(place.inside(row.config[0]))
    document = {'main': {'pause': True}, 'health': [
        {**hook, 'interval': '20ms', 'startPeriod': '0', 'failureThreshold': 1, 'output': 'discard',
         'workingDirectory': str(place.folder), 'timeout': '20s'}]}
    command = place.inside(row.shell[0].removeprefix('HEALTHCHECK CMD '))
    one = pid1.start_with(document, before=place.container)
    for prepare, code in ((good, 0), (bad, 1)):
        prepare(place.folder)
        tap.until(lambda: one.inside(pid1.PINTLE, 'health').returncode == code, f'its health is {code}')
        shell = subprocess.run([*place.container, '/bin/sh', '-c', command], cwd=place.folder,
                               capture_output=True, check=False)
        tap.equal(shell.returncode != 0, code != 0, f'{command}: {shell.stderr}')


def make_ready(folder):
    (folder / 'run/ready').touch()


def make_unready(folder):
    (folder / 'run/ready').unlink()


@own('HEALTHCHECK CMD redis-cli')
def a_check_by_a_command(row):
    a_check(row, {}, make_ready, make_unready)


@own('HEALTHCHECK CMD test -e')
def a_check_for_a_file(row):
    a_check(row, {}, make_ready, make_unready)


@own('HEALTHCHECK CMD nc')
def a_check_of_a_port(row):
    server = listening()
    a_check(row, {}, lambda _: None, lambda _: server.close(), PORT=str(server.getsockname()[1]))


@own('HEALTHCHECK CMD curl -fsS http:')
def a_check_by_http(row):
    pid1.needs('curl')
    status = [200]

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status[0] if self.path == '/healthz' else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answer)
    tap.cleanup(server.server_close)
    tap.cleanup(server.shutdown)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    a_check(row, {':8080': f':{server.server_address[1]}'}, lambda _: None,
            lambda _: status.__setitem__(0, 503))


def is_run_elsewhere(row, file, name, text):
    """That test is there, and the right side is a config."""
    source = (pid1.ROOT / f'tests/integration/{file}_test.py').read_text()
    tap.holds(source, f'@tap.test\ndef {name}():')
    document = document_of(row, text)
    for place, example in EXAMPLES.items():
        document = document.replace(f'"{place}": "…"', f'"{place}": "{example}"')
    for number, piece in enumerate(row.config[1:], 1):
        document = document.replace(f'CONFIG{number}', piece)
    done = subprocess.run([pid1.PINTLE, 'check', pid1.config(document)], capture_output=True, text=True,
                          env={})
    tap.equal(done.returncode, 0, f'{document}: {done.stderr}')


def register(beginning, run):
    """A test of its own for each row; its name says which."""
    def one():
        pid1.needs_root()
        run(row_of(beginning))
    words = re.sub(r'\W+', '_', beginning).strip('_')
    one.__name__ = f'the_row_{words}_holds'
    tap.test(one)


@tap.test
def each_row_of_the_table_is_run_and_what_is_run_is_a_row():
    beginnings = [*ROWS, *OWN, *ELSEWHERE]
    tap.equal(len(set(beginnings)), len(beginnings), 'rows that are run twice')
    for row in cookbook.rows():
        found = [one for one in beginnings if row.shell[0].startswith(one)]
        tap.equal(len(found), 1, f'tests of the row {row.shell[0]!r}: {found}')
    tap.equal(len(beginnings), len(cookbook.rows()), 'rows')
    tap.check(len(beginnings) >= 90, 'the table is whole', len(beginnings))


@tap.test
def what_differs_between_the_sides_is_seen():
    for beginning, config in (('umask 0027', '"umask": "0022"'), ('rm -f /run/*.pid', '"log": "x"'),
                              ('if [ -n "$TLS" ]', '"timeout": "1m"'), ('cat cert.pem key.pem', '"fail": "x"')):
        row = row_of(beginning)
        try:
            ROWS[beginning].compare(cookbook.Row(row.shell, [config]))
        except tap.Failure:
            continue
        raise tap.Failure(f'{beginning}: {config} does the same')


@tap.test
def an_owner_without_a_group_gives_the_users_own_group_too():
    pid1.needs_root()
    user = pwd.getpwnam('games')
    for owner, group in (('games', user.pw_gid), (str(user.pw_uid), user.pw_gid)):
        path = pid1.folder() / 'file'
        path.touch()
        code, _, err = pid1.run_with({'steps': [{'id': 'it', 'permissions': {
            'path': str(path), 'owner': owner}}]}, 'true')
        tap.equal((code, path.stat().st_gid), (0, group), err)


for _beginning, _both in ROWS.items():
    register(_beginning, _both.compare)
for _beginning, _run in OWN.items():
    register(_beginning, _run)
for _beginning, _where in ELSEWHERE.items():
    register(_beginning, lambda row, where=_where: is_run_elsewhere(row, *where))
tap.main()
