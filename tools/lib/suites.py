"""suites.py - the suites of tools/test, in the order in which they run: the quick ones first."""
import dataclasses
import shutil
import sys
from typing import Callable

import builds
import lint
from outcome import Outcome
from processes import ROOT, in_parallel, run
from readers import read_doctest, read_tap

SECONDS_PER_FILE = 600
fuzz_seconds = None  # set by --fuzz-seconds
PYTHON = [sys.executable, '-B']
# Without them UBSan prints what it found and goes on, to a good end.
SANITIZER_ENVIRONMENT = {
    'ASAN_OPTIONS': 'detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
}


@dataclasses.dataclass
class Suite:
    purpose: str
    run: Callable[[], Outcome]


def run_units(folder, env=None):
    """Builds and runs the unit tests that a build folder has."""
    outcome = Outcome()
    for name, command in builds.unit_tests(folder):
        outcome.add(read_doctest(name, run(command, timeout=SECONDS_PER_FILE, env=env)))
    return outcome


def fuzz():
    """Runs each fuzz target over its first inputs and what libFuzzer makes of them: the same ones on
    every run, or for --fuzz-seconds each, new ones."""
    seconds = fuzz_seconds
    length = [f'-max_total_time={seconds}'] if seconds else ['-runs=20000', '-seed=1']
    outcome = Outcome()
    for name, program in builds.fuzz_targets().items():
        found = ROOT / f'build/fuzz/{name}'
        # New inputs go to the first folder that is named. A short run must not depend on earlier ones.
        if not seconds:
            shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True, exist_ok=True)
        finished = run([program, *length, '-max_len=4096', '-timeout=10', '-verbosity=0',
                        f'-artifact_prefix={ROOT}/build/fuzz/{name}-', found,
                        ROOT / f'tests/fuzz/corpus/{name}'],
                       timeout=(seconds or 0) + SECONDS_PER_FILE, env=SANITIZER_ENVIRONMENT)
        outcome.add(Outcome(passed=1) if finished.code == 0
                    else Outcome().fail(f'fuzz {name}', finished.stderr[-8000:]))
    return outcome


def hardening():
    outcome = Outcome()
    for program in (builds.product(), builds.FETCH):
        finished = run([*PYTHON, 'tests/lint/hardening.py', program, f'{program}.debug',
                        builds.PRODUCT])
        outcome.add(read_tap(f'hardening {program.name}', finished))
    return outcome


def tap_files(folder, jobs):
    """Runs each test file of a folder of tests/ against the product."""
    env = {'PINTLE': str(builds.product()), 'PYTHONPATH': str(ROOT / 'tests/lib'),
           'PYTHONDONTWRITEBYTECODE': '1'}

    def run_file(path):
        return read_tap(path.stem, run([*PYTHON, path], timeout=SECONDS_PER_FILE, env=env))

    outcome = Outcome()
    for each in in_parallel(run_file, sorted((ROOT / 'tests' / folder).glob('*_test.py')), jobs):
        outcome.add(each)
    return outcome


SUITES = {
    'lint': Suite('layering, text rules, clang-format, clang-tidy', lint.lint),
    'unit': Suite('the unit tests, built with g++', lambda: run_units(builds.host())),
    'sanitize': Suite('the unit tests, built with clang++, with address and undefined-behaviour '
                      'sanitizers',
                      lambda: run_units(builds.sanitize(), SANITIZER_ENVIRONMENT)),
    'fuzz': Suite('the parsers, fed by libFuzzer', fuzz),
    'musl': Suite('the unit tests, built as the product is', lambda: run_units(builds.musl())),
    'hardening': Suite('what the product file has to have and to lack', hardening),
    'integration': Suite('the product as PID 1 of a PID namespace',
                         lambda: tap_files('integration', jobs=2)),
    'containers': Suite('the product in a real Docker Engine',
                        lambda: tap_files('containers', jobs=1)),
}
