"""examples/entrypoints: all are checked and planned; those whose service is installed here are run, as
PID 1 in a root that has nothing but what the service needs."""
import glob
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from example_images import ADDRESS, EXAMPLES, Image

NAMES = sorted(path.name for path in EXAMPLES.iterdir())
POSTGRES = pathlib.Path((sorted(glob.glob('/usr/lib/postgresql/*/bin')) or ['/none'])[-1])
DATA = 'var/lib/postgresql/data'
NGINX = '/usr/sbin/nginx'
TEMPLATE = r'''server {
    listen ${NGINX_PORT};
    server_name ${NGINX_HOST};
    absolute_redirect on;
    root /usr/share/nginx/html;
    location = /here { return 302 /there?from=$uri; }
    location = /uri { return 302 /braces${uri}; }
    location ~ \.php$ { return 404; }
}
'''
ODD_PASSWORD = 'it\'s \\ "$1" secret'
PASSWORD = "it's $1 secret"


def steps_of(text):
    """What each step says that it did."""
    return dict(re.findall(r'^pintle: step (\S+?): (?:done in \w+: )?(.*)$', text, re.M))


@tap.test
def every_example_is_checked_and_planned_without_a_note():
    for name in NAMES:
        path = EXAMPLES / name / 'pintle.json'
        for command in (['check'], ['plan'], ['plan', '--json']):
            done = subprocess.run([pid1.PINTLE, *command, path], capture_output=True, text=True,
                                  env={})
            tap.equal((done.returncode, done.stderr), (0, ''), f'{name}: {command}')
            tap.check('note:' not in done.stdout, f'{name}: a note', done.stdout)


@tap.test
def every_example_says_what_it_does_what_it_leaves_out_and_what_it_needs():
    for name in NAMES:
        text = (EXAMPLES / name / 'README.md').read_text()
        for words in (f'# {name}\n', 'Does: ', 'Leaves out: ', 'Needs: '):
            tap.check(words in text, f'{name}: {words!r}', text)


def postgres_image():
    if not POSTGRES.is_dir():
        tap.skip('PostgreSQL is not installed')
    image = Image('postgres', users=[('postgres', 101)], usr=True)
    image.put('run/secrets/password', f'{PASSWORD}\n')
    image.put('docker-entrypoint-initdb.d/10-tables.sql', 'CREATE TABLE shelf (book text);\n')
    image.put('docker-entrypoint-initdb.d/20-rows.sql', "INSERT INTO shelf VALUES ('one');\n")
    (image.root / DATA).mkdir(parents=True)
    return image


def start_postgres(image, *words, **variables):
    variables = {'POSTGRES_USER': 'shop', 'POSTGRES_DB': 'books',
                 'POSTGRES_PASSWORD_FILE': '/run/secrets/password', **variables}
    return image.start(*words, path=str(POSTGRES), **variables)


def ask(one, sql, password=PASSWORD):
    """psql from outside, where a password is needed."""
    return one.run(POSTGRES / 'psql', '-AtX', '-h', ADDRESS, '-U', 'shop', '-d', 'books', '-c',
                   sql, env={'PGPASSWORD': password})


def stop(one, code=0):
    """Stops it by SIGTERM and returns what it wrote to stderr."""
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), code, one.err.text)
    return one.err.rest()


@tap.test
def postgres_sets_its_database_up_once():
    image = postgres_image()
    one = start_postgres(image, '-c', 'listen_addresses=*')
    one.until_healthy()
    tap.equal(ask(one, 'SELECT book FROM shelf'), (0, 'one\n', ''))
    tap.equal(ask(one, "INSERT INTO shelf VALUES ('two')")[0], 0)
    code, _, err = ask(one, 'SELECT 1', password='wrong')
    tap.equal(code, 2)
    tap.holds(err, 'password authentication failed')
    main = one.child('postgres')
    environment = pathlib.Path(f'/proc/{main}/environ').read_bytes()
    tap.check(PASSWORD.encode() not in environment, 'main has no password', environment)
    err = stop(one)
    tap.holds(err, 'fast shutdown')
    tap.check(PASSWORD not in err + one.out.rest(), 'the password', err)

    again = start_postgres(image, 'postgres', '-c', 'listen_addresses=*')
    again.until_healthy()
    tap.equal(ask(again, 'SELECT book FROM shelf'), (0, 'one\ntwo\n', ''))
    did = steps_of(stop(again))
    tap.equal({name: what for name, what in did.items() 
               if not re.match('unchanged|done', what)},
              {'wal': 'skipped: its condition does not hold',
               'own-data': 'skipped: its condition does not hold',
               'first-start': 'skipped: its condition does not hold'})


@tap.test
def postgres_runs_another_command_alone():
    image = postgres_image()
    one = start_postgres(image, 'psql', '--version', POSTGRES_PASSWORD_FILE='/nowhere')
    tap.equal(one.end(), 0, one.err.text)
    tap.check(one.out.rest().startswith('psql (PostgreSQL) '), 'a version', one.out.text)
    tap.equal(os.listdir(image.root / DATA), [])


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
def postgres_starts_again_after_a_stop_in_the_middle_of_initdb():
    image = postgres_image()
    one = start_postgres(image)
    tap.until(lambda: (image.root / DATA / 'PG_VERSION').exists(), 'initdb has begun')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143, one.err.text)
    tap.equal(os.listdir(image.root / DATA), [])
    again = start_postgres(image, '-c', 'listen_addresses=*')
    again.until_healthy()
    tap.equal(ask(again, 'SELECT book FROM shelf'), (0, 'one\n', ''))
    stop(again)


@tap.test
def postgres_runs_as_the_user_that_the_container_is_started_as():
    image = postgres_image()
    os.chown(image.root / DATA, 1234, 1234)
    image.put('etc/passwd', 'root:x:0:0::/:\nme:x:1234:1234::/:\n')
    (image.root / 'run/postgresql').mkdir()
    (image.root / 'run/postgresql').chmod(0o1777)
    one = start_postgres(image, '-c', 'listen_addresses=*', user=1234)
    one.until_healthy()
    tap.equal(ask(one, 'SELECT book FROM shelf'), (0, 'one\n', ''))
    tap.equal(os.stat(image.root / DATA / 'PG_VERSION').st_uid, 1234)
    stop(one)


def nginx_image(**files):
    if not pathlib.Path(NGINX).exists():
        tap.skip('nginx is not installed')
    image = Image('nginx', users=[('nginx', 1234)], programs=[NGINX])
    image.put('etc/nginx/nginx.conf', 'user nginx;\nworker_processes auto;\npid /run/nginx.pid;\n'
              'error_log /dev/stderr notice;\nevents {}\n'
              'http { access_log /dev/stdout; include /etc/nginx/conf.d/*.conf; }\n')
    for folder in ('var/log/nginx', 'var/lib/nginx', 'etc/nginx/conf.d', 'usr/share/nginx/html'):
        (image.root / folder).mkdir(parents=True, exist_ok=True)
    image.put('usr/share/nginx/html/index.html', 'welcome')
    for name, text in files.items():
        image.put(name, text)
    return image


@tap.test
def nginx_renders_its_templates_and_leaves_its_own_variables_alone():
    image = nginx_image(**{'etc/nginx/templates/default.conf.template': TEMPLATE})
    one = image.start(NGINX_PORT='8080', NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE='1')
    one.until_healthy()
    rendered = TEMPLATE.replace('${NGINX_PORT}', '8080').replace('${NGINX_HOST}', 'localhost')
    tap.equal((image.root / 'etc/nginx/conf.d/default.conf').read_text(), rendered)
    tuned = (image.root / 'etc/nginx/nginx.conf').read_text()
    tap.check(re.search(r'^worker_processes \d+;$', tuned, re.M), 'the number of CPUs', tuned)
    for path, location in (('/here', 'http://127.0.0.1:8080/there?from=/here'),
                         ('/uri', 'http://127.0.0.1:8080/braces/uri')):
        tap.equal(one.answer(8080, path), (302, location))
    one.line('127.0.0.1 .*GET / HTTP/1.1" 200 .*')
    err = stop(one)
    tap.holds(err, 'gracefully shutting down')

    again = image.start('nginx', '-g', 'daemon off;', NGINX_PORT='8080')
    again.until_healthy()
    did = steps_of(stop(again))
    tap.equal({did['templates'], did['workers']}, {'1 file', 'skipped: its condition does not hold'})
    tap.equal((image.root / 'etc/nginx/conf.d/default.conf').read_text(), rendered)


@tap.test
def nginx_listens_on_ipv6_where_its_first_config_is_unchanged():
    default = 'server {\n    listen       80;\n    root /usr/share/nginx/html;\n}\n'
    image = nginx_image(**{'etc/nginx/conf.d/default.conf': default})
    one = image.start()
    one.until_healthy()
    tap.equal(one.run('/pintle', 'probe', 'tcp', '[::1]:80')[:2], (0, 'connected\n'))
    stop(one)
    changed = (image.root / 'etc/nginx/conf.d/default.conf').read_text()
    tap.equal(changed, default.replace('listen       80;', 'listen 80; listen [::]:80;'))
    again = image.start()
    again.until_healthy()
    tap.equal(steps_of(stop(again))['ipv6'], 'skipped: its condition does not hold')
    tap.equal((image.root / 'etc/nginx/conf.d/default.conf').read_text(), changed)


@tap.test
def nginx_with_a_wrong_config_does_not_start_and_another_command_runs_alone():
    image = nginx_image(**{'etc/nginx/conf.d/default.conf': 'server { nonsense; }\n'})
    one = image.start()
    tap.equal(one.end(), 80, one.err.text)
    tap.holds(one.err.rest(), 'unknown directive "nonsense"')
    alone = image.start('/usr/sbin/nginx', '-v')
    tap.equal(alone.end(), 0, alone.err.text)
    tap.equal(steps_of(alone.err.rest()), {})


def redis_image():
    server = shutil.which('redis-server')
    if server is None:
        tap.skip('redis-server is not installed')
    image = Image('redis', users=[('redis', 1234)],
                  programs=[server, os.path.join(os.path.dirname(server), 'redis-cli')])
    image.put('data/of-another', '')
    return image


@tap.test
def redis_owns_its_volume_and_takes_options():
    image = redis_image()
    one = image.start('--appendonly', 'yes')
    one.until_healthy()
    tap.equal(one.run('/usr/bin/redis-cli', 'set', 'a', '1')[:2], (0, 'OK\n'))
    tap.equal(pid1.status(one.child('redis-server'))['Uid'].split(), ['1234'] * 4)
    tap.equal(steps_of(stop(one))['data'], 'changed 2')
    tap.equal({(os.stat(path).st_uid, os.stat(path).st_mode & 0o077)
               for path in (image.root / 'data/appendonlydir').iterdir()}, {(1234, 0)})

    again = image.start('redis-server', '--appendonly', 'yes')
    again.until_healthy()
    tap.equal(again.run('/usr/bin/redis-cli', 'get', 'a')[:2], (0, '1\n'))
    tap.equal(steps_of(stop(again))['data'], 'unchanged')


@tap.test
def redis_runs_another_command_alone():
    image = redis_image()
    one = image.start('redis-cli', '--version')
    tap.equal((one.end(), one.out.rest().split()[0]), (0, 'redis-cli'), one.err.text)
    tap.equal(os.stat(image.root / 'data').st_uid, 0)


def mariadb_image():
    for program in ('mariadbd', 'mariadb-install-db'):
        pid1.needs(program)
    image = Image('mariadb', users=[('mysql', 1234)], usr=True)
    (image.root / 'var/lib').mkdir(parents=True)
    image.put('run/secrets/root', f'{ODD_PASSWORD}\n')
    image.put('docker-entrypoint-initdb.d/tables.sql',
              "CREATE TABLE shelf (book text); INSERT INTO shelf VALUES ('one');\n")
    return image


def start_mariadb(image, *words, **variables):
    variables = {'MARIADB_ROOT_PASSWORD_FILE': '/run/secrets/root', 'MARIADB_DATABASE': 'my_`books',
                 'MARIADB_USER': "o'hara", 'MARIADB_PASSWORD': ODD_PASSWORD, **variables}
    return image.start(*words, **variables)


def ask_mariadb(one, user, sql, password):
    return one.run('/usr/bin/mariadb', '-N', '-h', ADDRESS, '-u', user, 'my_`books', '-e', sql,
                   env={'MYSQL_PWD': password})


@tap.test
def mariadb_sets_its_database_up_once():
    image = mariadb_image()
    one = start_mariadb(image)
    one.until_healthy()
    for user in ("o'hara", 'root'):
        tap.equal(ask_mariadb(one, user, 'SELECT book FROM shelf', ODD_PASSWORD), (0, 'one\n', ''))
        tap.equal(ask_mariadb(one, user, 'SELECT 1', 'wrong')[0], 1)
    tap.equal(ask_mariadb(one, "o'hara", "INSERT INTO shelf VALUES ('two')", ODD_PASSWORD)[0], 0)
    code, _, err = one.run('/usr/bin/mariadb', '-u', 'root', '-e', 'SELECT 1')
    tap.equal(code, 1)
    tap.holds(err, 'Access denied')
    err = stop(one)
    tap.check(ODD_PASSWORD not in err + one.out.rest(), 'the password', err)

    again = start_mariadb(image, 'mariadbd', '--max-connections=17')
    again.until_healthy()
    tap.equal(ask_mariadb(again, "o'hara", 'SELECT book FROM shelf', ODD_PASSWORD)[1], 'one\ntwo\n')
    tap.equal(ask_mariadb(again, "o'hara", 'SELECT @@max_connections', ODD_PASSWORD)[1], '17\n')
    did = steps_of(stop(again))
    tap.equal((did['first-start'], did['data-owner']),
              ('skipped: its condition does not hold', 'unchanged'))


@tap.test
def mariadb_makes_a_random_password_or_refuses_to_start_without_one():
    image = mariadb_image()
    one = start_mariadb(image, MARIADB_ROOT_PASSWORD_FILE='')
    tap.equal(one.end(), 80, one.err.text)
    tap.holds(pid1.chosen_line(one.err.rest(), 80), 'root has no password: set')
    pid1.needs('pwgen')
    again = start_mariadb(image, MARIADB_ROOT_PASSWORD_FILE='', MARIADB_RANDOM_ROOT_PASSWORD='1')
    again.until_healthy()
    password = again.complaint(r'.*GENERATED ROOT PASSWORD: (\S+)')[1]
    tap.equal(ask_mariadb(again, 'root', 'SELECT 1', password)[1], '1\n')
    stop(again)


PHRASES = """<?php
define('AUTH_KEY', getenv_docker('WORDPRESS_AUTH_KEY', 'put your unique phrase here'));
define('NONCE_KEY', getenv_docker('WORDPRESS_NONCE_KEY', 'put your unique phrase here'));
"""


def wordpress_image():
    servers = sorted(glob.glob('/usr/sbin/php-fpm*.*'))
    if not servers:
        tap.skip('php-fpm is not installed')
    version = servers[-1].removeprefix('/usr/sbin/php-fpm')
    image = Image('wordpress', users=[('www-data', 33)])
    image.copy_program(servers[-1], '/usr/sbin/php-fpm')
    image.copy_program(f'/usr/bin/php{version}', '/usr/bin/php')
    image.put(f'etc/php/{version}/fpm/php-fpm.conf', '[global]\ndaemonize = no\n'
              'error_log = /proc/self/fd/2\n[www]\nlisten = 9000\npm = static\npm.max_children = 1\n'
              'clear_env = no\n')
    for name, text in (('index.php', '<?php'), ('wp-includes/version.php', '<?php'),
                       ('wp-content/plugins/hello.php', 'new'), ('wp-config-docker.php', PHRASES)):
        image.put(f'usr/src/wordpress/{name}', text)
    image.put('var/www/html/wp-content/plugins/hello.php', 'mine')
    os.chown(image.root / 'var/www/html/wp-content', 33, 33)
    os.chown(image.root / 'var/www/html/wp-content/plugins', 33, 33)
    return image


@tap.test
def wordpress_fills_its_volume_once_and_needs_no_shell():
    image = wordpress_image()
    one = image.start(WORDPRESS_DB_HOST='db', IMAGE_MODE='prebuilt')
    one.until_healthy()
    html = image.root / 'var/www/html'
    config = (html / 'wp-config.php').read_text()
    keys = re.findall(r"_KEY', '([0-9a-f]{64})'", config)
    tap.equal((len(keys), len(set(keys))), (2, 2), config)
    tap.equal((html / 'wp-config.php').stat().st_mode & 0o777, 0o640)
    tap.equal({(html / name).stat().st_uid for name in ('.', 'index.php', 'wp-config.php')}, {33})
    tap.equal((html / 'wp-content/plugins/hello.php').read_text(), 'mine')
    tap.equal(pid1.status(one.child('php-fpm'))['Uid'].split(), ['33'] * 4)
    tap.holds(stop(one), 'Finishing ...')

    again = image.start('php-fpm', WORDPRESS_DB_HOST='db')
    again.until_healthy()
    did = steps_of(stop(again))
    tap.equal((did['wordpress'], did['wp-config'], did['folder']),
              ('skipped: its condition does not hold',) * 2 + ('unchanged',))
    tap.equal((html / 'wp-config.php').read_text(), config)


@tap.test
def wordpress_runs_another_command_alone_and_as_another_user():
    image = wordpress_image()
    one = image.start('php', '-r', 'echo "alone";', user=33)
    tap.equal(one.end(), 0, one.err.text)
    tap.holds(one.out.rest(), 'alone')
    tap.check(not (image.root / 'var/www/html/index.php').exists(), 'nothing was copied')


tap.main()
