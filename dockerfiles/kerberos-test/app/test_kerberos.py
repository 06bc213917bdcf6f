"""Tests the Kerberos ticket in the cache that KRB5CCNAME names. Exit code 0: it is valid. 1: it is
not, and the last line says why. If KERBEROS_SERVICE names a service, such as HTTP/web.example.org, the
KDC must also issue a ticket for that service, which proves that the KDC accepts the ticket."""
import os
import subprocess
import sys

CACHE = os.environ.get('KRB5CCNAME') or '/krb5/cache/krb5cc'
SERVICE = os.environ.get('KERBEROS_SERVICE')
SECONDS = 30  # for the KDC's answer


def call(*words):
    """(exit code, output) of a program of MIT Kerberos."""
    done = subprocess.run(words, env={**os.environ, 'KRB5CCNAME': CACHE}, timeout=SECONDS,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout.strip()


def problem():
    """Why the ticket is not valid, or None."""
    path = CACHE.removeprefix('FILE:')
    if path.startswith('/') and not os.access(path, os.R_OK):
        why = 'is not readable' if os.path.exists(path) else 'does not exist'
        return f"the cache '{path}' {why} for uid {os.getuid()}; get a ticket with kinit -c {path}"
    code, text = call('klist')
    print(text, flush=True)
    if code != 0:
        return f"the cache '{CACHE}' cannot be read"
    if call('klist', '-s')[0] != 0:
        return f"the ticket in '{CACHE}' has expired, or is no ticket to get others with"
    if SERVICE:
        # The cache is mounted read-only: the service's ticket is not kept.
        code, text = call('kvno', '--no-store', SERVICE)
        print(text, flush=True)
        if code != 0:
            return f'the KDC issues no ticket for {SERVICE}'
    return None


def main():
    try:
        why = problem()
    except FileNotFoundError as error:
        why = f'{error.filename} is not installed'
    except subprocess.TimeoutExpired:
        why = f'no answer from the KDC within {SECONDS} s'
    print(f'no valid ticket: {why}' if why else 'the ticket is valid', flush=True)
    return 1 if why else 0


if __name__ == '__main__':
    sys.exit(main())
