"""examples/entrypoints/rabbitmq, with Debian's RabbitMQ."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from example_images import Image

SCRIPTS = '/usr/lib/rabbitmq/bin'
HOME = 'var/lib/rabbitmq'


def image_of_rabbitmq():
    if not os.path.exists(f'{SCRIPTS}/rabbitmq-server'):
        tap.skip('RabbitMQ is not installed')
    image = Image('rabbitmq', users=[('rabbitmq', 1234)], usr=True)
    image.put('etc/passwd', f'root:x:0:0::/:\nrabbitmq:x:1234:1234::/{HOME}:\n')
    image.put(f'{HOME}/of-another', '')
    for name in ('etc/rabbitmq', 'var/log/rabbitmq'):
        (image.root / name).mkdir(parents=True)
    for name in (HOME, 'var/log/rabbitmq'):
        os.chown(image.root / name, 1234, 1234)
    return image


def start(image, *words, **variables):
    # What the published image sets, but for the name of the node.
    return image.start(*words, path=SCRIPTS, HOME=f'/{HOME}', RABBITMQ_LOGS='-',
                       RABBITMQ_NODENAME='rabbit@localhost', **variables)


@tap.test
def rabbitmq_starts_with_its_cookie_and_stops():
    image = image_of_rabbitmq()
    one = start(image, RABBITMQ_ERLANG_COOKIE='ACOOKIEOFTWENTYLETTERS')
    one.until_healthy()
    cookie = image.root / HOME / '.erlang.cookie'
    tap.equal((cookie.read_text().strip(), cookie.stat().st_uid, cookie.stat().st_mode & 0o777),
              ('ACOOKIEOFTWENTYLETTERS', 1234, 0o600))
    tap.equal((image.root / HOME / 'of-another').stat().st_uid, 1234)
    code, out, err = one.run('/pintle', 'probe', 'tcp', '127.0.0.1:5672')
    tap.equal((code, out), (0, 'connected\n'), err)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)
    tap.check('ACOOKIE' not in one.err.rest(), 'no cookie', one.err.text)


@tap.test
def rabbitmq_refuses_what_it_no_longer_knows_and_runs_another_command_alone():
    image = image_of_rabbitmq()
    one = start(image, RABBITMQ_SSL_CERTFILE='/x')
    tap.equal(one.end(), 80, one.err.text)
    tap.holds(pid1.chosen_line(one.err.rest(), 80), 'write them into a file of /etc/rabbitmq/conf.d')
    alone = start(image, 'rabbitmqctl', 'version')
    tap.equal(alone.end(), 0, alone.err.rest())
    tap.check(alone.out.rest()[0].isdigit() and 'step' not in alone.err.rest(), 'a version')


tap.main()
