"""The example config in which every part of the vocabulary stands: fixtures/whole.jsonc."""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

EXAMPLE = pathlib.Path(__file__).with_name('fixtures') / 'whole.jsonc'
# What this version refuses, as it refuses every key that it does not know.
REFUSED = ['/confinement/executables']


def check(path):
    done = subprocess.run([pid1.PINTLE, 'check', path], capture_output=True, text=True, env={})
    return done.returncode, done.stdout, re.findall(r':\d+:\d+: (/\S+): ', done.stderr)


@tap.test
def it_loads_but_for_the_keys_that_this_version_refuses_by_name():
    code, _, pointers = check(EXAMPLE)
    tap.equal(pointers, REFUSED)
    tap.equal(code, 78 if REFUSED else 0)


@tap.test
def without_those_it_loads_and_asks_for_no_value():
    part = r', "executables": \[.*?\]'
    text, count = re.subn(part, '', EXAMPLE.read_text())
    tap.equal(count, 1, part)
    code, out, pointers = check(pid1.config(text))
    tap.equal((code, pointers), (0, []))
    tap.holds(out, 'ok (4 steps, 1 check, 1 job, main)')


tap.main()
