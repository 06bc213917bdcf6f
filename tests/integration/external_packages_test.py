"""examples/external-scripts, where a script comes from git, a registry, a package index or a volume: each
config brings it into a root without a shell, and main runs it."""
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import git_by_ssh
import pid1
import stores
import tap
import web
from packages import NETRC, PASSWORD, PIP, USER, Index
from script_images import EXAMPLES, FALLBACK, PROHIBITED, SCRIPT, Image, digest

NEWER = b'print("newer")\n'
GIT_CORE = '/usr/lib/git-core'
REGISTRY = '''
version: 0.1
log: {{accesslog: {{disabled: true}}, level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
auth: {{htpasswd: {{realm: x, path: {folder}/passwords}}}}
'''
# Of "puller" with the password "pull-it".
PASSWORDS = 'puller:$2y$05$abcdefghijklmnopqrstuuzJGqHzRFF01TM2mUNAHSfMLkHT2rbxC\n'


class Repository:
    """A bare repository, and a working tree from which it is filled."""

    def __init__(self):
        pid1.needs('git')
        self.folder = pid1.folder()
        self.git('init', '--quiet', '--bare', '--initial-branch', 'main', 'scripts.git')
        self.git('init', '--quiet', '--initial-branch', 'main', 'tree')

    def git(self, *words):
        done = subprocess.run(['git', *words], cwd=self.folder, check=True, capture_output=True, text=True,
                              env={'PATH': os.environ['PATH'], 'HOME': str(self.folder),
                                   **{f'GIT_{who}_{what}': 'x' for who in ('AUTHOR', 'COMMITTER')
                                      for what in ('NAME', 'EMAIL')}})
        return done.stdout.strip()

    def commit(self, content):
        """Pushes a version of the script; its commit id."""
        (self.folder / 'tree/transform.py').write_bytes(content)
        self.git('-C', 'tree', 'add', '.')
        self.git('-C', 'tree', 'commit', '--quiet', '--message', 'x')
        self.git('-C', 'tree', 'push', '--quiet', '../scripts.git', 'main')
        return self.git('-C', 'tree', 'rev-parse', 'HEAD')


def git_image():
    image = Image('git', programs=['/usr/bin/git'])
    for program in ('git', 'git-remote-http'):
        image.copy_program(f'{GIT_CORE}/{program}', f'{GIT_CORE}/{program}')
    image.secret('git/.netrc', NETRC)
    return image


@tap.test
def git_takes_a_branch_by_https_without_a_shell_and_keeps_it_when_the_server_is_gone():
    repository = Repository()
    repository.commit(SCRIPT)
    store = stores.Git(repository.folder, USER, PASSWORD)
    image = git_image()
    variables = {'GIT_URL': f'{store.url}/scripts.git'}
    image.runs(**variables)
    image.runs(**variables)
    tap.equal(store.objects, [3, 0])
    repository.commit(NEWER)
    image.runs('newer', **variables)
    store.down()
    err = image.runs('newer', **variables)
    tap.holds(err, 'step checkout: skipped')
    tap.check('warning' not in err, 'git warns of nothing', err)


@tap.test
def a_password_is_in_no_argument_and_no_environment():
    repository = Repository()
    repository.commit(SCRIPT)
    store = stores.Git(repository.folder, USER, PASSWORD)
    shown = git_image().executed(GIT_URL=f'{store.url}/scripts.git')
    tap.holds(shown, '"fetch", "--quiet", "--depth"')
    tap.holds(shown, '"HOME=/run/secrets/git"')
    tap.check(PASSWORD not in shown, 'git has it from a file', shown)
    registry = stores.RegistryByToken()
    image = Image('registry-token')
    image.secret('registry_password', registry.PASSWORD)
    shown = image.executed(
        TOKEN_URL=f'{registry.url}/token?scope=any', REPOSITORY_URL=f'{registry.url}/v2/a',
        REGISTRY_USER=registry.USER, MANIFEST_SHA256=registry.push('a', SCRIPT))
    tap.holds(shown, '/pintle-fetch')
    for secret in (registry.PASSWORD, registry.TOKEN, stores.basic(registry.USER, registry.PASSWORD)):
        tap.check(secret not in shown, f'{secret} is shown', shown)


@tap.test
def git_takes_the_commit_that_is_named():
    repository = Repository()
    first = repository.commit(SCRIPT)
    repository.commit(PROHIBITED)
    store = stores.Git(repository.folder, USER, PASSWORD)
    image = git_image()
    variables = {'GIT_URL': f'{store.url}/scripts.git'}
    image.runs(GIT_REF=first, **variables)
    err = image.runs('', 82, **variables)
    tap.holds(pid1.chosen_line(err, 82), "line 2 matches the prohibited pattern 'os\\.system'")


@tap.test
def git_with_a_wrong_password_starts_nothing():
    repository = Repository()
    repository.commit(SCRIPT)
    store = stores.Git(repository.folder, USER, 'other')
    err = git_image().runs('', 80, GIT_URL=f'{store.url}/scripts.git')
    tap.holds(err, 'terminal prompts disabled')


def ssh_server(image):
    """The port of a server to which the key in the image lets in, and which the image knows."""
    pid1.needs('ssh')
    folder = pid1.folder()
    for name in ('host', 'user'):
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / name], check=True)
    port = git_by_ssh.start(folder / 'host', folder / 'user.pub')
    image.secret('git_key', (folder / 'user').read_text())
    image.put('etc/ssh/known_hosts', f'[127.0.0.1]:{port} {(folder / "host.pub").read_text()}')
    return port


@tap.test
def git_takes_a_repository_by_ssh_with_a_key():
    repository = Repository()
    repository.commit(SCRIPT)
    image = git_image()
    image.copy_program('/usr/bin/ssh', '/usr/bin/ssh')
    page = (pid1.ROOT / 'docs/external-scripts.md').read_text()
    image.put('etc/ssh/ssh_config', re.findall(r'^```\n(Host \*\n.*?)^```', page, re.M | re.S)[0])
    port = ssh_server(image)
    url = f'ssh://git@127.0.0.1:{port}{repository.folder}/scripts.git'
    image.runs(GIT_URL=url)
    image.put('etc/ssh/known_hosts', '')
    tap.holds(image.runs(GIT_URL=url), 'Host key verification failed')


class Registry:
    """Debian's docker-registry, which has the artifact customer/scripts; the digest of its layer."""

    def __init__(self, content):
        pid1.needs('docker-registry')
        folder, port = pid1.folder(), web.free_ports(1)[0]
        (folder / 'passwords').write_text(PASSWORDS)
        (folder / 'config').write_text(REGISTRY.format(folder=folder, port=port))
        process = subprocess.Popen(['docker-registry', 'serve', folder / 'config'],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tap.cleanup(lambda: (process.terminate(), process.wait()))
        self.process = process
        self.url = f'http://127.0.0.1:{port}/v2/customer/scripts'
        tap.until(lambda: self.status(f'http://127.0.0.1:{port}/v2/') == 200, 'the registry listens')
        self.layer = self.push_blob(content)
        self.manifest = self.push_manifest({'digest': f'sha256:{self.layer}', 'size': len(content),
                                            'mediaType': 'text/x-python'})

    def request(self, url, content=None, method='GET', **headers):
        one = urllib.request.Request(url, content, method=method, headers={
            'Authorization': stores.basic('puller', 'pull-it'), **headers})
        return urllib.request.urlopen(one)

    def status(self, url):
        try:
            with self.request(url) as response:
                return response.status
        except OSError:
            return None

    def push_blob(self, content):
        with self.request(f'{self.url}/blobs/uploads/', b'', 'POST') as response:
            place = response.headers['Location']
        name = digest(content)
        self.request(f'{place}&digest=sha256:{name}', content, 'PUT',
                     **{'Content-Type': 'application/octet-stream'}).close()
        return name

    def push_manifest(self, layer):
        kind = 'application/vnd.oci.image.manifest.v1+json'
        config = b'{}'
        text = json.dumps({'schemaVersion': 2, 'mediaType': kind, 'layers': [layer], 'config': {
            'mediaType': 'application/vnd.example.script', 'size': len(config),
            'digest': f'sha256:{self.push_blob(config)}'}}).encode()
        self.request(f'{self.url}/manifests/1.0', text, 'PUT', **{'Content-Type': kind}).close()
        return digest(text)


@tap.test
def a_registry_gives_a_layer_by_its_digest():
    registry = Registry(SCRIPT)
    image = Image('registry')
    image.secret('registry_password', 'pull-it')
    variables = {'REPOSITORY_URL': registry.url, 'REGISTRY_USER': 'puller'}
    image.runs(SCRIPT_SHA256=registry.layer, **variables)
    other = registry.push_blob(NEWER)
    image.runs('newer', SCRIPT_SHA256=other, **variables)
    image.secret('registry_password', 'other')
    err = image.runs('as built', SCRIPT_SHA256=registry.layer, **variables)
    tap.holds(err, 'HTTP status 401 Unauthorized; falling back')
    image.secret('registry_password', 'pull-it')
    image.runs(SCRIPT_SHA256=registry.layer, **variables)
    registry.process.terminate()
    registry.process.wait()
    image.runs(SCRIPT_SHA256=registry.layer, **variables)


@tap.test
def a_registry_with_a_token_server_gives_what_a_manifest_names():
    store = stores.RegistryByToken()
    image = Image('registry-token')
    image.secret('registry_password', store.PASSWORD)
    variables = {'TOKEN_URL': f'{store.url}/token?service=registry&scope=repository:customer/scripts:pull',
                 'REPOSITORY_URL': f'{store.url}/v2/customer/scripts', 'REGISTRY_USER': store.USER}
    one, two = (store.push('customer/scripts', content) for content in (SCRIPT, NEWER))
    err = image.runs(MANIFEST_SHA256=one, **variables)
    tap.check(store.TOKEN not in err, 'the token is not shown', err)
    image.runs(MANIFEST_SHA256=one, **variables)
    tap.equal(store.statuses, [200, 200, 200, 200], 'the token twice, manifest and layer once')
    image.runs('newer', MANIFEST_SHA256=two, **variables)
    image.secret('registry_password', 'other')
    tap.holds(image.runs('newer', MANIFEST_SHA256=one, **variables), 'HTTP status 401 Unauthorized')
    tap.equal(list((image.root / 'tmp').iterdir()), [], 'the token is removed')
    (image.scripts / 'transform.py').unlink()
    store.down()
    image.runs('as built', MANIFEST_SHA256=one, **variables)


@tap.test
def a_wheel_is_taken_from_an_index_or_its_mirror_and_run_as_it_is():
    index, mirror = Index(SCRIPT), Index(SCRIPT)
    image = Image('pypi-wheel')
    image.secret('netrc', NETRC)
    variables = {'WHEEL_URL': index.wheel_url, 'WHEEL_MIRROR_URL': mirror.wheel_url,
                 'WHEEL_SHA256': index.digest}
    image.runs(**variables)
    image.runs(**variables)
    tap.equal((index.statuses, mirror.statuses), ([200], []))
    (image.scripts / 'customer_scripts.whl').unlink()
    index.down()
    image.runs(**variables)
    tap.equal(mirror.statuses, [200])
    (image.scripts / 'customer_scripts.whl').unlink()
    tap.holds(image.runs('', 80, **{**variables, 'WHEEL_SHA256': '0' * 64}), 'its SHA-256 digest is ')


@tap.test
def pip_installs_the_packages_of_a_layered_image_and_prebuilt_leaves_it_out():
    index = Index(SCRIPT)
    image = Image('pypi-pip', folders=PIP)
    image.secret('netrc', NETRC)
    image.put('app/packages/customer_scripts/__main__.py', FALLBACK.decode())
    variables = {'PIP_INDEX_URL': f'{index.url}/simple/', 'SCRIPTS_VERSION': '1.0.0'}
    image.runs('as built', IMAGE_MODE='prebuilt', SCRIPTS_SHA256=index.digest, **variables)
    tap.equal(index.statuses, [])
    tap.holds(image.runs('as built', SCRIPTS_SHA256='0' * 64, **variables), 'DO NOT MATCH THE HASHES')
    image.runs(SCRIPTS_SHA256=index.digest, **variables)
    index.down()
    image.runs(SCRIPTS_SHA256=index.digest, **variables)


def config_map(image, **files):
    """A volume at /customer as Kubernetes makes it of a ConfigMap: links into a folder that is replaced."""
    folder = image.root / 'customer'
    folder.mkdir(exist_ok=True)
    version = folder / f'..{len(list(folder.iterdir()))}'
    version.mkdir()
    (folder / '..data').unlink(missing_ok=True)
    (folder / '..data').symlink_to(version.name)
    for name, content in files.items():
        (version / f'{name}.py').write_bytes(content)
        if not (folder / f'{name}.py').is_symlink():
            (folder / f'{name}.py').symlink_to(f'..data/{name}.py')


@tap.test
def the_pod_of_the_page_mounts_what_the_config_reads_and_writes():
    page = (pid1.ROOT / 'docs/external-scripts.md').read_text()
    config = (EXAMPLES / 'volume.json').read_text()
    mounts = re.findall(r'\{name: (\w+), mountPath: (/\w+)', page)
    tap.equal(mounts, [('customer', '/customer'), ('scripts', '/scripts')])
    for name, path in mounts:
        tap.holds(page, f'        - name: {name}  ' if name == 'customer' else f'        - name: {name}\n')
        tap.holds(config, f'"{path}/')


@tap.test
def a_volume_or_a_config_map_is_copied_verified_and_run():
    image = Image('volume')
    image.runs('as built')
    config_map(image, transform=SCRIPT, other=b'x = 1\n')
    image.runs()
    tap.equal(sorted(path.name for path in image.scripts.iterdir()), ['other.py', 'transform.py'])
    tap.holds(image.runs(), 'unchanged')
    image.runs(SCRIPT_SHA256=digest(SCRIPT))
    config_map(image, transform=NEWER, other=PROHIBITED)
    err = image.runs('', 82, SCRIPT_SHA256=digest(SCRIPT))
    tap.holds(pid1.chosen_line(err, 82), "step pinned failed: cannot accept '/scripts/transform.py'")
    err = image.runs('', 82, SCRIPT_SHA256=digest(NEWER))
    tap.holds(pid1.chosen_line(err, 82), "step verify failed: other.py: ")


tap.main()
