"""images.py - fails if a folder of dockerfiles/, or of the folder that is named, breaks one of RULES.
What a rule leaves out stands with the reason in EXCEPTIONS."""
import dataclasses
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[2]
LABELS = {f'org.opencontainers.image.{name}'
          for name in ('title', 'description', 'version', 'licenses')}
SHELLS = {'sh', 'bash', 'dash', 'ash', 'busybox'}
SECRET = re.compile(r'(?i)(password|passwd|secret|token|credential|private_?key)')
COMMENT = re.compile(r'(?m)(^|\s)//.*$')
EXCEPTIONS = {
    ('pintle', 'has_config'): 'it is copied from, and runs no service',
    ('pintle', 'has_entrypoint'): 'it shows its help if it is started',
}


@dataclasses.dataclass
class Stage:
    base: str
    name: str
    instructions: list  # (instruction, its words as text)

    def all(self, instruction):
        return [text for word, text in self.instructions if word == instruction]

    def last(self, instruction):
        return (self.all(instruction) or [''])[-1]


@dataclasses.dataclass
class Image:
    folder: pathlib.Path
    arguments: dict  # of the lines before the first FROM
    stages: list

    def targets(self):
        """The stages that are images: the last one, and one named `layered`."""
        return [stage for stage in self.stages[:-1] if stage.name == 'layered'] + self.stages[-1:]


def read(folder):
    text = re.sub(r'(?m)^\s*#.*\n', '', (folder / 'Dockerfile').read_text())
    image = Image(folder, {}, [])
    for line in re.sub(r'\\\n\s*', '', text).splitlines():
        word, _, rest = line.strip().partition(' ')
        if word == 'FROM':
            base, _, name = rest.partition(' AS ')
            image.stages.append(Stage(base.strip(), name.strip(), []))
        elif word and image.stages:
            image.stages[-1].instructions.append((word, rest.strip()))
        elif word == 'ARG':
            name, _, value = rest.partition('=')
            image.arguments[name.strip()] = value.strip()
    return image


def words_of(text):
    """The words of an exec form; nothing for a shell form."""
    try:
        words = json.loads(text)
    except ValueError:
        return []
    return words if isinstance(words, list) else []


def is_pinned(base):
    if '@sha256:' in base:
        return True
    tag = base.rpartition('/')[2].partition(':')[2]
    return tag not in ('', 'latest')


def has_pinned_bases(image):
    """Each base is a build argument with a tag or a digest; `pintle` is built from here."""
    names = {stage.name for stage in image.stages}
    for base in [stage.base for stage in image.stages if stage.base not in {'scratch', *names}]:
        argument = re.fullmatch(r'\$\{(\w+)\}', base)
        value = image.arguments.get(argument[1]) if argument else None
        if value is None:
            yield f'FROM {base}: name the base by a build argument that has a default'
        elif value != 'pintle' and not is_pinned(value):
            yield f'ARG {argument[1]}={value}: a tag other than latest, or a digest, is needed'


def has_stages(image):
    if len(image.stages) < 2:
        yield 'it has one stage: build in one and copy the result to another'


def has_exec_forms(image):
    """The last stage executes programs, not lines of a shell, and no shell."""
    stage = image.stages[-1]
    for word, text in stage.instructions:
        if word in ('RUN', 'CMD', 'ENTRYPOINT', 'SHELL'):
            words = words_of(text)
            if not words or words[0].rpartition('/')[2] in SHELLS or word == 'SHELL':
                yield f'{word} {text}: the last stage has no shell: write ["PROGRAM", "ARGUMENT"]'


def has_user(image):
    for stage in image.targets():
        if not re.fullmatch(r'[1-9]\d*(:\d+)?', stage.last('USER')):
            yield f'USER {stage.last("USER")}: an ordinary user, as a number, is needed'


def has_healthcheck(image):
    for stage in image.targets():
        command = stage.last('HEALTHCHECK').rpartition('CMD ')[2]
        if words_of(command) != ['/pintle', 'health']:
            yield f'HEALTHCHECK {stage.last("HEALTHCHECK")}: CMD ["/pintle", "health"] is needed'


def has_stop_signal(image):
    for stage in image.targets():
        if not re.fullmatch(r'SIG[A-Z0-9]+', stage.last('STOPSIGNAL')):
            yield f'STOPSIGNAL {stage.last("STOPSIGNAL")}: the name of a signal is needed'


def has_entrypoint(image):
    for stage in image.targets():
        if words_of(stage.last('ENTRYPOINT')) != ['/pintle', '--']:
            yield f'ENTRYPOINT {stage.last("ENTRYPOINT")}: ["/pintle", "--"] is needed'


def has_labels(image):
    for stage in image.targets():
        missing = LABELS - set(re.findall(r'([\w.]+)="[^"]+"', ' '.join(stage.all('LABEL'))))
        if missing:
            yield f'LABEL: {", ".join(sorted(missing))} is missing'


def has_no_secrets(image):
    texts = [text for stage in image.stages for word in ('ENV', 'ARG') for text in stage.all(word)]
    names = [name for text in texts for name in re.findall(r'(\w+)=|^(\w+)$', text)]
    for name in [*image.arguments, *(one or other for one, other in names)]:
        if SECRET.search(name):
            yield f'{name}: a secret would stay in the image'


def has_copies(image):
    if any(stage.all('ADD') for stage in image.stages):
        yield 'ADD: write COPY, which downloads and unpacks nothing'


def has_config(image):
    """It has a config, which the build of each target checks."""
    if not (image.folder / 'pintle.json').exists():
        yield 'pintle.json is missing'
    for stage in image.targets():
        if ['/pintle', 'check'] not in [words_of(text) for text in stage.all('RUN')]:
            yield 'RUN ["/pintle", "check"] is missing'


def config(path):
    return json.loads(COMMENT.sub('', path.read_text()))


def has_layered_config(image):
    """The config of `layered` is that of the image, and the steps of "packages"."""
    path = image.folder / 'layered/pintle.json'
    if (len(image.targets()) == 2) != path.exists():
        yield 'a target `layered` and layered/pintle.json belong together'
    if not path.exists():
        return
    layered, own = config(path), config(image.folder / 'pintle.json')
    layered['environment'].pop('EXTRA_PACKAGES', None)
    layered['steps'] = [step for step in layered['steps'] if step['id'] != 'packages']
    if own.pop('imageMode', None) != 'prebuilt' or {'steps': [], **own} != layered:
        yield f'{path.relative_to(image.folder)} differs from pintle.json in more than "packages"'


def has_page(image):
    """The page says how to build each target, and names the files that the image promises, in rows
    that a test can read."""
    page = image.folder / 'README.md'
    if not page.exists():
        yield 'README.md is missing'
        return
    text, name = page.read_text(), image.folder.name
    if not re.search(r'(?m)^\| `/\S+` \|', text):
        yield 'README.md: a table whose rows begin with "| `/PATH` |" says what the image promises'
    for stage in image.targets():
        target = '-layered --target layered' if stage.name == 'layered' else ''
        command = rf'^docker build -t {name}(:[0-9.]+)?{target} -f dockerfiles/{name}/Dockerfile '
        if not re.search(command, text, re.M):
            yield f'README.md: the command that builds {stage.name or "the image"} is missing'


RULES = (has_pinned_bases, has_stages, has_exec_forms, has_user, has_healthcheck, has_stop_signal,
         has_entrypoint, has_labels, has_no_secrets, has_copies, has_config, has_layered_config,
         has_page)


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / 'dockerfiles'
    images = [read(path.parent) for path in sorted(folder.glob('*/Dockerfile'))]
    bad = [f'dockerfiles/{image.folder.name}: {problem}' for image in images for rule in RULES
           if (image.folder.name, rule.__name__) not in EXCEPTIONS for problem in rule(image)]
    if not images:
        bad = [f'no Dockerfile in {folder}']
    print('\n'.join(bad) or f'{len(images)} images')
    return bool(bad)


if __name__ == '__main__':
    sys.exit(main())
