"""terminals.py - pintle on a terminal of its own, as PID 1 or under a shell with job control."""
import os
import sys

import pid1
import tap

# What a container's runtime does: PID 1 leads a session that has the terminal.
SESSION = ['setsid', '--ctty']

# A parent with job control: runs argv in the foreground, says when it stops, and continues it.
SHELL = r'''
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
os.write(1, b'child %d\n' % child)
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    tty = os.tcgetpgrp(0)
    os.tcsetpgrp(0, os.getpgrp())
    os.write(1, b'stopped, foreground %d\n' % tty)
    sys.stdin.readline()
    os.tcsetpgrp(0, child)
    os.killpg(child, signal.SIGCONT)
os.write(1, b'ended %d\n' % os.waitstatus_to_exitcode(status))
'''

# The same, but what it runs is in the background at first.
IN_BACKGROUND = SHELL.replace('    os.tcsetpgrp(0, os.getpgrp())\n    signal', '    signal')


class OnTerminal:
    """A process on a terminal of its own; `keys` are typed."""

    def __init__(self, process, main_end):
        self.process = process
        self.main_end = main_end

    def type(self, keys):
        os.write(self.main_end, keys)

    def foreground(self):
        """The foreground process group, by its number out here."""
        return os.tcgetpgrp(self.main_end)


def on_terminal(words, is_pid1=True):
    main_end, other_end = os.openpty()
    process = pid1.Process(words, is_pid1, stdin=other_end, stdout=other_end,
                           stderr=other_end)
    os.close(other_end)
    process.out = pid1.Stream(os.fdopen(os.dup(main_end), 'rb', buffering=0))
    tap.cleanup(lambda: os.close(main_end))
    return OnTerminal(process, main_end)


def container(*command):
    pid1.needs('setsid')
    return on_terminal([*SESSION, pid1.PINTLE, '--', *command])


def under_shell(*command, script=SHELL):
    pid1.needs('setsid')
    shell = [sys.executable, '-c', script, pid1.PINTLE, '--', *command]
    one = on_terminal([*SESSION, *shell], is_pid1=False)
    pintle = int(one.process.line(r'child (\d+)').group(1))
    return one, pintle


def main_of(pintle):
    def found():
        pids = pid1.children(pintle)
        return pids[0] if pids and pid1.exe(pids[0]) not in (None, pid1.PINTLE) else None
    return tap.until(found, 'main runs')
