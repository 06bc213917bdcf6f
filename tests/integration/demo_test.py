"""The picture of the README is what tools/demo shows today."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

DEMO = pid1.ROOT / 'tools/lib/demo'
PICTURE = pid1.ROOT / 'docs/demo.svg'


@tap.test
def the_picture_of_the_readme_is_drawn_from_what_the_demo_shows():
    pid1.needs_root()
    if b'/ld-linux' in pathlib.Path(pid1.PINTLE).read_bytes()[:4096]:
        tap.skip('the root file system of the demo has no libraries for a dynamic pintle')
    done = subprocess.run(['unshare', '--mount', '--net', '/usr/bin/python3', '-B', DEMO / 'demo.py', pid1.PINTLE],
                          capture_output=True, text=True, check=False)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)
    drawn = subprocess.run([sys.executable, '-B', DEMO / 'picture.py'], input=done.stdout, capture_output=True,
                           text=True, check=True).stdout
    tap.equal(drawn, PICTURE.read_text(), 'run tools/demo | python3 tools/lib/demo/picture.py > docs/demo.svg')


tap.main()
