"""signing.py - keys of minisign(1), what they sign, and an image whose trust anchor one of them is."""
import shutil
import subprocess

import pid1

ANCHORS = '/etc/pintle/trust.d'
CONFIG_COMMENT = 'pintle-config v1 serial 1'


class Signer:
    """A pair of keys, and an /etc whose trust anchor is the public one."""

    def __init__(self):
        pid1.needs_root()
        pid1.needs('minisign')
        self.folder = pid1.folder()
        self.public, self.secret = self.folder / 'key.pub', self.folder / 'key.sec'
        subprocess.run(['minisign', '-G', '-W', '-p', self.public, '-s', self.secret], check=True,
                       capture_output=True)
        self.anchors = self.folder / 'etc/pintle/trust.d'
        self.anchors.mkdir(parents=True)
        shutil.copy(self.public, self.anchors / 'key.pub')

    def sign(self, path, *options):
        """Returns the path of the signature."""
        subprocess.run(['minisign', '-S', '-s', self.secret, '-m', path, *options], check=True, capture_output=True)
        return f'{path}.minisig'

    def image(self):
        """Put in front of pintle: the anchors are in /etc."""
        overlay = f'mount -t overlay -o lowerdir={self.folder}/etc:/etc none /etc && exec "$@"'
        return ['unshare', '--mount', 'sh', '-c', overlay, 'sh']

    def config(self, document, comment=CONFIG_COMMENT):
        """The path of a config that is signed with this comment."""
        path = pid1.config(document)
        self.sign(path, '-t', comment)
        return path

    def run_with(self, document, *command, **more):
        """pid1.run_with() in the image, with a config that is signed."""
        return pid1.run(*command, config_file=self.config(document), **{'before': self.image(), **more})
