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
import service_matrix
import tap
from example_images import Image
from service_matrix import Service, give

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
    image.database = pid1.folder() / 'data'
    image.database.parent.chmod(0o777)
    done = subprocess.run([*AS_POSTGRES, f'{POSTGRES}/initdb', '--auth=trust', '--no-sync', '-D',
                           image.database], capture_output=True, text=True, check=False, cwd='/')
    tap.equal(done.returncode, 0, done.stderr)
    return image


class WithDatabase:
    """What was started, with a PostgreSQL in its network, which comes up only when it is waited for."""

    def __init__(self, image, one):
        self._image, self._one, self._database = image, one, None

    def __getattr__(self, name):
        return getattr(self._one, name)

    def until_healthy(self):
        self._one.complaint('pintle: step database: started')
        self._database = subprocess.Popen(
            ['nsenter', '--target', str(self._one.pid), '--net', *AS_POSTGRES, f'{POSTGRES}/postgres', '-D',
             self._image.database, '-k', self._image.database, '-c', 'fsync=off'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd='/')
        tap.cleanup(self._stop_database)
        self._one.until_healthy()

    def end(self):
        code = self._one.end()
        self._stop_database()
        return code

    def _stop_database(self):
        if self._database is not None and self._database.poll() is None:
            self._database.send_signal(signal.SIGINT)
            tap.equal(self._database.wait(pid1.DEADLINE), 0)


def start(image, *words, **more):
    return WithDatabase(image, image.start(
        *words, path='/opt/bin', DATABASE_URL_FILE='/run/secrets/url', SECRET_KEY_FILE='/run/secrets/key',
        DJANGO_SETTINGS_MODULE='shop.settings', WSGI_APPLICATION='shop.wsgi',
        DJANGO_SUPERUSER_USERNAME='root-of-shop', DJANGO_SUPERUSER_PASSWORD='hunter2hunter2',
        WEB_CONCURRENCY='1', **more))


def serves_names(one, _):
    tap.equal(one.answer(8000, '/healthz'), (302, '/root-of-shop'))


def is_waiting(_, one):
    one.complaint('pintle: step database: started')


def static_files(image):
    return sorted(str(path.relative_to(image.root)) for path in (image.root / 'app/static').rglob('*'))


service_matrix.register(Service(
    name='django', image=image_with_database, start=start, command='gunicorn',
    program=os.path.basename(os.path.realpath('/usr/bin/python3')),
    runs_as=1234, options=('--log-level', 'debug'), serves=serves_names, changed=static_files,
    restarts={'folders', 'database', 'migrated', 'static', 'superuser'}, secrets=('hunter2',),
    other=('python', 'manage.py', '--version'), says=r'\d+\.', give=give('app/static', 'app/media'),
    goodbye='Shutting down: Master', stop_at=is_waiting,
    after_stop=lambda image: tap.equal(static_files(image), [])))

tap.main()
