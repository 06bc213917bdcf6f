"""example_images.py - roots for examples/entrypoints: what an image of the service would have, made of
the programs that Debian's packages have installed here.

    image = Image('nginx', programs=['/usr/sbin/nginx'])      # these, and what they are linked with
    image = Image('postgres', usr=True)                       # the whole /usr: what needs a shell has one
    one = image.start('-c', 'x=1', NAME='value')             # PID 1 in it, in a network of its own
    one.run('/usr/bin/psql', ...)                             # beside it, in its namespaces and root"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pid1
import tap

EXAMPLES = pid1.ROOT / 'examples/entrypoints'
ADDRESS = '192.0.2.1'  # of the container, beside that of loopback
ASK = '''import http.client, sys
one = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
one.request("GET", sys.argv[2])
answer = one.getresponse()
print(answer.status, answer.headers["Location"])'''
# The shell that gets there is left behind by exec.
INTO_ROOT = '''set -e
ip link set lo up
ip address add 192.0.2.1 dev lo
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
if [ -n "$HAS_USR" ]; then mount --bind /usr "$0/usr"; fi
for folder in $EMPTY; do mount -t tmpfs none "$0/$folder"; done
unset EMPTY HAS_USR
cd "$0"
exec chroot . "$@"'''


class Started(pid1.Process):
    def run(self, *command, **more):
        """What a program of the image does there: (exit code, stdout, stderr)."""
        done = subprocess.run(['nsenter', '--target', str(self.pid), '--mount', '--pid', '--net',
                               f'--root=/proc/{self.pid}/root', f'--wd=/proc/{self.pid}/root',
                               *map(str, command)],
                              capture_output=True, text=True, timeout=pid1.DEADLINE, **more)
        return done.returncode, done.stdout, done.stderr

    def answer(self, port, path):
        """The status and the Location that its web server answers, asked from its network."""
        done = subprocess.run(['nsenter', '--target', str(self.pid), '--net', sys.executable, '-c',
                               ASK, str(port), path], capture_output=True, text=True, check=True,
                              timeout=pid1.DEADLINE)
        status, location = done.stdout.split(maxsplit=1)
        return int(status), location.strip()

    def child(self, program):
        """The pid out here of the child of PID 1 that is this program."""
        def found():
            return [pid for pid in pid1.children(self.pid)
                    if os.path.basename(pid1.exe(pid) or '') == program]
        return tap.until(found, f'{program} runs')[0]

    def until_healthy(self):
        """However long its start takes here; seldom asked, since that takes time from it."""
        def is_healthy():
            if self.popen.poll() is not None:
                raise tap.Failure(f'it has ended: {self.err.rest()}')
            return self.run('/pintle', 'health')[0] == 0
        tap.until(is_healthy, 'it is healthy', deadline=600, pause=0.1)


class Image:
    def __init__(self, name, users=(), programs=(), usr=False, config=None, empty=()):
        pid1.needs_root()
        self.usr = usr
        self.empty = empty  # folders of the machine's /usr that the image shall not have
        self.root = pid1.folder()
        for folder in ('proc', 'dev', 'tmp', 'run', 'var'):
            (self.root / folder).mkdir()
        (self.root / 'tmp').chmod(0o1777)
        (self.root / 'var/run').symlink_to('../run')
        self.put('etc/passwd', 'root:x:0:0::/:\n'
                 + ''.join(f'{user}:x:{number}:{number}::/:\n' for user, number in users))
        self.put('etc/group', 'root:x:0:\n'
                 + ''.join(f'{user}:x:{number}:\n' for user, number in users))
        self.put('etc/hosts', '127.0.0.1 localhost\n')
        self.put('etc/pintle/pintle.json', (config or EXAMPLES / name / 'pintle.json').read_text())
        for link in ('bin', 'sbin', 'lib', 'lib64'):
            (self.root / link).symlink_to(f'usr/{link}')
        if usr:
            (self.root / 'usr').mkdir()  # on which that of the machine is mounted
            shutil.copy(pid1.PINTLE, self.root / 'pintle')
        else:
            self.copy_program(pid1.PINTLE, '/pintle')
        for program in programs:
            self.copy_program(program, program)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def copy_program(self, program, path):
        """The program, at that path, and what it is linked with."""
        linked = subprocess.run(['ldd', program], capture_output=True, text=True, check=False).stdout
        for source, target in [(program, path), *((found, found) for found in
                                                  re.findall(r'(/\S+) \(0x', linked))]:
            target = pathlib.Path(target)
            inside = self.root / str(target.parent.resolve() / target.name)[1:]
            if not inside.exists():
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, inside)

    def start(self, *words, user=None, path='/usr/sbin:/usr/bin', **variables):
        """`docker run IMAGE WORDS`: pintle as PID 1, verbose, with these variables."""
        into = INTO_ROOT
        if user is not None:  # who has the pipes then, as container runtimes see to it
            spec = user if ':' in str(user) else f'{user}:{user}'
            into = into.replace('exec chroot .', f'chown {spec} /proc/self/fd/1 /proc/self/fd/2\n'
                                                 f'exec chroot --userspec={spec} --groups= .')
        return Started(['/usr/bin/env', '-i', f'PATH={path}:/usr/sbin:/usr/bin:/sbin:/bin',
                        *(f'{name}={value}' for name, value in variables.items()),
                        f'EMPTY={" ".join(self.empty)}', f'HAS_USR={"1" if self.usr else ""}',
                        'unshare', '--net', '/bin/sh', '-c', into, str(self.root), '/pintle', '-v', '--',
                        *words])
