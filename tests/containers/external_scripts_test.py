"""docs/external-scripts.md: its Dockerfile and its commands, done as they are written, with the network of this
machine, where the servers are."""
import os
import re
import shlex
import shutil

import docker
import packages
import pid1
import standins
import stores
import tap
from script_images import EXAMPLES, SCRIPT, USER, digest

PAGE = (standins.ROOT / 'docs/external-scripts.md').read_text()
BASES = {'transform': 'gcr.io/distroless/python3-debian12',
         'transform-layered': 'registry.example/python-with-pip:3.12'}


def command(start):
    """The words of the page's command that begins so."""
    lines = PAGE.replace('\\\n', ' ').splitlines()
    return shlex.split(next(line for line in lines if line.startswith(start)))


def build(image):
    docker.must('tag', standins.python(), BASES[image])
    standins.pintle()
    context = pid1.folder() / 'context'
    shutil.copytree(EXAMPLES, context)
    (context / 'Dockerfile').write_text(re.findall(r'^```dockerfile\n(.*?)^```', PAGE, re.M | re.S)[0])
    for folder in ('fallback', 'scripts'):
        (context / folder).mkdir()
    words = command(f'docker build -t {image} ')
    tap.equal(words.pop(), '.')
    docker.must(*words[1:], context)


def run(image, secrets, *options, **variables):
    """The page's `docker run`, with these values of its variables: exit code, stdout and stderr."""
    folder = pid1.folder()
    for name, text in secrets.items():
        (folder / name).write_text(text)
        os.chown(folder / name, USER, USER)
        (folder / name).chmod(0o400)
    words = command(f'docker run --name {image} ')[1:]
    for name, value in variables.items():
        place = next(at for at, word in enumerate(words) if word.startswith(f'{name}='))
        words[place] = f'{name}={value}'
    words[words.index('$PWD/secrets:/run/secrets:ro')] = f'{folder}:/run/secrets:ro'
    tap.equal((words[0], words.pop()), ('run', image))
    done = docker.call(*words, '--network', 'host', *options, image)
    docker.call('rm', image)
    return done.returncode, done.stdout, done.stderr


@tap.test
def the_prebuilt_image_of_the_page_runs_what_the_api_gives_and_keeps_it():
    store = stores.Bearer({'/transform.py': SCRIPT})
    build('transform')
    for _ in range(2):
        code, out, err = run('transform', {'api_token': store.TOKEN},
                             SCRIPT_URL=f'{store.url}/transform.py', SCRIPT_SHA256=digest(SCRIPT))
        tap.equal((code, out, store.statuses), (0, 'transformed\n', [200]), err)


@tap.test
def the_layered_image_of_the_page_installs_its_package():
    index = packages.Index(SCRIPT)
    build('transform-layered')
    pip = [word for folder in packages.PIP for word in ('-v', f'{folder}:{folder}:ro')]
    code, out, err = run('transform-layered', {'netrc': packages.NETRC}, *pip, '-e',
                         f'PIP_INDEX_URL={index.url}/simple/', SCRIPTS_SHA256=index.digest)
    tap.equal((code, out), (0, 'transformed\n'), err)


tap.main()
