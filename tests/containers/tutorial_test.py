"""docs/tutorial.md: its files are those of examples/tutorial, each config is accepted, and the last image runs
as the page starts it."""
import os
import re
import shlex
import shutil
import subprocess

import docker
import pid1
import standins
import tap

PAGE = (standins.ROOT / 'docs/tutorial.md').read_text()
FILES = standins.ROOT / 'examples/tutorial'
PASSWORD = 'pass word $1'
# A database, as far as the tutorial's application needs one.
LISTEN = '''import socket
server = socket.create_server(("127.0.0.1", 5432))
while True:
    server.accept()[0].close()
'''
PAUSE = ['/usr/bin/python3', '-c', 'import signal; signal.pause()']


def blocks(language):
    return re.findall(rf'^```{language}\n(.*?)^```', PAGE, re.M | re.S)


@tap.test
def the_files_of_the_page_are_those_of_the_example():
    for language, number, name in (('bash', 0, 'docker-entrypoint.sh'), ('json', -1, 'pintle.json'),
                                   ('dockerfile', 0, 'Dockerfile.before'), ('dockerfile', -1, 'Dockerfile')):
        tap.equal(blocks(language)[number], (FILES / name).read_text(), name)
    tap.holds(PAGE, (FILES / 'shop.conf.template').read_text())
    done = subprocess.run(['bash', '-n', FILES / 'docker-entrypoint.sh'], check=False)
    tap.equal(done.returncode, 0)


@tap.test
def each_config_on_the_way_is_accepted_and_without_a_note():
    configs = blocks('json')
    tap.equal(len(configs), 4)
    for text in configs:
        done = subprocess.run([pid1.PINTLE, 'check', pid1.config(text)], capture_output=True, text=True,
                              env={}, check=False)
        tap.equal((done.returncode, done.stderr, 'note:' in done.stdout), (0, '', False), text)


@tap.test
def without_its_variables_a_start_ends_as_the_page_shows():
    config = pid1.config(blocks('json')[1])
    done = subprocess.run([pid1.PINTLE, '-c', config], capture_output=True, text=True, env={}, check=False)
    tap.equal(done.returncode, 78)
    tap.holds(PAGE, f'$ pintle -c pintle.json\n{done.stderr}')


def build():
    context = pid1.folder() / 'context'
    shutil.copytree(FILES, context)
    built = docker.build('shop', '--build-arg', f'BASE={standins.python()}', '--build-arg',
                         f'PINTLE={standins.pintle()}', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)


def commands(start):
    """The words of each command on the page that begins so."""
    lines = PAGE.replace('\\\n', ' ').splitlines()
    return [shlex.split(line) for line in lines if line.startswith(start)]


def behind(option, words):
    return words[words.index(option) + 1]


@tap.test
def what_its_commands_name_is_made_by_an_earlier_one():
    database, *shops = commands('docker run -d')
    networks = [words[-1] for words in commands('docker network create')]
    tap.equal([behind('--network', words) for words in (database, *shops)], networks * 3)
    for words in shops:
        tap.check(f'DB_HOST={behind("--name", database)}' in words, 'the host', words)
        tap.check('./db_password:/etc/shop/db_password:ro' in words, 'the secret', words)
    written = commands('printf')[0]
    tap.equal(written[2:], ['>', 'db_password'])
    tap.check(f'POSTGRES_PASSWORD={written[1]}' in database, 'the password', database)


def start(network, volume):
    """The page's last `docker run`, in the network of another container, and asked sooner for its health."""
    secret = pid1.folder() / 'db_password'
    secret.write_text(f'{PASSWORD}\n')
    secret.chmod(0o600)
    os.chown(secret, 4242, 4242)
    words = commands('docker run -d')[-1]
    replaced = {'shop:/data': f'{volume}:/data', 'DB_HOST=db': 'DB_HOST=127.0.0.1',
                './db_password:/etc/shop/db_password:ro': f'{secret}:/etc/shop/db_password:ro'}
    at = words.index('--network')
    words[at + 1] = f'container:{network.name}'
    words = [replaced.get(word, word) for word in words]
    return docker.Container(docker.must('run', '--health-interval', '200ms', *words[2:]))


@tap.test
def the_last_image_waits_migrates_and_serves_without_a_shell_as_an_ordinary_user():
    build()
    names = {name.rsplit('/', 1)[-1] for name in docker.files_of('shop')}
    tap.equal(names & set(standins.SHELLS), set(), 'shells')
    database = docker.run(standins.python(), command=PAUSE)
    volume = pid1.folder()
    one = start(database, volume)
    one.wait_for_line('step shop.conf: done')
    docker.must('exec', '--detach', database.name, '/usr/bin/python3', '-c', LISTEN)
    docker.Events(one).wait_for('health_status: healthy')
    tap.equal(one.uid_of(one.status()['main']['pid']), 1000)
    conf = one.python('print(open("/run/shop/shop.conf").read())')
    tap.holds(conf, f'password = {PASSWORD}')
    output = one.output()
    tap.check(PASSWORD not in output, 'the password', output)
    tap.holds(output, 'manage.py: schema 1')
    docker.must('stop', one.name)
    tap.equal(one.end(), 0, one.output())
    private = volume / 'private'
    private.mkdir(mode=0o700)
    os.chown(private, 1000, 1000)
    docker.must('start', one.name)
    one.wait_for_line('check web: healthy', times=2)
    docker.must('stop', one.name)
    tap.equal(one.end(), 0, one.output())


tap.main()
