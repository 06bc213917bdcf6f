"""What the ten things that an entrypoint does cost: as a config of pintle, and as a script for dash and
bash with coreutils. mkdir, chown, chmod, ln, rm, a template, a secret's file, the wait for a port that
is open, a line that is appended, exec.

usage: entrypoint.py [-n RUNS] [PINTLE]; RUNS is 31, PINTLE build/pintle. Needs root, and envsubst for
the shells. A measurement, never a test."""
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRUE = 'int main(void) { return 0; }\n'

SCRIPT = '''set -eu
mkdir -p {folder}/data
chown 1234:1234 {folder}/data
chmod 0750 {folder}/data
ln -sfn {folder}/data {folder}/link
rm -f {folder}/old.pid
envsubst < {folder}/template > {folder}/conf
(umask 077; printf '%s' "$PASSWORD" > {folder}/pw)
until {probe}; do sleep 0.1; done
grep -qxF 'line' {folder}/hosts || echo 'line' >> {folder}/hosts
exec {program}
'''
PROBES = {'bash': '(: < /dev/tcp/127.0.0.1/{port}) 2>/dev/null', 'dash': 'nc -z 127.0.0.1 {port}'}


def config(folder, program, port):
    return {
        'user': 'root', 'logging': {'level': 'warn'},
        'environment': {'PASSWORD': {'description': 'a secret'}, 'NAME': {'description': 'a name'}},
        'steps': [
            {'id': 'mkdir', 'directory': {'path': f'{folder}/data', 'mode': '0750',
                                          'owner': '1234:1234'}},
            {'id': 'ln', 'link': {'path': f'{folder}/link', 'target': f'{folder}/data'}},
            {'id': 'rm', 'remove': f'{folder}/old.pid'},
            {'id': 'template', 'file': {'path': f'{folder}/conf', 'template': f'{folder}/template'}},
            {'id': 'pw', 'file': {'path': f'{folder}/pw', 'content': '$PASSWORD', 'mode': '0600'}},
            {'id': 'wait', 'wait': {'tcp': f'127.0.0.1:{port}'}},
            {'id': 'line', 'line': {'path': f'{folder}/hosts', 'text': 'line'}}],
        'main': {'command': str(program), 'arguments': []}}


def rows(folder, pintle, port):
    """(name, command)."""
    program = folder / 'true'
    subprocess.run(['gcc', '-static', '-O2', '-xc', '-', '-o', program], input=TRUE, text=True,
                   check=True)
    (folder / 'template').write_text('name = ${NAME}\n')
    (folder / 'config.json').write_text(json.dumps(config(folder, program, port)))
    found = [('pintle', [pintle, 'run', '-c', folder / 'config.json'])]
    for shell, probe in PROBES.items():
        needed = [shell, 'envsubst', *(['nc'] if shell == 'dash' else [])]
        if not all(shutil.which(one) for one in needed):
            print(f'{shell} is left out: it needs {", ".join(needed)}')
            continue
        script = folder / f'{shell}.sh'
        script.write_text(SCRIPT.format(folder=folder, program=program,
                                        probe=probe.format(port=port)))
        found.append((shell, [shell, script]))
    return found


def seconds(folder, command):
    """The time of a first start: what it makes is removed before."""
    for name in ('link', 'conf', 'pw', 'hosts'):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / 'data', ignore_errors=True)
    (folder / 'old.pid').write_text('1')
    (folder / 'hosts').write_text('other\n')
    begin = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True,
                   env={**os.environ, 'PASSWORD': 'secret', 'NAME': 'shop'})
    return time.perf_counter() - begin


def main():
    arguments = sys.argv[1:]
    runs = 31
    if arguments[:1] == ['-n']:
        runs, arguments = int(arguments[1]), arguments[2:]
    pintle = os.path.abspath(arguments[0] if arguments else ROOT / 'build/pintle')
    with tempfile.TemporaryDirectory(prefix='pintle-bench-') as name, socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen(1024)
        folder = pathlib.Path(name)
        measured = rows(folder, pintle, server.getsockname()[1])
        samples = {title: [] for title, _ in measured}
        for _ in range(runs):  # in turns, so that a busy moment of the machine hits everybody
            for title, command in measured:
                samples[title].append(seconds(folder, command) * 1000)
    print(f'{"":10} {"min":>8} {"median":>8}  ms   ({runs} runs, {os.cpu_count()} CPUs)')
    for title, _ in measured:
        times = samples[title]
        print(f'{title:10} {min(times):8.1f} {statistics.median(times):8.1f}')
    record.save('entrypoint', {'runs': runs, 'ms': {
        title: record.spread(times, 2) for title, times in samples.items()}})


main()
