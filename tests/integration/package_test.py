"""tools/package makes a Debian package that Debian's own tools accept, install and find in order."""
import functools
import gzip
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

BUILD = pid1.ROOT / 'build'
COMMON = tempfile.TemporaryDirectory(prefix='pintle-test-')
MAINTAINER = {'DEBFULLNAME': 'A Maintainer', 'DEBEMAIL': 'maintainer@pintle.test', 'SOURCE_DATE_EPOCH': '1790000000'}


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C', **MAINTAINER, **more})
    return done.returncode, done.stdout, done.stderr


def needs_product():
    pid1.needs('lintian')
    for name in ('pintle', 'pintle-fetch'):
        if not (BUILD / name).is_file():
            tap.skip(f'build/{name}: run tools/build')


def made(folder, **more):
    code, out, err = run(pid1.ROOT / 'tools/package', '--build', BUILD, '--output', folder, **more)
    tap.equal(code, 0, err)
    return pathlib.Path(out.strip())


@functools.cache
def package_of_all_tests():
    needs_product()
    return made(pathlib.Path(COMMON.name))


@tap.test
def lintian_finds_neither_errors_nor_warnings_in_the_package():
    package = package_of_all_tests()
    tap.equal(run('lintian', '--allow-root', '--no-cfg', '--fail-on=error,warning', package)[:2], (0, ''))


@tap.test
def the_package_can_be_installed_and_its_programs_and_manual_used():
    package, root = package_of_all_tests(), pid1.folder()
    (root / 'var/lib/dpkg').mkdir(parents=True)
    (root / 'var/lib/dpkg/status').touch()
    dpkg = ['dpkg', f'--root={root}', '--force-not-root', '--force-script-chrootless', '--log=/dev/null']
    tap.equal(run(*dpkg, '--install', package)[0], 0)
    tap.equal(run(*dpkg, '--verify', 'pintle'), (0, '', ''))
    code, out, _ = run(root / 'usr/bin/pintle', '--version')
    tap.equal(code, 0)
    tap.holds(out, re.search(r'\d+\.\d+\.\d+', package.name)[0])
    # pintle finds pintle-fetch next to itself.
    config = root / 'pintle.json'
    config.write_text('{"steps": [{"id": "digest", "check": {"path": "%s", "sha256": "%s"}}]}' % (package, '0' * 64))
    code, _, err = run(root / 'usr/bin/pintle', 'run', '--init-only', '-c', config)
    tap.equal(code, 82, err)
    page = gzip.decompress((root / 'usr/share/man/man1/pintle.1.gz').read_bytes()).decode()
    tap.equal(page, (pid1.ROOT / 'docs/man/pintle.1').read_text())


@tap.test
def the_same_input_gives_the_same_package_whatever_the_umask():
    one = package_of_all_tests().read_bytes()
    mask = os.umask(0o077)
    tap.cleanup(lambda: os.umask(mask))
    tap.equal(made(pid1.folder()).read_bytes() == one, True)
    tap.equal(made(pid1.folder(), SOURCE_DATE_EPOCH='1790000001').read_bytes() == one, False)


@tap.test
def a_package_without_a_maintainer_or_a_program_is_refused():
    needs_product()
    code, _, err = run(pid1.ROOT / 'tools/package', '--build', BUILD, '--output', pid1.folder(), DEBEMAIL='')
    tap.equal(code, 1)
    tap.holds(err, 'DEBEMAIL')
    empty = pid1.folder()
    code, _, err = run(pid1.ROOT / 'tools/package', '--build', empty, '--output', empty)
    tap.equal(code, 1)
    tap.holds(err, 'run tools/build')


tap.main()
