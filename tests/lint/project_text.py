"""project_text.py - fails if a file of the project breaks a rule that needs no compiler: notes left
for later, headers without their first line, lines over 100 columns, source files over 400 lines,
.cpp files whose interface is nowhere."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
SOURCE_FOLDERS = {'src', 'tests', 'tools'}
SOURCE_SUFFIXES = {'.cpp', '.hpp', '.py', '.sh', ''}
MAX_COLUMNS = 100
MAX_LINES = 400  # one class that holds together may be so long; most files are much shorter
# Files without a header of their own: what they define is declared, or listed, in that one.
LISTED = {
    'src/cli': 'cli/commands.hpp',            # one for each command
    'src/actions': 'actions/action.hpp',      # one for each action
    'src/base/fmt.cpp': 'fmt/format-inl.h',         # the library's own source
    'src/fetch/main.cpp': 'fetch/actions.hpp',
}
NOTE = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|X' r'XX)\b')


def project_files():
    """The files that git knows or would add."""
    command = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in map(pathlib.Path, sorted(filter(None, names.split('\0'))))
            if (ROOT / path).is_file()]


def read(path):
    """The text of a file; nothing for one that is no text."""
    try:
        return (ROOT / path).read_text()
    except UnicodeDecodeError:
        return ''


def is_source(path):
    return path.parts[0] in SOURCE_FOLDERS and path.suffix in SOURCE_SUFFIXES


def check_notes(path, lines):
    for number, line in enumerate(lines, 1):
        if NOTE.search(line):
            yield f'{path}:{number}: a note for later: do it, or open an issue'


def check_columns(path, lines):
    if path.parts[0] != 'src':
        return
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_COLUMNS:
            yield f'{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS}'


def check_length(path, lines):
    if is_source(path) and len(lines) > MAX_LINES:
        yield f'{path}: {len(lines)} lines, at most {MAX_LINES}'


def check_interface(path, lines):
    """A .cpp file has a header of its own, or includes the one that lists it."""
    if path.parts[0] != 'src' or path.suffix != '.cpp' or (ROOT / path.with_suffix('.hpp')).exists():
        return
    header = LISTED.get(str(path), LISTED.get(str(path.parent)))
    if header is None or not any(header in line for line in lines if line.startswith('#include')):
        yield f'{path}: it has no header of its own, and includes none that lists it'


def check_first_line(path, lines):
    """Headers say what they are for; where a .cpp file names itself too, it does so rightly."""
    if path.parts[0] != 'src' or path.suffix not in {'.hpp', '.cpp'}:
        return
    first = lines[0] if lines else ''
    if path.suffix == '.cpp' and not re.match(r'// \w+/\w+\.[ch]pp\b', first):
        return
    wanted = f'// {path.relative_to("src")} - '
    if not first.startswith(wanted) or not first[len(wanted):].strip():
        yield f'{path}:1: the first line is to be `{wanted}<what it is for>`'


def main():
    files = project_files()
    checks = (check_notes, check_columns, check_length, check_interface, check_first_line)
    bad = []
    for path in files:
        lines = read(path).splitlines()
        bad += [text for check in checks for text in check(path, lines)]
    if not files:
        bad = [f'git knows no file in {ROOT}']
    print('\n'.join(bad) or f'{len(files)} files')
    return bool(bad)


sys.exit(main())
