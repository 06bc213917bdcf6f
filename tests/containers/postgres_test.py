"""dockerfiles/postgres-custom, with PostgreSQL of Debian: it initialises itself without a shell, makes its
backups, stops under load without losing anything, and its data outlives the container. And the platform
of compose.yaml with it."""
import os
import pathlib
import re

import compose_project
import docker
import hardened
import pid1
import platform_standins
import postgres
import standins
import tap

CLIENTS = 4
# Commits that the server confirms before they are on the disk: only an orderly shutdown keeps them all.
LEDGER = '''SET synchronous_commit = off;
INSERT INTO ledger VALUES (:client_id);
'''


def job(server, name):
    done = server.execute('/pintle', 'job', name)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)


@tap.test
def the_image_has_no_shell_and_holds_what_its_readme_promises():
    hardened.check(postgres.image(), postgres.FOLDER, {'17': postgres.MAJOR})


@tap.test
def without_a_password_it_ends_with_80_and_says_what_to_set():
    data = postgres.Data()
    one = postgres.start(data, '--env', 'POSTGRES_PASSWORD=')
    tap.equal(one.end(), 80)
    tap.holds(one.output(), 'pintle: exit 80: step no-password failed: the superuser has no password: '
                            'set POSTGRES_PASSWORD_FILE')
    tap.equal(os.listdir(data.folder / 'data'), [])


@tap.test
def a_first_start_that_failed_does_not_pass_for_a_database():
    data = postgres.Data()
    (data.folder / 'sql/10-bad.sql').write_text('CREATE TABLE;')
    one = postgres.start(data)
    tap.equal(one.end(), 80)
    tap.holds(one.output(), '10-bad.sql:1: ERROR:  syntax error')
    again = postgres.start(data)
    tap.equal(again.end(), 80)
    tap.holds(again.output(), 'the first start did not finish: remove everything')


def ask_by_tcp(server, password):
    return server.execute('psql', '-AtX', '-h', '127.0.0.1', '-d', 'shop', '-c', 'SELECT * FROM shelf',
                          options=['--env', f'PGPASSWORD={password}'])


@tap.test
def its_steps_initialise_it_and_its_jobs_make_backups_that_can_be_restored():
    folder = pid1.folder()
    (folder / 'password').write_text(postgres.PASSWORD + '\n')
    (folder / '10-tables.sql').write_text('CREATE TABLE shelf (book text);')
    (folder / '20-rows.sql').write_text("INSERT INTO shelf VALUES ('één');")
    server = postgres.start_as_readme_says(folder, '--env', 'POSTGRES_DB=shop', '--volume',
                                           f'{folder}:/docker-entrypoint-initdb.d:ro')
    server.wait_until_healthy()
    backups = pathlib.Path(docker.must('volume', 'inspect', '--format', '{{.Mountpoint}}',
                                       'pgbackups'))
    tap.equal(ask_by_tcp(server, postgres.PASSWORD).stdout, 'één\n')
    tap.holds(ask_by_tcp(server, 'wrong').stderr, 'password authentication failed')
    tap.equal(server.sql('SHOW server_encoding'), 'UTF8')
    tap.check(postgres.PASSWORD not in server.output(), 'the password', server.output())

    for day in range(9):
        old = backups / f'dump-2020-01-0{day + 1}T01:15:00Z.pgdump'
        old.write_text('old')
        os.utime(old, (day, day))
    job(server, 'dump')
    job(server, 'prune-dumps')
    dumps = sorted(path.name for path in backups.glob('dump-*'))
    tap.equal([name[:15] for name in dumps[:-1]], [f'dump-2020-01-0{day}' for day in range(4, 10)])
    server.sql('CREATE DATABASE again')
    done = server.execute('pg_restore', '-h', '/var/run/postgresql', '-d', 'again',
                          f'/backups/{dumps[-1]}')
    tap.equal(done.returncode, 0, done.stderr)
    tap.equal(server.sql('SELECT * FROM shelf', 'again'), 'één')

    job(server, 'base-backup')
    base, = os.listdir(backups / 'base')
    done = server.execute('pg_verifybackup', f'/backups/base/{base}',
                          options=['--env', 'LD_PRELOAD=/usr/lib/no_shell.so'])
    tap.equal((done.returncode, done.stdout), (0, 'backup successfully verified\n'), done.stderr)


@tap.test
def a_stop_under_load_is_a_fast_shutdown_and_the_next_container_has_every_commit():
    data = postgres.Data()
    (data.folder / 'sql/ledger.sql').write_text('CREATE TABLE ledger (client int);')
    server = postgres.start(data)
    server.wait_until_healthy()
    bench = postgres.bench(data, LEDGER, '--client', CLIENTS, '--time', 300, '--log')
    tap.until(lambda: int(server.sql('SELECT count(*) FROM ledger')) > 1000, 'pgbench has begun')
    server.stop()
    tap.equal(server.end(), 0, server.output())
    tap.holds(server.output(), 'received fast shutdown request')
    bench.communicate()
    confirmed = sum(len(path.read_text().splitlines())
                    for path in data.folder.glob('pgbench_log.*'))
    docker.must('rm', server.name)

    again = postgres.start(data)
    again.wait_until_healthy()
    for line in ('database system was shut down at', 'step first-start: skipped'):
        tap.holds(again.output(), line)
    rows = int(again.sql('SELECT count(*) FROM ledger'))
    # A commit may have been made whose confirmation did not arrive.
    tap.check(1000 < confirmed <= rows <= confirmed + CLIENTS, 'each commit is there', (confirmed, rows))


# What compose.yaml is given in an .env for images without a shell.
PREBUILT = f'''IMAGE_MODE=prebuilt
IMAGE_POSTGRES=postgres-custom:0.1.0
IMAGE_OPENSEARCH=opensearch:0.1.0
IMAGE_OPENMETADATA_SERVER=openmetadata-server:0.1.0
DB_USER_PASSWORD={postgres.PASSWORD}
'''


def platform():
    """The project of compose.yaml in prebuilt mode, without ports on this machine, and without a limit
    of open files, which may be above that of the Engine."""
    postgres.image()
    for name in ('opensearch', 'openmetadata-server'):
        platform_standins.build(name)
    text = (standins.ROOT / 'compose.yaml').read_text()
    project = compose_project.Project(re.sub(r'(?m)^ +(ports|ulimits): .*\n', '', text))
    (project.folder / '.env').write_text(PREBUILT)
    (project.folder / 'postgres_password').write_text(postgres.PASSWORD + '\n')
    return project


def container_of(project, service):
    code, output = project.call('ps', '--quiet', service)
    tap.equal(code, 0, output)
    return postgres.Server(output.strip())


@tap.test
def the_platform_of_compose_yaml_works_in_prebuilt_mode_with_images_without_a_shell():
    project = platform()
    code, output = project.call('up', '--detach', 'openmetadata-server')
    tap.equal(code, 0, output)
    catalog, database, search = (container_of(project, service) for service in
                                 ('openmetadata-server', 'postgres', 'opensearch'))
    for one in (catalog, database, search):
        docker.Events(one).wait_for('health_status: healthy')
    for line in ('step database: done', 'step search: done', 'step migrate: done'):
        tap.holds(catalog.output(), line)
    done = database.execute('psql', '-AtX', '-h', '/var/run/postgresql', '-U', 'openmetadata_user',
                            '-d', 'openmetadata_db', '-c', 'SELECT current_user')
    tap.equal(done.stdout, 'openmetadata_user\n', done.stderr)
    code, output = project.call('stop')
    tap.equal(code, 0, output)
    tap.equal([one.end() for one in (catalog, database, search)], [0, 0, 0])
    tap.holds(database.output(), 'received fast shutdown request')


tap.main()
