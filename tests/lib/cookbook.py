"""cookbook.py - the table "From shell to config" of docs/entrypoint-scripts.md: both sides of a row are run
as they stand there, each in a folder of its own, and must do the same.

    cookbook.Both(document='{CONFIG, "main": …}').compare(cookbook.row_of('umask 0027'))

SHELL and CONFIG stand for the first piece of code on each side of the row, CONFIG1 for the second one on
the right. Paths of the rows lead into the folder, and relative ones too."""
import dataclasses
import os
import re
import shlex
import subprocess

import pid1
import recorder
import tap

PAGE = (pid1.ROOT / 'docs/entrypoint-scripts.md').read_text()
TABLE = PAGE.split('| shell | config |\n|---|---|\n')[1].split('\n\n')[0]
# The folders that rows name; /dev, /proc and /sys are those of the machine.
PATH = re.compile(r'(?<![\w./}])/(?=(?:d|data|run|etc/app|etc/passwd|app|home|config|defaults|var/www|'
                  r'usr/src/app|docker-entrypoint(?:-initdb)?\.d|plugins)\b)')
STEP = '{"steps": [{"id": "it", CONFIG}], "main": {"command": "main", "arguments": []}}'


@dataclasses.dataclass(frozen=True)
class Row:
    shell: list   # the pieces of code of the left side
    config: list  # those of the right side


def rows():
    def code(cell):
        return re.findall('`(.*?)`', cell.replace('\\|', '|'))
    cells = [re.split(r'(?<!\\)\|', line)[1:3] for line in TABLE.splitlines()]
    return [Row(code(shell), code(config)) for shell, config in cells]


def row_of(beginning):
    """The one row whose left side begins so."""
    found = [row for row in rows() if row.shell[0].startswith(beginning)]
    tap.equal(len(found), 1, f'rows that begin with {beginning!r}')
    return found[0]


@dataclasses.dataclass(frozen=True)
class Start:
    """How the container is started: what stands behind the image's name, its variables, `--user`, more
    files, and the exit codes of the next calls of stand-ins."""
    words: tuple = ()
    variables: dict = dataclasses.field(default_factory=dict)
    user: str = ''
    files: dict = dataclasses.field(default_factory=dict)
    codes: dict = dataclasses.field(default_factory=dict)


class File:
    """A file that a row finds."""

    def __init__(self, content='', mode=0o644, owner=0, days=0):
        self.content = content.encode() if isinstance(content, str) else content
        self.mode, self.owner, self.days = mode, owner, days

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        path.chmod(self.mode)
        os.chown(path, self.owner, self.owner)
        changed = os.stat(path).st_mtime - self.days * 86400 - (60 if self.days else 0)
        os.utime(path, (changed, changed))


FOLDER = None  # among the files: a directory


@dataclasses.dataclass
class Both:
    """What the sides of a row need to be run. `programs` only note how they were called, `scripts` are
    lines of sh; `shown` are variables whose values count, `says` what stderr has to hold."""
    document: str = STEP
    script: str = 'SHELL; main'
    starts: tuple = (Start(),)
    programs: tuple = ()
    scripts: dict = dataclasses.field(default_factory=dict)
    files: dict = dataclasses.field(default_factory=dict)
    shown: tuple = ()
    says: str = ''
    before: tuple = ()
    words: dict = dataclasses.field(default_factory=dict)  # what placeholders of the row stand for
    blur: str = ''    # an expression for what differs from run to run
    changes: bool = True  # the row changes something: files or calls

    def compare(self, row):
        for start in self.starts:
            ran = [side(self, row, start) for side in (run_shell, run_config)]
            tap.equal(ran[1], ran[0], f'{row.shell[0]}: {start}')
            tap.equal(ran[0]['did'], self.changes, f'{row.shell[0]}: it does something')

    def replaced(self, text):
        for word, meaning in self.words.items():
            text = text.replace(word, meaning)
        return text


class Place:
    """A folder with what a row finds there, and the stand-ins."""

    def __init__(self, both, start):
        self.both, self.start = both, start
        self.folder = pid1.folder()
        self.folder.chmod(0o777)
        for name, file in {**both.files, **start.files}.items():
            if file is FOLDER:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            else:
                (file if isinstance(file, File) else File(file)).write(self.folder / name)
        self.programs = recorder.Programs('main', *both.programs)
        for name, text in both.scripts.items():
            path = self.programs.folder / name
            path.write_text(f'#!/bin/bash\n{text}\n')
            path.chmod(0o755)
        for name, codes in start.codes.items():
            self.programs.end_with(name, *codes)
        self.before = self._seen()
        user = start.user and ['setpriv', f'--reuid={start.user}', f'--regid={start.user}', '--clear-groups']
        self.container = [*both.before, *self.programs.container(**start.variables), *(user or [])]

    def inside(self, text):
        return PATH.sub(f'{self.folder}/', self.both.replaced(text))

    def _seen(self):
        """All that is there: type and mode, owner, and content or target."""
        def content(path):
            if path.is_symlink():
                return os.readlink(path)
            return path.read_bytes().decode(errors='backslashreplace') if path.is_file() else ''
        return {str(path.relative_to(self.folder)): (oct(os.lstat(path).st_mode), os.lstat(path).st_uid,
                                                     os.lstat(path).st_gid, self._plain(content(path)))
                for path in [self.folder, *self.folder.rglob('*')]}

    def _plain(self, text):
        text = text.replace(f'{self.folder}/', '/').replace(str(self.folder), '/')
        text = text.replace(str(self.programs.folder), '/bin')
        return re.sub(self.both.blur, '***', text) if self.both.blur else text

    def outcome(self, code, out, err):
        if self.both.says:
            tap.holds(err, self.both.replaced(self.both.says))
        calls = [{'words': [os.path.basename(call.argv[0]), *map(self._plain, call.argv[1:])],
                  'variables': {name: call.environment.get(name) for name in self.both.shown},
                  'directory': self._plain(call.directory), 'user': call.user}
                 for call in self.programs.calls()]
        files = self._seen()
        return {'succeeded': code == 0, 'calls': calls, 'output': self._plain(out), 'files': files,
                'did': bool(calls or out or files != self.before or code)}


def run_shell(both, row, start):
    place = Place(both, start)
    script = place.inside(both.script.replace('SHELL', row.shell[0]))
    done = subprocess.run([*place.container, '/bin/bash', '-ec', script, 'entrypoint', *start.words],
                          capture_output=True, text=True, timeout=pid1.DEADLINE, cwd=place.folder)
    return place.outcome(done.returncode, done.stdout, done.stderr)


def config_of(both, row):
    """The document; a right side without code is that of the left."""
    pieces = row.config or row.shell
    text = both.document
    for number, piece in reversed(list(enumerate(pieces))):
        text = text.replace(f'CONFIG{number or ""}', piece)
    return text


def run_config(both, row, start):
    place = Place(both, start)
    document = place.inside(config_of(both, row))
    code, out, err = pid1.run_with(document, *start.words, before=place.container, cwd=place.folder)
    tap.check(code not in (64, 78) or 'pintle check' not in err, shlex.quote(document), err)
    return place.outcome(code, out, err)
