"""builds.py - the build directories of the suites. Each is brought up to date when a suite needs it."""
import json
import shutil

from processes import ROOT, require

HOST = ROOT / 'build/host'
SANITIZE = ROOT / 'build/sanitize'
COMMANDS = ROOT / 'build/commands'
PRODUCT = ROOT / 'build/product'
FETCH = ROOT / 'build/pintle-fetch'
# Each folder is compiled as one file: most of the time goes into reading the same headers.
BY_FOLDER = ['--unity', 'on', '-Dunity_size=200']


def _configured(folder, compiler, *options):
    """A folder for a compiler of the host; ninja reconfigures it when a meson file is newer. It is
    made anew when it was made for other options or, with a copied tree, for another place."""
    command = ['meson', 'setup', folder, '-Dtests=enabled', *options]
    made_by = folder / 'made-by'
    wanted = ' '.join(map(str, [compiler, *command]))
    if made_by.exists() and made_by.read_text() == wanted:
        require(['ninja', '-C', folder, 'build.ninja'])
    else:
        shutil.rmtree(folder, ignore_errors=True)
        require(command, env={'CXX': compiler})
        made_by.write_text(wanted)
    return folder


def host():
    return _configured(HOST, 'g++', '-Dwerror=true', '-Ddebug=false', *BY_FOLDER)


def sanitize():
    """Also the build with clang++, so that each compiler builds everything once."""
    return _configured(SANITIZE, 'clang++', '-Dwerror=true', '-Doptimization=1',
                       '-Ddebug=false', '-Dcpp_args=-gline-tables-only',
                       '-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dfuzz=true',
                       *BY_FOLDER)


def commands():
    """A folder with how clang++ compiles each file by itself (compile_commands.json). Nothing is
    built there."""
    return _configured(COMMANDS, 'clang++', '-Dwerror=true')


def product():
    """The stripped product."""
    require(['tools/build'])
    return ROOT / 'build/pintle'


def musl():
    product()
    return PRODUCT


def fuzz_targets():
    """The fuzz targets, built, as {name: program}."""
    folder = sanitize()
    require(['ninja', '-C', folder, 'fuzz_targets'])
    sources = sorted((ROOT / 'tests/fuzz').glob('*_fuzz.cpp'))
    names = [source.name.removesuffix('_fuzz.cpp') for source in sources]
    return {name: folder / f'tests/fuzz/fuzz_{name}' for name in names}


def unit_tests(folder):
    """The unit tests of a folder, built, as (name, command). The programs are built with them, so that
    every compiler sees every source."""
    tests = json.loads((folder / 'meson-info/intro-tests.json').read_text())
    units = [test for test in tests if any(suite.endswith('unit') for suite in test['suite'])]
    if units:
        require(['ninja', '-C', folder, 'unit_tests', 'pintle', 'pintle-fetch'])
    return [(test['name'], test['cmd']) for test in units]
