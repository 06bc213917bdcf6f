"""The actions fetch and check, against a real nginx: what is downloaded, proven and put in its place,
and who is trusted."""
import hashlib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
import web

CONTENT = b'{"rule": 1}\n' * 1000
USER = 1000
OTHER_DIGEST = '0' * 64


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def step(url, path, more=None, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}, **(more or {})}


def run(*steps, **more):
    options = ['--log-level', 'info']
    return pid1.run_with({'steps': list(steps)}, 'true', options=options, **more)


def fetched(one, **more):
    """Runs a fetch that has to succeed, and returns what it says."""
    code, _, err = run(one, **more)
    tap.equal(code, 0, err)
    return err.split('done in ')[1].split(': ')[1].strip()


def refused(one, words, code=80, **more):
    """Runs a step that has to fail with these words in its line, and leave nothing behind."""
    seen, _, err = run(one, **more)
    tap.equal(seen, code, err)
    tap.holds(pid1.chosen_line(err, code), words)
    if 'fetch' in one:
        path = pathlib.Path(one['fetch']['path'])
        tap.equal(sorted(os.listdir(path.parent)), [], 'files that were left')


@tap.test
def a_file_is_downloaded_by_https_and_by_http_and_then_unchanged():
    site = web.Site()
    site.put('file', CONTENT)
    for server, ca in (('secure', {'ca': str(site.authority.pem)}), ('plain', {})):
        path = pid1.folder() / 'file'
        one = step(site.url('/file', server), path, **ca)
        tap.equal(fetched(one), 'made')
        tap.equal(path.read_bytes(), CONTENT)
        tap.equal(os.stat(path).st_mode & 0o7777, 0o644)
        inode = os.stat(path).st_ino
        tap.equal(fetched(one), 'unchanged')
        tap.equal(os.stat(path).st_ino, inode)
        site.put('file', b'new')
        tap.equal(fetched(one), 'changed')
        tap.equal(path.read_bytes(), b'new')
        tap.equal(os.listdir(path.parent), ['file'])
        site.put('file', CONTENT)


@tap.test
def with_its_digest_it_is_proven_and_nobody_is_asked_again():
    site = web.Site()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    wrong = step(site.url('/file', 'plain'), path, sha256=OTHER_DIGEST)
    refused(wrong, f'its SHA-256 digest is {sha256(CONTENT)}', code=82)
    right = step(site.url('/file', 'plain'), path, sha256=sha256(CONTENT).upper())
    tap.equal(fetched(right), 'made')
    nowhere = step(f'http://127.0.0.1:{web.free_ports(1)[0]}/', path, sha256=sha256(CONTENT))
    tap.equal(fetched(nowhere), 'unchanged')
    tap.equal(fetched({**nowhere, 'fetch': {**nowhere['fetch'], 'mode': '0600'}}), 'changed')
    tap.equal(os.stat(path).st_mode & 0o7777, 0o600)


@tap.test
def what_is_prohibited_is_not_placed_and_the_old_file_stays():
    site = web.Site()
    site.put('file', b'fine\ncall eval(x)\n')
    path = pid1.folder() / 'file'
    one = step(site.url('/file', 'plain'), path, prohibit=['exec', 'eval\\('])
    refused(one, "line 2 matches the prohibited pattern 'eval\\('", code=82)
    path.write_text('old')
    code, _, err = run(one)
    tap.equal((code, path.read_text(), os.listdir(path.parent)), (82, 'old', ['file']), err)


@tap.test
def check_proves_a_file_and_its_failure_is_82():
    path = pid1.folder() / 'rules'
    path.write_bytes(CONTENT)

    def check(**what):
        return {'id': 'c', 'check': {'path': str(path), **what}}

    code, _, err = run(check(sha256=sha256(CONTENT), prohibit=['eval']))
    tap.equal(code, 0, err)
    refused(check(sha256=OTHER_DIGEST), f"cannot accept '{path}': its SHA-256", code=82)
    refused(check(prohibit=['"rule": [0-9]+']), 'line 1 matches', code=82)
    code, _, err = run({**check(sha256=OTHER_DIGEST), 'onFailure': 'continue'})
    tap.equal(code, 0, err)
    path.unlink()
    refused(check(sha256=OTHER_DIGEST), 'No such file')


@tap.test
def headers_and_credentials_arrive_and_their_secrets_are_shown_nowhere():
    site = web.Site()
    site.put('private/file', CONTENT)
    folder = pid1.folder()
    token = web.TOKEN.split()[1]
    (folder / 'token').write_text(token + '\n')
    secrets = {'environment': {'TOKEN': {'file': str(folder / 'token')}, 'PASSWORD': 's3same'}}
    path = pid1.folder() / 'file'

    def run_as(**fetch):
        document = {**secrets, 'steps': [step(path=path, **fetch)]}
        code, out, err = pid1.run_with(document, 'true', options=['--log-level', 'debug'])
        for secret in (token, 's3same', 'c2lnbmVk'):
            tap.check(secret not in out + err, 'no secret is shown', err)
        return code, err

    code, err = run_as(url=site.url('/bearer', 'plain'),
                       headers={'Authorization': 'Bearer $TOKEN'})
    tap.equal((code, path.read_bytes()), (0, b'let in'), err)
    code, err = run_as(url=site.url('/private/file', 'plain'), username='app',
                       password='$PASSWORD')
    tap.equal((code, path.read_bytes()), (0, CONTENT), err)
    path.unlink()
    for wrong in ({'url': site.url('/bearer?sig=c2lnbmVk', 'plain'),
                   'headers': {'Authorization': 'Bearer x$TOKEN'}},
                  {'url': site.url('/private/file?t=$TOKEN', 'plain'), 'username': 'app',
                   'password': 'x$PASSWORD'},
                  {'url': site.url('/$TOKEN', 'plain')}):
        code, err = run_as(**wrong)
        tap.equal(code, 80, err)
        tap.check('status 401' in err or 'status 404' in err, 'the status is named', err)
        tap.equal(os.listdir(path.parent), [])


@tap.test
def a_redirection_is_followed_and_takes_no_secret_to_another_host():
    site = web.Site()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    headers = {'Authorization': 'a', 'Cookie': 'c', 'X-Key': 'k', 'Accept': 'text/plain'}
    more = {'ca': str(site.authority.pem), 'headers': headers}
    for place, arrived in (('/hop/echo', b'a|c|k|text/plain|'), ('/again', b'a|c|k|text/plain|a=b'),
                           ('/away', b'|||text/plain|')):
        fetched(step(site.url(place), path, **more))
        tap.equal(path.read_bytes(), arrived, place)
    fetched(step(site.url('/up', 'plain'), path, ca=str(site.authority.pem)))
    tap.equal(path.read_bytes(), CONTENT)


@tap.test
def a_redirection_that_leads_nowhere_good_is_refused():
    site = web.Site()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    more = {'ca': str(site.authority.pem)}
    refused(step(site.url('/loop'), path, **more), 'it is redirected more than 10 times')
    refused(step(site.url('/loop'), path, redirects=2, **more), 'more than 2 times')
    refused(step(site.url('/down'), path, **more), 'it would leave https for http://')


@tap.test
def a_certificate_has_to_be_current_of_a_known_authority_and_of_that_host():
    site = web.Site()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    ca = str(site.authority.pem)
    for server, words in (('expired', 'certificate has expired'),
                          ('misnamed', 'IP address mismatch'),
                          ('unknown', 'unable to get local issuer certificate')):
        refused(step(site.url('/file', server), path, ca=ca),
                f"cannot trust the server's certificate: {words}")
    for server in ('misnamed', 'localhost'):  # the other is named in the subject only
        refused(step(site.url('/file', server, 'localhost'), path, ca=ca), 'hostname mismatch')
    tap.equal(fetched(step(site.url('/file', host='localhost'), path, ca=ca)), 'made')


@tap.test
def without_a_ca_the_hooks_ssl_cert_file_counts_and_a_bad_one_is_named():
    site = web.Site()
    site.put('file', CONTENT)
    path = pid1.folder() / 'file'
    url = site.url('/file')
    refused(step(url, path), "cannot trust the server's certificate")
    nothing = site.folder / 'nothing'
    refused(step(url, path, ca=str(nothing)),
            f"cannot read the CA bundle '{nothing}': No such file")
    nothing.write_text('')
    refused(step(url, path, ca=str(nothing)), f"cannot use the CA bundle '{nothing}'")
    more = {'environment': {'SSL_CERT_FILE': str(site.authority.pem)}}
    tap.equal(fetched(step(url, path, more)), 'made')


@tap.test
def another_status_than_200_is_named_and_its_page_is_not_placed():
    site = web.Site()
    path = pid1.folder() / 'file'
    url = site.url('/no/such?key=value', 'plain')
    refused(step(url, path), f"cannot fetch '{url.split('?')[0]}': "
                             'HTTP status 404 Not Found')


@tap.test
def a_claim_of_ten_gigabytes_is_refused_before_the_download():
    site = web.Site()
    with open(site.root / 'huge', 'wb') as huge:
        huge.truncate(10 << 30)
    path = pid1.folder() / 'file'
    refused(step(site.url('/huge', 'plain'), path), 'it is larger than 1073741824 bytes')
    site.put('small', b'x' * 2049)
    refused(step(site.url('/small', 'plain'), path, maxSize='2KiB'), 'larger than 2048 bytes')


@tap.test
def a_slow_server_is_ended_by_the_hooks_timeout():
    site = web.Site()
    site.put('slow', b'x' * 100000)
    path = pid1.folder() / 'file'
    refused(step(site.url('/slow', 'plain'), path, {'timeout': '500ms'}), 'timed out')


@tap.test
def root_gives_the_file_its_owner_and_everybody_else_is_himself():
    pid1.needs_root()
    site = web.Site()
    site.put('file', CONTENT)
    folder = pid1.folder()
    url = site.url('/file', 'plain')
    fetched(step(url, folder / 'owned', mode='0640', owner=f'{USER}:{USER + 1}'))
    found = os.stat(folder / 'owned')
    tap.equal((found.st_uid, found.st_gid, found.st_mode & 0o7777), (USER, USER + 1, 0o640))
    refused_by = step(url, folder / 'denied', {'user': f'{USER}:{USER}'})
    code, _, err = run(refused_by)
    tap.equal(code, 80, err)
    tap.holds(err, f"cannot write '{folder}/denied': Permission denied")
    own = folder / 'own'
    own.mkdir()
    os.chown(own, USER, USER)
    fetched(step(url, own / 'stepped', {'user': f'{USER}:{USER}'}))
    before = ['setpriv', f'--reuid={USER}', f'--regid={USER}', '--clear-groups']
    fetched(step(url, own / 'direct'), before=before)
    tap.equal({os.stat(own / name).st_uid for name in ('stepped', 'direct')}, {USER})


@tap.test
def without_pintle_fetch_beside_it_nothing_is_started():
    folder = pid1.folder()
    alone = folder / 'pintle'
    subprocess.run(['cp', pid1.PINTLE, alone], check=True)
    document = {'steps': [{'id': 'first', 'command': 'echo', 'arguments': ['ran']},
                          step('http://127.0.0.1/', folder / 'file')]}
    one = pid1.Process([str(alone), '-c', pid1.config(document), '--', 'true'])
    tap.equal((one.end(), one.out.rest()), (78, ''))
    tap.holds(pid1.chosen_line(one.err.rest(), 78),
              f"step f: \"fetch\" is done by '{folder}/pintle-fetch', which is not there; copy it")
    by_hand = subprocess.run([pid1.PINTLE + '-fetch'], capture_output=True, text=True)
    tap.equal(by_hand.returncode, 64)
    tap.holds(by_hand.stderr, 'only pintle starts it')


tap.main()
