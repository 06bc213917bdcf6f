"""workflows.py - fails if a workflow of .github/workflows breaks a rule: actions are pinned by commit, each
job has the least permissions, and no secret or text of others gets into a command line or the log.
usage: workflows.py [FOLDER]"""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).parents[2]
PINNED = re.compile(r'[\w.-]+/[\w./-]+@[0-9a-f]{40}')
VERSION = re.compile(r'uses: \S+@[0-9a-f]{40} +# v\d')
EXPRESSION = re.compile(r'\$\{\{.*?\}\}')
SHOWS = re.compile(r'\b(?:set\s+-\w*x|printenv|env\s*$|export\s+-p)|\becho\b[^|>]*(?:KEY|TOKEN|SECRET)', re.M)
MAY_WRITE = {('release.yml', 'release'): {'contents': 'write'}}


def check_step(step, job):
    action, command = step.get('uses'), step.get('run', '')
    if action and not PINNED.fullmatch(action):
        yield f'{action}: pin it by its full commit hash'
    if action and action.startswith('actions/checkout@') and (step.get('with') or {}).get(
            'persist-credentials') is not False:
        yield 'checkout keeps the token: set persist-credentials: false'
    if EXPRESSION.search(command):
        yield f'an expression in a command: give it by env: {command.strip()!r}'
    if SHOWS.search(command):
        yield f'the command could show a secret: {command.strip()!r}'


def secrets_outside_steps(workflow, job):
    for place in (workflow, job):
        if 'secrets.' in str(place.get('env', '')) or 'github.token' in str(place.get('env', '')):
            yield 'a secret in env of a workflow or job: give it to one step'


def check_job(file, name, workflow, job):
    allowed = MAY_WRITE.get((file, name), {'contents': 'read'})
    if job.get('permissions') != allowed:
        yield f'permissions are {job.get("permissions")}, allowed: {allowed}'
    if 'timeout-minutes' not in job:
        yield 'no timeout-minutes'
    if str(job.get('runs-on', '')).endswith('-latest'):
        yield 'the runner has no version'
    yield from secrets_outside_steps(workflow, job)
    for step in job.get('steps', []):
        yield from check_step(step, job)


def check_file(path):
    text = path.read_text()
    workflow = yaml.safe_load(text)
    triggers = workflow.get('on', workflow.get(True))  # YAML 1.1 reads `on` as true
    if 'pull_request_target' in triggers:
        yield 'pull_request_target gives the secrets to code of others'
    if workflow.get('permissions') != {}:
        yield 'permissions at the top are to be {}'
    if 'pull_request' in triggers and 'secrets.' in text:
        yield 'a pull request reaches secrets'
    for line in text.splitlines():
        if re.search(r'\buses: ', line) and not VERSION.search(line):
            yield f'the version of a pinned action stands in no comment: {line.strip()}'
    for name, job in workflow['jobs'].items():
        yield from (f'{name}: {problem}' for problem in check_job(path.name, name, workflow, job))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / '.github/workflows'
    files = sorted([*folder.glob('*.yml'), *folder.glob('*.yaml')])
    bad = [f'{path.name}: {problem}' for path in files for problem in check_file(path)]
    print('\n'.join(bad) or f'{len(files)} workflows')
    return bool(bad) or not files


sys.exit(main())
