"""dockerfiles/postgres-custom/no_shell.c: what initdb writes for a shell is started without one, and what
only a shell could do is refused."""
import functools
import subprocess
import sys

import pid1
import tap

SOURCE = pid1.ROOT / 'dockerfiles/postgres-custom/no_shell.c'
RUN = 'import os, sys; sys.exit(os.waitstatus_to_exitcode(os.system(sys.argv[1])))'
WORDS = f"{sys.executable} -c 'import sys; print(sys.argv[1:])'"


@functools.cache
def library():
    pid1.needs('gcc')
    path = pid1.folder() / 'no_shell.so'
    subprocess.run(['gcc', '-std=c11', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', path,
                    SOURCE], check=True)
    return path.read_bytes()


def system(line):
    """What system(3) with the library does: (exit code, stdout, stderr)."""
    path = pid1.folder() / 'no_shell.so'
    path.write_bytes(library())
    done = subprocess.run([sys.executable, '-c', RUN, line], env={'LD_PRELOAD': str(path)},
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@tap.test
def words_quotes_and_redirections_mean_what_they_mean_to_a_shell():
    for words, expected in (('a  b\t"c d" \'e "$f\' --path="g h" "" a\'b\'"c"\n',
                             ['a', 'b', 'c d', 'e "$f', '--path=g h', '', 'abc']),
                            ('"a;b|c&d" \'>\' ">x"', ['a;b|c&d', '>', '>x'])):
        tap.equal(system(f'{WORDS} {words}'), (0, f'{expected}\n', ''))
    folder = pid1.folder()
    (folder / 'in').write_text('from the file')
    code = 'import sys; print(sys.stdin.read()); print("err", file=sys.stderr); sys.exit(7)'
    line = f"'{sys.executable}' -c '{code}' <\"{folder}/in\" > {folder}/out 2>&1"
    tap.equal(system(line), (7, '', ''))
    tap.equal(sorted((folder / 'out').read_text().splitlines()), ['err', 'from the file'])


@tap.test
def what_only_a_shell_could_do_is_refused_with_126():
    for rest in ('a; true', 'a && true', 'a | cat', '$HOME', '"$HOME"', '`id`', '"`id`"', '*', 'a\\ b',
                 '"open', '~', '(a)', 'a &', '>>file', '<', '2>file', '2>&13', '>"x', 'a>b', '> /nowhere/file'):
        code, out, err = system(f'{WORDS} {rest}')
        tap.equal((code, out), (126, ''), rest)
        tap.holds(err, 'no_shell: ')
    tap.equal(system('/nowhere/program')[0], 126)
    tap.equal(system('')[0], 126)


tap.main()
