"""readers.py - reads what test programs print: TAP, and the closing lines of doctest."""
import re

from outcome import Outcome

PLAN = re.compile(r'1\.\.(\d+)\s*(?:# *SKIP\b *(.*))?', re.I)
RESULT = re.compile(r'(not )?ok\b *(\d+)? *-? *(.*?)(?:\s# *(SKIP)\b *(.*))?$', re.I)
DOCTEST = re.compile(r'\[doctest\] test cases: *(\d+) *\| *(\d+) passed *\| *(\d+) failed'
                     r' *\| *(\d+) skipped')


def _verdict_of_exit(name, finished, outcome):
    """Adds a failure when the program ended badly and its output does not say so already."""
    if finished.timed_out:
        outcome.fail(f'{name}: timed out', finished.stdout[-4000:] + finished.stderr)
    elif finished.code != 0 and not outcome.failures:
        outcome.fail(f'{name}: exit code {finished.code}', finished.stdout + finished.stderr)


def read_tap(name, finished):
    """The outcome of a program that prints TAP (testanything.org, version 13)."""
    outcome = Outcome(output=finished.stdout + finished.stderr)
    planned = None
    results = 0
    for line in finished.stdout.splitlines():
        plan, result = PLAN.fullmatch(line), RESULT.match(line)
        if plan:
            planned = int(plan[1])
            if plan[2] is not None:
                outcome.skips.append(f'{name}: {plan[2] or "everything"}')
        elif result:
            results += 1
            _add_result(name, result, outcome)
        elif line.startswith('Bail out!'):
            outcome.fail(f'{name}: {line}')
        elif outcome.failures and re.match(r'\s*#|\s+\S', line):
            outcome.failures[-1].output += line + '\n'
    if planned is None and not finished.timed_out:
        outcome.fail(f'{name}: no plan (`1..N`)', finished.stdout + finished.stderr)
    elif planned is not None and results != planned and not finished.timed_out:
        outcome.fail(f'{name}: {results} of {planned} tests ran', finished.stderr)
    elif outcome.failures and finished.stderr:
        outcome.failures[-1].output += finished.stderr
    _verdict_of_exit(name, finished, outcome)
    return outcome


def _add_result(name, result, outcome):
    failed, _, title, skipped, reason = result.groups()
    if skipped:
        outcome.skips.append(f'{name}: {title}: {reason}')
    elif failed:
        outcome.fail(f'{name}: {title}')
    else:
        outcome.passed += 1


def _failed_cases(text):
    """What doctest says of each test case that failed, by name; subcases are parts of their case."""
    cases = {}
    for block in text.split('=' * 79):
        name = re.search(r'TEST CASE: *(.*)', block)
        if name and 'ERROR' in block:
            cases[name[1]] = cases.get(name[1], '') + block.strip() + '\n'
    return cases


def read_doctest(name, finished):
    """The outcome of a doctest program."""
    text = finished.stdout + finished.stderr
    outcome = Outcome(output=text)
    summary = DOCTEST.search(text)
    if summary:
        _, outcome.passed, failed, skipped = map(int, summary.groups())
        outcome.skips = [f'{name}: a test case that did not run'] * skipped
        for title, output in _failed_cases(text).items():
            outcome.fail(f'{name}: {title}', output)
        for _ in range(failed - len(outcome.failures)):
            outcome.fail(f'{name}: a test case', text)
    _verdict_of_exit(name, finished, outcome)
    return outcome
