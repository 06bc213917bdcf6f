"""`meson install` puts the two programs and what belongs to them where a distribution expects them."""
import json
import os
import pathlib
import re
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

PROGRAM = pathlib.Path(pid1.PINTLE)
# The stripped product stands beside the folder that meson made it in.
MADE_IN = PROGRAM.parent if (PROGRAM.parent / 'build.ninja').exists() else PROGRAM.parent / 'product'


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    tap.equal(done.returncode, 0, f'{words}: {done.stdout}{done.stderr}')
    return done.stdout


def files_below(folder):
    return {path.relative_to(folder) for path in folder.rglob('*') if path.is_file()}


@tap.test
def meson_installs_programs_manual_schema_licence_documents_and_examples_below_destdir():
    if not (MADE_IN / 'build.ninja').exists():
        tap.skip(f'{MADE_IN}: no folder of meson')
    target = pid1.folder()
    run('ninja', '-C', MADE_IN, 'pintle', 'pintle-fetch', 'pintle.schema.json')
    run('meson', 'install', '-C', MADE_IN, '--no-rebuild', '--destdir', target)
    prefix = target / 'usr/local'
    for name in ('pintle', 'pintle-fetch'):
        tap.equal(stat.S_IMODE((prefix / 'bin' / name).stat().st_mode), 0o755, name)
    tap.holds(run(prefix / 'bin/pintle', '--version'), 'pintle ')
    tap.equal((prefix / 'share/pintle/pintle.schema.json').read_text(), run(pid1.PINTLE, 'schema'))
    tap.equal((prefix / 'share/man/man1/pintle.1').read_text(),
              (pid1.ROOT / 'docs/man/pintle.1').read_text())
    documents = prefix / 'share/doc/pintle'
    for name in ('LICENSE', 'README.md', 'CHANGELOG.md', 'copyright', 'docs/docker.md',
                 'examples/tutorial/README.md'):
        tap.check((documents / name).is_file(), name)
    tap.equal({path.parts[0] for path in files_below(target)}, {'usr'})
    for name in re.findall(r'\]\((docs/[\w./-]+)\)', (documents / 'README.md').read_text()):
        tap.check((documents / name).exists(), f'README.md: {name}')


@tap.test
def without_pintle_fetch_neither_openssl_nor_libcurl_is_needed_to_configure():
    folder = pid1.folder() / 'build'
    environment = {**os.environ, 'PKG_CONFIG_LIBDIR': '/nowhere', 'CMAKE_PREFIX_PATH': '/nowhere'}
    done = subprocess.run(['meson', 'setup', folder, pid1.ROOT, '-Dfetch=false', '-Dtests=disabled'],
                          capture_output=True, text=True, env=environment, check=False)
    tap.equal(done.returncode, 0, done.stdout)
    tap.check('openssl' not in done.stdout.lower() and 'libcurl' not in done.stdout, 'asked for', done.stdout)
    targets = {target['name'] for target in json.loads(run('meson', 'introspect', '--targets', folder))}
    tap.equal(targets & {'pintle', 'pintle-fetch', 'fetch'}, {'pintle'})


tap.main()
