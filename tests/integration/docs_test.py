"""Every config that the documentation shows is one that pintle accepts.

A fenced block of json or jsonc that is an object is a config, or, if it has an "id", a hook: a step, a
check or a job. docs/configuration.md and docs/entrypoint-scripts.md have tests of their own."""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE, ROOT

PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]
TESTED_ELSEWHERE = ('configuration.md', 'entrypoint-scripts.md')
BLOCK = re.compile(r'^```jsonc?\n(\{.*?)^```', re.M | re.S)
COMMENT = re.compile(r'(?m)(^|\s)//.*$')
DIGEST = '<64 hex digits>'
LISTS = ('steps', 'health', 'maintenance')


def keys():
    """The keys of a config."""
    done = subprocess.run([PINTLE, 'schema'], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout)['properties'])


def blocks():
    """(where it stands, text) of each object on the pages."""
    for page in PAGES:
        text = page.read_text()
        for found in BLOCK.finditer(text) if page.name not in TESTED_ELSEWHERE else ():
            yield f'{page.name}:{text.count(chr(10), 0, found.start()) + 1}', found[1].replace(DIGEST, '0' * 64)


def complaints(text):
    """What `pintle check` says of a config."""
    done = subprocess.run([PINTLE, 'check', pid1.config(text)], capture_output=True, text=True, env={})
    tap.check(done.returncode in (0, 78), 'exit code of check', done)
    lines = done.stderr.splitlines() if done.returncode else []
    return [line for line in lines if not line.startswith('pintle: exit ')]


def is_hook(text):
    return 'id' in json.loads(COMMENT.sub('', text))


@tap.test
def every_config_of_the_pages_is_accepted():
    configs = [(where, text) for where, text in blocks() if not is_hook(text)]
    tap.check(configs, 'configs')
    known = keys()
    for where, text in configs:
        tap.check(known & set(json.loads(COMMENT.sub('', text))), f'{where}: a config', text)
        tap.equal(complaints(text), [], where)


@tap.test
def every_hook_of_the_pages_is_a_step_a_check_or_a_job():
    hooks = [(where, text) for where, text in blocks() if is_hook(text)]
    tap.check(hooks, 'hooks')
    for where, text in hooks:
        said = {name: complaints(f'{{"{name}": [{text}]}}') for name in LISTS}
        tap.check([] in said.values(), where, said)


def anchors(page):
    """The names by which a link can lead to a heading of a page, as forges make them."""
    headings = re.findall(r'^#+ (.*)$', re.sub(r'(?ms)^```.*?^```', '', page.read_text()), re.M)
    return {re.sub(r'[^\w -]', '', line.lower()).replace(' ', '-') for line in headings}


@tap.test
def every_link_of_the_pages_leads_somewhere():
    for page in PAGES:
        for target, anchor in re.findall(r'\]\(([^)#:]*)(?:#([^)]*))?\)', page.read_text()):
            there = page.parent / target if target else page
            tap.check(there.exists(), f'{page.name}: {target}')
            if anchor:
                tap.check(anchor in anchors(there), f'{page.name}: {target}#{anchor}')


@tap.test
def every_page_stands_in_the_index():
    folder = ROOT / 'docs'
    index = (folder / 'README.md').read_text()
    pages = [*folder.glob('*.md'), *folder.glob('man/*')]
    tap.check(len(pages) > 10, 'pages', pages)
    for page in pages:
        name = str(page.relative_to(folder))
        tap.check(name == 'README.md' or name in index, name)


tap.main()
