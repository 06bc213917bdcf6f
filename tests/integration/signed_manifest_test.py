"""`trust.manifest` in an image with trust anchors: one of them must have signed it."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import signing
import tap
from pid1 import PINTLE


class Image(signing.Signer):
    """An application with a manifest, and a trust anchor in /etc."""

    def __init__(self):
        super().__init__()
        self.app = self.folder / 'app'
        self.app.mkdir()
        (self.app / 'main.py').write_text('main')
        self.manifest = self.app / 'manifest'
        self.signature = self.app / 'manifest.minisig'
        subprocess.run([PINTLE, 'digest', '-o', 'manifest', 'main.py'], cwd=self.app, check=True)

    def run(self, **more):
        document = {'trust': {'manifest': str(self.manifest)}, **more}
        return self.run_with(document, 'true', options=['--log-level', 'info'])

    def refused(self, says):
        code, out, err = self.run()
        tap.equal((code, out), (82, ''), err)
        tap.equal(pid1.chosen_line(err, 82), f"step trust failed: cannot verify '{self.manifest}': {says}")


@tap.test
def a_manifest_that_is_not_signed_proves_nothing_where_there_is_an_anchor():
    one = Image()
    one.refused(f"cannot open '{one.signature}': No such file or directory")
    one.sign(one.manifest)
    code, _, err = one.run()
    tap.equal(code, 0, err)
    key = (one.anchors / 'key.pub').read_text().split()[5]
    tap.holds(err, f"verified 1 file of '{one.manifest}', signed by the key {key}\n")


@tap.test
def a_manifest_that_was_changed_after_it_was_signed_is_refused():
    one = Image()
    one.sign(one.manifest)
    (one.app / 'main.py').write_text('evil')
    subprocess.run([PINTLE, 'digest', '-o', 'manifest', 'main.py'], cwd=one.app, check=True)
    one.refused('its content is not what was signed')
    one.sign(one.manifest)
    tap.equal(one.run()[0], 0)


@tap.test
def who_may_write_to_a_signed_manifest_does_not_matter():
    one = Image()
    one.sign(one.manifest)
    for path in (one.app, one.manifest):
        os.chown(path, 1000, 1000)
    code, _, err = one.run(user='1000:1000')
    tap.equal(code, 0, err)
    tap.check('can change' not in err, 'the signature counts', err)


@tap.test
def without_an_anchor_and_in_other_steps_a_manifest_needs_no_signature():
    one = Image()
    shutil.rmtree(one.folder / 'etc/pintle')
    code, _, err = one.run()
    tap.equal(code, 0, err)
    tap.check('signed' not in err, 'there is no signature', err)
    other = Image()
    step = {'id': 's', 'check': {'manifest': str(other.manifest)}}
    tap.equal(other.run_with({'steps': [step]}, 'true')[0], 0)


@tap.test
def verify_by_hand_demands_it_too():
    one = Image()
    config = pid1.config({'trust': {'manifest': str(one.manifest)}})

    def verify(*words):
        done = subprocess.run([*one.image(), PINTLE, 'verify', *words], capture_output=True, text=True, check=False,
                              env={**os.environ, 'PINTLE_CONFIG': config})
        return done.returncode, done.stdout + done.stderr

    tap.equal(verify(), (82, f"pintle: exit 82: cannot verify '{one.manifest}': cannot open '{one.signature}': No "
                             'such file or directory\n'))
    one.sign(one.manifest)
    tap.equal(verify()[0], 0)
    one.signature.unlink()
    tap.equal(verify('--manifest', one.manifest)[0], 0)


tap.main()
