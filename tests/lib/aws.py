"""aws.py - AWS Signature Version 4, computed as AWS describes it ("Create a signed AWS API request"), for
servers that verify it."""
import hashlib
import hmac
import re
import urllib.parse

ALGORITHM = 'AWS4-HMAC-SHA256'
EMPTY = hashlib.sha256(b'').hexdigest()


def quoted(text):
    return urllib.parse.quote(text, safe='-_.~')


def quoted_path(path):
    return urllib.parse.quote(path, safe='/-_.~')


def canonical_query(query):
    """Each name and value decoded and encoded again, sorted; without the signature itself."""
    pairs = [[quoted(urllib.parse.unquote(part)) for part in (name, value)]
             for name, _, value in (one.partition('=') for one in query.split('&') if one)]
    return '&'.join('='.join(pair) for pair in sorted(pairs) if pair[0] != 'X-Amz-Signature')


def canonical_path(path, service):
    """S3 encodes the name of the object; every other service encodes what was sent once more."""
    return quoted_path(urllib.parse.unquote(path) if service == 's3' else path)


def signature(method, target, headers, signed, secret, scope, time, payload=EMPTY):
    """The signature of a request. `headers` has lower-case names, `signed` is "host;x-amz-date" or the
    like, `scope` DAY/REGION/SERVICE/aws4_request."""
    path, _, query = target.partition('?')
    canonical = '\n'.join([
        method, canonical_path(path, scope.split('/')[2]), canonical_query(query),
        *(f'{name}:{" ".join(headers.get(name, "").split())}' for name in signed.split(';')), '',
        signed, payload])
    text = '\n'.join([ALGORITHM, time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + secret).encode()
    for part in scope.split('/'):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_signed(method, target, headers, key_id, secret, region, service):
    """True if the Authorization header of the request, or its query, has the right signature."""
    found = re.fullmatch(f'{ALGORITHM} Credential=(.*?)/(.*?), ?SignedHeaders=(.*?), ?Signature=(.*)',
                         headers.get('authorization', ''))
    if found:
        who, scope, signed, given = found.groups()
        time, payload = headers['x-amz-date'], headers.get('x-amz-content-sha256', EMPTY)
        needed = {'host', *(name for name in headers if name.startswith('x-amz-'))}
    else:
        query = dict(urllib.parse.parse_qsl(target.partition('?')[2]))
        if query.get('X-Amz-Algorithm') != ALGORITHM:
            return False
        who, _, scope = query['X-Amz-Credential'].partition('/')
        signed, given = query['X-Amz-SignedHeaders'], query['X-Amz-Signature']
        time, payload, needed = query['X-Amz-Date'], 'UNSIGNED-PAYLOAD', {'host'}
    is_ours = who == key_id and scope == f'{time[:8]}/{region}/{service}/aws4_request'
    return is_ours and needed <= set(signed.split(';')) and given == signature(
        method, target, headers, signed, secret, scope, time, payload)


def presigned(url, key_id, secret, region, time, service='s3', seconds=900):
    """The URL with a signature in its query: whoever has it may GET it."""
    parts = urllib.parse.urlsplit(url)
    scope = f'{time[:8]}/{region}/{service}/aws4_request'
    query = canonical_query(parts.query + '&' + urllib.parse.urlencode({
        'X-Amz-Algorithm': ALGORITHM, 'X-Amz-Credential': f'{key_id}/{scope}', 'X-Amz-Date': time,
        'X-Amz-Expires': seconds, 'X-Amz-SignedHeaders': 'host'}))
    seal = signature('GET', f'{parts.path}?{query}', {'host': parts.netloc}, 'host', secret, scope, time,
                     'UNSIGNED-PAYLOAD')
    return f'{parts.scheme}://{parts.netloc}{parts.path}?{query}&X-Amz-Signature={seal}'
