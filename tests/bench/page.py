"""Makes the figures of docs/performance.md and docs/performance.svg from docs/performance.json; with
--measure, that file too, by all benchmarks of this folder (some minutes, root, a quiet machine).

usage: page.py [--measure] [--check] [DOCS]; DOCS is docs. With --check it writes nothing and fails if
page or picture are not those of the file. What it writes in the page stands between `<!-- NAME -->` and
`<!-- end -->`."""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

import picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Those of single programs run before all other work of the machine.
FIRST = ('chrt', '--fifo', '20')
BENCHES = {'images.py': (), 'idle.py': (), 'steps.py': FIRST, 'entrypoint.py': FIRST,
           'health_cost.py': FIRST, 'signal_window.py': FIRST}
SERVICES = {'static': 'a static program', 'python': 'Python with NumPy', 'node': 'Node.js'}
VARIANTS = {'shell': 'Debian, script, curl', 'at start': 'Debian, NumPy installed at start',
            'pintle': 'prebuilt, pintle', 'early': 'prebuilt, pintle, `"startInterval": "100ms"`',
            'no ca': 'prebuilt, pintle, no `NODE_EXTRA_CA_CERTS`', 'bare': 'prebuilt, no entrypoint'}
BLOCK = re.compile(r'(?ms)^<!-- (?!end)([\w-]+) -->\n.*?^<!-- end -->$')


def table(heads, rows):
    lines = [heads, ['---' if head in ('image', heads[0]) else '---:' for head in heads], *rows]
    return '\n'.join('| ' + ' | '.join(map(str, line)) + ' |' for line in lines)


def mb(count):
    return f'{count / 1e6:.1f}'


def spread(row, digits=0):
    return [f'{row[name]:.{digits}f}' for name in ('min', 'median', 'max')]


def less(row, other, key='bytes'):
    """How much smaller, in percent."""
    return f'{100 * (1 - row[key] / other[key]):.0f} %'


def summary(data):
    services = data['images']['services']
    python, idle, steps = services['python'], data['idle']['rows'], data['steps']
    median = {name: row['median'] for name, row in data['entrypoint']['ms'].items()}
    sizes = '; '.join(f'{SERVICES[name]} {mb(rows["pintle"]["bytes"])} MB instead of '
                      f'{mb(rows["shell"]["bytes"])} MB ({less(rows["pintle"], rows["shell"])} less)'
                      for name, rows in services.items())
    starts = '; '.join(f'{SERVICES[name]} {rows["pintle"]["answer"]["median"]:.0f} ms and '
                       f'{rows["shell"]["answer"]["median"]:.0f} ms' for name, rows in services.items())
    each = {name: per_step(steps, f'{name}, chain') for name in ('pintle', 'dash', 'bash')}
    cpu = idle['pintle, a check each 5 s']['cpu'] / 1000
    return '\n'.join([
        f'- **Size of the image**: {sizes}.',
        f'- **Time to the first answer**, with pintle and with a shell script: {starts}. A script that '
        f'installs NumPy at each start needs {python["at start"]["answer"]["median"] / 1000:.1f} s.',
        f'- **An idle pintle** has {idle["pintle, no config"]["resident"] / 1024:.1f} MiB resident and uses '
        f'no CPU time. With a check each 5 s it uses {cpu:.0f} ms of CPU time in a minute.',
        f'- **A step that runs a program** costs {each["pintle"]} µs; the same line of a script costs '
        f'{each["dash"]} µs with dash and {each["bash"]} µs with bash.',
        f'- **Ten usual tasks of an entrypoint**, done by built-in actions, take {median["pintle"]:.1f} ms; a '
        f'script needs {median["dash"]:.1f} ms with dash and {median["bash"]:.1f} ms with bash.'])


def sizes(data):
    rows = [['the base alone', 'Debian', *size_of(data['images']['base']), '']]
    for service, variants in data['images']['services'].items():
        for name in [name for name in VARIANTS if 'bytes' in variants.get(name, {})]:
            saved = less(variants[name], variants['shell']) if name == 'pintle' else ''
            rows.append([SERVICES[service], VARIANTS[name], *size_of(variants[name]), saved])
    return table(['service', 'image', 'MB', 'MB, compressed', 'files', 'programs', 'setuid', 'smaller'], rows)


def size_of(row):
    return [mb(row['bytes']), mb(row['compressed']), row['files'], row['programs'], row['setuid']]


def starts(data):
    rows = []
    for service, variants in data['images']['services'].items():
        for name in [name for name in VARIANTS if name in variants]:
            row = variants[name]
            healthy = f'{row["healthy"]["median"]:.0f}' if 'healthy' in row else ''
            rows.append([SERVICES[service], VARIANTS[name], row['runs'],
                         *spread(row['answer']), healthy])
    return table(['service', 'image', 'runs', 'minimum', 'median', 'maximum',
                  'pintle says healthy (median)'], rows)


def per_step(steps, title):
    return f'{steps["ms"][title]["median"] * 1000 / steps["steps"]:.0f}'


def steps(data):
    found = data['steps']
    rows = [[text, *(per_step(found, f'{name}, {order}') for name in ('pintle', 'dash', 'bash'))]
            for order, text in (('chain', 'one after the other'), ('fan', 'all at once'))]
    return table([f'µs for each of {found["steps"]} programs', 'pintle', 'dash', 'bash'], rows)


def entrypoint(data):
    return table(['ms', 'minimum', 'median', 'maximum'],
                 [[name, *spread(row, 1)] for name, row in data['entrypoint']['ms'].items()])


def idle(data):
    return table(['PID 1', 'KiB resident', 'KiB of heap and stacks', 'µs of CPU in a minute',
                  'wake-ups in a minute'],
                 [[name, row['resident'], row['anonymous'], row['cpu'], row['wakeups']]
                  for name, row in data['idle']['rows'].items()])


def health(data):
    return table(['a request', 'µs', 'µs of CPU', 'KiB'],
                 [[name, *(f'{row[key]:.0f}' for key in ('wall', 'cpu', 'memory'))]
                  for name, row in data['health_cost']['rows'].items()])


def answers(data):
    return f'PID 1 itself uses {data["health_cost"]["pid1"]:.0f} µs of CPU time for an answer.'


def signals(data):
    return table(['µs', 'minimum', 'median', 'maximum'],
                 [[name, *spread(row)] for name, row in data['signal_window']['us'].items()])


def machine(data):
    one, found = data['machine'], data['images']['versions']
    return (f'Measured on {one["date"]} with {one["cpus"]} CPUs ({one["model"]}) of a virtual machine with '
            f'Linux {one["kernel"]}, {one["system"]}, Docker Engine {found["engine"]} ({found["storage"]}), '
            f'{found["python"]} with NumPy {found["numpy"]}, and Node.js {found["node"].lstrip("v")}.')


BLOCKS = {one.__name__: one for one in (summary, sizes, starts, steps, entrypoint, idle, health, answers,
                                        signals, machine)}


def describe():
    """The machine, without what names it."""
    model = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path('/etc/os-release').read_text())
    return {'date': datetime.date.today().isoformat(), 'cpus': os.cpu_count(),
            'kernel': '.'.join(os.uname().release.split('.')[:2]), 'system': system[1],
            'model': model[1] if model else os.uname().machine}


def measure(path):
    path.unlink(missing_ok=True)
    path.write_text(json.dumps({'machine': describe()}))
    for name, before in BENCHES.items():
        script = pathlib.Path(__file__).with_name(name)
        subprocess.run([*before, sys.executable, '-B', script], check=True,
                       env={**os.environ, 'RECORD': str(path)})


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split('usage: ')[1].split(';')[0])
    parser.add_argument('--measure', action='store_true')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('docs', nargs='?', type=pathlib.Path, default=ROOT / 'docs')
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.docs.resolve() / 'performance.json')
    data = json.loads((asked.docs / 'performance.json').read_text())
    page = asked.docs / 'performance.md'
    made = {page: BLOCK.sub(lambda found: f'<!-- {found[1]} -->\n{BLOCKS[found[1]](data)}\n<!-- end -->',
                            page.read_text()),
            asked.docs / 'performance.svg': picture.svg(data['images']['services'], SERVICES)}
    for path, text in made.items():
        if not asked.check:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f'{path.name} is not what performance.json says: run tests/bench/page.py')


main()
