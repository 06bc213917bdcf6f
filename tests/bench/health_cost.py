"""What a health check costs whoever asks: `pintle health` beside a request of the same service by
curl, wget, busybox and Python; then what 1,000 answers cost PID 1, and with --soak whether it has grown.

usage: health_cost.py [-n RUNS] [--soak [CALLS]] [PINTLE]; RUNS is 51, CALLS 100000, PINTLE
build/pintle. A measurement, never a test. Needs root. Memory is the kernel's ru_maxrss, and what a
PID 1 uses is read from /proc; the service answers at once, so that hardly more than the client is seen."""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile

import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n'
IN_PYTHON = 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])'
COUNTED = 1000
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
# Python is too large to measure from: ru_maxrss of a child begins at what its parent had at the fork.
TRUE = 'int main(void) { return 0; }\n'
METER = r'''
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e6 + at.tv_nsec / 1e3;
}

/* meter COUNT COMMAND...: a line for each run: wall and CPU time in us, memory in KiB. */
int main(int argc, char** argv) {
  for (int left = argc > 2 ? atoi(argv[1]) : 0; left > 0; --left) {
    struct rusage used;
    int status;
    double begin = now();
    pid_t child = vfork();
    if (child == 0) {
      int null = open("/dev/null", O_RDWR | O_CLOEXEC);
      dup2(null, 1);
      execv(argv[2], argv + 2);
      _exit(127);
    }
    if (wait4(child, &status, 0, &used) != child || status != 0) return 1;
    printf("%.0f %ld %ld\n", now() - begin,
           (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec +
               used.ru_stime.tv_usec, used.ru_maxrss);
  }
  return 0;
}
'''


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split(';')[0])
    parser.add_argument('-n', type=int, default=51, dest='runs')
    parser.add_argument('--soak', type=int, nargs='?', const=100000, default=0, metavar='CALLS')
    parser.add_argument('pintle', nargs='?', default=ROOT / 'build/pintle')
    return parser.parse_args()


def compiled(text, path):
    subprocess.run(['gcc', '-static', '-O2', '-xc', '-', '-o', path], input=text, text=True,
                   check=True)
    return str(path)


def serve():
    """An HTTP service in a process of its own; returns its URL and pid."""
    listener = socket.create_server(('127.0.0.1', 0), backlog=128)
    pid = os.fork()
    if pid == 0:
        while True:
            client, _ = listener.accept()
            client.recv(65536)
            client.sendall(ANSWER)
            client.close()
    return f'http://127.0.0.1:{listener.getsockname()[1]}/healthz', pid


def rows(pintle, url, true):
    """What is measured, by name, and the names of what is not installed."""
    wanted = {
        'a program that does nothing': [true],
        'pintle health': [pintle, 'health'],
        'pintle probe http': [pintle, 'probe', 'http', url],
        'busybox wget': ['busybox', 'wget', '-q', '-O', '/dev/null', url],
        'curl': ['curl', '-fsS', '-o', '/dev/null', url],
        'wget': ['wget', '-q', '-O', '/dev/null', url],
        'python3, urllib': ['/usr/bin/python3', '-c', IN_PYTHON, url],
    }
    found = {name: [shutil.which(words[0], path=PATH), *words[1:]]
             for name, words in wanted.items()}
    return ({name: words for name, words in found.items() if words[0]},
            [name for name, words in found.items() if not words[0]])


class Meter:
    """Runs commands beside PID 1, in its namespaces."""

    def __init__(self, one, program):
        self.one = one
        self.program = program

    def run(self, words, count=1):
        """What each run took: [(wall, CPU, memory)]."""
        done = self.one.inside('/usr/bin/env', '-i', f'PATH={PATH}', self.program, str(count), *words)
        if done.returncode != 0:
            raise SystemExit(f'{words} failed: {done.stdout}{done.stderr}')
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]

    def repeat(self, words, count):
        while count > 0:
            self.run(words, min(count, COUNTED))
            count -= COUNTED


def measure(meter, commands, runs):
    samples = {name: [] for name in commands}
    for name, words in commands.items():
        meter.run(words)  # so that its files are in memory
    for _ in range(runs):  # in turns, so that a busy moment of the machine hits everybody
        for name, words in commands.items():
            samples[name] += meter.run(words)
    print(f'{"":28} {"wall":>8} {"CPU":>8} {"memory":>8}   (medians of {runs} runs, '
          f'{os.cpu_count()} CPUs)\n{"":28} {"us":>8} {"us":>8} {"KiB":>8}')
    for name, found in samples.items():
        print(f'{name:28}', *(f'{statistics.median(column):8.0f}' for column in zip(*found)))
    return {name: dict(zip(('wall', 'cpu', 'memory'), map(statistics.median, zip(*found))))
            for name, found in samples.items()}


def used(pid):
    """The CPU time of a process in microseconds."""
    return int(pathlib.Path(f'/proc/{pid}/schedstat').read_text().split()[0]) / 1000


def size(one):
    """What must not grow: PID 1's memory and descriptors, and the processes that it sees."""
    status = pathlib.Path(f'/proc/{one.pid}/status').read_text().splitlines()
    memory = next(line.split()[1] for line in status if line.startswith('VmRSS:'))
    inside = pathlib.Path(f'/proc/{one.pid}/root/proc')
    return {'VmRSS in KiB': int(memory),
            'descriptors': len(os.listdir(f'/proc/{one.pid}/fd')),
            'entries of /proc': sum(entry.name.isdigit() for entry in inside.iterdir())}


def soak(meter, words, calls):
    """True if PID 1 is no larger after so many calls."""
    meter.repeat(words, COUNTED)
    before = size(meter.one)
    meter.repeat(words, calls)
    after = size(meter.one)
    for name, value in before.items():
        print(f'{name:28} {value:8} {after[name]:8}   (before and after {calls} calls)')
    return all(after[name] <= value for name, value in before.items())


def start(url):
    """A healthy PID 1 whose one check has run and does not run again."""
    one = pid1.start_with({'health': [{'id': 'web', 'http': {'url': url}, 'interval': '1h'}]},
                          pid1.ACTOR, 'listen', str(int(signal.SIGTERM)))
    one.complaint('pintle: check web: healthy.*')
    return one


def compare(asked, url, folder):
    """Prints everything; True unless PID 1 has grown."""
    one = start(url)
    meter = Meter(one, compiled(METER, folder / 'meter'))
    commands, missing = rows(pid1.PINTLE, url, compiled(TRUE, folder / 'true'))
    result = measure(meter, commands, asked.runs)
    for name in missing:
        print(f'{name:28} is not installed')
    before = used(one.pid)
    meter.repeat(commands['pintle health'], COUNTED)
    of_pid1 = used(one.pid) - before
    print(f'{f"PID 1, for {COUNTED} answers":28} {of_pid1:17.0f}')
    record.save('health_cost', {'runs': asked.runs, 'rows': result,
                                'pid1': round(of_pid1 / COUNTED, 1)})
    is_good = not asked.soak or soak(meter, commands['pintle health'], asked.soak)
    one.signal(signal.SIGTERM)
    one.end()
    return is_good


def main(asked):
    url, server = serve()
    try:
        with tempfile.TemporaryDirectory(prefix='pintle-bench-') as name:
            return 0 if compare(asked, url, pathlib.Path(name)) else 1
    finally:
        os.kill(server, signal.SIGKILL)


if __name__ == '__main__':
    arguments = options()
    os.environ['PINTLE'] = str(arguments.pintle)
    sys.path.insert(0, str(ROOT / 'tests/lib'))
    import pid1
    sys.exit(main(arguments))
