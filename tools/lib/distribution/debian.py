"""debian.py - makes the Debian package of the two programs."""
import email.utils
import hashlib
import os
import pathlib
import subprocess
import tempfile

import product

SUMMARY = 'PID 1 for containers that have no shell'
ABOUT = '''\
 pintle is the entry point, the health check and the probe of a container whose
 image has no shell. It prepares the container by the steps of its config, drops
 privileges, and starts the main process. Then it forwards signals, reaps
 orphans, runs health checks and maintenance jobs, and exits with the exit code
 of the main process.
 .
 Both programs are linked statically, so that they can be copied to any image.
'''
OVERRIDES = '''\
# Both are static programs, at a place that the loader chooses: they need no library.
pintle: shared-library-lacks-prerequisites [usr/bin/pintle]
pintle: shared-library-lacks-prerequisites [usr/bin/pintle-fetch]
# The package is not made for Debian's archive, so no request for it is open there.
pintle: initial-upload-closes-no-bugs *
'''


def maintainer():
    """NAME <ADDRESS>, from the variables that Debian's own tools read."""
    name, address = os.environ.get('DEBFULLNAME'), os.environ.get('DEBEMAIL')
    if not name or not address:
        raise product.Refused('set DEBFULLNAME and DEBEMAIL: a Debian package names its maintainer')
    return f'{name} <{address}>'


def control(arch, kibibytes):
    return (f'Package: pintle\nVersion: {product.version()}-1\nArchitecture: {arch}\n'
            f'Maintainer: {maintainer()}\nInstalled-Size: {kibibytes}\nSection: admin\n'
            f'Priority: optional\nDescription: {SUMMARY}\n{ABOUT}')


def changelog():
    date = email.utils.formatdate(product.source_time())
    return (f'pintle ({product.version()}-1) unstable; urgency=medium\n\n'
            f'  * Release {product.version()}; changelog.gz says what is new.\n\n'
            f' -- {maintainer()}  {date}\n')


def add_files(build, arch, root):
    share = root / 'usr/share'
    product.add_programs(build, arch, root / 'usr/bin')
    for name in product.MANUALS:
        page = (product.ROOT / 'docs/man' / name).read_bytes()
        product.write(share / f'man/man1/{name}.gz', product.compressed(page))
    product.write(share / 'pintle/pintle.schema.json', product.schema(build))
    documents = share / 'doc/pintle'
    product.add_documents(documents)
    product.write(documents / 'copyright', product.COPYRIGHT.read_bytes())
    product.write(documents / 'changelog.Debian.gz', product.compressed(changelog().encode()))
    news = (product.ROOT / 'CHANGELOG.md').read_bytes()
    product.write(documents / 'changelog.gz', product.compressed(news))
    product.write(share / 'lintian/overrides/pintle', OVERRIDES.encode())


def add_control(arch, root):
    files = sorted(path for path in root.rglob('*') if path.is_file())
    sums = ''.join(f'{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  '
                   f'{path.relative_to(root)}\n' for path in files)
    kibibytes = sum(-(-path.lstat().st_size // 1024) if path.is_file() else 1
                    for path in root.rglob('*'))
    product.write(root / 'DEBIAN/control', control(arch, kibibytes).encode())
    product.write(root / 'DEBIAN/md5sums', sums.encode())


def package(build, arch, output):
    """Writes OUTPUT/pintle_VERSION-1_ARCH.deb and returns its path."""
    path = output / f'pintle_{product.version()}-1_{arch}.deb'
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / 'root'
        root.mkdir()
        add_files(build, arch, root)
        add_control(arch, root)
        product.settle(root)
        # One thread: with several, the compressed bytes depend on the machine's memory and processors.
        subprocess.run(['dpkg-deb', '--root-owner-group', '--threads-max=1', '-Zxz', '--build', root, path],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, 'SOURCE_DATE_EPOCH': str(product.source_time())})
    return path
