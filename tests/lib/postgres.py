"""postgres.py - dockerfiles/postgres-custom over a stand-in base, and its containers.

    server = postgres.start(data)          # a container with the volumes of `data`
    server.sql('SELECT 1')                 # by psql inside; what it writes
    postgres.bench(data, script, ...)      # pgbench of this machine, by the server's socket"""
import functools
import glob
import pathlib
import platform
import shlex
import subprocess

import docker
import pid1
import standins
import tap

FOLDER = standins.ROOT / 'dockerfiles/postgres-custom'
BIN = pathlib.Path((sorted(glob.glob('/usr/lib/postgresql/*/bin')) or ['/none'])[-1])
MAJOR = BIN.parent.name
PASSWORD = 'hunter2-of-the-tests'
# What collect.sh needs; ldd is a script for bash.
TOOLS = ['dash', 'bash', 'coreutils', 'findutils', 'tar', 'sed', 'grep', 'libc-bin', 'tzdata']
LINKED = ['/usr/bin/bash', '/usr/bin/dash', '/usr/bin/ls', '/usr/bin/sort', '/usr/bin/cp',
          '/usr/bin/find', '/usr/bin/tar', '/usr/bin/grep', '/usr/bin/sed', '/usr/bin/xargs']
# As root, to give the folders to postgres.
HARDENED = ['--read-only', '--user', '0:0', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges',
            '--pids-limit', '100', '--stop-timeout', '60',
            *(f'--cap-add={name}' for name in ('SETUID', 'SETGID', 'CHOWN', 'FOWNER', 'DAC_OVERRIDE'))]
LARGE = (r'/lto1|lto-dump|/locale/[a-z]|/i18n/|gold|-dwp|san\.|lib[cm](-.*)?\.a|llvm|bitcode|'
         r'/gconv/|/perl|/gprofng|/zoneinfo/right/|/share/postgresql/.*/man/')


@functools.cache
def base():
    """Stands in for postgres:17.5-bookworm and for gcc at once, with PostgreSQL of Debian."""
    pid1.needs('gcc')
    version = subprocess.check_output(['gcc', '-dumpversion'], text=True).strip()
    triplet = f'{platform.machine()}-linux-gnu'
    compiler = [f'/usr/lib/gcc/{triplet}/{version}/cc1', '/usr/bin/as', '/usr/bin/ld', '/usr/bin/gcc']
    if not BIN.is_dir():
        tap.skip('PostgreSQL is not installed')
    programs = [*BIN.iterdir(), *(path for path in (BIN.parent / 'lib').glob('*.so')
                                  if 'llvm' not in path.name)]
    return standins.image_of(
        'standin-postgres', programs=[*LINKED, *programs, *compiler], without=LARGE,
        packages=[*TOOLS, f'postgresql-{MAJOR}', f'postgresql-client-{MAJOR}',
                  'gcc', f'gcc-{version}', f'cpp-{version}', f'libgcc-{version}-dev', 'binutils',
                  f'binutils-{triplet.replace("_", "-")}', 'libc6-dev', 'linux-libc-dev'],
        folders={'tmp': 0}, texts={'etc/group': 'root:x:0:\n'})


@functools.cache
def image():
    built = docker.build('postgres-custom:0.1.0', '--build-arg', f'PINTLE={standins.pintle()}',
                         '--build-arg', f'BASE={base()}', '--build-arg', f'COMPILER={base()}',
                         '--build-arg', f'PG_MAJOR={MAJOR}', '--file',
                         FOLDER / 'Dockerfile', FOLDER.parent)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return 'postgres-custom:0.1.0'


class Data:
    """What outlives a container: folders of root's for its database, its socket and its first SQL."""

    def __init__(self):
        self.folder = pid1.folder()
        for name in ('data', 'backups', 'socket', 'sql'):
            (self.folder / name).mkdir()
        self.socket = self.folder / 'socket'
        self.options = ['--volume', f'{self.folder}/data:/var/lib/postgresql/data',
                        '--volume', f'{self.folder}/backups:/backups',
                        '--volume', f'{self.socket}:/var/run/postgresql',
                        '--volume', f'{self.folder}/sql:/docker-entrypoint-initdb.d:ro',
                        '--env', f'POSTGRES_PASSWORD={PASSWORD}', '--env', 'POSTGRES_DB=shop',
                        '--env', 'POSTGRES_INITDB_ARGS=--no-sync']


class Server(docker.Container):
    def sql(self, text, database='shop'):
        """What psql in the container writes."""
        done = self.execute('psql', '-AtX', '-h', '/var/run/postgresql', '-d', database, '-c', text,
                            options=['--user', 'postgres'])
        tap.equal(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def wait_until_healthy(self):
        docker.Events(self).wait_for('health_status: healthy')


def start(data, *options):
    """A container, started as root, that is not yet healthy."""
    return Server(docker.run(image(), *HARDENED, *data.options, '--health-interval', '200ms',
                             *options).name)


def start_as_readme_says(folder, *options):
    """The container of the README's `docker run`, as the user postgres, with the file `password`."""
    text = (FOLDER / 'README.md').read_text().replace('\\\n', ' ')
    line = next(line for line in text.splitlines() if line.startswith('docker run -d '))
    words = shlex.split(line.replace('$PWD', str(folder)))
    tap.equal((words[:5], words[-1]), (['docker', 'run', '-d', '--name', 'db'], image()))
    for volume in ('pgdata', 'pgbackups'):
        tap.cleanup(lambda volume=volume: docker.call('volume', 'rm', '--force', volume))
    return Server(docker.must('run', '--network', 'none', '--health-interval', '200ms', *options,
                              *words[2:]))


def bench(data, script, *words):
    """Starts pgbench with the script, in the folder `data.folder`."""
    (data.folder / 'script.sql').write_text(script)
    process = subprocess.Popen([BIN / 'pgbench', '--no-vacuum', '--file', 'script.sql',
                                *map(str, words), '--host', data.socket, '--username', 'postgres',
                                'shop'], cwd=data.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    tap.cleanup(process.kill)
    return process
