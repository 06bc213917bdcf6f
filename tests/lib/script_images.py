"""script_images.py - roots for examples/external-scripts: pintle, python3 and what a config needs besides,
no shell. They have the network of the test, whose servers are on loopback."""
import glob
import os
import pathlib
import subprocess

import example_images
import pid1
import tap

EXAMPLES = pid1.ROOT / 'examples/external-scripts'
USER = 1000
SCRIPT = b'print("transformed")\n'
FALLBACK = b'print("as built")\n'
PROHIBITED = b'import os\nos.system("curl http://192.0.2.7/")\n'
SHORT = '{"initial": "1ms"}'  # the back-off of the tests
INTO_ROOT = '''set -e
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
for folder in $1; do mount --bind "$folder" "$0$folder"; done
cd "$0"
shift
exec chroot --userspec=1000:1000 . "$@"'''


class Image(example_images.Image):
    """With the config NAME.json. `folders` are those of the machine that it has, too."""

    def __init__(self, name, programs=(), folders=()):
        self.folders = [*glob.glob('/usr/lib/python3.[0-9]*'), *folders]
        super().__init__(name, users=[('app', USER)], programs=['/usr/bin/python3', *programs],
                         config=EXAMPLES / f'{name}.json')
        config = self.root / 'etc/pintle/pintle.json'
        config.write_text(config.read_text().replace('"exponential"', SHORT))
        for folder in self.folders:
            (self.root / folder[1:]).mkdir(parents=True, exist_ok=True)
        self.copy_program(pathlib.Path(pid1.PINTLE).with_name('pintle-fetch'), '/pintle-fetch')
        self.put('app/fallback/transform.py', FALLBACK.decode())
        self.scripts = self.root / 'scripts'
        self.scripts.mkdir()
        os.chown(self.scripts, USER, USER)
        tap.check(not (self.root / 'bin/sh').exists(), 'there is no shell')

    def secret(self, name, text):
        """A file of /run/secrets that its user alone can read."""
        path = self.put(f'run/secrets/{name}', text)
        path.chmod(0o400)
        os.chown(path, USER, USER)

    def run(self, before=(), **variables):
        """`docker run IMAGE`: its exit code, stdout and stderr; no secret may be in them."""
        one = pid1.Process([*before, '/usr/bin/env', '-i', 'PATH=/usr/bin:/usr/sbin',
                            *(f'{name}={value}' for name, value in variables.items()),
                            '/bin/sh', '-c', INTO_ROOT, str(self.root), ' '.join(self.folders),
                            '/pintle', '-v'])
        code, out, err = one.end(), one.out.rest(), one.err.rest()
        for path in (self.root / 'run').glob('secrets/**/*'):
            if path.is_file():
                tap.check(path.read_text().strip() not in out + err, f'{path.name} is shown', err)
        return code, out, err

    def executed(self, **variables):
        """Runs it, and returns the arguments and the environment of every program that was executed, as
        strace shows them."""
        pid1.needs('strace')
        trace = pid1.folder() / 'trace'
        code, _, err = self.run(['strace', '-f', '-v', '-s', '65536', '-e', 'trace=execve', '-o', str(trace)],
                                **variables)
        tap.equal(code, 0, err)
        return trace.read_text()

    def runs(self, words='transformed', code=0, **variables):
        """Runs it; main has to write `words`. Returns what pintle says of its steps."""
        seen, out, err = self.run(**variables)
        tap.equal((seen, out), (code, f'{words}\n' if words else ''), err)
        return err


def digest(content):
    done = subprocess.run(['sha256sum'], input=content, capture_output=True, check=True)
    return done.stdout.decode().split()[0]
