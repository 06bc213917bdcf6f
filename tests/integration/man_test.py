"""docs/man/pintle.1 says what the program says, and is well-formed."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

PAGE = pid1.ROOT / 'docs/man/pintle.1'


def made():
    return subprocess.run([sys.executable, '-B', pid1.ROOT / 'tools/man-page', pid1.PINTLE],
                          capture_output=True, text=True, check=True).stdout


@tap.test
def the_man_page_is_what_the_program_makes_of_its_options_commands_and_exit_codes():
    tap.equal(made(), PAGE.read_text(), 'run tools/man-page > docs/man/pintle.1')


@tap.test
def the_readers_of_man_pages_have_no_complaint():
    pid1.needs('mandoc')
    done = subprocess.run(['mandoc', '-T', 'lint', PAGE], capture_output=True, text=True, check=False)
    tap.equal((done.returncode, done.stdout, done.stderr), (0, '', ''))
    if shutil.which('groff'):
        done = subprocess.run(['groff', '-man', '-ww', '-z', PAGE], capture_output=True, text=True,
                              check=False)
        tap.equal((done.returncode, done.stderr), (0, ''))


tap.main()
