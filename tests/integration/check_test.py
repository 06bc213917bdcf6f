"""`pintle check` on a terminal shows the line that a problem is about, with a caret."""
import contextlib
import fcntl
import os
import pathlib
import struct
import subprocess
import sys
import termios

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE

CONFIG = '{\n\t"user": "é", "steps": 5,\n  "main": {"command": "/x", "user": 4}\n}\n'
PLAIN = '''pintle: FILE:2:25: /steps: expected an array, found a whole number
    2 | \t"user": "é", "steps": 5,
      | \t                      ^
pintle: FILE:3:37: /main/user: expected a string, found a whole number
    3 |   "main": {"command": "/x", "user": 4}
      |                                     ^
pintle: exit 78: FILE cannot be used: 2 problems
'''
COLOURED = (PLAIN.replace('FILE:2:25:', '\x1b[1mFILE:2:25:\x1b[m')
            .replace('FILE:3:37:', '\x1b[1mFILE:3:37:\x1b[m').replace('^', '\x1b[1;31m^\x1b[m'))


def on_terminal(file, columns=80, **environment):
    """(exit code, what it writes to a terminal)."""
    terminal, other_end = os.openpty()
    tap.cleanup(lambda: os.close(terminal))
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack('4H', 24, columns, 0, 0))
    mode = termios.tcgetattr(other_end)
    mode[1] &= ~termios.OPOST  # a newline, and a tab, come out as they are
    termios.tcsetattr(other_end, termios.TCSANOW, mode)
    without = {name: value for name, value in os.environ.items() if name not in ('NO_COLOR', 'TERM')}
    check = subprocess.Popen([PINTLE, 'check', file], stdin=other_end, stdout=other_end,
                             stderr=other_end, env={**without, **environment})
    os.close(other_end)
    said = b''
    with contextlib.suppress(OSError):  # EIO when nobody has the other end
        while part := os.read(terminal, 4096):
            said += part
    return check.wait(pid1.DEADLINE), said.decode().replace(str(file), 'FILE')


def file(text):
    path = pid1.folder() / 'pintle.json'
    path.write_text(text)
    return path


@tap.test
def on_a_terminal_a_caret_stands_under_the_place_in_colour_unless_that_is_not_wanted():
    config = file(CONFIG)
    tap.equal(on_terminal(config, TERM='xterm'), (78, COLOURED))
    tap.equal(on_terminal(config, NO_COLOR=''), (78, COLOURED))
    tap.equal(on_terminal(config, NO_COLOR='1'), (78, PLAIN))
    tap.equal(on_terminal(config, TERM='dumb'), (78, PLAIN))


@tap.test
def a_long_line_is_cut_to_the_width_of_the_terminal():
    config = file('{"main": {"command": "%s", "user": 4, "nice": 1, "umask": "%s"}}'
                  % ('x' * 500, 'y' * 500))
    _, said = on_terminal(config, 60, NO_COLOR='1')
    lines = said.splitlines()[1:3]
    tap.check(all(len(line) < 60 for line in lines), seen=lines)
    place = lines[1].index('^')
    tap.equal(lines[0][place:place + 8], '4, "nice', lines)


@tap.test
def without_a_terminal_there_is_one_line_for_each_problem():
    config = file(CONFIG)
    done = subprocess.run([PINTLE, 'check', config], capture_output=True, text=True)
    lines = [line for line in PLAIN.splitlines() if not line.startswith(' ')]
    tap.equal(done.stderr.replace(str(config), 'FILE').splitlines(), lines)


@tap.test
def a_secret_is_not_shown_with_the_line_that_has_it():
    config = file('{"environment": {"DB_PASSWORD": {"value": "hunter2", "pattern": "["}}}')
    code, said = on_terminal(config)
    tap.equal(code, 78)
    tap.holds(said, '"value": "***", "pattern"')
    tap.check('hunter2' not in said, seen=said)


tap.main()
