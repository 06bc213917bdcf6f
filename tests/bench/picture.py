"""picture.py - draws sizes and times of images as bars: svg(services, names) of what images.py records."""
import html

WIDTH, LEFT, RIGHT, BAR, GAP = 760, 190, 90, 16, 5
STYLE = '''text{font:14px sans-serif;fill:#1f2328}.title{font-weight:bold;font-size:16px}.note{font-size:12px}
.card{fill:#fff;stroke:#d1d9e0}.shell{fill:#8c959f}.start{fill:#bc4c00}.pintle{fill:#0969da}
.range{stroke:#1f2328;stroke-width:1.5}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.card{fill:#0d1117;stroke:#3d444d}.shell{fill:#9198a1}
.start{fill:#db6d28}.pintle{fill:#4493f8}.range{stroke:#f0f6fc}}'''
CLASSES = {'shell': 'shell', 'pintle': 'pintle'}


class Drawing:
    def __init__(self):
        self.parts, self.y = [], 0

    def text(self, x, y, text, more=''):
        self.parts.append(f'<text x="{x:.0f}" y="{y:.0f}"{more}>{html.escape(text)}</text>')

    def heading(self, title, note):
        self.y += 34
        self.text(20, self.y, title, ' class="title"')
        self.text(20, self.y + 18, note, ' class="note"')
        self.y += 30

    def legend(self):
        for x, name, text in ((20, 'shell', 'Debian, entrypoint script, curl'),
                              (270, 'pintle', 'prebuilt image with pintle, no shell')):
            self.parts.append(f'<rect class="{name}" x="{x}" y="{self.y + 12}" width="14" height="14"/>')
            self.text(x + 22, self.y + 24, text)
        self.y += 30

    def bar(self, name, value, largest, label, spread=None):
        scale = (WIDTH - LEFT - RIGHT) / largest
        self.parts.append(f'<rect class="{name}" x="{LEFT}" y="{self.y}" width="{value * scale:.1f}" '
                          f'height="{BAR}" rx="2"/>')
        end = value * scale
        if spread:
            low, high = (LEFT + each * scale for each in spread)
            middle = self.y + BAR / 2
            self.parts.append(f'<path class="range" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} '
                              f'{middle - 4}v8M{high:.1f} {middle - 4}v8"/>')
            end = max(end, high - LEFT)
        self.text(LEFT + end + 8, self.y + 13, label)
        self.y += BAR + GAP

    def group(self, title, bars):
        self.text(20, self.y + 13 + (len(bars) - 1) * (BAR + GAP) / 2, title)
        for bar in bars:
            self.bar(*bar)
        self.y += 8


def svg(services, names):
    one = Drawing()
    one.legend()
    one.heading('Size of the image', 'MB, not compressed')
    largest = max(rows['shell']['bytes'] for rows in services.values())
    for service, rows in services.items():
        one.group(names[service], [(name, rows[name]['bytes'], largest, f'{rows[name]["bytes"] / 1e6:.1f} MB')
                                   for name in CLASSES])
    one.heading('From docker run to the first answer',
                'ms: median, and the line from the minimum to the maximum')
    largest = max(rows[name]['answer']['max'] for rows in services.values() for name in CLASSES)
    for service, rows in services.items():
        one.group(names[service], [
            (name, row['median'], largest, f'{row["median"]:.0f} ms', (row['min'], row['max']))
            for name, row in ((name, rows[name]['answer']) for name in CLASSES)])
    slow = services['python']['at start']['answer']['median']
    one.text(20, one.y + 14, f'Not drawn: Python with NumPy, which a script installs at each start: {slow / 1000:.1f} s.',
             ' class="note"')
    height = one.y + 30
    return '\n'.join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}">',
                      f'<style>{STYLE}</style>', '<title>Size and start of images with and without a shell</title>',
                      f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
                      *one.parts, '</svg>', ''])
