"""What entrypoint scripts do to files with sed, cat, cp, rm and envsubst, without these programs. Each is a
row of the table in docs/entrypoint-scripts.md."""
import os
import pathlib
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import certificate
import pid1
import tap


def run(*steps, code=0, **more):
    """What each step says that it did, and stderr."""
    document = {'steps': [{'id': f's{number}', **one} for number, one in enumerate(steps)], **more}
    seen, _, err = pid1.run_with(document, 'true', options=['--log-level', 'info'])
    tap.equal(seen, code, err)
    said = [line.split(': ', 3)[-1] for line in err.splitlines() if line.startswith('pintle: step ')]
    return said, err


@tap.test
def a_line_is_appended_or_replaced_once():
    folder = pid1.folder()
    (folder / 'conf').write_text('#port=1\nname=a\n')
    os.chmod(folder / 'conf', 0o640)
    steps = [{'line': {'path': f'{folder}/conf', 'match': '^#?port=', 'text': 'port=$PORT'}},
             {'line': {'path': f'{folder}/conf', 'text': 'user=$$app'}}]
    environment = {'PORT': {'defaultValue': 8080}}
    tap.equal(run(*steps, environment=environment)[0], ['changed', 'changed'])
    tap.equal((folder / 'conf').read_text(), 'port=8080\nname=a\nuser=$app\n')
    tap.equal(os.stat(folder / 'conf').st_mode & 0o7777, 0o640)
    tap.equal(run(*steps, environment=environment)[0], ['unchanged', 'unchanged'])


@tap.test
def a_pattern_is_never_expanded_and_a_text_is_one_line():
    folder = pid1.folder()
    (folder / 'conf').write_text('a=$HOME\n')
    one = {'line': {'path': f'{folder}/conf', 'match': r'\$HOME', 'text': 'b'},
           'environment': {'HOME': 'x'}}
    tap.equal(run(one)[0], ['changed'])
    tap.equal((folder / 'conf').read_text(), 'b\n')
    _, err = run({'line': {'path': f'{folder}/conf', 'text': '$LINES'},
                  'environment': {'LINES': 'a\nb'}}, code=78)
    tap.holds(err, r'"text": "$LINES" stands for "a\nb"')


@tap.test
def several_files_become_one():
    folder = pid1.folder()
    (folder / 'a').write_text('certificate\n')
    (folder / 'b').write_text('key\n')
    one = {'file': {'path': f'{folder}/pem', 'copy': ['$DIR/a', f'{folder}/b'], 'mode': '0600'},
           'environment': {'DIR': str(folder)}}
    tap.equal(run(one)[0], ['made'])
    tap.equal((folder / 'pem').read_text(), 'certificate\nkey\n')
    tap.equal(run(one)[0], ['unchanged'])
    _, err = run({'file': {'path': f'{folder}/pem', 'copy': ['/a', '$NONE/']},
                  'environment': {'NONE': '/b'}}, code=78)
    tap.holds(err, '"$NONE/" stands for "/b/": it names no file')


@tap.test
def a_tree_is_copied_with_its_links_and_modes():
    folder = pid1.folder()
    (folder / 'src/plugins').mkdir(parents=True)
    (folder / 'src/index.php').write_text('new')
    (folder / 'src/plugins/run').write_text('run')
    os.chmod(folder / 'src/plugins/run', 0o755)
    (folder / 'src/latest').symlink_to('plugins')
    (folder / 'html').mkdir()
    (folder / 'html/index.php').write_text('mine')
    one = {'copy': {'source': f'{folder}/src', 'destination': f'{folder}/html',
                    'onlyIfMissing': True, 'owner': '1000:1000'}}
    tap.equal(run(one)[0], ['copied 3 entries'])
    tap.equal(run(one)[0], ['unchanged'])
    tap.equal((folder / 'html/index.php').read_text(), 'mine')
    tap.equal(os.readlink(folder / 'html/latest'), 'plugins')
    info = os.stat(folder / 'html/plugins/run')
    tap.equal((info.st_mode & 0o7777, info.st_uid), (0o755, 1000))
    del one['copy']['onlyIfMissing']
    run(one)
    tap.equal((folder / 'html/index.php').read_text(), 'new')


@tap.test
def all_that_a_pattern_matches_is_removed():
    folder = pid1.folder()
    for name in ('a.pid', 'b.pid', 'keep'):
        (folder / name).write_text('')
    one = {'remove': '$DIR/*.pid', 'environment': {'DIR': str(folder)}}
    tap.equal(run(one)[0], ['removed 2 entries'])
    tap.equal(run(one)[0], ['unchanged'])
    tap.equal(os.listdir(folder), ['keep'])


@tap.test
def a_service_is_waited_for_by_its_url_whose_password_nobody_sees():
    server = socket.create_server(('127.0.0.1', 0))
    tap.cleanup(server.close)
    url = f'postgres://app:hunter2@127.0.0.1:{server.getsockname()[1]}/shop?password=hunter2'
    one = {'wait': {'tcp': '$DATABASE_URL'}}
    environment = {'DATABASE_URL': {'description': 'the database'}}
    code, _, err = pid1.run_with({'steps': [{'id': 'a', **one}], 'environment': environment}, 'true',
                                 options=['--log-level', 'debug'],
                                 before=['env', f'DATABASE_URL={url}'])
    tap.equal(code, 0, err)
    tap.check('hunter2' not in err, 'no password', err)
    for wrong, why in (('postgres://app:hunter2@127.0.0.1:1/shop', 'timed out waiting for tcp postgres://127'),
                       ('postgres://app:hun/hunter2@db/shop', '"postgres://db/shop": ')):
        for document in ({'steps': [{'id': 'a', **one, 'timeout': '50ms'}], 'environment': environment},
                         {'steps': [{'id': 'a', 'wait': {'tcp': wrong}, 'timeout': '50ms'}]}):
            code, _, err = pid1.run_with(document, 'true', options=['--log-level', 'debug'],
                                         before=['env', f'DATABASE_URL={wrong}'])
            tap.check(code in (78, 80), f'{code} is a failure', err)
            tap.holds(err, why)
            tap.check('hunter2' not in err, 'no password', err)
            for command in (['plan'], ['plan', '--json'], ['check']):
                done = subprocess.run([pid1.PINTLE, *command, pid1.config(document)],
                                      capture_output=True, text=True, check=False)
                tap.check('hunter2' not in done.stdout + done.stderr, 'no password', done.stdout)


@tap.test
def a_certificate_in_der_gets_into_the_bundle():
    folder = pid1.folder()
    (folder / 'ca.cer').write_bytes(ssl.PEM_cert_to_DER_cert(certificate.PEM))
    one = {'certificates': {'source': f'{folder}/ca.cer', 'bundle': f'{folder}/bundle'}}
    tap.equal(run(one)[0], ['added 1'])
    tap.equal((folder / 'bundle').read_text(), certificate.PEM)
    tap.equal(run(one)[0], ['unchanged'])


@tap.test
def only_the_named_variables_of_a_template_are_expanded():
    folder = pid1.folder()
    (folder / 't').write_text('listen ${PORT}; location ${uri} ${HOST:-localhost} $${PORT};')
    one = {'file': {'path': f'{folder}/conf', 'template': f'{folder}/t', 'variables': ['PORT', 'HOST']},
           'environment': {'PORT': {'defaultValue': 80}, 'uri': 'x'}}
    tap.equal(run(one)[0], ['made'])
    tap.equal((folder / 'conf').read_text(), 'listen 80; location ${uri} localhost $80;')


tap.main()
