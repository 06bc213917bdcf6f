"""picture.py - draws what a terminal shows as SVG: text lines, bold and green where the demo says so.
usage: tools/demo | python3 tools/lib/demo/picture.py > docs/demo.svg"""
import html
import re
import sys

COLUMNS, LINE, TOP, LEFT, CHARACTER = 112, 18, 46, 18, 8.4
# What differs between runs. One text stands for each, so that the picture of every run is the same.
VARYING = [(r'\bpid [2-9]\d*', 'pid 5'), (r' in \d+(?:\.\d+)?m?s\b', ''), (r', in \d+\.\d s\.', '.'),
           (r'\[\{"id": "visits", .*\}\]', '[{"id": "visits", "state": "done", "exitCode": 0, ...}]'),
           (r'=> \d+ reaped', '=> 50 reaped'),
           (r'visits: \d+ since', 'visits: 1 since'), (r'unknown: .*; exit', 'unknown; exit')]
OF_THE_JOB = ('   | visits: ', '   | pintle: job visits: ')


def steady(text):
    """The output without what differs from run to run."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return text


def style(line):
    if re.match(r'\d+\. ', line):
        return 'heading'
    return 'seen' if line.startswith('   => ') else 'plain'


def row(number, line):
    y = TOP + LINE * number
    return (f'<text class="{style(line)}" x="{LEFT}" y="{y}" xml:space="preserve">'
            f'{html.escape(line[:COLUMNS], quote=False)}</text>')


def svg(lines):
    width, height = round(2 * LEFT + COLUMNS * CHARACTER), TOP + LINE * len(lines)
    dots = ''.join(f'<circle cx="{20 + 18 * index}" cy="16" r="5" fill="{colour}"/>'
                   for index, colour in enumerate(('#ec6a5e', '#f4bf4f', '#61c554')))
    style_sheet = ('text{font:14px monospace;fill:#d0d0d0}.heading{fill:#fff;font-weight:bold}'
                   '.seen{fill:#7ec97e}')
    return '\n'.join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">',
                      f'<style>{style_sheet}</style>', '<title>tools/demo</title>',
                      f'<rect width="{width}" height="{height}" rx="8" fill="#1b1d23"/>', dots,
                      *(row(number, line) for number, line in enumerate(lines)), '</svg>', ''])


def lines_of(output):
    """What is drawn: not the config, which stands in the README, and the job once, since a slow machine
    runs it more often."""
    kept, chapter, shown = [], '', set()
    for line in steady(output).splitlines():
        chapter = line[:2] if re.match(r'\d+\. ', line) else chapter
        if line.startswith(OF_THE_JOB) and (chapter != '5.' or line in shown):
            continue
        shown.add(line)
        if chapter and chapter != '1.':
            kept.append(line)
    return kept


if __name__ == '__main__':
    sys.stdout.write(svg(lines_of(sys.stdin.read())))
