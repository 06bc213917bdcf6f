"""docs/tutorial.md: the application runs after each of its first steps, with what remains of the script.
gosu and nc, which the script needs, are stand-ins. tests/containers/tutorial_test.py does the last step."""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from example_images import Image

PAGE = (pid1.ROOT / 'docs/tutorial.md').read_text()
FILES = pid1.ROOT / 'examples/tutorial'
CONFIGS = re.findall(r'^```json\n(.*?)^```', PAGE, re.M | re.S)
GOSU = '''#!/usr/bin/python3
import os, pwd, sys
user = pwd.getpwnam(sys.argv[1])
os.setgroups([user.pw_gid]), os.setgid(user.pw_gid), os.setuid(user.pw_uid)
os.execvp(sys.argv[2], sys.argv[2:])
'''
NC = '''#!/usr/bin/python3
import socket, sys
sys.exit(socket.socket().connect_ex((sys.argv[2], int(sys.argv[3]))))
'''
LISTEN = '''import socket
server = socket.create_server(("127.0.0.1", 5432))
print("listens", flush=True)
while True:
    server.accept()[0].close()
'''


def remaining(until):
    """The script without the lines that the page has the reader delete."""
    script = (FILES / 'docker-entrypoint.sh').read_text().replace('sleep 1', 'sleep 0.05')
    if not until:
        return script
    head = script[:script.index('\n\n') + 2]
    return head + script[script.index(until):]


def image(config, script):
    one = Image('../tutorial', users=[('app', 1000)], usr=True)
    shutil.copytree(FILES / 'app', one.root / 'app')
    one.put('etc/pintle/pintle.json', config)
    one.put('etc/shop/shop.conf.template', (FILES / 'shop.conf.template').read_text())
    one.put('run/db_password', 'hunter2hunter2\n')
    one.put('docker-entrypoint.sh', script).chmod(0o755)
    for name, text in (('gosu', GOSU), ('nc', NC)):
        one.put(f'opt/bin/{name}', text).chmod(0o755)
    return one


def start_database(one):
    """Listens in the container's network."""
    process = subprocess.Popen(['nsenter', '--target', str(one.pid), '--net', sys.executable, '-c', LISTEN],
                               stdout=subprocess.PIPE)
    tap.cleanup(lambda: (process.kill(), process.wait(), process.stdout.close()))
    process.stdout.readline()


def serves(config, script, has_password):
    made = image(config, script)
    one = made.start(path='/opt/bin', DB_HOST='127.0.0.1', DB_PASSWORD_FILE='/run/db_password')
    one.complaint('pintle: (main|step database): started')
    start_database(one)
    one.line('serve.py: ready')
    tap.equal(one.answer(8080, '/healthz')[0], 200)
    tap.holds((made.root / 'run/shop/shop.conf').read_text(), 'password = hunter2hunter2')
    main = [pid for pid in pid1.children(one.pid) if pid1.is_alive(pid)]
    tap.equal([pid1.status(pid)['Uid'].split()[0] for pid in main], ['1000'])
    environ = pathlib.Path(f'/proc/{main[0]}/environ').read_text()
    tap.equal('DB_PASSWORD=' in environ, has_password, 'the password is in its environment')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)


@tap.test
def after_each_step_the_application_runs_with_what_remains_of_the_script():
    pid1.needs_root()
    pid1.needs('envsubst')
    for number, until in enumerate(('', '# A fresh volume', '# Its tables')):
        tap.check(not until or f'`{until}`' in PAGE, f'the page says to delete up to {until!r}')
        tap.check('gosu app' in remaining(until), 'the script is still there', until)
        serves(CONFIGS[number], remaining(until), has_password=number < 2)
    serves(CONFIGS[3], '#!/bin/false\n', has_password=False)


@tap.test
def a_script_that_executes_its_arguments_gets_cmd_as_the_page_says():
    script = pid1.folder() / 'docker-entrypoint.sh'
    script.write_text('#!/bin/sh\necho prepared\nexec "$@"\n')
    script.chmod(0o755)
    config = re.search(r'`(\{"main": [^`]*"append"\}\})`', PAGE)[1].replace('/docker-entrypoint.sh', str(script))
    code, out, err = pid1.run_with(json.loads(config), 'echo', 'served')
    tap.equal((code, out), (0, 'prepared\nserved\n'), err)


tap.main()
