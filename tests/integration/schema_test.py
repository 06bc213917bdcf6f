"""`pintle schema` says of every config what the parser says, and the reference is made from it."""
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import PINTLE, ROOT
from schema_walk import Walk

try:
    import jsonschema
except ImportError:
    jsonschema = None

CORPUS = ROOT / 'tests/corpus/config'
REFERENCE = ROOT / 'docs/configuration.md'
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name not in ('IMAGE_MODE', 'PINTLE_CONFIG')}

# What no schema can say, in the parser's words.
BEYOND_SCHEMA = re.compile('there is no (?:step|time zone)|wait for each other|is used by|regular expression|'
                           'is above|only a check with|is counted in|runs only during|'
                           'is not a capability|does not match its pattern|is only for "commandLine"|not in one directory')

VALUES = [None, True, False, 0, -1, 7, 1.5, 10**7, '', 'x', '5s', '0', '0s', '0750', 'TERM',
          '64MiB', '${', '${A}', 'a b', '127.0.0.1:80', 'http://localhost/', '0 3 * * *', [], ['x'],
          [1], {}, {'x': 1}]


def output(*words):
    done = subprocess.run([PINTLE, *words], capture_output=True, text=True, env=ENVIRONMENT)
    tap.equal((done.returncode, done.stderr), (0, ''), str(words))
    return done.stdout


def validator():
    """The schema as a validator; a test without one is skipped."""
    if jsonschema is None:
        tap.skip('python3-jsonschema is not installed')
    schema = json.loads(output('schema'))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def checked(path):
    """What `pintle check` says of a file: '' if it is good."""
    done = subprocess.run([PINTLE, 'check', str(path)], capture_output=True, text=True,
                          env=ENVIRONMENT)
    tap.check(done.returncode in (0, 78), f'exit code of check {path}', done)
    return done.stderr if done.returncode else ''


def checked_all(documents):
    """The same for many documents, in their order."""
    folder = pid1.folder()
    paths = []
    for number, document in enumerate(documents):
        paths.append(folder / f'{number}.json')
        paths[-1].write_text(json.dumps(document))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(checked, paths))


def is_beyond_schema(said):
    """True if all that is wrong is what a schema cannot say."""
    lines = [line for line in said.splitlines() if not line.startswith('pintle: exit ')]
    return all(BEYOND_SCHEMA.search(line) for line in lines)


def corpus(folder):
    files = sorted((CORPUS / folder).glob('*.json'))
    tap.check(len(files) >= 20, f'files in {folder}', len(files))
    return files


@tap.test
def parser_and_schema_accept_what_is_valid():
    schema = validator()
    for path in corpus('valid'):
        tap.equal(checked(path), '', path.name)
        tap.equal([error.message for error in schema.iter_errors(json.loads(path.read_text()))],
                  [], path.name)


@tap.test
def parser_and_schema_reject_what_is_invalid():
    schema = validator()
    for path in corpus('invalid'):
        tap.check(checked(path) != '', f'the parser accepts {path.name}')
        tap.check(not schema.is_valid(json.loads(path.read_text())),
                  f'the schema accepts {path.name}')


@tap.test
def what_only_the_parser_can_know_is_left_to_it():
    schema = validator()
    for path in corpus('beyond-schema'):
        tap.check(checked(path) != '', f'the parser accepts {path.name}')
        text = path.read_text()
        tap.check(schema.is_valid(json.loads(text)), f'the schema rejects {path.name}')


def compare(schema, cases):
    """Both must judge each (name, document) alike. Returns how many were good."""
    verdicts = checked_all([document for _, document in cases])
    valid = [schema.is_valid(document) for _, document in cases]
    differ = [(name, f'schema: {is_valid}', document, said)
              for (name, document), said, is_valid in zip(cases, verdicts, valid)
              if (not is_beyond_schema(said) if is_valid else said == '')]
    tap.equal(differ[:5], [], f'{len(differ)} verdicts differ, such as')
    return sum(valid)


@tap.test
def both_judge_every_value_at_every_place_alike():
    schema = validator()
    cases = [(place.name, place.build(value)) for place in Walk(schema.schema).places()
             for value in VALUES]
    good = compare(schema, cases)
    tap.check(len(cases) > 2000 and good > 200, 'cases', (len(cases), good))


@tap.test
def both_take_words_in_any_case_and_numbers_within_their_limits():
    schema = validator()
    walk = Walk(schema.schema)
    cases = []
    for place in walk.places():
        words = [word for each in walk.enumerations(place.schema)
                 for word in (each, each.upper(), each.title(), f'{each}x')]
        cases += [(place.name, place.build(value))
                  for value in itertools.chain(words, walk.limits(place.schema))]
    good = compare(schema, cases)
    tap.check(good > 100, 'good ones', good)


@tap.test
def every_example_and_every_default_is_valid():
    schema = validator()
    walk = Walk(schema.schema)
    cases = []
    for place in walk.places():
        for value in [*place.schema.get('examples', []), *walk.defaults(place.schema)]:
            cases.append((f'{place.name} = {json.dumps(value)}', place.build(value)))
    tap.equal(compare(schema, cases), len(cases), 'good examples')
    tap.check(len(cases) > 100, 'examples', len(cases))


@tap.test
def every_key_has_a_description_and_an_example():
    schema = json.loads(output('schema'))
    for owner in [schema, *schema['$defs'].values()]:
        for part in [owner, *owner.get('anyOf', [])]:
            for name, key in part.get('properties', {}).items():
                if key.get('$ref', '').startswith('#/$defs/action.'):
                    continue
                tap.check(key.get('description') and key.get('examples'), name, key)


@tap.test
def the_configs_of_the_project_are_valid():
    schema = validator()
    files = [path for folder in ('dockerfiles', 'tests/containers', 'tools/lib/demo')
             for path in (ROOT / folder).rglob('pintle.json')]
    blocks = re.findall(r'^```jsonc?\n(.*?)^```', REFERENCE.read_text(), re.M | re.S)
    tap.check(len(files) >= 3 and blocks, 'configs', files)
    for text in [path.read_text() for path in files] + blocks:
        document = json.loads(re.sub(r'(?m)(^|\s)//.*$', '', text))
        tap.equal([error.message for error in schema.iter_errors(document)], [], text)
        tap.equal(checked_all([document]), [''], text)


@tap.test
def it_is_the_same_byte_for_byte_on_every_run_and_as_pid_1():
    for words in (['schema'], ['schema', '--format', 'markdown']):
        text = output(*words)
        tap.equal(output(*words), text)
        one = pid1.Process([PINTLE, *words], True)
        tap.equal((one.out.rest(), one.end()), (text, 0))


@tap.test
def the_reference_in_docs_is_the_one_that_the_rows_make():
    if REFERENCE.read_text() != output('schema', '--format', 'markdown'):
        raise tap.Failure('docs/configuration.md is stale; make it again: '
                          'build/pintle schema --format markdown > docs/configuration.md')


@tap.test
def a_wrong_command_line_is_a_usage_error():
    for words, reason in ((['x'], 'schema takes no arguments'),
                          (['--format', 'yaml'], 'neither json nor markdown')):
        done = subprocess.run([PINTLE, 'schema', *words], capture_output=True, text=True)
        tap.equal((done.returncode, done.stdout), (64, ''))
        tap.holds(done.stderr, reason)


tap.main()
