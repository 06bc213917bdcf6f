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

SECONDS_PER_FILE = 900
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
    is_extra: bool = False  # runs only when it is named


def run_units(folder, env=None):
    """Builds and runs the unit tests that a build folder has."""
    outcome = Outcome()
    for name, command in builds.unit_tests(folder):
        outcome.add(read_doctest(name, run(command, timeout=SECONDS_PER_FILE, env=env)))
    return outcome


def fuzz_target(name, program):
    found = ROOT / f'build/fuzz/{name}'
    # New inputs go to the first folder that is named. A short run must not depend on earlier ones.
    if not fuzz_seconds:
        shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True, exist_ok=True)
    length = [f'-max_total_time={fuzz_seconds}'] if fuzz_seconds else ['-runs=20000', '-seed=1']
    finished = run([program, *length, '-max_len=4096', '-timeout=10', '-verbosity=0',
                    f'-artifact_prefix={ROOT}/build/fuzz/{name}-', found,
                    ROOT / f'tests/fuzz/corpus/{name}'],
                   timeout=(fuzz_seconds or 0) + SECONDS_PER_FILE, env=SANITIZER_ENVIRONMENT)
    if finished.code == 0:
        return Outcome(passed=1)
    return Outcome().fail(f'fuzz {name}', finished.stderr[-8000:])


def fuzz():
    """Runs each fuzz target over its first inputs and what libFuzzer makes of them: the same ones on
    every run, or for --fuzz-seconds each, new ones."""
    outcome = Outcome()
    for each in in_parallel(lambda item: fuzz_target(*item), builds.fuzz_targets().items()):
        outcome.add(each)
    return outcome


def hardening():
    outcome = Outcome()
    for program in (builds.product(), builds.FETCH):
        finished = run([*PYTHON, 'tests/lint/hardening.py', program, f'{program}.debug',
                        builds.PRODUCT])
        outcome.add(read_tap(f'hardening {program.name}', finished))
    return outcome


def test_files(folder):
    """The one that builds the product again takes longest: it starts first."""
    files = (ROOT / 'tests' / folder).glob('*_test.py')
    return sorted(files, key=lambda path: (path.stem != 'source_image_test', path))


def alone_on_the_network():
    """What stands before a command that shall have a network of its own; nothing where that is not
    allowed."""
    words = ['unshare', '--net', '--']
    return words if shutil.which('unshare') and run([*words, 'true']).code == 0 else []


def environment_of_tests():
    return {'PINTLE': str(builds.product()), 'PYTHONPATH': str(ROOT / 'tests/lib'),
            'PYTHONDONTWRITEBYTECODE': '1'}


def tap_files(folder, before=()):
    """Runs each test file of a folder of tests/ against the product."""
    env = environment_of_tests()

    def run_file(path):
        return read_tap(path.stem, run([*before, *PYTHON, path], timeout=SECONDS_PER_FILE,
                                       env=env))

    outcome = Outcome()
    for each in in_parallel(run_file, test_files(folder)):
        outcome.add(each)
    return outcome


def torture():
    """What the suite integration does with some system calls of PID 1, some orphans and no memory limit,
    with all."""
    outcome = Outcome()
    for name in ('torture', 'reaping', 'scarcity'):
        path = ROOT / f'tests/integration/{name}_test.py'
        outcome.add(read_tap(name, run([*PYTHON, path], timeout=4 * SECONDS_PER_FILE,
                                       env={**environment_of_tests(), 'PINTLE_TORTURE': 'all'})))
    return outcome


SUITES = {
    'lint': Suite('layering, text rules, clang-format, clang-tidy', lint.lint),
    'unit': Suite('the unit tests, built with g++: the quickest to build again; only when named, '
                  'since sanitize and musl run the same ones',
                  lambda: run_units(builds.host()), is_extra=True),
    'sanitize': Suite('the unit tests, built with clang++, with address and undefined-behaviour '
                      'sanitizers',
                      lambda: run_units(builds.sanitize(), SANITIZER_ENVIRONMENT)),
    'fuzz': Suite('the parsers, fed by libFuzzer', fuzz),
    'musl': Suite('the unit tests, built as the product is', lambda: run_units(builds.musl())),
    'hardening': Suite('what the product file has to have and to lack', hardening),
    'integration': Suite('the product as PID 1 of a PID namespace',
                         lambda: tap_files('integration', alone_on_the_network())),
    'containers': Suite('the product in a real Docker Engine',
                        lambda: tap_files('containers')),
    'torture': Suite('the product, of which every system call fails in every way, and 100,000 '
                     'orphans: ten minutes or more; only when named', torture, is_extra=True),
}
