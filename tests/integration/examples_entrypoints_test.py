"""examples/entrypoints: all are checked and planned. redis, nginx and wordpress are run, as PID 1 in a root
that has nothing but what the service needs; of others examples_*_test.py says how they are run."""
import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import service_matrix
import tap
from example_images import EXAMPLES, Image
from service_matrix import Service, give, steps_of, stop

NAMES = sorted(path.name for path in EXAMPLES.iterdir())
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


def nginx_image(**files):
    if not pathlib.Path(NGINX).exists():
        tap.skip('nginx is not installed')
    image = Image('nginx', users=[('nginx', 1234)], programs=[NGINX, '/usr/bin/printenv'])
    image.put('etc/nginx/nginx.conf', 'user nginx;\nworker_processes auto;\npid /run/nginx.pid;\n'
              'error_log /dev/stderr notice;\nevents {}\n'
              'http { access_log /dev/stdout; include /etc/nginx/conf.d/*.conf; }\n')
    for folder in ('var/log/nginx', 'var/lib/nginx', 'etc/nginx/conf.d', 'usr/share/nginx/html'):
        (image.root / folder).mkdir(parents=True, exist_ok=True)
    image.put('usr/share/nginx/html/index.html', 'welcome')
    for name, text in files.items():
        image.put(name, text)
    return image


def with_templates():
    return nginx_image(**{'etc/nginx/templates/default.conf.template': TEMPLATE})


def start_nginx(image, *words, **more):
    return image.start(*words, NGINX_PORT='8080', NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE='1', **more)


def nginx_configs(image):
    """What is rendered, and the line of nginx.conf that says how many workers there are."""
    rendered = image.root / 'etc/nginx/conf.d/default.conf'
    main = (image.root / 'etc/nginx/nginx.conf').read_text()
    return rendered.read_text() if rendered.exists() else '', re.search('^worker_.*', main, re.M)[0]


def serves_pages(one, _):
    for path, location in (('/here', 'http://127.0.0.1:8080/there?from=/here'),
                           ('/uri', 'http://127.0.0.1:8080/braces/uri')):
        tap.equal(one.answer(8080, path), (302, location))
    one.line('127.0.0.1 .*GET / HTTP/1.1" 200 .*')


service_matrix.register(Service(
    name='nginx', image=with_templates, start=start_nginx, program='nginx', runs_as=0,
    options=('-g', 'daemon off;'), serves=serves_pages, changed=nginx_configs,
    restarts={'templates', 'scripts', 'test'},
    other=('printenv', 'NGINX_PORT'), says='8080$',
    give=give('etc/nginx', 'run', 'var/lib/nginx', 'var/log/nginx'), goodbye='gracefully shutting down',
    stop_at=None))


@tap.test
def nginx_renders_its_templates_and_leaves_its_own_variables_alone():
    image = with_templates()
    one = start_nginx(image)
    one.until_healthy()
    stop(one)
    rendered = TEMPLATE.replace('${NGINX_PORT}', '8080').replace('${NGINX_HOST}', 'localhost')
    configs = nginx_configs(image)
    tap.equal(configs[0], rendered)
    tap.check(re.fullmatch(r'worker_processes \d+;', configs[1]), 'the number of CPUs', configs[1])


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
def nginx_with_a_wrong_config_does_not_start():
    image = nginx_image(**{'etc/nginx/conf.d/default.conf': 'server { nonsense; }\n'})
    one = image.start()
    tap.equal(one.end(), 80, one.err.text)
    tap.holds(one.err.rest(), 'unknown directive "nonsense"')


def redis_image():
    server = shutil.which('redis-server')
    if server is None:
        tap.skip('redis-server is not installed')
    image = Image('redis', users=[('redis', 1234)],
                  programs=[server, os.path.join(os.path.dirname(server), 'redis-cli')])
    image.put('data/of-another', '')
    return image


def redis_files(image):
    """Owners and modes of its volume."""
    data = image.root / 'data'
    return {path.name: (os.stat(path).st_uid, oct(os.stat(path).st_mode)) for path in (data, *data.iterdir())}


def serves_keys(one, start):
    tap.equal(one.run('/usr/bin/redis-cli', 'incr', 'starts')[:2], (0, f'{start}\n'))


service_matrix.register(Service(
    name='redis', image=redis_image, start=Image.start, program='redis-server', runs_as=1234,
    options=('--appendonly', 'yes'), serves=serves_keys, changed=redis_files, restarts=set(),
    other=('redis-cli', '--version'), says='redis-cli ', give=give('data'),
    goodbye='', stop_at=None))


@tap.test
def redis_makes_files_for_itself_only():
    image = redis_image()
    one = image.start('--appendonly', 'yes')
    one.until_healthy()
    stop(one)
    tap.equal({(os.stat(path).st_uid, os.stat(path).st_mode & 0o077)
               for path in (image.root / 'data/appendonlydir').iterdir()}, {(1234, 0)})


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


def start_wordpress(image, *words, **more):
    return image.start(*words, WORDPRESS_DB_HOST='db', IMAGE_MODE='prebuilt', **more)


def wordpress_files(image):
    """Owners and contents of its volume."""
    html = image.root / 'var/www/html'
    return {str(path.relative_to(html)): (path.stat().st_uid, path.is_file() and path.read_text())
            for path in (html, *html.rglob('*'))}


def serves_php(one, _):
    tap.equal(one.run('/pintle', 'probe', 'tcp', '127.0.0.1:9000')[:2], (0, 'connected\n'))


service_matrix.register(Service(
    name='wordpress', image=wordpress_image, start=start_wordpress, program='php-fpm', runs_as=33,
    serves=serves_php, changed=wordpress_files, restarts=set(), other=('php', '-r', 'echo "alone";'),
    says='(?s).*alone$', give=give('var/www/html'), goodbye='Finishing ...', stop_at=None))


@tap.test
def wordpress_fills_its_volume_and_leaves_what_is_there():
    image = wordpress_image()
    one = start_wordpress(image)
    one.until_healthy()
    stop(one)
    html = image.root / 'var/www/html'
    config = (html / 'wp-config.php').read_text()
    keys = re.findall(r"_KEY', '([0-9a-f]{64})'", config)
    tap.equal((len(keys), len(set(keys))), (2, 2), config)
    tap.equal((html / 'wp-config.php').stat().st_mode & 0o777, 0o640)
    tap.equal({(html / name).stat().st_uid for name in ('.', 'index.php', 'wp-config.php')}, {33})
    tap.equal((html / 'wp-content/plugins/hello.php').read_text(), 'mine')


tap.main()
