"""`verify` by a signature: a program runs only if a trust anchor of the image has signed its file. The
signatures are made by minisign(1)."""
import base64
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import signing
import tap
from signing import ANCHORS

DASH = os.path.realpath('/bin/dash')


class Signer(signing.Signer):
    """One that has signed a program."""

    def __init__(self):
        super().__init__()
        self.program = self.folder / 'prog'
        shutil.copy(shutil.which('echo'), self.program)
        self.signature = self.folder / 'prog.minisig'
        self.sign(self.program)

    def run(self, is_image=True, signer=None, **step):
        verify = {'signature': str(self.signature)}
        document = {'steps': [{'id': 's', 'command': str(self.program), 'arguments': ['ran'], 'verify': verify, **step}]}
        return (signer or self).run_with(document, 'true', options=['--log-level', 'info'],
                                         before=self.image() if is_image else [])

    def refused(self, says, **more):
        code, out, err = self.run(**more)
        tap.equal((code, out), (82, ''), err)
        found = pid1.chosen_line(err, 82)
        tap.equal(found, f"step s failed: cannot verify '{self.program}': {says}")


    def refused_config(self, says):
        """The config is signed, but an anchor that cannot be trusted refuses all."""
        code, out, err = self.run()
        tap.equal((code, out), (82, ''), err)
        tap.check(pid1.chosen_line(err, 82).endswith(f' cannot be used: {says}; an image with trust anchors needs a '
                                                     'config that one of them has signed'), says, err)


def lines_of(path):
    return path.read_text().splitlines(keepends=True)


def changed(line, at):
    """A line of base64 with another byte at that place."""
    data = bytearray(base64.b64decode(line))
    data[at] ^= 1
    return base64.b64encode(bytes(data)).decode() + '\n'


@tap.test
def what_a_trust_anchor_has_signed_runs_also_when_its_content_is_new():
    one = Signer()
    code, out, err = one.run()
    tap.equal((code, out), (0, 'ran\n'), err)
    tap.holds(err, 'verified (sealed copy)')
    tap.equal(one.run(user='1000:1000')[:2], (0, 'ran\n'))
    shutil.copy(shutil.which('printf'), one.program)
    one.refused('its content is not what was signed')
    one.sign(one.program)
    tap.equal(one.run()[:2], (0, 'ran'))


@tap.test
def a_signature_that_is_missing_or_of_another_kind_is_refused():
    one = Signer()
    one.signature.unlink()
    one.refused(f"cannot open '{one.signature}': No such file or directory")
    one.sign(one.program, '-l')
    one.refused(f"cannot use '{one.signature}': it is a legacy signature; sign again without -l")
    one.signature.write_text('nothing\n')
    one.refused(f"cannot use '{one.signature}': it is not a signature of minisign")
    one.signature.unlink()
    one.signature.symlink_to(one.public)
    one.refused(f"cannot read '{one.signature}': it is a symbolic link")


@tap.test
def a_signature_in_which_anything_is_changed_is_refused():
    one = Signer()
    comment, signature, trusted, of_comment = lines_of(one.signature)

    def written(*lines):
        one.signature.write_text(''.join(lines))

    written(comment, changed(signature, 20), trusted, of_comment)
    one.refused('its content is not what was signed')
    written(comment, signature, trusted.replace('timestamp', 'Timestamp'), of_comment)
    one.refused('the trusted comment of its signature is not what was signed')
    written(comment, signature, trusted, changed(of_comment, 5))
    one.refused('the trusted comment of its signature is not what was signed')
    written('untrusted comment: anything\n', signature, trusted, of_comment)
    tap.equal(one.run()[0], 0)


@tap.test
def the_key_of_somebody_else_is_no_trust_anchor():
    one, other = Signer(), Signer()
    shutil.copy(other.public, one.anchors / 'key.pub')
    key = one.public.read_text().split()[5]
    one.refused(f'it is signed by the key {key}, which is no trust anchor', signer=other)
    shutil.copy(one.public, one.anchors / 'second.pub')
    tap.equal(one.run()[0], 0)
    # Somebody takes the id of the anchor for a key of his own.
    ours, theirs = (base64.b64decode(lines_of(signer.signature)[1]) for signer in (one, other))
    other_lines = lines_of(other.signature)
    other_lines[1] = base64.b64encode(theirs[:2] + ours[2:10] + theirs[10:]).decode() + '\n'
    (one.anchors / 'key.pub').unlink()
    one.signature.write_text(''.join(other_lines))
    one.refused('its content is not what was signed')


@tap.test
def without_a_trust_anchor_nothing_is_verified():
    one = Signer()
    says = f"there is no trust anchor: no file '{ANCHORS}/*.pub'"
    one.refused(says, is_image=False)
    (one.anchors / 'key.pub').rename(one.anchors / 'key')
    one.refused(says)


@tap.test
def an_anchor_that_somebody_else_may_write_or_that_is_a_link_is_refused():
    one = Signer()
    key = one.anchors / 'key.pub'
    says = 'it must belong to root, and nobody else may write to it'
    for path, name in ((key, f'{ANCHORS}/key.pub'), (one.anchors, ANCHORS), (one.anchors.parent, '/etc/pintle')):
        mode = path.stat().st_mode
        os.chown(path, 1000, 1000)
        one.refused_config(f"cannot trust '{name}': {says}")
        os.chown(path, 0, 0)
        path.chmod(mode | 0o020)
        one.refused_config(f"cannot trust '{name}': {says}")
        path.chmod(mode)
    tap.equal(one.run()[0], 0)
    key.rename(one.anchors / 'other')
    key.symlink_to('other')
    one.refused_config(f"cannot read '{ANCHORS}/key.pub': it is a symbolic link")


@tap.test
def an_anchor_for_which_anybody_can_sign_is_refused():
    one = Signer()
    prefix = base64.b64decode(lines_of(one.public)[1])[:10]
    prime = 2 ** 255 - 19
    orders = ['26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
              'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a']
    points = [number.to_bytes(32, 'little') for number in (0, 1, prime - 1, prime, prime + 1)]
    points += [bytes.fromhex(text) for text in orders]
    points += [point[:-1] + bytes([point[-1] | 0x80]) for point in points]
    for point in points:
        (one.anchors / 'key.pub').write_text(base64.b64encode(prefix + point).decode() + '\n')
        one.refused_config(f"cannot trust '{ANCHORS}/key.pub': its key is a point of small order, for which anybody can sign")
    (one.anchors / 'key.pub').write_text('RWQ\n')
    one.refused_config(f"cannot trust '{ANCHORS}/key.pub': it is not a public key of minisign")


@tap.test
def a_script_and_its_interpreter_may_be_signed_and_main_too():
    one = Signer()
    shell = one.folder / 'shell'
    shutil.copy(DASH, shell)
    script = one.folder / 'script'
    script.write_text(f'#!{DASH}\necho script $1\n')
    script.chmod(0o755)
    verify = {'signature': one.sign(script), 'interpreter': {'path': str(shell), 'signature': one.sign(shell)}}
    code, out, err = one.run(command=str(script), verify=verify)
    tap.equal((code, out), (0, 'script ran\n'), err)
    shell.write_bytes(shell.read_bytes() + b'\0')
    code, _, err = one.run(command=str(script), verify=verify)
    tap.equal(code, 82, err)
    tap.holds(err, f"cannot verify '{shell}': its content is not what was signed")
    main = {'command': str(one.program), 'arguments': ['main'], 'verify': {'signature': str(one.signature)}}
    code, out, err = one.run_with({'main': main})
    tap.equal((code, out), (0, 'main\n'), err)
    one.program.write_bytes(one.program.read_bytes() + b'\0')
    code, out, err = one.run_with({'main': main})
    tap.equal((code, out), (82, ''), err)


@tap.test
def a_signature_counts_as_pinned():
    one = Signer()
    step = {'id': 's', 'command': str(one.program), 'arguments': ['ran'], 'verify': {'signature': str(one.signature)}}
    document = {'trust': {'require': 'pinned'}, 'steps': [step]}
    tap.equal(one.run_with(document, options=['--init-only'])[:2], (0, 'ran\n'))


tap.main()
