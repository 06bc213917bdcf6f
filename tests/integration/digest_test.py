"""`pintle digest`: the lines of sha256sum(1), in a fixed order, without following a link."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE

WITHOUT_OPENAT2 = pid1.failing('openat2', 38)  # ENOSYS
NAMES = ['main.py', 'a b', 'lib/x.so', 'lib/deep/y', 'back\\slash', 'new\nline', 'return\r', 'Z', 'a/b', 'a.b',
         b'\xff\xfe', '-r', 'empty']


def digest(*words, folder, before=(), **more):
    return subprocess.run([*before, PINTLE, 'digest', *words], cwd=folder, capture_output=True,
                          timeout=pid1.DEADLINE, **more)


def tree():
    folder = pid1.folder()
    for name in NAMES:
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pathlib.Path(os.fsdecode(path)).write_bytes(b'' if name == 'empty' else os.fsencode(name) * 30_000)
    return folder


def refused(*words, folder, says):
    done = digest(*words, folder=folder)
    tap.equal((done.returncode, done.stdout, done.stderr.decode()),
              (1, b'', f'pintle: exit 1: {says}\n'))


@tap.test
def the_lines_are_those_of_sha256sum_in_the_order_of_the_bytes_of_the_names():
    folder = tree()
    paths = sorted(b'./' + os.fsencode(name) for name in NAMES)
    expected = subprocess.run(['sha256sum', '--', *paths], cwd=folder, capture_output=True, check=True).stdout
    for before in ((), WITHOUT_OPENAT2):
        for words in (('-r', '.'), ('-r', './'), ('--', *reversed(paths)), ('-r', '.', './Z', './lib')):
            done = digest(*words, folder=folder, before=before)
            tap.equal((done.returncode, done.stderr, done.stdout), (0, b'', expected), words)


@tap.test
def sha256sum_accepts_what_is_written_with_absolute_names_too():
    folder = tree()
    done = digest('--recursive', str(folder), folder='/')
    tap.equal((done.returncode, done.stdout.count(b'\n')), (0, len(NAMES)))
    check = subprocess.run(['sha256sum', '-c', '--strict', '--quiet', '-'], input=done.stdout, capture_output=True)
    tap.equal((check.returncode, check.stdout), (0, b''))


@tap.test
def links_and_other_things_in_a_directory_are_named_and_skipped():
    folder = pid1.folder()
    (folder / 'file').write_text('x')
    (folder / 'sub').mkdir()
    (folder / 'to-file').symlink_to('file')
    (folder / 'sub/to-above').symlink_to('..')
    os.mkfifo(folder / 'fifo')
    done = digest('-r', '.', folder=folder)
    tap.equal((done.returncode, done.stdout.decode().split()[1:]), (0, ['./file']))
    tap.equal(sorted(done.stderr.decode().splitlines()),
              ["pintle: skipped './fifo': it is not a regular file",
               "pintle: skipped './sub/to-above': it is a symbolic link",
               "pintle: skipped './to-file': it is a symbolic link"])


@tap.test
def what_is_named_itself_must_be_a_regular_file_without_a_link_in_its_path():
    folder = pid1.folder()
    (folder / 'real').mkdir()
    (folder / 'real/file').write_text('x')
    (folder / 'link').symlink_to('real')
    (folder / 'to-file').symlink_to('real/file')
    refused('to-file', folder=folder, says="cannot read 'to-file': it is a symbolic link")
    refused('-r', 'link', folder=folder, says="cannot read 'link': it is a symbolic link")
    refused('link/file', folder=folder, says="cannot open 'link/file': there is a symbolic link in this path")
    refused('real', folder=folder, says="cannot read 'real': it is a directory; -r reads all files in it")
    refused('real/file', 'none', folder=folder, says="cannot open 'none': No such file or directory")
    refused('-r', '/proc', folder=folder,
            says="cannot go through '/proc': the files in /proc, /sys and /dev belong to the kernel")
    (folder / 'real/file').unlink()
    refused('-r', 'real', folder=folder, says='cannot list digests: there is no regular file')
    tap.equal(digest(folder=folder).returncode, 64)


@tap.test
def a_file_that_cannot_be_read_ends_the_list_before_anything_is_written():
    pid1.needs_root()
    folder = tree()
    (folder / 'Z').chmod(0)
    done = digest('-r', '.', folder=folder, before=['setpriv', '--reuid=1000', '--clear-groups'])
    tap.equal((done.returncode, done.stdout), (1, b''))
    tap.equal(done.stderr.decode(), "pintle: exit 1: cannot open './Z': Permission denied\n")


@tap.test
def the_list_does_not_have_itself_in_it():
    folder = tree()
    with open(folder / 'manifest', 'wb') as out:
        subprocess.run([PINTLE, 'digest', '-r', '.'], cwd=folder, stdout=out, check=True)
    redirected = (folder / 'manifest').read_bytes()
    tap.equal(redirected.count(b'\n'), len(NAMES))
    for _ in range(2):  # the second time the file exists before
        done = digest('-r', '-o', 'manifest', '.', folder=folder)
        tap.equal((done.returncode, done.stdout, done.stderr), (0, b'', b''))
        tap.equal((folder / 'manifest').read_bytes(), redirected)
    tap.equal((folder / 'manifest').stat().st_mode & 0o7777, 0o644)


@tap.test
def if_no_process_can_be_forked_one_does_all_the_work():
    pid1.needs_root()
    folder = tree()
    expected = digest('-r', '.', folder=folder).stdout
    # pintle, the child that asks, and pintle-fetch: there is room for no fourth process.
    done = digest('-r', '.', folder=folder,
                  before=['setpriv', '--reuid=54321', '--clear-groups', 'prlimit', '--nproc=3'])
    tap.equal((done.returncode, done.stderr, done.stdout), (0, b'', expected))


tap.main()
