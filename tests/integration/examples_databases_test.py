"""examples/entrypoints of postgres and mariadb, with Debian's packages, as PID 1 in a root that has the
machine's /usr: their first starts need a shell."""
import glob
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import service_matrix
import tap
from example_images import ADDRESS, Image
from service_matrix import USER, Service, steps_of, stop

POSTGRES = pathlib.Path((sorted(glob.glob('/usr/lib/postgresql/*/bin')) or ['/none'])[-1])
DATA = 'var/lib/postgresql/data'
ODD_PASSWORD = 'it\'s \\ "$1" secret'
PASSWORD = "it's $1 secret"


def postgres_image():
    if not POSTGRES.is_dir():
        tap.skip('PostgreSQL is not installed')
    image = Image('postgres', users=[('postgres', 101), ('me', USER)], usr=True)
    image.put('run/secrets/password', f'{PASSWORD}\n')
    image.put('docker-entrypoint-initdb.d/10-tables.sql', 'CREATE TABLE shelf (book text);\n')
    image.put('docker-entrypoint-initdb.d/20-rows.sql', "INSERT INTO shelf VALUES ('one');\n")
    (image.root / DATA).mkdir(parents=True)
    return image


def start_postgres(image, *words, **variables):
    variables = {'POSTGRES_USER': 'shop', 'POSTGRES_DB': 'books', 'POSTGRES_INITDB_ARGS': '--no-sync',
                 'POSTGRES_PASSWORD_FILE': '/run/secrets/password', 'LANG': 'C.UTF-8', **variables}
    return image.start(*words, path=str(POSTGRES), **variables)


def ask(one, sql, password=PASSWORD):
    """psql from outside, where a password is needed."""
    return one.run(POSTGRES / 'psql', '-AtX', '-h', ADDRESS, '-U', 'shop', '-d', 'books', '-c',
                   sql, env={'PGPASSWORD': password})


def serves_books(one, start):
    tap.equal(ask(one, 'SELECT count(*), min(book) FROM shelf'), (0, f'{start}|one\n', ''))
    tap.equal(ask(one, "INSERT INTO shelf VALUES ('two')")[0], 0)
    if start == 1:
        tap.equal(ask(one, 'SHOW server_encoding'), (0, 'UTF8\n', ''))
        code, _, err = ask(one, 'SELECT 1', password='wrong')
        tap.equal(code, 2)
        tap.holds(err, 'password authentication failed')
        environment = pathlib.Path(f'/proc/{one.child("postgres")}/environ').read_bytes()
        tap.check(PASSWORD.encode() not in environment, 'main has no password', environment)


def files_of(folder, *names):
    """What is in these files of a volume; None for one that is not there."""
    def found(image):
        return {name: path.read_text() if (path := image.root / folder / name).is_file() else None
                for name in names}
    return found


def has_begun(image, one):
    tap.until(lambda: (image.root / DATA / 'PG_VERSION').exists(), 'initdb has begun')


service_matrix.register(Service(
    name='postgres', image=postgres_image, start=start_postgres, program='postgres', runs_as=101,
    options=('-c', 'listen_addresses=*', '-c', 'fsync=off'), serves=serves_books,
    changed=files_of(DATA, 'PG_VERSION', 'pg_hba.conf', 'postgresql.conf'), restarts={'volumes'},
    secrets=(PASSWORD,), other=('psql', '--version'), says=r'psql \(PostgreSQL\) ',
    give=service_matrix.give(DATA, 'run/postgresql'), goodbye='fast shutdown', stop_at=has_begun,
    after_stop=lambda image: tap.equal(os.listdir(image.root / DATA), [])))


@tap.test
def postgres_says_its_version_and_sets_nothing_up():
    image = postgres_image()
    for words in (('postgres', '--version'), ('--version',)):
        one = start_postgres(image, *words, POSTGRES_PASSWORD_FILE='')
        tap.equal(one.end(), 0, one.err.text)
        tap.holds(one.out.rest(), 'postgres (PostgreSQL) ')
        tap.equal(os.listdir(image.root / DATA), [], words)


@tap.test
def postgres_refuses_a_start_without_a_password_by_one_line():
    image = postgres_image()
    for variables, code, line in (
            ({'POSTGRES_PASSWORD_FILE': '/run/secrets/none'}, 78,
             'the variable POSTGRES_PASSWORD, by POSTGRES_PASSWORD_FILE: cannot open '
             "'/run/secrets/none': No such file or directory"),
            ({'POSTGRES_PASSWORD': 'too'}, 78,
             'the variables POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; keep one'),
            ({'POSTGRES_PASSWORD_FILE': ''}, 80, 'the superuser has no password: set')):
        one = start_postgres(image, **variables)
        tap.equal(one.end(), code, one.err.text)
        tap.holds(pid1.chosen_line(one.err.rest(), code), line)
        tap.equal(os.listdir(image.root / DATA), [], line)


@tap.test
def postgres_needs_its_password_only_for_its_own_start():
    image = postgres_image()
    one = start_postgres(image, 'psql', '--version', POSTGRES_PASSWORD_FILE='/nowhere')
    tap.equal((one.end(), steps_of(one.err.rest())), (0, {}))


def mariadb_image():
    for program in ('mariadbd', 'mariadb-install-db'):
        pid1.needs(program)
    image = Image('mariadb', users=[('mysql', 1234)], usr=True, empty=['usr/share/zoneinfo'])
    (image.root / 'var/lib/mysql').mkdir(parents=True)
    image.put('etc/mysql/my.cnf', '[mysqld]\ninnodb_flush_method = nosync\n')
    image.put('run/secrets/root', f'{ODD_PASSWORD}\n')
    image.put('docker-entrypoint-initdb.d/tables.sql',
              "CREATE TABLE shelf (book text); INSERT INTO shelf VALUES ('one');\n")
    return image


def start_mariadb(image, *words, **variables):
    variables = {'MARIADB_ROOT_PASSWORD_FILE': '/run/secrets/root', 'MARIADB_DATABASE': 'my_`books',
                 'MARIADB_USER': "o'hara", 'MARIADB_PASSWORD': ODD_PASSWORD, **variables}
    return image.start(*words, **variables)


def ask_mariadb(one, user, sql, password=ODD_PASSWORD):
    return one.run('/usr/bin/mariadb', '-N', '-h', ADDRESS, '-u', user, 'my_`books', '-e', sql,
                   env={'MYSQL_PWD': password})


def serves_odd_books(one, start):
    for user in ("o'hara", 'root'):
        tap.equal(ask_mariadb(one, user, 'SELECT count(*), min(book) FROM shelf'),
                  (0, f'{start}\tone\n', ''))
    tap.equal(ask_mariadb(one, "o'hara", 'SELECT @@max_connections')[1], '17\n')
    tap.equal(ask_mariadb(one, "o'hara", "INSERT INTO shelf VALUES ('two')")[0], 0)
    if start == 1:
        tap.equal(ask_mariadb(one, 'root', 'SELECT 1', 'wrong')[0], 1)
        code, _, err = one.run('/usr/bin/mariadb', '-u', 'root', '-e', 'SELECT 1')
        tap.equal(code, 1)
        tap.holds(err, 'Access denied')


def installs(image, one):
    one.complaint('pintle: step install: started')
    tap.until(lambda: (image.root / 'var/lib/mysql/mysql').exists(), 'the tables are made')


service_matrix.register(Service(
    name='mariadb', image=mariadb_image, start=start_mariadb, program='mariadbd', runs_as=1234,
    options=('--max-connections=17',), serves=serves_odd_books,
    changed=lambda image: sorted(path.name for path in (image.root / 'var/lib/mysql').glob('*')
                                 if path.is_dir()), restarts={'volumes'},
    secrets=(ODD_PASSWORD,), other=('mariadb', '--version'), says='mariadb .*MariaDB',
    give=service_matrix.give('var/lib/mysql', 'run/mysqld'), goodbye='mariadbd: Shutdown complete',
    stop_at=installs, is_spoilt=True))


@tap.test
def mariadb_knows_time_zones_and_makes_a_random_password_or_refuses_to_start_without_one():
    image = mariadb_image()
    image.empty = []
    one = start_mariadb(image, MARIADB_ROOT_PASSWORD_FILE='')
    tap.equal(one.end(), 80, one.err.text)
    tap.holds(pid1.chosen_line(one.err.rest(), 80), 'root has no password: set')
    pid1.needs('pwgen')
    again = start_mariadb(image, MARIADB_ROOT_PASSWORD_FILE='', MARIADB_RANDOM_ROOT_PASSWORD='1')
    again.until_healthy()
    password = again.complaint(r'.*GENERATED ROOT PASSWORD: (\S+)')[1]
    tap.equal(ask_mariadb(again, 'root', "SELECT CONVERT_TZ('2026-07-01', 'UTC', 'Europe/Berlin')",
                          password)[1], '2026-07-01 02:00:00\n')
    stop(again)


tap.main()
