"""rootfs.py - makes a temporary root file system with a Python interpreter, the modules that the given
programs import, their shared libraries, and pintle. It has no shell and no coreutils."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

INTERPRETER = '/usr/bin/python3'

# What is loaded by name only, so that looking at what was imported does not find it.
LATE_MODULES = ['encodings.ascii', 'encodings.idna', 'encodings.latin_1', 'encodings.utf_8']


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def imports_of(programs):
    """The modules that the programs name in their first lines."""
    found = []
    for program in programs:
        found += re.findall(r'^import (\S+)', program.read_text(), re.MULTILINE)
    return sorted(set(found + LATE_MODULES))


def loaded_files(modules):
    """Every file that the interpreter reads to import these modules."""
    code = (f'import sys, {", ".join(modules)}\n'
            'for m in list(sys.modules.values()):\n'
            '  if getattr(m, "__file__", None): print(m.__file__)')
    files = [pathlib.Path(line) for line in run(sys.executable, '-I', '-S', '-c', code).split()]
    compiled = [pathlib.Path(importlib.util.cache_from_source(file))
                for file in files if file.suffix == '.py']
    # The landmark by which the interpreter finds its library.
    return files + [file for file in compiled if file.exists()] + [pathlib.Path(os.__file__)]


def shared_libraries(file):
    """The libraries that an ELF file is linked with, the loader among them."""
    return [pathlib.Path(path) for path in re.findall(r'(/\S+) \(0x', run('ldd', str(file)))]


def copy(file, root):
    target = root / file.relative_to('/')
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def copy_python(root, programs):
    interpreter = pathlib.Path(sys.executable).resolve()
    modules = loaded_files(imports_of(programs))
    binaries = [interpreter] + [file for file in modules if '.so' in file.suffixes]
    libraries = {library for binary in binaries for library in shared_libraries(binary)}
    for file in {interpreter, *modules, *libraries}:
        copy(file, root)
    (root / 'usr/bin').mkdir(parents=True, exist_ok=True)
    if str(interpreter) != INTERPRETER:
        (root / INTERPRETER[1:]).symlink_to(interpreter)


def build(root, pintle, app, config):
    """Fills `root`; it is a tmpfs that nobody else sees and that is gone when we are."""
    os.chmod(root, 0o755)
    programs = sorted(app.glob('*.py'))
    copy_python(root, programs)
    for folder in ('app', 'dev', 'etc/pintle', 'proc'):
        (root / folder).mkdir(parents=True)
    for program in programs:
        shutil.copy(program, root / 'app')
    shutil.copy(pintle, root / 'pintle')
    shutil.copy(config, root / 'etc/pintle/pintle.json')
    (root / 'etc/passwd').write_text('root:x:0:0::/:\napp:x:1000:1000::/data:\n')
    (root / 'dev/null').touch()
    run('mount', '--bind', '/dev/null', str(root / 'dev/null'))


def files_in(root):
    return [path for path in root.rglob('*') if path.is_file() and path.parts[-2] != 'dev']
