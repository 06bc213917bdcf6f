"""examples/entrypoints/rabbitmq, with Debian's RabbitMQ. Its start takes long on a busy machine, and however
long is right; examples_standins_test.py has what needs no server."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import service_matrix
import tap
from example_images import Image
from service_matrix import Service, give

SCRIPTS = '/usr/lib/rabbitmq/bin'
HOME = 'var/lib/rabbitmq'
COOKIE = 'ACOOKIEOFTWENTYLETTERS'
HELLO = '''import socket
one = socket.create_connection(("127.0.0.1", 5672))
one.sendall(b"AMQP\\0\\0\\x09\\x01")
print(b"AMQPLAIN" in one.recv(4096))'''


def image_of_rabbitmq():
    if not os.path.exists(f'{SCRIPTS}/rabbitmq-server'):
        tap.skip('RabbitMQ is not installed')
    image = Image('rabbitmq', users=[('rabbitmq', 1234)], usr=True)
    image.put('etc/passwd', f'root:x:0:0::/:\nrabbitmq:x:1234:1234::/{HOME}:\n')
    image.put(f'{HOME}/of-another', '')
    for name in ('etc/rabbitmq', 'var/log/rabbitmq'):
        (image.root / name).mkdir(parents=True)
    os.chown(image.root / 'var/log/rabbitmq', 1234, 1234)
    return image


def start(image, *words, **more):
    # What the published image sets, but for the name of the node.
    return image.start(*words, path=SCRIPTS, HOME=f'/{HOME}', RABBITMQ_LOGS='-',
                       RABBITMQ_NODENAME='rabbit@localhost', RABBITMQ_ERLANG_COOKIE=COOKIE, **more)


def speaks_amqp(one, _):
    done = subprocess.run(['nsenter', '--target', str(one.pid), '--net', sys.executable, '-c', HELLO],
                          capture_output=True, text=True, check=True, timeout=pid1.DEADLINE)
    tap.equal(done.stdout, 'True\n')


def owners(image):
    cookie = image.root / HOME / '.erlang.cookie'
    return ({path.name: path.stat().st_uid for path in (image.root / HOME / 'of-another', cookie)
             if path.exists()}, cookie.exists() and cookie.read_text())


service_matrix.register(Service(
    name='rabbitmq', image=image_of_rabbitmq, start=start, program=os.path.basename(os.path.realpath('/bin/sh')),
    command='rabbitmq-server', runs_as=1234, serves=speaks_amqp, changed=owners, restarts=set(), secrets=(COOKIE,),
    other=('rabbitmqctl', 'version'), says=r'\d+\.', give=give(HOME, 'var/log/rabbitmq'), goodbye='',
    stop_at=None), tests=['starts_serves_stops_and_a_restart_changes_nothing'])
tap.main()
