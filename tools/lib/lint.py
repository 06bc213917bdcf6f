"""lint.py - the suite that does not run pintle: the project's rules, clang-format and clang-tidy."""
import dataclasses
import hashlib
import json
import pathlib
import re
import shlex
import sys
from collections import Counter

import builds
from outcome import Outcome
from processes import ROOT, in_parallel, require, run

LLVM = '14'  # Debian 12's. Later ones lay code out otherwise and have checks of their own.
CLEAN_FILES = ROOT / 'build/clang-tidy'
TOGETHER = ROOT / 'build/clang-tidy-together'
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
# includes, its compile command or the rules have changed. Most of the time goes to the headers of
# libraries, so files are checked together, as if they were one, and alone only where that fails.


@dataclasses.dataclass
class Source:
    path: pathlib.Path
    command: str
    stamp: pathlib.Path  # the file that is there if it was found clean


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


def tidy_alone(source):
    finished = run(['clang-tidy', '-p', builds.COMMANDS, '--quiet', source.path])
    if finished.code == 0:
        source.stamp.touch()
        return Outcome(passed=1)
    return Outcome().fail(f'clang-tidy {source.path.relative_to(ROOT)}',
                          finished.stdout or finished.stderr)  # the latter mostly counts warnings


def arguments_of_all(sources):
    """What the compiler is told for any of them, but for the names of files."""
    words = [word for source in sources for word in shlex.split(source.command)[1:]]
    return list(dict.fromkeys(word for word in words if word.startswith('-')
                              and word not in ('-c', '-o', '-MD', '-MF', '-MQ')))


def tidy_together(sources):
    """Whether they are clean, one behind the other in one file."""
    folder = TOGETHER / '-'.join(sources[0].path.relative_to(ROOT).with_suffix('').parts)
    folder.mkdir(parents=True, exist_ok=True)
    unit = folder / 'unit.cpp'
    unit.write_text(''.join(source.path.read_text() for source in sources))
    (folder / 'compile_commands.json').write_text(json.dumps([
        {'directory': str(builds.COMMANDS), 'file': str(unit),
         'arguments': ['clang++', *arguments_of_all(sources), '-c', str(unit)]}]))
    return run(['clang-tidy', '-p', folder, '--quiet', unit]).code == 0


def tidy(sources):
    if len(sources) > 1 and tidy_together(sources):
        for source in sources:
            source.stamp.touch()
        return Outcome(passed=len(sources))
    outcome = Outcome()
    for source in sources:
        outcome.add(tidy_alone(source))
    return outcome


def groups(sources):
    """Groups of about the same size, none with two files of a folder: a file must not need what only
    another file of its folder declares, and the builds, which compile a folder as one file, do not
    see that."""
    if not sources:
        return []
    count = max(Counter(source.path.parent for source in sources).values())
    ordered = sorted(sources, key=lambda source: source.path)
    return [ordered[first::count] for first in range(count)]


def forget_others(stamps):
    for old in set(CLEAN_FILES.iterdir()) - set(stamps):
        old.unlink()


def sources_to_tidy():
    rules = (ROOT / '.clang-tidy').read_bytes() + LLVM.encode()
    sources = []
    for entry in json.loads((builds.COMMANDS / 'compile_commands.json').read_text()):
        path = (builds.COMMANDS / entry['file']).resolve()
        if path.is_relative_to(ROOT / 'src'):
            stamp = CLEAN_FILES / fingerprint(path, entry['command'], rules)
            sources.append(Source(path, entry['command'], stamp))
    return sources


def clang_tidy():
    """A test per source file, with the compile commands of the clang++ build."""
    unfit = other_version('clang-tidy')
    if unfit:
        return Outcome(skips=[unfit])
    CLEAN_FILES.mkdir(parents=True, exist_ok=True)
    builds.commands()
    sources = sources_to_tidy()
    forget_others(source.stamp for source in sources)
    unchecked = [source for source in sources if not source.stamp.exists()]
    outcome = Outcome(passed=len(sources) - len(unchecked))
    for each in in_parallel(tidy, groups(unchecked)):
        outcome.add(each)
    return outcome


def lint():
    outcome = Outcome()
    for each in (own_rules('layering'), own_rules('project_text'), own_rules('images'),
                 own_rules('workflows'), clang_format(), clang_tidy()):
        outcome.add(each)
    return outcome
