"""Programs with `verify` while a hostile process changes the file, its directory, a link, or the bytes in
place: what was not verified never runs.

RUNS is how many starts all attacks have together, 300 by default:

    RUNS=10000 python3 tests/integration/verify_race_test.py"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

ATTACKS = 6
RUNS = int(os.environ.get('RUNS', '300')) // ATTACKS  # of each
AT_ONCE = 100  # steps of one config
DASH = os.path.realpath('/bin/dash')
SIZE = 256 * 1024


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def padded(path, content):
    """A program of a size that all have, so that one can be written over the other."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.ljust(SIZE, b'\n' if content.startswith(b'#!') else b'\0'))
    path.chmod(0o755)
    return path


class Place:
    """A folder with the program that is verified and the one that must never run."""

    def __init__(self, is_script=False):
        self.folder = pid1.folder()
        if is_script:
            good, evil = f'#!{DASH}\nexit 0\n'.encode(), f'#!{DASH}\necho evil > "$1"\nexit 0\n'.encode()
        else:
            good, evil = (pathlib.Path(shutil.which(name)).read_bytes() for name in ('true', 'touch'))
        self.good = padded(self.folder / 'good/prog', good)
        self.evil = padded(self.folder / 'evil/prog', evil)
        self.verify = {'sha256': digest(self.good)}
        if is_script:
            self.verify['interpreter'] = {'path': DASH, 'sha256': digest(DASH)}

    def copy(self, name):
        path = self.folder / name
        shutil.copy(self.good, path)
        return path


def attacked(place, path, *attack):
    """Starts `path` RUNS times under the attack. Returns how often it ran and how often it was refused."""
    mark = place.folder / 'mark'
    hostile = subprocess.Popen([pid1.compiled('swapper'), *map(str, attack)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    tap.cleanup(hostile.kill)
    ran = refused = 0
    while ran + refused < RUNS:
        steps = [{'id': f's{number}', 'command': str(path), 'arguments': [str(mark)], 'verify': place.verify,
                  'onFailure': 'continue', 'precedents': []} for number in range(min(RUNS, AT_ONCE))]
        code, _, err = pid1.run_with({'steps': steps}, 'true', options=['--log-level', 'info'])
        tap.equal(code, 0, err)
        tap.check(not mark.exists(), 'only what was verified runs', err)
        ran += err.count('verified (sealed copy)')
        refused += err.count('cannot verify') + err.count('cannot execute')
    times, _ = hostile.communicate('')
    tap.check(int(times) > 0, 'the attack went on', times)
    return ran, refused


def report(ran, refused):
    print(f'# it ran {ran} times and was refused {refused} times')


@tap.test
def a_file_that_is_replaced_meanwhile_never_runs_unverified():
    place = Place()
    path = place.copy('prog')
    report(*attacked(place, path, 'swap', path, place.evil))


@tap.test
def a_directory_that_is_replaced_meanwhile_leads_to_nothing_unverified():
    place = Place()
    report(*attacked(place, place.good, 'swap', place.good.parent, place.evil.parent))


@tap.test
def a_link_that_takes_the_place_of_a_directory_or_file_is_never_followed():
    place = Place()
    (place.folder / 'link').symlink_to('evil')
    report(*attacked(place, place.good, 'swap', place.good.parent, place.folder / 'link'))
    place = Place()
    path = place.copy('prog')
    (place.folder / 'link').symlink_to(place.evil)
    report(*attacked(place, path, 'swap', path, place.folder / 'link'))


@tap.test
def bytes_that_are_written_in_place_meanwhile_never_run():
    place = Place()
    path = place.copy('prog')
    report(*attacked(place, path, 'write', path, place.good, place.evil))


@tap.test
def lines_that_are_written_into_a_script_meanwhile_never_run():
    place = Place(is_script=True)
    path = place.copy('prog')
    report(*attacked(place, path, 'write', path, place.good, place.evil))


tap.main()
