"""`pintle plan --dry-run`: which files the hooks would remove or rotate now, with the variables as a
start would have them; nothing is changed, and without the option nothing is looked at."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

HOUR = 3600


def plan(document, *options, cwd=None, **environment):
    done = subprocess.run([pid1.PINTLE, 'plan', *options, pid1.config(document)], text=True,
                          capture_output=True, env=environment, cwd=cwd)
    tap.equal((done.returncode, done.stderr), (0, ''))
    return done.stdout


def steps(document, **more):
    """What is under "dryRun" in each step, by id."""
    out = json.loads(plan(document, '--json', '--dry-run', **more))
    return {step['id']: step.get('dryRun') for step in out['steps']}


def put(path, size, hours):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('x' * size)
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


def step(name, **action):
    return {'id': name, **action}


def without_seconds(text):
    """Ages move on while we look."""
    return re.sub(r'(\d+h)(\d+m)?(\d+s)?', r'\1', text)


def snapshot(folder):
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ctime_ns)
            for path in [folder, *folder.rglob('*')]}


@tap.test
def each_step_tells_which_files_it_would_take():
    folder = pid1.folder()
    put(folder / 'cache/b', 10, 30)
    put(folder / 'cache/sub/a', 20, 50)
    put(folder / 'cache/new', 5, 0)
    for name, size in (('app.log', 100), ('app.log.1', 90), ('app.log.2', 80)):
        put(folder / name, size, 2)
    document = {'environment': {'ROOT': {}, 'KEEP': {'defaultValue': 2}}, 'steps': [
        step('prune', prune={'path': '$ROOT/cache', 'olderThan': '${AGE:-1d}', 'recursive': True}),
        step('rotate', rotate={'path': '$ROOT/*.log', 'largerThan': '50B', 'keep': '$KEEP'}),
        step('nothing', prune={'path': '$ROOT/absent', 'keepLast': 1}),
        step('other', directory={'path': '$ROOT/made'}),
        step('skipped', prune={'path': '$ROOT/cache', 'keepLast': 1}, imageModes=['prebuilt'])]}
    before = snapshot(folder)
    text = without_seconds(plan(document, '--dry-run', ROOT=str(folder)))
    tap.equal(snapshot(folder), before)
    tap.holds(text, f'''├─ prune
│    prune path=$ROOT/cache olderThan=1d recursive=true
│    as (whoever starts pintle)
│    would remove 2 files, 30 bytes
│      {folder}/cache/sub/a (20 bytes, 2d2h old)
│      {folder}/cache/b (10 bytes, 1d6h old)
├─ rotate
│    rotate path=$ROOT/*.log largerThan=50 keep=2
│    as (whoever starts pintle)
│    after prune
│    would rotate 1 file, 100 bytes
│      {folder}/app.log (100 bytes, 2h old)
│    would remove 1 file, 80 bytes
│      {folder}/app.log.2 (80 bytes, 2h old)
├─ nothing
│    prune path=$ROOT/absent keepLast=1
│    as (whoever starts pintle)
│    after rotate
│    would change nothing
├─ other
│    directory path=$ROOT/made
│    as (whoever starts pintle)
│    after nothing
├─ skipped (skipped: not for this image mode)
│    prune path=$ROOT/cache keepLast=1
│    as (whoever starts pintle)
│    after other
main
''')
    found = steps(document, ROOT=str(folder))
    for verb in (found['prune']['remove'], found['rotate']['rotate'], found['rotate']['remove']):
        for file in verb['first']:
            file['age'] = without_seconds(file['age'])
    tap.equal(found, {
        'prune': {'remove': {'files': 2, 'bytes': 30, 'first': [
            {'path': f'{folder}/cache/sub/a', 'bytes': 20, 'age': '2d2h'},
            {'path': f'{folder}/cache/b', 'bytes': 10, 'age': '1d6h'}]}},
        'rotate': {'rotate': {'files': 1, 'bytes': 100, 'first': [
                       {'path': f'{folder}/app.log', 'bytes': 100, 'age': '2h'}]},
                   'remove': {'files': 1, 'bytes': 80, 'first': [
                       {'path': f'{folder}/app.log.2', 'bytes': 80, 'age': '2h'}]}},
        'nothing': {}, 'other': None, 'skipped': None})


@tap.test
def what_it_tells_is_what_a_start_does():
    folder = pid1.folder()
    for number in range(9):
        put(folder / f'cache/{number}', 10 + number, number + 1)
        put(folder / f'log.{number}' if number else folder / 'log', 10 + number, 1)
    document = {'steps': [
        step('p', prune={'path': f'{folder}/cache', 'maxTotalSize': '60B', 'keepLast': 2}),
        step('r', rotate={'path': f'{folder}/log', 'olderThan': '30m', 'keep': 4})]}
    found = steps(document)
    removed = [file['path'] for hook in found.values() for file in hook['remove']['first']]
    tap.equal(len(removed), 4 + 5)
    kept = {str(path) for path in folder.rglob('*') if path.is_file()} - set(removed)
    code, _, err = pid1.run_with(document, 'true', options=['--log-level', 'info'])
    tap.equal(code, 0, err)
    tap.holds(err, 'removed 4 files, ')
    now = {str(path) for path in folder.rglob('*') if path.is_file()}
    tap.equal(now, kept | {f'{folder}/log.4'})
    tap.equal(steps(document), {'p': {}, 'r': {}})


@tap.test
def a_long_list_is_cut_and_counted():
    folder = pid1.folder()
    for number in range(50):
        put(folder / f'{number:02}', 3, 100 - number)
    document = {'maintenance': [{'id': 'p', 'schedule': {'every': '1h'}, 'prune': {
        'path': str(folder), 'keepLast': 5}}]}
    text = plan(document, '--dry-run').splitlines()
    tap.check('│    would remove 45 files, 135 bytes' in text, 'counted', text)
    tap.equal([line for line in text if str(folder) in line][-1].split()[1], f'{folder}/19')
    tap.check('│      and 25 more' in text, 'cut', text)
    found = json.loads(plan(document, '--dry-run', '--json'))['jobs'][0]['dryRun']['remove']
    tap.equal((found['files'], found['bytes'], len(found['first'])), (45, 135, 20))


@tap.test
def what_stands_in_or_repairs_is_told_as_well():
    folder = pid1.folder()
    put(folder / 'old', 3, 1)
    prune = {'prune': {'path': str(folder), 'maxTotalSize': '0B'}}
    document = {
        'steps': [step('s', command='x', onFailure={'action': 'fallback', 'step': prune})],
        'health': [{'id': 'c', 'tcp': '127.0.0.1:1', 'onFailure': {'action': 'run', 'step': prune}}]}
    text = plan(document, '--dry-run')
    for who in ('else', 'repair'):
        tap.holds(text, f'│    {who} would remove 1 file, 3 bytes\n│    {who}   {folder}/old (3 bytes')
    out = json.loads(plan(document, '--dry-run', '--json'))
    tap.equal(out['steps'][0]['fallbackDryRun']['remove']['files'], 1)
    tap.equal(out['checks'][0]['repairDryRun']['remove']['files'], 1)


@tap.test
def a_missing_variable_and_an_unusable_path_are_told_at_their_hook_only():
    folder = pid1.folder()
    put(folder / 'file', 3, 1)
    document = {'steps': [
        step('missing', prune={'path': '/data/$TENANT', 'olderThan': '$AGE'}),
        step('wrong', prune={'path': '/$NOTHING_IN_IT', 'keepLast': 1},
             environment={'NOTHING_IN_IT': {'value': '', 'allowEmpty': True}}),
        step('file', prune={'path': f'{folder}/file', 'keepLast': 1}),
        step('fine', prune={'path': str(folder), 'maxTotalSize': '0B'})]}
    text = plan(document, '--dry-run')
    tap.holds(text, '│    dry run: cannot tell what it would do: AGE, TENANT are not set\n')
    tap.holds(text, "│    dry run: cannot prune '/': it is the root directory; name a directory below it\n")
    tap.holds(text, f"│    dry run: cannot enter '{folder}/file': Not a directory\n")
    tap.holds(text, '│    would remove 1 file, 3 bytes\n')
    tap.equal(steps(document)['missing'],
              {'problem': 'cannot tell what it would do: AGE, TENANT are not set'})
    tap.equal('problem' in steps(document, TENANT='x', AGE='1d')['missing'], False)


@tap.test
def a_path_is_relative_to_the_working_directory_of_its_hook():
    folder = pid1.folder()
    put(folder / 'a/cache/file', 3, 1)
    prune = {'path': 'cache', 'maxTotalSize': '0B'}
    document = {'steps': [step('own', prune=prune, workingDirectory='$WHERE'),
                          step('container', prune=prune),
                          step('none', prune=prune, workingDirectory='/no/such'),
                          step('again', prune=prune)]}
    found = steps(document, cwd=folder / 'a', WHERE=f'{folder}/a')
    for name in ('own', 'container', 'again'):
        tap.equal(found[name]['remove']['first'][0]['path'], 'cache/file')
    tap.equal(found['none'], {'problem': "cannot enter '/no/such': No such file or directory"})


@tap.test
def a_secret_in_a_path_is_not_shown():
    folder = pid1.folder()
    put(folder / 's3cret-value/file', 3, 1)
    (folder / 'secret').write_text('s3cret-value\n')
    document = {'environment': {'TOKEN': {'file': f'{folder}/secret'}},
                'steps': [step('p', prune={'path': f'{folder}/$TOKEN', 'maxTotalSize': '0B'})]}
    for options in ([], ['--json']):
        text = plan(document, '--dry-run', *options)
        tap.holds(text, f'{folder}/***/file')
        tap.check('s3cret-value' not in text, 'no secret', text)


@tap.test
def a_value_that_would_refuse_the_start_is_told_as_there():
    document = {'steps': [step('p', prune={'path': '/x', 'olderThan': '$AGE'})]}
    done = subprocess.run([pid1.PINTLE, 'plan', '--dry-run', pid1.config(document)], text=True,
                          capture_output=True, env={'AGE': 'soon'})
    tap.equal((done.returncode, done.stdout), (78, ''))
    tap.holds(pid1.chosen_line(done.stderr, 78), 'is not a duration')


tap.main()
