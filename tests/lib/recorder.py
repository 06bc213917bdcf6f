"""recorder.py - programs that only note how they were called, for steps that name one which the
machine may lack.

    programs = recorder.Programs('git', 'app')
    pid1.run_with(document, before=programs.container(TOKEN='x'))
    programs.calls()[0].argv"""
import dataclasses
import shutil

import pid1

PROGRAM = pid1.compiled('recorder')


@dataclasses.dataclass(frozen=True)
class Call:
    argv: list
    environment: dict
    directory: str
    user: str   # UID:GID
    umask: str  # as 0022
    input: str  # of those that read it


class Programs:
    """A folder of stand-ins, one for each name, and the environment of a container that has them."""

    def __init__(self, *names):
        self.folder = pid1.folder()
        self.folder.chmod(0o777)  # whoever a step runs as may note its call
        for name in names:
            shutil.copy(PROGRAM, self.folder / name)
        self.path = f'{self.folder}:/usr/bin:/bin'

    def container(self, **variables):
        """What to put before pintle: it starts with these variables and PATH, nothing else."""
        return ['env', '-i', f'PATH={self.path}', *(f'{n}={v}' for n, v in variables.items())]

    def end_with(self, name, *codes):
        """The exit codes of the next calls of `name`; the last is that of all further ones."""
        file = self.folder / f'{name}.codes'
        file.write_bytes(bytes(codes))
        file.chmod(0o666)

    def read_input(self, name):
        """Calls of `name` read their standard input."""
        (self.folder / f'{name}.reads').touch()

    def calls(self):
        """Every call so far, in their order."""
        file = self.folder / 'calls'
        texts = file.read_bytes().decode(errors='surrogateescape').split('\0') if file.exists() else []
        texts = iter(texts[:-1])
        found = []
        for count in texts:
            argv = [next(texts) for _ in range(int(count))]
            entries = [next(texts) for _ in range(int(next(texts)))]
            found.append(Call(argv, dict(one.split('=', 1) for one in entries),
                              *(next(texts) for _ in range(4))))
        return found

    def forget(self):
        (self.folder / 'calls').unlink(missing_ok=True)
