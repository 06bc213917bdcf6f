"""What 500 steps cost: the time of `pintle plan`, and of running a static program that ends at once
500 times, one after the other (chain) and all at liberty (fan), beside the same work done by shells.

usage: steps.py [-n RUNS] [PINTLE]; RUNS is 11, PINTLE build/pintle. A measurement, never a test."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = 500
TRUE = 'int main(void) { return 0; }\n'


def prepare(folder):
    """The program, a config for each order of the steps, and a script for the shells."""
    program = folder / 'true'
    subprocess.run(['gcc', '-static', '-O2', '-xc', '-', '-o', program], input=TRUE, text=True,
                   check=True)
    for order, more in (('chain', {}), ('fan', {'precedents': []})):
        steps = [{'id': f's{number}', 'command': str(program), 'arguments': [], **more}
                 for number in range(STEPS)]
        (folder / f'{order}.json').write_text(json.dumps(
            {'steps': steps, 'logging': {'level': 'warn'}, 'user': 'root',
             'main': {'command': str(program), 'arguments': []}}))
    # Words of its own for each, as an entrypoint has them; no loop that a shell could do better.
    (folder / 'chain.sh').write_text(f'{program}\n' * STEPS)
    (folder / 'fan.sh').write_text(f'{program} &\n' * STEPS + 'wait\n')
    return program


def rows(folder, pintle, program):
    """(name, command, whether it ran the steps)."""
    found = [('pintle -- true', [pintle, '-u', 'root', '--', program], False)]
    for order in ('chain', 'fan'):
        found.append((f'pintle plan, {order}', [pintle, 'plan', folder / f'{order}.json'], False))
    for order in ('chain', 'fan'):
        found.append((f'pintle, {order}', [pintle, '-c', folder / f'{order}.json'], True))
        for shell in ('dash', 'bash'):
            if shutil.which(shell):
                found.append((f'{shell}, {order}', [shell, folder / f'{order}.sh'], True))
    return found


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main():
    arguments = sys.argv[1:]
    runs = 11
    if arguments[:1] == ['-n']:
        runs, arguments = int(arguments[1]), arguments[2:]
    pintle = os.path.abspath(arguments[0] if arguments else ROOT / 'build/pintle')
    with tempfile.TemporaryDirectory(prefix='pintle-bench-') as name:
        folder = pathlib.Path(name)
        measured = rows(folder, pintle, prepare(folder))
        samples = {row[0]: [] for row in measured}
        for _ in range(runs):  # in turns, so that a busy moment of the machine hits everybody
            for title, command, _ in measured:
                samples[title].append(seconds(command) * 1000)
    print(f'{"":20} {"min":>8} {"median":>8}  ms  {"per step":>9}   ({runs} runs, '
          f'{STEPS} steps, {os.cpu_count()} CPUs)')
    for title, _, ran in measured:
        times = samples[title]
        each = f'{statistics.median(times) * 1000 / STEPS:7.0f} us' if ran else ''
        print(f'{title:20} {min(times):8.1f} {statistics.median(times):8.1f}      {each}')
    record.save('steps', {'runs': runs, 'steps': STEPS, 'ms': {
        title: record.spread(times, 2) for title, times in samples.items()}})


main()
