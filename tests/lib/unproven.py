"""unproven.py - what pintle says of files that it cannot prove: the messages that docs/troubleshooting.md
quotes, with /app as the folder of the application."""
import hashlib
import os
import shutil
import subprocess

import pid1
import signing


def programs(app):
    """What pintle writes of a hook whose program cannot be verified."""
    def started(name, sha256, **more):
        verify = {'sha256': sha256}
        step = {'id': 's', 'command': str(app / name), 'arguments': [], 'verify': verify}
        code, out, err = pid1.run_with({'steps': [step]}, 'true', **more)
        return f'exit code {code}\n{out}{err}'.replace(str(app), '/app')

    program = app / 'migrate'
    shutil.copy(shutil.which('true'), program)
    right = hashlib.sha256(program.read_bytes()).hexdigest()
    script = app / 'script'
    script.write_text('#!/bin/sh\n')
    script.chmod(0o755)
    (app / 'link').rename(app / 'folder-link')
    (app / 'link').symlink_to('migrate')
    yield started('migrate', '0' * 64)
    unpinned = {'steps': [{'id': 'migrate', 'command': '/app/migrate'}], 'trust': {'require': 'pinned'}}
    yield pid1.run_with(unpinned, 'true')[2]
    yield started('migrate', right, before=pid1.failing('memfd_create', 38))
    yield started('script', hashlib.sha256(script.read_bytes()).hexdigest())
    yield started('link', right)
    program.chmod(0o711)
    yield started('migrate', right, before=['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'])


def signatures(app):
    """The same for a signature, with and without the key that made it as a trust anchor, and for a config."""
    one, other = signing.Signer(), signing.Signer()
    key = one.anchors / 'key.pub'
    program = app / 'migrate'
    program.chmod(0o755)
    step = {'id': 's', 'command': str(program), 'arguments': [], 'verify': {'signature': one.sign(program)}}
    document = {'steps': [step]}

    def started(signer):
        return signer.run_with(document, 'true', before=one.image())[2].replace(str(app), '/app')

    key.unlink()
    yield started(one)
    shutil.copy(other.public, key)
    yield started(other)
    shutil.copy(one.public, key)
    program.write_bytes(program.read_bytes() + bytes(1))
    yield started(one)
    yield pid1.run_with(document, 'true', before=one.image())[2]
    for comment in ('x', 'pintle-config v1 serial 1'):
        (one.anchors / 'serial').write_text('2')
        yield pid1.run('true', config_file=one.config(document, comment), before=one.image())[2]
    key.chmod(0o666)
    yield started(one)


def texts():
    """Yields what pintle writes, for one thing that is wrong after the other."""
    app = pid1.folder()
    manifest = app / 'manifest'
    lines = [f'{"0" * 64}  {name}\n' for name in ('lib/a.so', 'link/a.so')]
    (app / 'lib').mkdir()
    (app / 'link').symlink_to('lib')
    library = app / 'lib/a.so'

    def started(text, before=()):
        manifest.write_text(text)
        code, out, err = pid1.run_with({'trust': {'manifest': str(manifest)}}, 'true', before=before)
        return f'exit code {code}\n{out}{err}'.replace(str(app), '/app')

    yield started(lines[0])
    library.symlink_to('b.so')
    yield started(lines[0])
    library.unlink()
    library.touch(0)
    yield started(lines[0], before=['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'])
    yield started(lines[1])
    yield started('')
    yield started(lines[0].replace('  ', ' '))
    manifest.write_text(lines[0])
    yield from programs(app)
    config = app / 'pintle.json'
    config.write_text('{}')
    os.chown(config, 1000, 1000)
    yield pid1.run('true', config_file=str(config))[2].replace(str(app), '/conf')
    yield from signatures(app)
    with_variable = pid1.config('{"trust": {"manifest": "/app/$NAME"}}')
    for words in (('check', with_variable), ('verify', '--manifest', manifest, app / 'other')):
        done = subprocess.run([pid1.PINTLE, *words], capture_output=True, text=True, check=False, env={})
        yield f'exit code {done.returncode}\n{done.stdout}{done.stderr}'.replace(str(app), '/app')
