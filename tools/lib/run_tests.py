"""run_tests.py - runs the suites that tools/test was asked for and adds up their results. A suite
that ran no test has failed."""
import argparse
import signal
import sys
import time

import processes
import suites
from outcome import Outcome


def parse_arguments():
    parser = argparse.ArgumentParser(prog='tools/test', description='Runs the test suites.')
    parser.add_argument('--list', action='store_true', help='name the suites and end')
    parser.add_argument('--suite', action='append', metavar='NAME', choices=list(suites.SUITES),
                        help='run this suite only; may be given more than once')
    parser.add_argument('--require-all', action='store_true', help='a skipped test is a failure')
    parser.add_argument('--fuzz-seconds', type=int, metavar='N',
                        help='let each fuzz target look for new inputs for N seconds')
    parser.add_argument('--verbose', action='store_true', help='show the output of every test')
    return parser.parse_args()


def run_suite(name):
    """Runs one suite; what goes wrong with the suite itself is a failed test of it."""
    try:
        outcome = suites.SUITES[name].run()
    except processes.CommandFailed as error:
        outcome = Outcome().fail(f'{name}: {error.what}', error.output)
    if outcome.total() == 0:
        outcome.fail(f'{name}: no test ran')
    return outcome


def indented(text):
    return ''.join(f'    {line}\n' for line in text.rstrip().splitlines())


def report(name, outcome, seconds, verbose):
    if verbose and outcome.output:
        print(indented(outcome.output), end='')
    for failure in outcome.failures:
        print(f'  FAILED {failure.name}\n{indented(failure.output)}', end='')
    for reason in outcome.skips:
        print(f'  skipped {reason}')
    verdict = 'FAILED' if outcome.failures else 'ok'
    print(f'{name:<12} {verdict:<7} {outcome.counts():<40} {seconds:6.1f} s', flush=True)


def main():
    arguments = parse_arguments()
    if arguments.list:
        print('\n'.join(f'{name:<12} {suite.purpose}' for name, suite in suites.SUITES.items()))
        return 0
    suites.fuzz_seconds = arguments.fuzz_seconds
    total = Outcome()
    usual = [name for name, suite in suites.SUITES.items() if not suite.is_extra]
    for name in [name for name in suites.SUITES if name in (arguments.suite or usual)]:
        started = time.monotonic()
        outcome = run_suite(name)
        if arguments.require_all:
            outcome.require_all()
        report(name, outcome, time.monotonic() - started, arguments.verbose)
        total.add(outcome)
    print(total.counts())
    return 1 if total.failures else 0


try:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.adopt_orphans()
    sys.exit(main())
except KeyboardInterrupt:
    processes.stop_all()
    print('interrupted', file=sys.stderr)
    sys.exit(130)
finally:
    processes.kill_orphans()
