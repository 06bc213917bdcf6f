"""images.py - the images of dockerfiles/, built as they are over one stand-in for Debian, with a CA
of a company and a package of Python added as their pages say.

    image = images.built('python-runner', 'layered')    # built once a test file
    one = images.healthy(image)                         # started hardened, and healthy"""
import functools
import io
import shutil
import zipfile

import certificate
import debian
import docker
import pid1
import standins
import tap

DOCKERFILES = standins.ROOT / 'dockerfiles'
# What the Dockerfiles install, without pandas and SciPy, which are large.
PACKAGES = ('python3', 'python3-pip', 'python3-numpy', 'nodejs', 'tzdata', 'gcc', 'libc6-dev',
            'busybox-static')
WHEEL = 'greeting-1.0-py3-none-any.whl'
ARGUMENTS = {'python-scientific': ['PACKAGES=python3-numpy', 'MODULES=numpy'],
             'nodejs-runtime': ['PACKAGES=media-types']}
HARDENED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges',
            '--pids-limit', '64']
SOON = ['--health-interval', '200ms', '--health-start-period', '300s']
INSTALLING = ['--tmpfs', '/opt/packages:exec,uid=1000,gid=1000,mode=0755']


def wheel():
    """A package of Python, as an index would give it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w') as archive:
        archive.writestr('greeting.py', 'TEXT = "hello"\n')
        info = 'greeting-1.0.dist-info'
        archive.writestr(f'{info}/METADATA',
                         'Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n')
        archive.writestr(f'{info}/WHEEL',
                         'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
        archive.writestr(f'{info}/RECORD', 'greeting.py,,\n')
    return content.getvalue()


def context():
    """A copy of dockerfiles/ with what a company would add to it."""
    folder = pid1.folder() / 'dockerfiles'
    shutil.copytree(DOCKERFILES, folder)
    (folder / 'ca/company.crt').write_text(certificate.PEM)
    requirements = folder / 'python-runner/requirements'
    (requirements / WHEEL).write_bytes(wheel())
    (requirements / 'requirements.txt').write_text(f'/requirements/{WHEEL}\n')
    return folder


def build(tag, name, target, folder):
    """`docker build` of a Dockerfile of this folder; the finished process."""
    words = [f'PINTLE={standins.pintle()}', f'BASE={debian.image(*PACKAGES)}',
             *ARGUMENTS.get(name, [])]
    arguments = [word for argument in words for word in ('--build-arg', argument)]
    stage = ['--target', target] if target else []
    return docker.build(tag, '--network', 'none', *arguments, *stage,
                        '--file', folder / name / 'Dockerfile', folder)


@functools.cache
def built(name, target=''):
    tag = f'{name}:0.1.0{target and "-"}{target}'
    done = build(tag, name, target, context())
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    return tag


def start(image, *options, command=()):
    return docker.run(image, *HARDENED, *SOON, *options, command=command)


def healthy(image, *options, command=()):
    """The same, when it is healthy."""
    one = start(image, *options, command=command)
    docker.Events(one).wait_for('health_status: healthy')
    return one
