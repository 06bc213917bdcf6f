"""standins.py - base images for the Dockerfiles, as nothing can be pulled: made of the files that the
Debian packages of this machine have installed."""
import functools
import hashlib
import io
import os
import pathlib
import platform
import re
import subprocess
import tarfile

import docker
import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINTLE = os.path.abspath(os.environ.get('PINTLE', ROOT / 'build/pintle'))
SHELLS = ('sh', 'bash', 'dash', 'busybox', 'env')
PASSWD = 'root:x:0:0::/:\napp:x:1000:1000::/data:\n'


def _output(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _files_of(packages):
    """What these packages installed, their documentation left out."""
    found = set()
    if not packages:
        return found
    for line in _output('dpkg', '--listfiles', *packages).splitlines():
        path = pathlib.Path(line)
        is_file = path.is_symlink() or path.is_file()
        if is_file and not line.startswith(('/usr/share/doc/', '/usr/share/man/')):
            found.add(path)
    return found


def _libraries_of(programs):
    """What they are linked with: the links, and the files to which these lead."""
    output = _output('ldd', *map(str, programs)) if programs else ''
    found = {pathlib.Path(path) for path in re.findall(r'(/\S+) \(0x', output)}
    return found | {path.resolve() for path in found}


def _c_library():
    """All of its shared objects, also those that no program here is linked with."""
    return {path for path in _files_of(['libc6']) if path.parent.name.endswith('linux-gnu')}


def _import(image, fill, *options):
    """`docker import` of the archive that `fill` writes."""
    command = ['docker', 'import', *options, '-', image]
    with subprocess.Popen(command, env=docker.engine().environment, stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL) as importer:
        with tarfile.open(fileobj=importer.stdin, mode='w|') as archive:
            fill(archive)
        importer.stdin.close()
        tap.equal(importer.wait(), 0, 'docker import')
    return image


def _add_files(archive, files):
    """Adds them where they really are, and the links by which /bin and /lib lead there."""
    for link in sorted(path for path in pathlib.Path('/').iterdir() if path.is_symlink()):
        if str(link.readlink()).startswith('usr/'):
            archive.add(link, str(link)[1:])
    for path in sorted({path.parent.resolve() / path.name for path in files}):
        if path.parent != pathlib.Path('/'):
            archive.add(path, str(path)[1:], recursive=False)


def _add_text(archive, name, text):
    entry = tarfile.TarInfo(name)
    entry.size = len(text)
    entry.mode = 0o644
    archive.addfile(entry, io.BytesIO(text.encode()))


def python_packages():
    """Debian's packages of the Python that is installed, without those of its launcher."""
    version = pathlib.Path('/usr/bin/python3').resolve().name
    return [f'{version}-minimal', f'lib{version}-minimal', f'lib{version}-stdlib']


def image_of(image, packages=(), programs=(), texts=None, folders=None, trees=None, without='$^'):
    """An image made of these packages and programs, what the programs are linked with, texts by name,
    empty folders with their owners, and folders of this machine by name; without the files of
    packages of which the path has the regular expression in it."""
    files = {path for path in _files_of(packages) if not re.search(without, str(path))}
    files |= _libraries_of(programs)
    files |= _c_library() | {pathlib.Path(program) for program in programs}

    def fill(archive):
        _add_files(archive, files)
        for name, owner in (folders or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o755, owner, owner
            archive.addfile(entry)
        for name, path in (trees or {}).items():
            archive.add(path, name)
        for name, text in {'etc/passwd': PASSWD, **(texts or {})}.items():
            _add_text(archive, name, text)
    return _import(image, fill)


@functools.cache
def python():
    """An image with Debian's Python and nothing to start a program with: no shell, no coreutils."""
    interpreter = pathlib.Path('/usr/bin/python3')
    if not interpreter.exists():
        tap.skip('there is no /usr/bin/python3 of Debian')
    version = interpreter.resolve().name
    packages = python_packages()
    files = {path for path in _files_of(['python3-minimal', *packages])
             if 'bin' not in path.parts or path.name in ('python3', version)}
    tap.check(interpreter in files, 'python3-minimal is installed', packages)
    files |= _libraries_of([interpreter.resolve()])
    files |= _c_library()

    def fill(archive):
        _add_files(archive, files)
        _add_text(archive, 'etc/passwd', PASSWD)
    return _import('standin-python', fill)


@functools.cache
def pintle():
    """What dockerfiles/pintle makes (source_image_test.py builds it and compares): the two files."""
    def fill(archive):
        archive.add(PINTLE, 'pintle')
        archive.add(f'{PINTLE}-fetch', 'pintle-fetch')
    return _import('pintle', fill)


@functools.cache
def _installed():
    """For each installed package, the lists of alternatives that it depends on; and for each virtual
    package, those that provide it."""
    depends, providers = {}, {}
    rows = _output('dpkg-query', '--show', '--showformat',
                   '${db:Status-Status}\t${Package}\t${Pre-Depends},${Depends}\t${Provides}\n')
    for row in rows.splitlines():
        status, name, needed, provided = row.split('\t')
        if status == 'installed':
            depends[name] = [re.findall(r'(?:^|\|) *([\w.+-]+)', one) for one in needed.split(',')]
            for virtual in re.findall(r'(?:^|,) *([\w.+-]+)', provided):
                providers.setdefault(virtual, set()).add(name)
    return depends, providers


def _closure(*packages):
    """The packages and all that they depend on, as far as installed: of alternatives, the first."""
    depends, providers = _installed()
    found, virtual, pending = set(), set(), list(packages)
    while pending:
        name = pending.pop()
        if name in depends and name not in found:
            found.add(name)
            for alternatives in depends[name]:
                there = [one for one in alternatives if one in depends]
                pending += there[:1]
                virtual.update([] if there else set(alternatives) & providers.keys())
        if not pending:
            missing = sorted(one for one in virtual if not providers[one] & found)
            pending += [min(providers[one]) for one in missing[:1]]
    return sorted(found)


@functools.cache
def builder():
    """A base for dockerfiles/pintle: what `tools/setup --build-only` would install, installed."""
    packages = _closure('bash', 'dash', 'coreutils', 'sed', 'grep', 'findutils', 'diffutils', 'python3',
                        'meson', 'ninja-build', 'binutils', 'libfmt-dev', 'nlohmann-json3-dev',
                        'doctest-dev', 'dpkg-dev', 'perl', 'make')
    toolchain = ROOT / 'build/toolchain'
    libraries = [(ROOT / f'build/{name}-{platform.machine()}').resolve()
                 for name in ('openssl', 'curl')]
    lock = (ROOT / 'tools/toolchain/package-lock.json').read_bytes()
    folder = f'root/.cache/pintle/toolchain-{hashlib.sha256(lock).hexdigest()[:12]}'

    def fill(archive):
        _add_files(archive, _files_of(packages))
        for part in ('zig', 'lib', 'cache'):
            archive.add((toolchain / part).resolve(), f'{folder}/{part}')
        for library in libraries:
            archive.add(library, f'root/.cache/pintle/{library.name}')
        _add_text(archive, 'etc/passwd', 'root:x:0:0::/root:/bin/bash\n')
    return _import('standin-builder', fill, '--change', 'ENV HOME=/root')
