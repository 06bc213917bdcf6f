"""examples/external-scripts: each config brings a script into a root without a shell, from a server that
asks for credentials; main runs it."""
import datetime
import pathlib
import re
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import aws
import pid1
import stores
import tap
import web
from script_images import EXAMPLES, PROHIBITED, SCRIPT, Image, digest

NAMES = sorted(path.stem for path in EXAMPLES.glob('*.json'))
NEWER = b'print("newer")\n'


@tap.test
def the_page_links_every_example():
    page = (pid1.ROOT / 'docs/external-scripts.md').read_text()
    tap.equal(set(re.findall(r'\(../examples/external-scripts/([^)]*)\.json\)', page)), set(NAMES))


@tap.test
def every_example_is_checked_and_planned_without_a_note():
    for name in NAMES:
        for command in (['check'], ['plan'], ['plan', '--json']):
            done = subprocess.run([pid1.PINTLE, *command, EXAMPLES / f'{name}.json'],
                                  capture_output=True, text=True, env={'IMAGE_MODE': 'prebuilt'})
            tap.equal((done.returncode, done.stderr), (0, ''), f'{name}: {command}')
            tap.check('note:' not in done.stdout, f'{name}: a note', done.stdout)


def follows_its_server(image, store, path, **variables):
    """What holds of a config that takes the newest version: it is downloaded once, the next start takes it
    as it is, one with a prohibited line does not replace it, and it stays when the server is gone."""
    image.runs(**variables)
    tap.equal((image.scripts / 'transform.py').read_bytes(), SCRIPT)
    image.runs(**variables)
    tap.equal(store.statuses, [200, 304])
    store.files[path] = PROHIBITED
    tap.holds(image.runs(**variables), "line 2 matches the prohibited pattern 'os\\.system'")
    store.files[path] = NEWER
    image.runs('newer', **variables)
    store.down()
    tap.holds(image.runs('newer', **variables), 'step script: done by its fallback')


def stands_by_its_digest(image, store, path, **variables):
    """What holds of a config that names a digest: another content is refused, the right one is downloaded
    once, and the next start asks for it no more, whether the server is there or not."""
    store.files[path] = PROHIBITED
    tap.holds(image.runs('as built', **variables), 'its SHA-256 digest is ')
    (image.scripts / 'transform.py').unlink()
    store.files[path] = SCRIPT
    image.runs(**variables)
    made = (image.scripts / 'transform.py').stat()
    image.runs(**variables)
    store.down()
    image.runs(**variables)
    tap.equal((image.scripts / 'transform.py').stat().st_ino, made.st_ino, 'it is the same file')
    (image.scripts / 'transform.py').unlink()
    image.runs('as built', **variables)


@tap.test
def http_api_gives_the_script_to_the_bearer_of_a_token():
    store = stores.Bearer({'/scripts/transform.py': SCRIPT})
    image = Image('http-api')
    image.secret('api_token', store.TOKEN)
    variables = {'SCRIPT_URL': f'{store.url}/scripts/transform.py', 'SCRIPT_SHA256': digest(SCRIPT)}
    stands_by_its_digest(image, store, '/scripts/transform.py', **variables)


@tap.test
def s3_gives_files_to_signed_requests():
    path = '/customer/transform.py'
    store = stores.S3({path: SCRIPT, '/customer/customer%20a/rules.json@v7': b'{}'})
    image = Image('s3')
    image.secret('aws_access_key_id', store.KEY_ID)
    image.secret('aws_secret_access_key', store.SECRET)
    variables = {'S3_URL': f'{store.url}/customer', 'RULES_VERSION': 'v7'}
    image.runs(**variables)
    tap.equal(store.statuses, [200, 200])
    tap.equal((image.scripts / 'rules.json').read_bytes(), b'{}')
    image.secret('aws_secret_access_key', store.SECRET[::-1])
    tap.holds(image.runs(**variables), 'HTTP status 403 Forbidden; falling back')
    image.secret('aws_secret_access_key', store.SECRET)
    store.files[path] = PROHIBITED
    tap.holds(image.runs(**variables), "line 2 matches the prohibited pattern 'os\\.system'")
    store.down()
    image.runs(**variables)


@tap.test
def s3_takes_a_url_that_is_signed_itself():
    store = stores.S3({'/customer/transform.py': SCRIPT})
    image = Image('http-api')
    image.secret('api_token', 'any')
    time = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    url = aws.presigned(f'{store.url}/customer/transform.py', store.KEY_ID, store.SECRET, store.REGION, time)
    image.runs(SCRIPT_URL=url, SCRIPT_SHA256=digest(SCRIPT))
    tap.equal(store.statuses, [200])


@tap.test
def azure_lets_a_sas_token_in():
    store = stores.AzureBlob({'/scripts/transform.py': SCRIPT})
    image = Image('azure-blob')
    image.secret('sas_token', store.token('/scripts', sp='rl'))
    variables = {'BLOB_URL': f'{store.url}/scripts'}
    follows_its_server(image, store, '/scripts/transform.py', **variables)


@tap.test
def azure_refuses_a_changed_sas_token():
    store = stores.AzureBlob({'/scripts/transform.py': SCRIPT})
    image = Image('azure-blob')
    image.secret('sas_token', store.token('/scripts').replace('sp=r', 'sp=rw'))
    err = image.runs('', 80, BLOB_URL=f'{store.url}/scripts')
    tap.holds(err, 'HTTP status 403 Forbidden')
    tap.check('sig=' not in err, 'the token is not shown', err)


@tap.test
def gcs_takes_signatures_with_an_hmac_key():
    store = stores.GcsByHmac({'/customer/transform.py': SCRIPT})
    image = Image('gcs')
    image.secret('gcs_hmac_id', store.KEY_ID)
    image.secret('gcs_hmac_secret', store.SECRET)
    follows_its_server(image, store, '/customer/transform.py', GCS_URL=f'{store.url}/customer')


@tap.test
def gcs_takes_the_token_of_the_metadata_server():
    store = stores.GcsByToken({'/customer/transform.py': SCRIPT})
    image = Image('gcs-token')
    variables = {'GCS_URL': f'{store.url}/customer', 'GCE_METADATA_HOST': store.address,
                 'SCRIPT_SHA256': digest(SCRIPT)}
    stands_by_its_digest(image, store, '/customer/transform.py', **variables)
    tap.equal(list((image.root / 'tmp').iterdir()), [], 'the token is removed')


@tap.test
def webdav_by_nginx_with_basic_authentication():
    site = web.Site()
    upload(site, '/dav/transform.py', SCRIPT)
    image = Image('webdav')
    image.secret('webdav_password', 's3same')
    variables = {'WEBDAV_URL': site.url('/dav', 'plain'), 'WEBDAV_USER': 'app'}
    image.runs(**variables)
    image.runs(**variables)
    tap.equal(site.statuses(3), ['201', '200', '304'])
    upload(site, '/dav/transform.py', PROHIBITED)
    tap.holds(image.runs(**variables), 'prohibited pattern')
    image.secret('webdav_password', 'other')
    tap.holds(image.runs(**variables), 'HTTP status 401 Unauthorized; falling back')


def upload(site, path, content):
    """As a client of WebDAV does it."""
    request = urllib.request.Request(site.url(path, 'plain'), content, method='PUT', headers={
        'Authorization': stores.basic('app', 's3same')})
    with urllib.request.urlopen(request) as response:
        tap.check(response.status in (201, 204), 'it is uploaded', response.status)


tap.main()
