"""examples/entrypoints/django, with Debian's Django, gunicorn and PostgreSQL: the database comes up only
while the container waits for it."""
import glob
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from example_images import Image

POSTGRES = (sorted(glob.glob('/usr/lib/postgresql/*/bin')) or ['/none'])[-1]
AS_POSTGRES = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
FILES = {
    'app/manage.py': 'import sys\nfrom django.core.management import execute_from_command_line\n'
                     'execute_from_command_line(sys.argv)\n',
    'app/shop/__init__.py': '',
    'app/shop/settings.py': '''import os
from urllib.parse import urlsplit
url = urlsplit(os.environ['DATABASE_URL'])
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': url.path[1:],
                         'USER': url.username, 'PASSWORD': url.password, 'HOST': url.hostname,
                         'PORT': url.port}}
SECRET_KEY = os.environ['SECRET_KEY']
ALLOWED_HOSTS = ['127.0.0.1']
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.staticfiles']
ROOT_URLCONF = 'shop.urls'
STATIC_URL, STATIC_ROOT, STATICFILES_DIRS = 'static/', '/app/static', ['/app/assets']
''',
    'app/shop/urls.py': '''from django.contrib.auth.models import User
from django.http import HttpResponseRedirect
from django.urls import path
def names(request):
    return HttpResponseRedirect('/'.join(['', *User.objects.values_list('username', flat=True)]))
urlpatterns = [path('healthz', names)]
''',
    'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\n'
                        'application = get_wsgi_application()\n',
    'app/assets/shop.css': 'body {}\n',
    'run/secrets/key': 'a key of fifty letters\n',
    'run/secrets/url': 'postgres://postgres:hunter2hunter2@127.0.0.1:5432/postgres\n',
}


def image_with_database():
    if not os.path.exists('/usr/bin/gunicorn') or not os.path.exists(POSTGRES):
        tap.skip('gunicorn or PostgreSQL is not installed')
    if subprocess.run(['/usr/bin/python3', '-c', 'import django, psycopg2'], check=False,
                      capture_output=True).returncode != 0:
        tap.skip('Django or psycopg2 is not installed')
    image = Image('django', users=[('app', 1234)], usr=True)
    for name, text in FILES.items():
        image.put(name, text)
    image.put('opt/bin/none', '')
    (image.root / 'opt/bin/python').symlink_to('/usr/bin/python3')
    data = pid1.folder() / 'data'
    data.parent.chmod(0o777)
    done = subprocess.run([*AS_POSTGRES, f'{POSTGRES}/initdb', '--auth=trust', '--no-sync', '-D',
                           data], capture_output=True, text=True, check=False, cwd='/')
    tap.equal(done.returncode, 0, done.stderr)
    return image, data


def start(image, *words):
    return image.start(*words, path='/opt/bin', DATABASE_URL_FILE='/run/secrets/url',
                       SECRET_KEY_FILE='/run/secrets/key', DJANGO_SETTINGS_MODULE='shop.settings',
                       WSGI_APPLICATION='shop.wsgi', DJANGO_SUPERUSER_USERNAME='root-of-shop',
                       DJANGO_SUPERUSER_PASSWORD='hunter2hunter2', WEB_CONCURRENCY='1')


def start_database(one, data):
    """A PostgreSQL in the container's network."""
    database = subprocess.Popen(['nsenter', '--target', str(one.pid), '--net', *AS_POSTGRES,
                                 f'{POSTGRES}/postgres', '-D', data, '-k', data, '-c', 'fsync=off'],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd='/')

    def stop():
        database.send_signal(signal.SIGINT)
        tap.equal(database.wait(pid1.DEADLINE), 0)
    tap.cleanup(lambda: database.poll() is None and stop())
    return stop


def until_it_serves(one):
    one.until_healthy()
    tap.equal(one.answer(8000, '/healthz'), (302, '/root-of-shop'))


@tap.test
def django_waits_for_its_database_and_migrates_it_once():
    image, data = image_with_database()
    one = start(image)
    one.complaint('pintle: step database: started')
    stop_database = start_database(one, data)
    until_it_serves(one)
    tap.equal((image.root / 'app/static/shop.css').read_text(), 'body {}\n')
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)
    err = one.err.rest()
    tap.holds(err, 'step migrated: condition is false')
    tap.check('hunter2' not in err + one.out.rest(), 'no password', err)
    stop_database()

    again = start(image, '--log-level', 'debug')
    again.complaint('pintle: step database: started')
    start_database(again, data)
    until_it_serves(again)
    again.signal(signal.SIGTERM)
    tap.equal(again.end(), 0, again.err.text)
    err = again.err.rest()
    tap.holds(err, 'step migrate: skipped: its condition does not hold')
    tap.holds(err, '[DEBUG]')


@tap.test
def django_runs_another_command_alone():
    image, _ = image_with_database()
    one = start(image, 'python', 'manage.py', '--version')
    tap.equal(one.end(), 0, one.err.text)
    tap.check('step' not in one.err.rest() and one.out.rest()[0].isdigit(), 'a version', one.err.text)


tap.main()
