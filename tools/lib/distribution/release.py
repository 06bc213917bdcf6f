"""release.py - makes the files of a release: archives, packages, SBOMs, provenance, digests, a signature."""
import gzip
import hashlib
import io
import json
import os
import pathlib
import subprocess
import tarfile
import tempfile

import debian
import product
import sbom

SUMS = 'SHA256SUMS'


def text_of(document):
    return (json.dumps(document, indent=2, sort_keys=True) + '\n').encode()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tarball(root, path):
    """A folder as .tar.gz: names in order, root as the owner, one time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode='w', format=tarfile.GNU_FORMAT) as archive:
        for each in [root, *sorted(root.rglob('*'))]:
            entry = archive.gettarinfo(each, str(each.relative_to(root.parent)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = 'root'
            if entry.isfile():
                with open(each, 'rb') as content:
                    archive.addfile(entry, content)
            else:
                archive.addfile(entry)
    path.write_bytes(gzip.compress(buffer.getvalue(), 9, mtime=0))
    return path


def pack(build, arch, output):
    name = f'pintle-{product.version()}-linux-{arch}'
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / name
        product.add_programs(build, arch, root)
        product.add_documents(root)
        for file in ('LICENSE', 'CHANGELOG.md'):
            product.write(root / file, (product.ROOT / file).read_bytes())
        for file in product.MANUALS:
            product.write(root / 'docs/man' / file, (product.ROOT / 'docs/man' / file).read_bytes())
        product.write(root / 'copyright', product.COPYRIGHT.read_bytes())
        product.write(root / 'pintle.schema.json', product.schema(build))
        product.settle(root)
        return tarball(root, output / f'{name}.tar.gz')


def origin():
    """The address of the source, for the provenance."""
    server, name = os.environ.get('GITHUB_SERVER_URL'), os.environ.get('GITHUB_REPOSITORY')
    return f'git+{server}/{name}' if server and name else 'git+file:///unpublished/pintle'


def provenance(build, archs, made):
    """What was made from what, as a statement of in-toto with SLSA's predicate. It has no times and no
    number of a run, which would differ each time."""
    commit = product.git('rev-parse', 'HEAD')
    parts = {part['bom-ref']: part for arch in archs for part in sbom.components(build, arch)}
    used = [{'uri': part['externalReferences'][0]['url'], 'name': reference,
             'digest': {each['alg'].lower().replace('-', ''): each['content'] for each in part['hashes']}}
            for reference, part in sorted(parts.items())]
    builder = 'https://github.com/actions/runner' if os.environ.get('GITHUB_ACTIONS') else 'urn:pintle:by-hand'
    return {
        '_type': 'https://in-toto.io/Statement/v1',
        'subject': [{'name': path.name, 'digest': {'sha256': digest(path)}} for path in made],
        'predicateType': 'https://slsa.dev/provenance/v1',
        'predicate': {
            'buildDefinition': {
                'buildType': 'urn:pintle:tools/release:1',
                'externalParameters': {'source': origin(), 'version': product.version(), 'architectures': archs},
                'resolvedDependencies': [{'uri': origin(), 'digest': {'gitCommit': commit}}, *used]},
            'runDetails': {'builder': {'id': builder}}}}


def sign(path, key):
    """PATH.minisig. The trusted comment is given, since minisign's own contains the time."""
    comment = f'pintle {product.version()}, {path.name}'
    subprocess.run(['minisign', '-S', '-s', key, '-m', path, '-x', f'{path}.minisig', '-t', comment,
                    '-c', 'signature of a release of pintle'], check=True, stdout=subprocess.DEVNULL)


def release(build, archs, output, key):
    """Fills an empty folder, and returns what it holds."""
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()):
        raise product.Refused(f"'{output}' is not empty")
    made = []
    for arch in archs:
        made += [pack(build, arch, output), debian.package(build, arch, output)]
        listed = output / f'pintle-{product.version()}-linux-{arch}.cdx.json'
        listed.write_bytes(text_of(sbom.document(build, arch)))
        made.append(listed)
    statement = output / f'pintle-{product.version()}.intoto.json'
    statement.write_bytes(text_of(provenance(build, archs, sorted(made))))
    sums = output / SUMS
    sums.write_text(''.join(f'{digest(path)}  {path.name}\n' for path in sorted([*made, statement])))
    sign(sums, key)
    return sorted(output.iterdir())
