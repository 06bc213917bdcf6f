"""service.py - tests/containers/app as a container: an image with Python and pintle, and the tests' own
service and config mounted in it."""
import functools

import docker
import standins
import tap

APP = standins.ROOT / 'tests/containers/app'
EXIT_CODE = 7
HARDENED = ['--read-only', '--security-opt', 'no-new-privileges', '--pids-limit', '20']
STEPPING_DOWN = ['--cap-drop=ALL', '--cap-add=SETUID', '--cap-add=SETGID', '--cap-add=CHOWN']
UNPRIVILEGED = ['--user', '1000:1000', '--cap-drop=ALL', '--tmpfs',
                '/data:uid=1000,gid=1000,mode=0750']


DOCKERFILE = """FROM {base}
COPY --from={pintle} / /
USER 0:0
VOLUME /data
ENTRYPOINT ["/pintle", "--"]
HEALTHCHECK CMD ["/pintle", "health"]
"""


@functools.cache
def image():
    text = DOCKERFILE.format(base=standins.python(), pintle=standins.pintle())
    built = docker.call('build', '--tag', 'service', '-', input=text)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return 'service'


def start(*options):
    """Starts it hardened; the options say as whom."""
    return docker.run(image(), *HARDENED, '--no-healthcheck', '--volume', f'{APP}:/app:ro',
                      '--volume', f'{APP}/pintle.json:/etc/pintle/pintle.json:ro', *options)


def start_with_health(*options):
    return docker.run(image(), *HARDENED, *STEPPING_DOWN, '--volume', f'{APP}:/app:ro',
                      '--volume', f'{APP}/pintle.json:/etc/pintle/pintle.json:ro', *options)


def listening(*options):
    """The same, when its main is there."""
    one = start(*options)
    one.wait_for_line('service: listening')
    return one
