"""What a PID 1 costs while the service does its work: memory, CPU time and wake-ups of pintle alone, with
a check and with a port for probes; and of tini and of a shell that waits.

usage: idle.py [-s SECONDS] [PINTLE]; SECONDS is 60, PINTLE build/pintle. A measurement, never a test.
Needs root. Memory is from /proc/PID/smaps_rollup: what is resident, and what of that is not from a
file. The service under it is a program that waits."""
import argparse
import os
import pathlib
import re
import shutil
import signal
import sys
import time

import health_cost
import record

ROOT = pathlib.Path(__file__).resolve().parents[2]


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split(';')[0])
    parser.add_argument('-s', type=int, default=60, dest='seconds')
    parser.add_argument('pintle', nargs='?', default=ROOT / 'build/pintle')
    return parser.parse_args()


def rows(url):
    """What is started, by name."""
    check = {'health': [{'id': 'web', 'http': {'url': url}, 'interval': '5s'}]}
    main = {'user': 'root', 'main': {'command': pid1.ACTOR, 'arguments': ['listen', '15']}}
    port = {'listen': {'health': '127.0.0.1:9080'}}
    found = {'pintle, no config': [pid1.PINTLE, '-u', 'root', '--', pid1.ACTOR, 'listen', '15']}
    for name, more in (('pintle, a check each 5 s', check),
                       ('pintle, a check each 5 s, a port for probes', check | port)):
        found[name] = [pid1.PINTLE, '-c', pid1.config(main | more)]
    if shutil.which('tini'):
        found['tini'] = ['tini', '--', pid1.ACTOR, 'listen', '15']
    for shell in ('dash', 'bash'):
        # One command more, as otherwise the last one takes the place of the shell.
        found[f'{shell}, waiting'] = [shell, '-c', f'{pid1.ACTOR} listen 15; exit']
    return found


def processes(one):
    """PID 1 and its own processes: all but the service."""
    return [pid for pid in (one.pid, *pid1.children(one.pid)) if pid1.exe(pid) != pid1.ACTOR]


def used(pids):
    """(CPU time in microseconds, times that it has waited)."""
    cpu = sum(int(pathlib.Path(f'/proc/{pid}/schedstat').read_text().split()[0]) for pid in pids)
    return cpu / 1000, sum(int(pid1.status(pid)['voluntary_ctxt_switches']) for pid in pids)


def memory(pids):
    """(resident, of that not from a file) in KiB."""
    texts = [pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text() for pid in pids]
    return tuple(sum(int(kib) for text in texts for kib in re.findall(rf'(?m)^{name}: +(\d+)', text))
                 for name in ('Rss', 'Anonymous'))


def measure(url, seconds):
    started = {name: pid1.Process(words) for name, words in rows(url).items()}
    for one in started.values():
        one.line('ready')
    time.sleep(5)  # until the first checks are over
    before = {name: used(processes(one)) for name, one in started.items()}
    time.sleep(seconds)
    found = {}
    for name, one in started.items():
        pids = processes(one)
        cpu, waits = (now - then for now, then in zip(used(pids), before[name]))
        resident, anonymous = memory(pids)
        found[name] = {'resident': resident, 'anonymous': anonymous, 'processes': len(pids),
                       'cpu': round(cpu * 60 / seconds), 'wakeups': round(waits * 60 / seconds)}
    return found


def main(asked):
    url, server = health_cost.serve()
    try:
        found = measure(url, asked.seconds)
    finally:
        os.kill(server, signal.SIGKILL)
    print(f'{"":44} {"KiB":>6} {"heap":>6} {"us/min":>7} {"wakeups/min":>12}   ({asked.seconds} s)')
    for name, row in found.items():
        print(f'{name:44} {row["resident"]:6} {row["anonymous"]:6} {row["cpu"]:7} {row["wakeups"]:12}')
    record.save('idle', {'seconds': asked.seconds, 'rows': found})


if __name__ == '__main__':
    arguments = options()
    os.environ['PINTLE'] = os.path.abspath(arguments.pintle)
    sys.path.insert(0, str(ROOT / 'tests/lib'))
    import pid1
    import tap
    try:
        main(arguments)
    finally:
        tap._clean()
