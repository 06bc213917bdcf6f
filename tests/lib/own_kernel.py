"""own_kernel.py - tests in a Linux of their own, whose clock they may set: User-Mode Linux, which is
an ordinary program and sees the files of this machine.

    @own_kernel.test
    def a_clock_that_is_set_…():      # as tap.test, but it runs in there

Not every distribution has it (on Debian: apt-get install user-mode-linux), so tools/setup does not
install it, and without it these tests are left out."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pid1
import tap

KERNEL = shutil.which('linux.uml')
IS_INSIDE = 'PINTLE_OWN_KERNEL' in os.environ
SECONDS = 300
INIT = '''#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 none /sys/fs/cgroup
mount -t hostfs -o {temporary} none {temporary}
export {variables}
{command} > {folder}/tap 2>&1
echo o > /proc/sysrq-trigger
exec sleep 60
'''


def test(function):
    if IS_INSIDE:
        return tap.test(function)
    if KERNEL:
        def boot():
            inside(function)
        boot.__name__ = function.__name__
        tap.test(boot)
    return function


def inside(function):
    """Boots the kernel, runs that test in it, and fails as it does."""
    pid1.needs_root()
    folder = pid1.folder()
    variables = {'PATH': os.environ['PATH'], 'PINTLE': pid1.PINTLE, 'PINTLE_OWN_KERNEL': '1',
                 'PYTHONPATH': pathlib.Path(__file__).parent, 'TMPDIR': tempfile.gettempdir()}
    init = folder / 'init'
    init.write_text(INIT.format(
        temporary=tempfile.gettempdir(), folder=folder,
        variables=' '.join(f"'{name}={value}'" for name, value in variables.items()),
        command=f"'{sys.executable}' -B '{os.path.abspath(sys.argv[0])}' {function.__name__}"))
    init.chmod(0o755)
    # The processes of the kernel end with it only in a PID namespace of their own.
    words = ['unshare', '--pid', '--fork', '--kill-child', KERNEL, 'mem=256M', 'rootfstype=hostfs',
             'rootflags=/', 'ro', f'init={init}', f'uml_dir={folder}', 'con=null', 'quiet']
    with open(folder / 'console', 'w') as console:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                              timeout=SECONDS)
    result = folder / 'tap'
    said = result.read_text() if result.exists() else ''
    tap.check(f'\nok 1 {function.__name__}\n' in said, f'it passes in there ({done.returncode})',
              said or (folder / 'console').read_text())
