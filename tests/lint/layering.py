"""layering.py - fails if a file in src/ includes a header that its folder may not use: that of a
folder above it, or nlohmann/json outside of config and cli. The rule is docs/architecture.md's."""
import pathlib
import re
import sys

BELOW_INIT = {'base', 'sys', 'http', 'config', 'actions', 'hooks', 'schedule', 'control'}
MAY_USE = {
    'base': set(),
    'sys': {'base'},
    'http': {'base', 'sys'},
    'schedule': {'base'},
    'config': {'base', 'schedule'},
    'describe': {'base', 'schedule', 'config'},
    'actions': {'base', 'sys', 'http', 'config'},
    'hooks': {'base', 'sys', 'config'},
    'fetch': {'base', 'sys', 'http', 'config'},
    'control': {'base', 'sys', 'http', 'config', 'hooks'},
    'audit': {'base', 'sys', 'config'},
    'init': BELOW_INIT,
    'cli': BELOW_INIT | {'describe', 'init', 'audit'},
}
MAY_USE_JSON = {'config', 'describe', 'cli'}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(\w+)/|<(nlohmann)/)', re.M)


def objections(own, text):
    """Yields what is wrong with the include lines of a file in folder `own`."""
    if own not in MAY_USE:
        yield f'{own} is not in the table of tests/lint/layering.py'
        return
    for ours, theirs in INCLUDE.findall(text):
        if ours and ours != own and ours not in MAY_USE[own]:
            yield f'{own} may not use {ours}'
        if theirs and own not in MAY_USE_JSON:
            yield f'{own} may not use nlohmann/json'


def main():
    src = pathlib.Path(__file__).parents[2] / 'src'
    files = sorted(src.rglob('*.[ch]pp'))
    bad = [f'{file}: {text}'
           for file in files
           for text in objections(file.relative_to(src).parts[0], file.read_text())]
    if not files:
        bad = [f'no C++ file found in {src}']
    print('\n'.join(bad) or f'{len(files)} files')
    return bool(bad)


sys.exit(main())
