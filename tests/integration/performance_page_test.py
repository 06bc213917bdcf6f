"""The figures of docs/performance.md, and its picture, are those of docs/performance.json."""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

FILES = ('performance.json', 'performance.md', 'performance.svg')


def check(docs):
    """What page.py says of a folder; nothing if all is well."""
    done = subprocess.run([sys.executable, '-B', pid1.ROOT / 'tests/bench/page.py', '--check', docs],
                          capture_output=True, text=True, check=False)
    tap.check(done.returncode == 0 or 'performance.json' in done.stderr, 'it has checked', done)
    return done.stderr if done.returncode else ''


@tap.test
def the_page_and_its_picture_have_the_figures_that_were_recorded():
    tap.equal(check(pid1.ROOT / 'docs'), '')


@tap.test
def a_figure_that_was_not_measured_is_found_in_the_page_and_in_the_picture():
    for name, figure in (('performance.md', r'(?<=prebuilt, pintle \| )\d+'),
                         ('performance.svg', r'\d+(?=[.]\d MB<)')):
        folder = pid1.folder()
        for each in FILES:
            shutil.copy(pid1.ROOT / 'docs' / each, folder)
        text = (folder / name).read_text()
        changed = re.sub(figure, lambda found: str(int(found[0]) + 1), text, count=1)
        tap.check(changed != text, f'{name} has the figure')
        (folder / name).write_text(changed)
        tap.holds(check(folder), f'{name} is not what performance.json says')


@tap.test
def every_benchmark_stands_on_the_page():
    page = (pid1.ROOT / 'docs/performance.md').read_text()
    benches = [path for path in (pid1.ROOT / 'tests/bench').glob('*.py') if 'usage: ' in path.read_text()]
    tap.check(len(benches) > 5, 'benchmarks', benches)
    for path in benches:
        tap.holds(page, f'tests/bench/{path.name}')


tap.main()
