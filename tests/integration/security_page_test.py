"""What docs/security.md says of secrets and of proofs, with its own configs."""
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

PAGE = (pid1.ROOT / 'docs/security.md').read_text()
PASSWORD, TOKEN = 'correct horse battery', 'staple-0815-staple'
# Main says what it has in its environment.
MAIN = 'import os, signal; print(sorted(os.environ), flush=True); signal.pause()'


@tap.test
def main_gets_the_secret_that_it_names_and_nobody_shows_a_value():
    pid1.needs_root()
    folder = pid1.folder()
    folder.chmod(0o777)
    for name, text in (('db', PASSWORD), ('token', TOKEN)):
        (folder / name).write_text(text + '\n')
    text = re.search(r'^## Secrets\n.*?^```json\n(.*?)^```', PAGE, re.M | re.S)[1]
    for old, new in (('/run/secrets/db_password', f'{folder}/db'), ('/tmp/settings.ini', f'{folder}/ini'),
                     ('"/app/main.py"', json.dumps('-c') + ', ' + json.dumps(MAIN))):
        tap.equal(text.count(old), 1, old)
        text = text.replace(old, new)
    config = pid1.config(text)
    one = pid1.start(config_file=config, options=['-v'], before=['env', f'API_TOKEN_FILE={folder}/token'])
    names = one.line(r'\[.*\]')[0]
    tap.equal(("'API_TOKEN'" in names, "'DB_PASSWORD'" in names, "'API_TOKEN_FILE'" in names),
              (True, False, False), names)
    tap.equal((folder / 'ini').read_text(), f'password={PASSWORD}\n')
    tap.equal((folder / 'ini').stat().st_mode & 0o777, 0o600)
    shown = json.dumps(one.status())
    one.signal(15)
    one.end()
    plan = subprocess.run([pid1.PINTLE, 'plan', config], capture_output=True, text=True, check=True).stdout
    for value in (PASSWORD, TOKEN):
        tap.check(value not in shown + plan + one.err.rest(), 'no value is shown')


@tap.test
def the_build_lists_the_files_that_the_start_proves():
    app = pid1.folder()
    (app / 'main.py').write_text('print("served")')
    text = re.search(r'^## Prove the files.*?(?=^## )', PAGE, re.M | re.S)[0]
    build = json.loads(re.search(r'^RUN (\[.*\])$', text, re.M)[1].replace('/app', str(app)))
    tap.equal(build[:2], ['/pintle', 'digest'])
    subprocess.run([pid1.PINTLE, *build[1:]], check=True)
    config = re.search(r'^```json\n(.*?)^```', text, re.M | re.S)[1].replace('/app', str(app))
    code, out, err = pid1.run(config_file=pid1.config(config))
    tap.equal((code, out), (0, 'served\n'), err)
    step = json.loads(re.search(r'^  `(\{"id".*\})`', text, re.M)[1].replace('/data', str(app)))
    tap.equal(pid1.run_with({'steps': [step]}, 'true')[0], 0)
    (app / 'main.py').write_text('print("evil")')
    tap.equal(pid1.run(config_file=pid1.config(config))[:2], (82, ''))
    tap.equal(pid1.run_with({'steps': [step]}, 'true')[0], 82)


@tap.test
def what_the_page_signs_is_what_runs():
    pid1.needs_root()
    pid1.needs('minisign')
    app = pid1.folder()
    (app / 'seed.py').write_text('#!/usr/bin/env python3\nprint("seeded")\n')
    (app / 'seed.py').chmod(0o755)
    text = re.search(r'^\*\*A signature instead.*?(?=^`"trust")', PAGE, re.M | re.S)[0]
    for line in re.findall(r'^\$ (minisign .*)$', text, re.M):
        subprocess.run(line.split(), cwd=app, check=True, capture_output=True)
    anchors = app / 'etc/pintle/trust.d'
    anchors.mkdir(parents=True)
    (app / 'app.pub').rename(anchors / 'app.pub')
    python = pathlib.Path('/usr/bin/python3').resolve()
    document = json.loads(re.search(r'^```json\n(.*?)^```', text, re.M | re.S)[1].replace('/scripts', str(app)))
    interpreter = document['steps'][0]['verify']['interpreter']
    interpreter.update(path=str(python), sha256=hashlib.sha256(python.read_bytes()).hexdigest())
    (app / 'pintle.json').write_text(json.dumps(document))
    before = ['unshare', '--mount', 'sh', '-c', f'mount -t overlay -o lowerdir={app}/etc:/etc none /etc && '
              'exec "$@"', 'sh']

    def run():
        return pid1.run('true', config_file=app / 'pintle.json', before=before)

    tap.holds(run()[2], 'an image with trust anchors needs a config that one of them has signed')
    signs = re.search(r'^\$ (minisign -S -s app.key -m pintle.json .*)$', PAGE, re.M)[1]
    subprocess.run(shlex.split(signs), cwd=app, check=True, capture_output=True)
    code, out, err = run()
    tap.equal((code, out), (0, 'seeded\n'), err)
    (app / 'seed.py').write_text('#!/usr/bin/env python3\nprint("evil")\n')
    tap.equal(run()[:2], (82, ''))


tap.main()
