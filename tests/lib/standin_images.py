"""standin_images.py - examples/entrypoints whose service cannot be installed here: in its place stand programs
that only note how they were called.

    image = StandinImage('vault', ['vault'], users=[('vault', 100)])
    image.run(Start(('server',), variables={…}))    # calls, files and what it said"""
import dataclasses
import os
import shutil

import recorder
import tap
from example_images import Image


@dataclasses.dataclass(frozen=True)
class Start:
    """`docker run -e VARIABLES --user USER IMAGE WORDS`; `codes` are those of the next calls."""
    words: tuple = ()
    variables: dict = dataclasses.field(default_factory=dict)
    user: str | None = None
    codes: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Ran:
    """What must be seen of a call; None: that does not matter here."""
    argv: tuple
    user: str | None = None
    directory: str | None = None
    umask: str | None = None
    input: str | None = None
    variables: dict = dataclasses.field(default_factory=dict)  # None: it does not have that one

    def is_like(self, call):
        seen = [os.path.basename(call.argv[0]), *call.argv[1:]]
        tap.equal(seen, list(self.argv))
        for name in ('user', 'directory', 'umask', 'input'):
            if getattr(self, name) is not None:
                tap.equal(getattr(call, name), getattr(self, name), f'{seen}: {name}')
        for name, value in self.variables.items():
            tap.equal(call.environment.get(name), value, f'{seen}: {name}')


class StandinImage(Image):
    def __init__(self, name, standins, users=(), at='opt/bin', **more):
        super().__init__(name, users=users, **more)
        self.standins = recorder.Programs(*standins)
        folder = self.root / at
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(self.standins.folder, folder)
        self.standins.folder = folder
        self.path = f'/{at}'
        for one in standins:
            self.standins.read_input(one)

    def make(self, *paths, owner=0):
        for path in paths:
            (self.root / path).mkdir(parents=True, exist_ok=True)
            os.chown(self.root / path, owner, owner)

    def run(self, start, calls=(), files=None, code=0, says='', secret=''):
        """Runs it, and compares: the calls in their order, (content, uid, mode) of files or None for one
        that is not to be there, the exit code, a part of stderr, and what is in no line."""
        for name, codes in start.codes.items():
            self.standins.end_with(name, *codes)
        one = self.start(*start.words, user=start.user, path=self.path, **start.variables)
        tap.equal(one.end(), code, one.err.text)
        err = one.err.rest()
        seen = self.standins.calls()
        self.standins.forget()
        tap.equal([os.path.basename(call.argv[0]) for call in seen], [call.argv[0] for call in calls], err)
        for call, expected in zip(seen, calls):
            expected.is_like(call)
        tap.equal({name: self._file(name) for name in files or {}}, files or {})
        tap.holds(err, says)
        if secret:
            tap.check(secret not in err + one.out.rest(), 'the secret', err)
        return err

    def _file(self, name):
        path = self.root / name
        if not path.exists():
            return None
        info = path.stat()
        return path.read_text() if path.is_file() else '', info.st_uid, oct(info.st_mode & 0o7777)
