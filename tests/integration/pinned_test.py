"""`"trust": {"require": "pinned"}`: a config whose programs are not all verified is refused before anything
runs, by `pintle check` and `plan` too."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE

TRUE = os.path.realpath('/bin/true')
PIN = {'sha256': hashlib.sha256(pathlib.Path(TRUE).read_bytes()).hexdigest()}
PINNED = {'command': TRUE, 'arguments': [], 'verify': PIN}
PLAIN = {'command': TRUE, 'arguments': []}
TRUST = {'trust': {'require': 'pinned'}}


def reason(who, path=TRUE):
    return (f'{who}: its program has no "verify", which "trust": {{"require": "pinned"}} demands; add "verify" '
            f"with the digest that 'pintle digest {path}' prints" + ('' if who == 'main' else ', or use a built-in'))


@tap.test
def a_config_whose_programs_are_all_verified_starts():
    steps = [{'id': 'a', **PINNED}, {'id': 'b', 'log': 'text'},
             {'id': 'g', 'steps': [{'id': 'c', **PINNED}], 'finally': [{'id': 'd', **PINNED}]}]
    code, _, err = pid1.run_with({**TRUST, 'steps': steps, 'main': PINNED})
    tap.equal(code, 0, err)


@tap.test
def every_program_without_verify_is_refused_before_anything_runs():
    pinned = {'id': 'p', **PINNED}
    rows = [({'steps': [{'id': 'a', **PLAIN}]}, ['step a']),
            ({'steps': [{'id': 'g', 'steps': [pinned], 'finally': [{'id': 'f', **PLAIN}]}]}, ['step f']),
            ({'steps': [{**pinned, 'onFailure': {'action': 'fallback', 'step': PLAIN}}]}, ['step p.fallback']),
            ({'health': [{'id': 'h', **PLAIN}]}, ['check h']),
            ({'maintenance': [{'id': 'j', 'schedule': '@daily', **PLAIN}]}, ['job j']),
            ({'shutdown': {'before': [{'id': 'x', **PLAIN}]}}, ['shutdown x']),
            ({'main': PLAIN}, ['main']),
            ({'steps': [{'id': 'a', **PLAIN}], 'main': PLAIN}, ['step a', 'main'])]
    for more, who in rows:
        document = {'main': PINNED, **TRUST, **more}
        expected = [reason(one) for one in who]
        code, out, err = pid1.run_with(document)
        tap.equal((code, out), (83, ''), err)
        found = pid1.chosen_line(err, 83)
        tap.check(found.startswith(expected[0]), 'the first reason', found)
        for one in expected[1:]:
            tap.holds(err, f'pintle: {one}\n')
        config = pid1.config(document)
        checked = subprocess.run([PINTLE, 'check', config], capture_output=True, text=True, check=False)
        tap.equal(checked.returncode, 83, checked.stderr)
        plan = subprocess.run([PINTLE, 'plan', '--json', config], capture_output=True, check=True).stdout
        for one in expected:
            tap.holds(checked.stderr, f'pintle: {one}\n')
            tap.check(one in json.loads(plan)['notes'], 'the plan says it', plan)


@tap.test
def a_line_for_the_shell_is_refused_with_what_to_write_instead():
    code, _, err = pid1.run_with({**TRUST, 'steps': [{'id': 'a', 'command': 'true && true'}], 'main': PINNED})
    tap.equal(code, 83, err)
    tap.holds(pid1.chosen_line(err, 83), 'a line for the shell cannot be verified; write a program and its '
              '"arguments", or use a built-in')


@tap.test
def a_step_that_is_skipped_needs_no_verify():
    layered = {'id': 'a', **PLAIN, 'imageModes': ['layered']}
    document = {**TRUST, 'user': '1000:1000', 'steps': [layered], 'main': PINNED}
    tap.equal(pid1.run_with(document)[0], 83)
    tap.equal(pid1.run_with({**document, 'imageMode': 'prebuilt'})[0], 0)
    ruled_out = {'id': 'a', **PLAIN, 'condition': {'environment': 'NO_SUCH_VARIABLE'}}
    tap.equal(pid1.run_with({**TRUST, 'steps': [ruled_out], 'main': PINNED})[0], 0)


@tap.test
def a_command_on_the_command_line_is_no_way_around():
    code, _, err = pid1.run_with({**TRUST, 'steps': []}, TRUE)
    tap.equal(code, 83, err)
    tap.holds(err, reason('main'))
    tap.equal(pid1.run_with({**TRUST, 'main': PINNED}, '/bin/echo')[0], 82)


@tap.test
def with_init_only_main_needs_no_verify():
    code, _, err = pid1.run_with({**TRUST, 'steps': [{'id': 'a', **PINNED}], 'main': PLAIN}, options=['--init-only'])
    tap.equal(code, 0, err)


tap.main()
