"""The action fetch where the server wants to know who asks: netrc, client certificates and signatures."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import aws
import pid1
import stores
import tap
import web

SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
TOKEN = 'FwoGZXIvYXdzE'


def step(url, path, **fetch):
    return {'id': 'f', 'fetch': {'url': url, 'path': str(path), **fetch}}


def run(one, environment=None):
    """Runs a fetch, and returns (code, stderr); no secret may be shown."""
    document = {'steps': [one], 'environment': environment or {}}
    code, out, err = pid1.run_with(document, 'true', options=['--log-level', 'debug'])
    for secret in (SECRET, TOKEN, 's3same'):
        tap.check(secret not in out + err, 'no secret is shown', err)
    return code, err


def answer(status, content=b'', more=b''):
    head = b'HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n' % (status, more, len(content))
    return lambda connection: connection.sendall(head + content)


@tap.test
def a_netrc_file_has_the_password_for_its_host_and_no_other():
    site = web.Site()
    site.put('private/file', b'let in')
    folder = pid1.folder()
    path = folder / 'file'
    netrc = folder / 'netrc'
    url = site.url('/private/file', 'plain')
    netrc.write_text('machine other.example login app password s3same\n'
                     'machine 127.0.0.1 login app password s3same\n')
    code, err = run(step(url, path, netrc=str(netrc)))
    tap.equal((code, path.read_bytes()), (0, b'let in'), err)
    path.unlink()
    for content in ('machine other.example login app password s3same\n',
                    'machine 127.0.0.1 login app password xs3same\n'):
        netrc.write_text(content)
        code, err = run(step(url, path, netrc=str(netrc)))
        tap.equal((code, path.exists()), (80, False), err)
        tap.holds(pid1.chosen_line(err, 80), 'HTTP status 40')
    netrc.unlink()
    code, err = run(step(url, path, netrc=str(netrc)))
    tap.equal(code, 80, err)
    tap.holds(pid1.chosen_line(err, 80), f"cannot open '{netrc}': No such file")


@tap.test
def a_redirection_to_another_host_takes_neither_netrc_nor_signature_there():
    folder = pid1.folder()
    (folder / 'netrc').write_text('default login app password s3same\n')
    other = web.Hostile(answer(b'200 OK', b'content'))
    server = web.Hostile(answer(b'302 Found', more=b'Location: ' + other.url.encode() + b'\r\n'))
    signed = {'username': 'AKIA', 'password': SECRET,
              'aws': {'region': 'eu-west-1', 'service': 's3'}}
    for credentials in ({'netrc': str(folder / 'netrc')}, signed):
        code, err = run(step(server.url, folder / 'file', **credentials))
        tap.equal(code, 0, err)
        tap.holds(server.requests[-1], '\r\nAuthorization: ')
        tap.check('uthorization' not in other.requests[-1], 'the other learns nothing',
                  other.requests[-1])


@tap.test
def a_client_certificate_says_who_asks():
    authority = web.Authority(pid1.folder())
    clients = web.Authority(pid1.folder())
    path = pid1.folder() / 'file'
    names = []

    def answer_by_name(connection):
        names.append(dict(pair[0] for pair in connection.getpeercert()['subject'])['commonName'])
        answer(b'200 OK', b'content')(connection)

    server = web.Hostile(answer_by_name, authority.issue('server'), clients)
    certificate, key = clients.issue('client', names=None)
    own = {'certificate': str(certificate), 'key': str(key)}
    code, err = run(step(server.url, path, ca=str(authority.pem), **own))
    tap.equal((code, path.read_bytes(), names), (0, b'content', ['client']), err)
    path.unlink()
    _, another_key = clients.issue('another', names=None)
    # The server's alert is lost if it has closed the connection before it is read.
    for wrong, words in (({}, 'cannot receive the response: '),
                         ({**own, 'key': str(another_key)},
                          f"cannot use the certificate '{certificate}': "),
                         ({**own, 'key': str(clients.pem)},
                          f"cannot use the certificate '{certificate}': "),
                         ({**own, 'key': '/no/such/key'},
                          "cannot read the key '/no/such/key': No such file"),
                         ({**own, 'certificate': '/no/such'},
                          "cannot read the certificate '/no/such': No such file")):
        code, err = run(step(server.url, path, ca=str(authority.pem), **wrong))
        tap.equal((code, path.exists()), (80, False), err)
        tap.holds(pid1.chosen_line(err, 80), words)
    tap.equal(names, ['client'])


@tap.test
def a_redirection_to_another_port_does_not_show_the_certificate_there():
    authority = web.Authority(pid1.folder())
    clients = web.Authority(pid1.folder())
    own = authority.issue('server')
    other = web.Hostile(answer(b'200 OK', b'content'), own, clients)
    server = web.Hostile(answer(b'302 Found', more=b'Location: ' + other.url.encode() + b'\r\n'),
                         own, clients)
    certificate, key = clients.issue('client', names=None)
    path = pid1.folder() / 'file'
    code, err = run(step(server.url, path, ca=str(authority.pem), certificate=str(certificate),
                         key=str(key)))
    tap.equal((code, len(server.requests), other.requests), (80, 1, []), err)
    tap.holds(pid1.chosen_line(err, 80), f"cannot fetch '{other.url}'")


class Service(stores.S3):
    """Has the same file at each path, for signed requests."""

    def answer(self, request):
        self.asked = request.lower
        return (200, {}, b'content') if self.lets_in(request) else (403, {}, b'')


class Api(Service):
    SERVICE = 'execute-api'


@tap.test
def a_request_is_signed_as_each_service_computes_the_signature_itself():
    path = pid1.folder() / 'file'
    (path.parent / 'secret').write_text(SECRET + '\n')
    environment = {'SECRET': {'file': str(path.parent / 'secret')}, 'TOKEN': {
        'value': TOKEN, 'secret': True}, 'REGION': 'eu-west-1'}
    for store in (Service(), Api()):
        own = {'username': store.KEY_ID, 'password': '$SECRET', 'headers': {'Range-Of': 'a  b'},
               'aws': {'region': '$REGION', 'service': store.SERVICE}}
        for target in ('/bucket/file', '/bucket/file?versionId=3&partNumber=1', '/bucket/a%20b?acl',
                       '/bucket/?prefix=a%2Fb&list-type=2', '/bucket/?prefix=a/b%7e',
                       '/bucket/%e4%b8%ad/a:b@c,d=e', '/a?a-b=1&a=2&a=10&A=3&a='):
            code, err = run(step(store.url + target, path, **own), environment)
            tap.equal((code, path.exists()), (0, True), f'{store.SERVICE} {target} {err}')
            path.unlink()
        token = {'headers': {'X-Amz-Security-Token': '$TOKEN'}}
        code, err = run(step(f'{store.url}/bucket/file', path, **{**own, **token}), environment)
        tap.equal(code, 0, err)
        tap.check('x-amz-security-token' in store.asked['authorization'], 'it is signed, too')
        tap.equal(store.asked.get('x-amz-content-sha256'), aws.EMPTY if store.SERVICE == 's3' else None)
        path.unlink()
        for wrong in ({'password': SECRET[::-1]}, {'username': 'AKIA'},
                      {'aws': {'region': 'us-east-1', 'service': store.SERVICE}},
                      {'aws': {'region': 'eu-west-1', 'service': 'es'}}):
            code, err = run(step(f'{store.url}/bucket/file', path, **{**own, **wrong}), environment)
            tap.equal((code, path.exists()), (80, False), err)
            tap.holds(pid1.chosen_line(err, 80), 'HTTP status 403 Forbidden')


@tap.test
def another_who_asks_is_another_request():
    path = pid1.folder() / 'file'
    netrc = path.parent / 'netrc'
    try:
        os.setxattr(path.parent, 'user.test', b'')
    except OSError as error:
        tap.skip(f'no extended attributes here: {error}')
    server = web.Hostile(answer(b'200 OK', b'content', b'ETag: "1"\r\n'))
    signed = {'username': 'A', 'password': SECRET, 'aws': {'region': 'r', 'service': 's3'}}
    for more, content, asks in (({}, '', False), ({}, '', True),
                                ({'netrc': str(netrc)}, 'default login a password b', False),
                                ({'netrc': str(netrc)}, 'default login a password b', True),
                                ({'netrc': str(netrc)}, 'default login a password c', False),
                                (signed, '', False), (signed, '', True),
                                ({**signed, 'username': 'B'}, '', False)):
        netrc.write_text(content)
        code, err = run(step(server.url, path, **more))
        tap.equal(code, 0, err)
        tap.equal('If-None-Match: "1"' in server.requests[-1], asks, f'{more} {content}')


tap.main()
