"""debian.py - a base image for the Dockerfiles that begin with Debian, as nothing can be pulled.

    base = debian.image('python3')    # a shell, apt and dpkg, this package and what it needs"""
import functools
import io
import pathlib
import re
import tarfile

import standins

ALWAYS = ('apt', 'bash', 'ca-certificates', 'coreutils', 'dash', 'debianutils', 'dpkg', 'findutils',
          'grep', 'gzip', 'libc-bin', 'mawk', 'perl-base', 'sed', 'tar')
# What belongs to a nodejs that is not Debian's, and what is large and used by nothing here.
LEFT_OUT = re.compile('/etc/apt/|/usr/include/node/|/usr/lib/node_modules/'
                      '|.*/lto1$|.*-lto-dump|.*/lib[a-z]*san[.]'
                      '|.*/dist-packages/(setuptools|pkg_resources|wheel)/|.*/(lib2to3|tests)/')
BY_SCRIPTS = ('/etc/ssl/certs/ca-certificates.crt', '/etc/ca-certificates.conf')
FOLDERS = ('etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'etc/apt/sources.list.d',
           'var/cache/apt/archives/partial', 'var/lib/apt/lists/partial', 'var/lib/dpkg/updates',
           'var/log/apt')
DPKG = pathlib.Path('/var/lib/dpkg')
TEXTS = {'etc/passwd': 'root:x:0:0::/root:/bin/bash\n_apt:x:42:65534::/nonexistent:/bin/false\n',
         'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
         'var/lib/dpkg/info/format': '1\n'}


def _status_of(packages):
    """The paragraphs of dpkg's database for these packages."""
    wanted = {f'Package: {name}' for name in packages}
    paragraphs = (DPKG / 'status').read_text().split('\n\n')
    return '\n\n'.join(one for one in paragraphs if one.split('\n', 1)[0] in wanted) + '\n\n'


def _alternatives():
    """The links of update-alternatives(1), as of awk and libblas.so.3."""
    databases = (DPKG / 'alternatives').iterdir()
    links = {pathlib.Path(one.read_text().split('\n')[1]) for one in databases}
    return {path for link in links if link.exists()
            for path in (link, pathlib.Path('/etc/alternatives', link.readlink().name))}


def _lists_of(packages):
    """dpkg's lists of the files of these packages."""
    info = DPKG / 'info'
    return {path for name in packages
            for path in (*info.glob(f'{name}.list'), *info.glob(f'{name}:*.list'))}


def _add_folder(archive, name, mode):
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    archive.addfile(entry)


def _add_text(archive, name, text):
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    archive.addfile(entry, io.BytesIO(content))


@functools.cache
def image(*packages, without='$^'):
    """A Debian in which these packages are installed, so that a build that installs them needs no
    network; without the files of packages that the regular expression matches. It knows no
    repository."""
    names = standins._closure(*ALWAYS, *packages)
    left_out = re.compile(f'{LEFT_OUT.pattern}|{without}')
    files = {path for path in standins._files_of(names) if not left_out.match(str(path))}
    files |= {*map(pathlib.Path, BY_SCRIPTS), *_alternatives(), *_lists_of(names)}

    def fill(archive):
        standins._add_files(archive, files)
        _add_folder(archive, 'tmp', 0o1777)
        for name in FOLDERS:
            _add_folder(archive, name, 0o755)
        for name, text in {**TEXTS, 'var/lib/dpkg/status': _status_of(names)}.items():
            _add_text(archive, name, text)
    return standins._import('standin-debian', fill)
