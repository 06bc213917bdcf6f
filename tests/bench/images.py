"""What an image without a shell saves: size, files, and the time from `docker run` to the first answer, of
the same services as they are usually shipped (Debian, a script, curl) and under pintle.

usage: images.py [-n RUNS] [PINTLE]; RUNS is 21, PINTLE build/pintle; pintle-fetch lies beside it. A
measurement, never a test. Needs root; it starts a Docker Engine of its own, without a network, and makes
the images of Debian packages that are installed here."""
import argparse
import datetime
import http.client
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tarfile
import time
import zlib

import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEADLINE = 120
RUNS_AT_START = 5  # of the image that installs a package: each takes seconds
SERVICES = {'static': 'distroless', 'python': 'python-scientific', 'node': 'nodejs-runtime'}
COMMANDS = {'static': ['/service'], 'python': ['/usr/bin/python3', '/app/main.py'],
            'node': ['/usr/bin/node', '/app/server.js']}
# What Docker puts into each container.
OF_DOCKER = {'.dockerenv', 'dev/console', 'etc/hosts', 'etc/hostname', 'etc/resolv.conf'}
HEALTHY = re.compile(r'^(\S+) .*check web: healthy', re.M)


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split(';')[0])
    parser.add_argument('-n', type=int, default=21, dest='runs')
    parser.add_argument('pintle', nargs='?', default=ROOT / 'build/pintle')
    return parser.parse_args()


def size(image):
    """What docker reports, and about what a registry would send."""
    compressor, compressed = zlib.compressobj(6), 0
    with subprocess.Popen(['docker', 'save', image], env=docker.engine().environment,
                          stdout=subprocess.PIPE) as saving:
        while chunk := saving.stdout.read(1 << 20):
            compressed += len(compressor.compress(chunk))
    return {'bytes': int(docker.must('inspect', '--format', '{{.Size}}', image)),
            'compressed': compressed + len(compressor.flush())}


def files(image):
    """The number of files; of those that can be executed, without shared libraries; and of those that give
    the rights of another user."""
    found = {'files': 0, 'programs': 0, 'setuid': 0}
    container = docker.must('create', image, '/none')  # it is not started
    with subprocess.Popen(['docker', 'export', container], env=docker.engine().environment,
                          stdout=subprocess.PIPE) as exporting:
        with tarfile.open(fileobj=exporting.stdout, mode='r|') as archive:
            for entry in archive:
                if entry.isfile() and entry.name not in OF_DOCKER:
                    is_library = re.search(r'\.(so(\.[\w.]+)?|node)$', entry.name)
                    found['files'] += 1
                    found['programs'] += bool(entry.mode & 0o111 and not is_library)
                    found['setuid'] += bool(entry.mode & 0o6000)
    docker.must('rm', container)
    return found


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def answers(port):
    """Whether the service says on its port that it is healthy."""
    one = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
    try:
        one.request('GET', '/healthz')
        return one.getresponse().status == 200
    except (ConnectionError, http.client.HTTPException):
        return False
    finally:
        one.close()


def seconds_to_first_answer(words):
    """From `docker run` to the first answer; and to the moment at which pintle said that the service is
    healthy, or None."""
    port = free_port()
    began, epoch = time.perf_counter(), time.time()
    client = subprocess.Popen(['docker', 'run', '--detach', '--network', 'host', '--env', f'PORT={port}',
                               *words], env=docker.engine().environment, stdout=subprocess.PIPE,
                              text=True)
    while not answers(port):
        if time.perf_counter() - began > DEADLINE:
            raise SystemExit(f'{words} does not answer')
        time.sleep(0.001)
    taken = time.perf_counter() - began
    container = client.communicate()[0].strip()
    healthy = healthy_at(container) if '--entrypoint' not in words else None
    docker.must('rm', '--force', container)
    return taken, healthy and healthy - epoch


def healthy_at(container):
    """When pintle logged it, in seconds since the epoch; None if there is no pintle."""
    if '/pintle' not in docker.must('inspect', '--format', '{{.Config.Entrypoint}}', container):
        return None
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        done = docker.call('logs', '--timestamps', container)
        if found := HEALTHY.search(done.stdout + done.stderr):
            text = re.sub(r'(\.\d{6})\d*Z', r'\1+00:00', found[1])
            return datetime.datetime.fromisoformat(text).timestamp()
        time.sleep(0.05)
    raise SystemExit('pintle does not say that the service is healthy')


def early_config():
    """The config of the Python image, with a first check that is repeated soon."""
    text = (ROOT / 'dockerfiles/python-scientific/pintle.json').read_text()
    path = docker.engine().folder / 'early.json'
    path.write_text(text.replace('"interval": "5s"', '"interval": "5s", "startInterval": "100ms"'))
    return path


def prepare():
    """Builds the images; {service: {variant: the words after `docker run`}}."""
    import images as prebuilt_images
    import shell_images
    found = {}
    for service, name in SERVICES.items():
        prebuilt = prebuilt_images.built(name)
        found[service] = {'shell': [shell_images.built(service, 'distroless:0.1.0')],
                          'pintle': [prebuilt],
                          'bare': ['--entrypoint', COMMANDS[service][0], prebuilt,
                                   *COMMANDS[service][1:]]}
    found['python']['early'] = ['--volume', f'{early_config()}:/etc/pintle/pintle.json:ro',
                                *found['python']['pintle']]
    found['node']['no ca'] = ['--env', 'NODE_EXTRA_CA_CERTS=', *found['node']['pintle']]
    found['python']['at start'] = [*shell_images.repository('python3-numpy'),
                                   shell_images.built('python-at-start', 'distroless:0.1.0')]
    return found, shell_images.base('')


def measure(commands, runs):
    """{(service, variant): ([seconds to an answer], [seconds to healthy])}, in turns, so that a busy moment
    of the machine hits everybody, and in another order each time. One run before the others fills the page
    cache."""
    times = {key: ([], []) for key in commands}
    for run in range(-1, runs):
        for key, words in random.Random(run).sample(sorted(commands.items()), len(commands)):
            if key[1] != 'at start' or run < RUNS_AT_START:
                answer, healthy = seconds_to_first_answer(words)
                if run >= 0:
                    times[key][0].append(answer * 1000)
                    times[key][1].extend([healthy * 1000] if healthy else [])
    return times


def show(result):
    print('| service | image | MB | MB, compressed | files | programs | setuid | first answer, ms: minimum, '
          'median, maximum | healthy, ms |\n|---|---|---|---|---|---|---|---|---|')
    for service, variants in result['services'].items():
        for variant, row in variants.items():
            image = [f'{row[name] / 1e6:.1f}' for name in ('bytes', 'compressed')] if 'bytes' in row else '--'
            counts = [row.get(name, '-') for name in ('files', 'programs', 'setuid')]
            healthy = row['healthy']['median'] if 'healthy' in row else '-'
            print('|', ' | '.join(map(str, (service, variant, *image, *counts,
                                            ', '.join(f'{each:.0f}' for each in row['answer'].values()),
                                            healthy))), '|')


def versions():
    """What was measured with what."""
    def output(image, *words):
        return docker.must('run', '--rm', '--network', 'none', '--entrypoint', words[0], image, *words[1:])
    return {'engine': docker.must('version', '--format', '{{.Server.Version}}'),
            'storage': docker.must('info', '--format', '{{.Driver}}'),
            'python': output('shell-python', '/usr/bin/python3', '--version'),
            'numpy': output('shell-python', '/usr/bin/python3', '-c',
                            'import numpy; print(numpy.__version__)'),
            'node': output('shell-node', '/usr/bin/node', '--version')}


def main(asked):
    found, base = prepare()
    commands = {(service, variant): words for service, variants in found.items()
                for variant, words in variants.items()}
    times = measure(commands, asked.runs)
    services = {service: {} for service in found}
    for (service, variant), words in commands.items():
        answer, healthy = times[service, variant]
        row = {'answer': record.spread(answer), 'runs': len(answer)}
        if variant not in ('bare', 'early', 'no ca'):
            row |= size(words[-1]) | files(words[-1])
        if healthy:
            row['healthy'] = record.spread(healthy)
        services[service][variant] = row
    result = {'services': services, 'base': size(base) | files(base), 'versions': versions()}
    show(result)
    record.save('images', result)


if __name__ == '__main__':
    arguments = options()
    os.environ['PINTLE'] = os.path.abspath(arguments.pintle)
    # This file shares its name with one of tests/lib.
    sys.path[:0] = [str(ROOT / 'tests/lib')]
    import docker
    import tap
    try:
        main(arguments)
    finally:
        tap._clean()
