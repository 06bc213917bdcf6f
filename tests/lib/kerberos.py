"""kerberos.py - Kerberos for the container tests: a real KDC, and a base image that can install krb5.

    kdc = kerberos.Kdc()                        # krb5kdc on a free port of loopback
    kdc.kinit('alice', cache, lifetime='10m')   # by a keytab
    image = kerberos.base()                     # Debian's sh, apt and Python, and krb5-user in an apt
                                                # repository of its own, not installed"""
import functools
import os
import pathlib
import shutil
import subprocess

import pid1
import standins
import tap
import web

REALM = 'PLATFORM.EXAMPLE'
PASSWORD = 'master-of-the-tests'
PROGRAMS = ('/usr/bin/klist', '/usr/bin/kvno')
# Python's image has no library of Kerberos.
LIBRARIES = ['libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libcom-err2', 'libkeyutils1']
CONTROL = '''Package: krb5-user
Version: 1.0
Architecture: all
Maintainer: tests <tests@example.org>
Description: klist and kvno
'''
# What apt and dpkg need.
APT = ['dash', 'coreutils', 'diffutils', 'tar', 'dpkg', 'apt', 'libc-bin']
LINKED = ['/usr/bin/dash', '/usr/bin/apt-get', '/usr/lib/apt/methods/file',
          '/usr/lib/apt/methods/gpgv', '/usr/bin/dpkg', '/usr/bin/tar', '/usr/bin/ls', '/usr/bin/cp',
          '/usr/bin/expr', '/usr/bin/python3']
FOLDERS = ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers',
           'var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/log/apt',
           'etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'tmp']
CONFIG = '''[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[logging]
  default = FILE:{folder}/log
  kdc = FILE:{folder}/log
'''
KDC_CONFIG = '''[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
  }}
'''


class Kdc:
    """The KDC of REALM, with the users and services that are named."""

    def __init__(self, *principals):
        for program in ('krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit', 'klist', 'kvno'):
            pid1.needs(program)
        self.folder = pid1.folder()
        port = web.free_ports(1)[0]
        self.config = self.folder / 'krb5.conf'
        values = {'realm': REALM, 'port': port, 'folder': self.folder}
        self.config.write_text(CONFIG.format(**values))
        (self.folder / 'kdc.conf').write_text(KDC_CONFIG.format(**values))
        self.environment = {**os.environ, 'KRB5_CONFIG': str(self.config),
                            'KRB5_KDC_PROFILE': str(self.folder / 'kdc.conf')}
        self.call('kdb5_util', 'create', '-s', '-r', REALM, '-P', PASSWORD)
        self.keytab = self.folder / 'keytab'
        self.admin(*(f'addprinc -randkey {name}' for name in principals),
                   *(f'ktadd -k {self.keytab} {name}' for name in principals))
        process = subprocess.Popen(['krb5kdc', '-n'], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tap.cleanup(lambda: (process.terminate(), process.wait()))
        tap.until(lambda: 'commencing operation' in self._log(), 'the KDC listens')

    def _log(self):
        path = self.folder / 'log'
        return path.read_text() if path.exists() else ''

    def call(self, *words, **more):
        done = subprocess.run(list(map(str, words)), env=self.environment, capture_output=True,
                              text=True, **more)
        tap.equal(done.returncode, 0, f'{words}: {done.stdout}{done.stderr}')
        return done.stdout

    def admin(self, *lines):
        """Commands of kadmin."""
        self.call('kadmin.local', '-r', REALM, input='\n'.join(lines) + '\n')

    def kinit(self, name, cache, lifetime='1h', owner=1000):
        """Puts a ticket into the cache, which then belongs to the owner."""
        self.call('kinit', '-k', '-t', self.keytab, '-l', lifetime, '-c', f'FILE:{cache}', name)
        os.chown(cache, owner, owner)

    def is_expired(self, cache):
        return subprocess.run(['klist', '-s', '-c', str(cache)], env=self.environment,
                              check=False).returncode != 0


def _package(folder):
    """A package krb5-user of what Debian's has installed, in an apt repository."""
    root, repository = folder / 'root', folder / 'repository'
    repository.mkdir()
    libraries = subprocess.run(['dpkg', '--listfiles', *LIBRARIES], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    for path in (*PROGRAMS, *(path for path in libraries if '.so.' in path)):
        target = root / 'usr' / path.removeprefix('/usr')[1:]  # /lib is a link to /usr/lib
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
    (root / 'DEBIAN').mkdir()
    (root / 'DEBIAN/control').write_text(CONTROL)
    for words in (['dpkg-deb', '-Znone', '--root-owner-group', '--build', root, repository],
                  ['dpkg-scanpackages', '.', '/dev/null']):
        done = subprocess.run(words, cwd=repository, check=True, capture_output=True, text=True)
    (repository / 'Packages').write_text(done.stdout)
    return repository


@functools.cache
def base():
    """Stands in for debian:slim and for python:3.11-alpine at once."""
    for program in ('dpkg-deb', 'dpkg-scanpackages', 'klist'):
        pid1.needs(program)
    return standins.image_of(
        'standin-krb5', packages=[*APT, 'python3-minimal', *standins.python_packages()],
        programs=LINKED, trees={'repository': _package(pid1.folder())},
        folders=dict.fromkeys(FOLDERS, 0),
        texts={'etc/apt/sources.list': 'deb [trusted=yes] file:/repository ./\n',
               'etc/apt/apt.conf': 'APT::Sandbox::User "root";\n',
               'etc/group': 'root:x:0:\n', 'var/lib/dpkg/status': ''})
