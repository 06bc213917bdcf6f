"""shell_images.py - images as they are usually shipped, with a shell, a package manager, an entrypoint
script and curl, of the services for which dockerfiles/ has an image without them.

    image = shell_images.built('python')                 # from tests/bench/images/python.Dockerfile
    options = shell_images.repository('python3-numpy')   # what `docker run` mounts, to install it at start"""
import functools
import pathlib
import re
import shutil
import subprocess
import tempfile

import debian
import docker
import images
import standins
import tap

FOLDER = pathlib.Path(__file__).with_name('images')
# What debian:12-slim leaves out too.
NOT_IN_SLIM = '/usr/share/(doc|man|info|locale|groff|lintian)/'
COMMON = ('curl', 'tzdata', 'ca-certificates')
PACKAGES = {'python': ('python3', 'python3-numpy'), 'python-at-start': ('python3',),
            'node': ('nodejs',), 'static': ()}
# Python, which a package of Node.js from elsewhere than Debian depends on, and Node.js does not use.
LEFT_OUT = {'node': '/usr/(bin|lib|share)/(lib)?python3'}
INFO = pathlib.Path('/var/lib/dpkg/info')
SCRIPTS = ('preinst', 'postinst', 'prerm', 'postrm', 'triggers', 'shlibs')


def _required():
    """The packages of debian:12-slim: those that Debian calls required, and apt."""
    text = standins._output('dpkg-query', '--show', '--showformat', '${Package} ${Priority} ${Essential}\n')
    rows = (line.split() for line in text.splitlines())
    return sorted(row[0] for row in rows if 'required' in row[1:] or 'yes' in row[1:])


def base(name):
    """The base image with the packages of one service; '' has none."""
    debian.image.cache_clear()  # there is one tag for all of them
    more = (*COMMON, *PACKAGES[name]) if name else ()
    image = debian.image(*_required(), *more, without=f'{NOT_IN_SLIM}|{LEFT_OUT.get(name, "$^")}')
    docker.must('tag', image, f'base-{name or "alone"}')
    return f'base-{name or "alone"}'


@functools.cache
def built(name, prebuilt):
    """The tag of the image, made from the base and, where it has no package, the program of `prebuilt`."""
    folder = images.context()
    shutil.copytree(FOLDER, folder / 'bench')
    arguments = [f'BASE={base(name)}', f'PREBUILT={prebuilt}']
    done = docker.build(f'shell-{name}', '--network', 'none',
                        *(word for one in arguments for word in ('--build-arg', one)),
                        '--file', folder / f'bench/{name}.Dockerfile', folder)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    return f'shell-{name}'


def _package(name, folder):
    """Makes the Debian package again from the files that it has installed here."""
    root = folder / name
    (root / 'DEBIAN').mkdir(parents=True)
    status = standins._output('dpkg-query', '--status', name)
    status = re.sub(r'(?m)^Status: .*\n', '', re.sub(r'(?m)^Conffiles:\n( .*\n)+', '', status))
    (root / 'DEBIAN/control').write_text(status)
    for script in SCRIPTS:
        for path in (*INFO.glob(f'{name}.{script}'), *INFO.glob(f'{name}:*.{script}')):
            shutil.copy(path, root / 'DEBIAN' / script)
    for path in standins._files_of([name]):
        if not re.match(NOT_IN_SLIM, str(path)):
            target = root / str(path)[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target, follow_symlinks=False)
    subprocess.run(['dpkg-deb', '--build', '--root-owner-group', root, folder / f'{name}.deb'],
                   check=True, capture_output=True)
    shutil.rmtree(root)


@functools.cache
def repository(*packages):
    """The options that mount a repository with these packages and what they need beside the base."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='pintle-repository-', dir=docker.engine().folder))
    there = standins._closure(*debian.ALWAYS, *_required(), *COMMON, *PACKAGES['python-at-start'])
    for name in sorted(set(standins._closure(*packages)) - set(there)):
        _package(name, folder)
    index = subprocess.run(['dpkg-scanpackages', '--multiversion', '.'], cwd=folder, check=True,
                           capture_output=True)
    (folder / 'Packages').write_bytes(index.stdout)
    (folder / 'bench.list').write_text('deb [trusted=yes] copy:/srv/repository ./\n')
    return ['--volume', f'{folder}:/srv/repository:ro',
            '--volume', f'{folder}/bench.list:/etc/apt/sources.list.d/bench.list:ro']
