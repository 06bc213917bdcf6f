"""product.py - what is packed: the programs of a build folder, their version, and the files beside them."""
import gzip
import os
import pathlib
import platform
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
COPYRIGHT = ROOT / 'tools/distribution/copyright'
PROGRAMS = ('pintle', 'pintle-fetch')
MANUALS = ('pintle.1', 'pintle-fetch.1')
MACHINES = {'amd64': 'x86_64', 'arm64': 'aarch64'}
OWN_ARCH = {machine: arch for arch, machine in MACHINES.items()}.get(platform.machine())


class Refused(Exception):
    """The input is not one that can be packed; the text says why."""


def version():
    return re.search(r"version: '([^']+)'", (ROOT / 'meson.build').read_text())[1]


def git(*words):
    done = subprocess.run(['git', '-C', ROOT, *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ''


def source_time():
    """The one time that packages contain, in seconds: SOURCE_DATE_EPOCH, or that of the last commit."""
    text = os.environ.get('SOURCE_DATE_EPOCH') or git('log', '-1', '--format=%ct')
    if not text.isdigit():
        raise Refused('set SOURCE_DATE_EPOCH: there is no commit whose time could be used')
    return int(text)


def program(build, arch, name):
    """The path of a program as tools/build leaves it."""
    folder = build if arch == OWN_ARCH else build / arch
    path = folder / name
    if not path.is_file():
        raise Refused(f"cannot find '{path}'; run tools/build --arch {arch}")
    return path


def schema(build):
    """The schema, written by the program for this machine: it is the same on every architecture."""
    command = [program(build, OWN_ARCH, 'pintle'), 'schema']
    return subprocess.run(command, capture_output=True, check=True).stdout


def write(path, content, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def compressed(content):
    return gzip.compress(content, 9, mtime=0)


def add_programs(build, arch, folder):
    for name in PROGRAMS:
        write(folder / name, program(build, arch, name).read_bytes(), 0o755)


def add_documents(folder):
    """Copies the documents as `meson install` does, so that the links between them lead somewhere."""
    for name in ('CONTRIBUTING.md', 'README.md', 'SECURITY.md'):
        write(folder / name, (ROOT / name).read_bytes())
    for name in ('docs', 'examples'):
        shutil.copytree(ROOT / name, folder / name,
                        ignore=shutil.ignore_patterns('__pycache__', 'man'))


def settle(folder):
    """Gives every file the one time and the modes that any umask would give it."""
    time = source_time()
    for path in [folder, *folder.rglob('*')]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)
