"""lint.py - the suite that runs nothing of pintle: our own rules, clang-format and clang-tidy."""
import hashlib
import json
import re
import sys

import builds
from outcome import Outcome
from processes import ROOT, in_parallel, require, run

LLVM = '14'  # Debian 12's. Later ones lay code out otherwise and have checks of their own.
CLEAN_FILES = ROOT / 'build/clang-tidy'
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def cxx_files(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob('*.[ch]pp'))


def check(name, command):
    """One test: a command that has to end well."""
    finished = run(command)
    text = finished.stdout + finished.stderr
    if finished.code == 0:
        return Outcome(passed=1, output=text)
    return Outcome(output=text).fail(name, text)


def own_rules(name):
    return check(name, [sys.executable, '-B', f'tests/lint/{name}.py'])


def other_version(tool):
    """Why a tool of LLVM cannot judge; nothing when it can."""
    major = re.search(r'version (\d+)', require([tool, '--version']))[1]
    return f'{tool}: version {LLVM} is needed, this is {major}' if major != LLVM else None


def clang_format():
    unfit = other_version('clang-format')
    if unfit:
        return Outcome(skips=[unfit])
    return check('clang-format', ['clang-format', '--dry-run', '--Werror',
                                  *cxx_files('src', 'tests')])


# ---- clang-tidy: seconds a file, so a file is checked again only when it, a header of ours that it
# includes, its compile command or the rules have changed.


def add_with_headers(path, found):
    """Adds a file and, through them too, the headers of src/ that it includes."""
    if path in found or not path.exists():
        return
    found[path] = path.read_bytes()
    for name in INCLUDE.findall(found[path].decode()):
        add_with_headers(ROOT / 'src' / name, found)


def fingerprint(path, command, rules):
    files = {}
    add_with_headers(path, files)
    digest = hashlib.sha256(rules + command.encode())
    for name in sorted(files):
        digest.update(str(name).encode() + b'\0' + files[name] + b'\0')
    return digest.hexdigest()


def tidy_file(path, stamp):
    finished = run(['clang-tidy', '-p', builds.SANITIZE, '--quiet', path])
    if finished.code == 0:
        stamp.touch()
        return Outcome(passed=1)
    return Outcome().fail(f'clang-tidy {path.relative_to(ROOT)}',
                          finished.stdout or finished.stderr)  # the latter mostly counts warnings


def forget_others(stamps):
    for old in set(CLEAN_FILES.iterdir()) - set(stamps):
        old.unlink()


def files_to_tidy():
    """The sources in src/, each with its stamp: the file that is there if it was found clean."""
    rules = (ROOT / '.clang-tidy').read_bytes() + LLVM.encode()
    stamps = {}
    for entry in json.loads((builds.SANITIZE / 'compile_commands.json').read_text()):
        path = (builds.SANITIZE / entry['file']).resolve()
        if path.is_relative_to(ROOT / 'src'):
            stamps[path] = CLEAN_FILES / fingerprint(path, entry['command'], rules)
    return stamps


def clang_tidy():
    """A test per source file, with the compile commands of the clang++ build."""
    unfit = other_version('clang-tidy')
    if unfit:
        return Outcome(skips=[unfit])
    CLEAN_FILES.mkdir(parents=True, exist_ok=True)
    builds.sanitize()
    stamps = files_to_tidy()
    forget_others(stamps.values())
    outcome = Outcome(passed=sum(stamp.exists() for stamp in stamps.values()))
    unchecked = [item for item in stamps.items() if not item[1].exists()]
    for each in in_parallel(lambda item: tidy_file(*item), unchecked):
        outcome.add(each)
    return outcome


def lint():
    outcome = Outcome()
    for each in (own_rules('layering'), own_rules('project_text'), clang_format(), clang_tidy()):
        outcome.add(each)
    return outcome
