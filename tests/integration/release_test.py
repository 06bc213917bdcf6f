"""tools/release makes a release that a user can verify with sha256sum and minisign."""
import functools
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

ARCH = {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(platform.machine())
BUILD = pid1.ROOT / 'build'
COMMON = tempfile.TemporaryDirectory(prefix='pintle-test-')
KEY = pathlib.Path(COMMON.name) / 'key'
SETTINGS = {'DEBFULLNAME': 'A Maintainer', 'DEBEMAIL': 'maintainer@pintle.test', 'SOURCE_DATE_EPOCH': '1790000000'}


def run(*words, cwd=None):
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd,
                          env={**os.environ, 'LC_ALL': 'C', **SETTINGS})
    return done.returncode, done.stdout + done.stderr


def release_to(folder):
    tap.equal(run(pid1.ROOT / 'tools/release', '--key', KEY, '--build', BUILD, '--output', folder)[0], 0)
    return folder


@functools.cache
def released():
    pid1.needs('minisign')
    for name in ('pintle', 'pintle-fetch', 'toolchain', f'openssl-{platform.machine()}', f'curl-{platform.machine()}', 'include'):
        if not (BUILD / name).exists():
            tap.skip(f'build/{name}: run tools/build')
    tap.equal(run('minisign', '-G', '-W', '-p', f'{KEY}.pub', '-s', KEY)[0], 0)
    return release_to(pathlib.Path(COMMON.name) / 'one')


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def verify(folder):
    return run('minisign', '-V', '-p', f'{KEY}.pub', '-m', folder / 'SHA256SUMS')[0]


def document(ending):
    return json.loads(next(released().glob(f'*{ending}')).read_text())


@tap.test
def signature_and_digests_hold_for_every_file_and_not_for_a_changed_one():
    folder = released()
    tap.equal(verify(folder), 0)
    tap.equal(run('sha256sum', '--check', '--strict', 'SHA256SUMS', cwd=folder)[0], 0)
    listed = {line.split()[1] for line in (folder / 'SHA256SUMS').read_text().splitlines()}
    tap.equal(listed, set(contents(folder)) - {'SHA256SUMS', 'SHA256SUMS.minisig'})
    changed = pid1.folder()
    for name, content in contents(folder).items():
        (changed / name).write_bytes(content + b'\n' if name == 'SHA256SUMS' else content)
    tap.equal(verify(changed), 1)


@tap.test
def the_same_input_gives_the_same_bytes():
    again = release_to(pathlib.Path(COMMON.name) / 'two')
    one, two = contents(released()), contents(again)
    tap.equal([name for name in one if one[name] != two.get(name)], [])


@tap.test
def the_tarball_holds_programs_that_run_manual_schema_and_licences():
    path, folder = next(released().glob('*.tar.gz')), pid1.folder()
    with tarfile.open(path) as archive:
        tap.equal({(entry.uid, entry.uname, entry.mtime) for entry in archive}, {(0, 'root', 1790000000)})
        archive.extractall(folder)
    root = folder / path.name.removesuffix('.tar.gz')
    for name in ('LICENSE', 'copyright', 'README.md', 'docs/man/pintle.1', 'pintle.schema.json', 'pintle-fetch'):
        tap.check((root / name).is_file(), name)
    tap.equal(run(root / 'pintle', '--version')[0], 0)


@tap.test
def the_sbom_names_version_source_licence_and_hash_of_everything_that_is_linked():
    parts = {part['name']: part for part in document('.cdx.json')['components']}
    linked = {'musl', 'libcxx', 'libcxxabi', 'libunwind', 'compiler-rt', 'fmtlib', 'nlohmann-json3', 'openssl', 'curl'}
    tap.equal(linked - set(parts), set())
    for name, part in parts.items():
        tap.check(part['version'] and part['licenses'] and part['hashes'][0]['content'], name, part)
        tap.check(part['externalReferences'][0]['url'].startswith('https://'), name, part)
    version = parts['openssl']['version'].split('-')[0]
    tap.check(f'OpenSSL {version}'.encode() in (BUILD / 'pintle-fetch').read_bytes(), 'version of OpenSSL', version)


@tap.test
def the_files_of_a_source_package_are_listed_from_its_description():
    folder = pid1.folder()
    (folder / 'a.dsc').write_text('Checksums-Sha1:\n 01 1 a.tar\nChecksums-Sha256:\n ' + 'c' * 64 + ' 10 a_1.tar.xz\n'
                                  'Files:\n 02 1 a.tar\n')
    code, text = run('bash', '-euc', f'work={folder} machine=x86_64 toolchain=.; . "$0"; list_sources',
                     pid1.ROOT / 'tools/toolchain/source-package')
    tap.equal((code, text), (0, 'c' * 64 + ' a_1.tar.xz\n'))


@tap.test
def the_provenance_names_what_was_made_the_commit_and_what_was_used():
    statement = document('.intoto.json')
    tap.equal(statement['predicateType'], 'https://slsa.dev/provenance/v1')
    sums = dict(reversed(line.split()) for line in (released() / 'SHA256SUMS').read_text().splitlines())
    made = {one['name']: one['digest']['sha256'] for one in statement['subject']}
    tap.equal({**sums, **made}, sums)
    tap.equal({name.split('.', 3)[-1] for name in made}, {name.split('.', 3)[-1] for name in sums
                                                          if 'intoto' not in name})
    used = statement['predicate']['buildDefinition']['resolvedDependencies']
    tap.check(used[0]['digest']['gitCommit'] and len(used) > 9, 'dependencies', used)


@tap.test
def the_commands_of_the_page_verify_and_unpack_the_release():
    page, folder = (pid1.ROOT / 'docs/install.md').read_text(), pid1.folder()
    for name, content in contents(released()).items():
        (folder / name).write_bytes(content)
    (folder / 'pintle.pub').write_bytes(pathlib.Path(f'{KEY}.pub').read_bytes())
    blocks = re.findall(r'^```\n(minisign -V.*?|tar .*?)^```', page, re.M | re.S)
    tap.equal(len(blocks), 2)
    commands = ''.join(blocks).replace('/usr/local/bin', str(folder)).replace('amd64', ARCH)
    code, text = run('bash', '-e', '-c', commands, cwd=folder)
    tap.equal(code, 0, text)
    tap.equal(run(folder / 'pintle', '--version')[0], 0)
    (folder / f'pintle-0.1.0-linux-{ARCH}.tar.gz').write_bytes(b'')
    tap.check(run('bash', '-e', '-c', commands, cwd=folder)[0] != 0, 'a changed tarball was accepted')


@tap.test
def a_folder_that_is_not_empty_is_left_alone():
    folder = released()
    before = contents(folder)
    code, text = run(pid1.ROOT / 'tools/release', '--key', KEY, '--build', BUILD, '--output', folder)
    tap.equal(code, 1)
    tap.holds(text, 'is not empty')
    tap.equal(contents(folder) == before, True)


tap.main()
