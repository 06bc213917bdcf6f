"""How long a SIGTERM to PID 1 can be lost: from the return of execve to the first rt_sigprocmask.

Uses the kernel's tracefs (root). usage: signal_window.py [-n RUNS] [NAME=COMMAND...]; without
commands it measures build/pintle and those of tini, dumb-init and catatonit that are installed.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys

import record

TRACING = '/sys/kernel/tracing'
SIGPROCMASK = {'x86_64': 14, 'aarch64': 135}[os.uname().machine]


def write(name, text):
    with open(f'{TRACING}/{name}', 'w') as file:
        file.write(text)


def commands(arguments):
    if arguments:
        return dict(one.split('=', 1) for one in arguments)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = {'pintle': f'{root}/build/pintle --'}
    for name in ('tini-static', 'tini', 'dumb-init', 'catatonit'):
        if shutil.which(name):
            found[name] = f'{shutil.which(name)} --'
    return found


def window(command):
    """Microseconds, of one start of `command`."""
    write('trace', '')
    program = command.split() + ['/bin/true']
    process = subprocess.Popen(['unshare', '--pid', '--fork', '--kill-child', *program],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait()
    begin = {}
    with open(f'{TRACING}/trace') as trace:
        for line in trace:
            found = re.match(r'.*-(\d+)\s+\[\d+\].*?\s(\d+\.\d+): (.*)', line)
            if not found:
                continue
            pid, time, event = int(found[1]), float(found[2]), found[3]
            if event.startswith('sched_process_exec') and program[0] in event:
                begin[pid] = time
            elif pid in begin and 'sys_enter: NR %d ' % SIGPROCMASK in event:
                return (time - begin[pid]) * 1e6
    return None


def main():
    arguments = sys.argv[1:]
    runs = 100
    if arguments[:1] == ['-n']:
        runs, arguments = int(arguments[1]), arguments[2:]
    if not os.path.isdir(f'{TRACING}/events'):
        subprocess.run(['mount', '-t', 'tracefs', 'tracefs', TRACING], check=True)
    write('current_tracer', 'nop')
    write('trace_clock', 'mono')
    for event in ('sched/sched_process_exec', 'raw_syscalls/sys_enter'):
        write(f'events/{event}/enable', '1')
    write('events/raw_syscalls/sys_enter/filter', f'id == {SIGPROCMASK}')
    try:
        samples = {name: [] for name in commands(arguments)}
        for _ in range(runs):
            for name, command in commands(arguments).items():
                if (time := window(command)) is not None:
                    samples[name].append(time)
    finally:
        for event in ('sched/sched_process_exec', 'raw_syscalls/sys_enter'):
            write(f'events/{event}/enable', '0')
        write('events/raw_syscalls/sys_enter/filter', '0')
    print(f'{"":12} {"n":>4} {"min":>7} {"median":>7} {"max":>7}  microseconds')
    for name, times in samples.items():
        if times:
            print(f'{name:12} {len(times):4} {min(times):7.0f} {statistics.median(times):7.0f} '
                  f'{max(times):7.0f}')
    record.save('signal_window', {'runs': runs, 'us': {
        name: record.spread(times) for name, times in samples.items() if times}})


main()
