"""tap.py - tests as functions whose names are true sentences, reported as TAP.

A file registers its tests with @tap.test and ends with tap.main(). Words on its command line select
the tests whose name holds one of them."""
import contextlib
import fcntl
import os
import socket
import struct
import sys
import time
import traceback

# By it a test file finds this folder. What the tests start must not: docker-compose would take our
# docker.py for a package of its own.
os.environ.pop('PYTHONPATH', None)

_tests = []
_cleanups = []


class Skip(Exception):
    """The machine lacks what a test needs."""


class Failure(AssertionError):
    """A statement did not hold; the text says what was seen."""


def test(function):
    """Registers `function`; its name is the statement that it proves."""
    _tests.append(function)
    return function


def cleanup(function):
    """Calls `function` when the running test is over, in reverse order, whatever came of it."""
    _cleanups.append(function)
    return function


def skip(reason):
    raise Skip(reason)


def check(condition, what='', seen=None):
    """Fails the test unless `condition`; `seen` is shown."""
    if not condition:
        raise Failure(what if seen is None else f'{what}; seen: {seen!r}')


def equal(seen, expected, what=''):
    if seen != expected:
        raise Failure(f'{what + ": " if what else ""}expected {expected!r}, seen {seen!r}')


def holds(text, part):
    """Fails unless `part` stands in `text`."""
    if part not in text:
        raise Failure(f'expected {part!r} in {text!r}')


def until(condition, what, deadline=30, pause=0.01):
    """Waits for a state that nothing reports (another process's, read from /proc), and returns what
    `condition` returned. What arrives on a descriptor is awaited there instead."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f'{what}: not within {deadline} s')
        time.sleep(pause)


def _clean():
    while _cleanups:
        try:
            _cleanups.pop()()
        except Exception:
            traceback.print_exc()


def _run(number, function):
    try:
        function()
        print(f'ok {number} {function.__name__}')
        return True
    except Skip as reason:
        print(f'ok {number} {function.__name__} # SKIP {reason}')
        return True
    except Exception as error:
        print(f'not ok {number} {function.__name__}\n  ---')
        text = traceback.format_exc() if not isinstance(error, Failure) else _place(error)
        print('\n'.join('  ' + line for line in text.rstrip().splitlines()) + '\n  ...')
        return False
    finally:
        _clean()
        sys.stdout.flush()


def _place(error):
    """The failure's text and the lines of the test that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f'{frame.filename}:{frame.lineno}: {frame.line}' for frame in frames
             if not frame.filename.endswith('/tap.py')]
    return '\n'.join([str(error), *lines])


def _raise_loopback():
    """tools/test gives each file a network of its own, so that no other takes a port that it found
    free; its loopback is down at first, netdevice(7)."""
    with socket.socket() as one, contextlib.suppress(OSError):
        name, up = b'lo', 0x1
        request = struct.pack('16sh14x', name, 0)
        flags = struct.unpack('16sh14x', fcntl.ioctl(one, 0x8913, request))[1]  # SIOCGIFFLAGS
        if not flags & up:
            fcntl.ioctl(one, 0x8914, struct.pack('16sh14x', name, flags | up))  # SIOCSIFFLAGS


def main():
    """Runs what is registered, and exits: 1 if a test failed."""
    _raise_loopback()
    words = sys.argv[1:]
    chosen = [one for one in _tests if not words or any(word in one.__name__ for word in words)]
    print(f'1..{len(chosen)}', flush=True)
    results = [_run(number, function) for number, function in enumerate(chosen, 1)]
    sys.exit(0 if all(results) else 1)
