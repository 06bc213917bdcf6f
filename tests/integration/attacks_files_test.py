"""What root's steps make of files that somebody else owns: he races them, with whatever modes he can
give, and never gets a program that runs as root, nor a wider mode than root wanted."""
import os
import pathlib
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import certificate
import pid1
import tap

USER = 1000
SPECIAL = stat.S_ISUID | stat.S_ISGID
WITHOUT_CHOWN = ['setpriv', '--bounding-set', '-chown']

# He gives his files the widest modes all the time, and looks at everything in the folders that root
# writes to. A file that is root's and set-user-ID or set-group-ID, or may be written by all, is told.
HOSTILE = '''
import os, stat, sys
home, *watched = sys.argv[1:]
os.setgroups([]); os.setgid(1000); os.setuid(1000)
print('ready', flush=True)
modes = (0o4755, 0o2777, 0o6777, 0o4711, 0o777)
looks = 0
told = set()
while not os.path.exists(home + '/stop'):
    looks += 1
    for name in ('out', 'bundle'):  # what root writes into his folder he replaces by his own
        with open(home + '/his', 'w'):
            os.replace(home + '/his', home + '/' + name)
    for name in os.listdir(home):
        try:
            os.chmod(home + '/' + name, modes[looks % len(modes)])
        except OSError:
            pass
    for folder in watched:
        for name in os.listdir(folder):
            try:
                info = os.lstat(folder + '/' + name)
            except OSError:
                continue
            bad = info.st_mode & 0o6002 and info.st_uid == 0 and not stat.S_ISLNK(info.st_mode)
            if bad and (name, info.st_mode) not in told:
                told.add((name, info.st_mode))
                print(folder, name, oct(info.st_mode), flush=True)
print('looks', looks, flush=True)
'''


class Race:
    """His files are in `home`, root writes to `data`, which nobody else may, and to `shared`."""

    def __init__(self):
        pid1.needs_root()
        pid1.needs('setpriv')
        folder = pid1.folder()
        self.home, self.data, self.shared = (folder / name for name in ('home', 'data', 'shared'))
        for path in (self.home, self.data, self.shared):
            path.mkdir()
        self.own(self.home)
        self.own(self.shared)
        for name in ('rules', 'tool', 'ca.pem'):
            self.his(self.home / name, certificate.PEM)

    def own(self, path):
        os.chown(path, USER, USER)

    def his(self, path, text):
        path.write_text(text)
        self.own(path)
        path.chmod(0o6777)
        return path

    def run(self, steps, before=()):
        """Runs the steps while he is at it; returns what they said, and what he saw."""
        command = [sys.executable, '-c', HOSTILE, *map(str, (self.home, self.home, self.data,
                                                                self.shared))]
        hostile = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        tap.cleanup(lambda: (hostile.kill(), hostile.wait(), hostile.stdout.close()))
        hostile.stdout.readline()
        document = {'steps': [{'onFailure': 'continue', **step, 'id': f's{number}'}
                              for number, step in enumerate(steps)]}
        code, _, err = pid1.run_with(document, 'true', options=['--log-level', 'info'],
                                     before=before)
        (self.home / 'stop').touch()
        *seen, looks = hostile.stdout.read().splitlines()
        tap.check(int(looks.split()[1]) > 0, 'he looked', looks)
        tap.equal(code, 0, err)
        return err, seen

    def nothing_runs_as_root(self):
        for folder in (self.home, self.data, self.shared):
            for path in folder.iterdir():
                info = path.lstat()
                is_bad = info.st_uid == 0 and info.st_mode & (SPECIAL | stat.S_IWOTH)
                tap.check(not is_bad, f'{path} is harmless', oct(info.st_mode))


def falling_back(source, destination):
    return {'command': '/bin/false', 'onFailure': {
        'action': 'fallback', 'source': str(source), 'destination': str(destination)}}


def adding(source, bundle):
    return {'certificates': {'source': str(source), 'bundle': str(bundle)}}


@tap.test
def the_mode_of_his_file_never_becomes_that_of_roots_copy():
    race = Race()
    steps = [falling_back(race.home / 'rules', folder / 'copy')
             for folder in (race.data, race.shared)]
    # The second program has the same rule.
    steps.append({'check': {'path': '/no/such/file', 'prohibit': ['no such word']},
                  **{key: value for key, value in steps[0].items() if key == 'onFailure'}})
    err, seen = race.run(steps * 60)
    tap.equal(err.count('done by its fallback'), 180, 'steps that fell back')
    tap.equal(seen, [])
    race.nothing_runs_as_root()
    tap.equal((race.data / 'copy').stat().st_mode & 0o7022, 0)


@tap.test
def the_mode_of_his_file_never_becomes_that_of_roots_output():
    race = Race()
    out = race.home / 'out'
    writing = {'command': '/bin/echo', 'arguments': ['roots'], 'output': {'file': str(out)}}
    _, seen = race.run([writing] * 100)
    tap.equal(seen, [])
    race.nothing_runs_as_root()
    race.his(out, 'his')
    tap.equal(pid1.run_with({'steps': [{'id': 'w', **writing}]}, 'true')[0], 0)
    tap.equal((out.read_text(), out.stat().st_uid), ('roots\n', 0))
    tap.equal(out.stat().st_mode & 0o7777, 0o644)


@tap.test
def the_mode_of_his_bundle_never_becomes_that_of_roots():
    race = Race()
    bundle = race.home / 'bundle'
    err, seen = race.run([adding(race.home / 'ca.pem', bundle)] * 100)
    tap.holds(err, 'added 1')
    tap.equal(seen, [])
    race.nothing_runs_as_root()
    race.his(bundle, '')
    tap.holds(pid1.run_with({'steps': [{'id': 'b', **adding(race.home / 'ca.pem', bundle)}]}, 'true',
                            options=['--log-level', 'info'])[2], 'added 1')
    tap.equal((bundle.stat().st_uid, bundle.stat().st_mode & 0o7777), (0, 0o644))


def special_uses(race):
    """Steps whose config wants set-user-ID files, of what is his and for somebody else."""
    his = race.home / 'tool'
    uses = []
    for number, folder in enumerate((race.data, race.shared)):
        uses += [{'file': {'path': str(folder / 'copied'), 'copy': str(his), 'mode': '4755'}},
                 {'file': {'path': str(folder / 'given'), 'content': f'{number}', 'mode': '6755',
                           'owner': '1234:1234'}},
                 {'permissions': {'path': str(his), 'owner': 'root', 'mode': '4755'}}]
    return uses


@tap.test
def what_he_wrote_never_runs_as_root_though_the_config_names_the_bits():
    race = Race()
    err, seen = race.run(special_uses(race) * 30)
    tap.holds(err, 'another user could have written its content')
    tap.equal(seen, [])
    race.nothing_runs_as_root()
    tap.check(not (race.data / 'copied').exists(), 'no copy of it was made')
    given = (race.data / 'given').stat()
    tap.equal((given.st_uid, given.st_mode & 0o7777), (1234, 0o6755))
    tap.equal((race.home / 'tool').stat().st_uid, USER)


@tap.test
def where_root_may_give_nothing_away_nothing_is_set_user_id_at_any_moment():
    race = Race()
    steps = special_uses(race) + [falling_back(race.home / 'rules', race.shared / 'copy')]
    steps.append(adding(race.home / 'ca.pem', race.home / 'bundle'))
    err, seen = race.run(steps * 30, before=WITHOUT_CHOWN)
    tap.holds(err, 'cannot change the owner of')
    tap.equal(seen, [])
    race.nothing_runs_as_root()
    left = [path.name for folder in (race.data, race.shared) for path in folder.iterdir()]
    tap.equal(sorted(left), ['copy'])


tap.main()
