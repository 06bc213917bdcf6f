"""tools/pull-images, with a stand-in for `docker` that records how it is called."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

# Fails as often as the file `failures` says; an image of the file `hanging` takes for ever.
DOCKER = '''#!/bin/sh
cd "${0%/*}"
echo "$@" >>calls
case $1 in image) exec grep -qxF "$3" here ;; tag) exit 0 ;; esac
if [ -e hanging ]; then exec sleep 1000; fi
left=$(cat failures)
[ "$left" = 0 ] || { echo $((left - 1)) >failures; exit 1; }
'''
IMAGES = ('IMAGE_PYTHON', 'IMAGE_KERBEROS_TEST', 'IMAGE_POSTGRES', 'IMAGE_OPENMETADATA_SERVER',
          'IMAGE_OPENSEARCH', 'BASE_IMAGE')


class Pulls:
    def __init__(self, failures=0, here=()):
        self.folder = pid1.folder()
        (self.folder / 'docker').write_text(DOCKER)
        (self.folder / 'docker').chmod(0o755)
        (self.folder / 'failures').write_text(str(failures))
        (self.folder / 'here').write_text(''.join(f'{image}\n' for image in here))
        (self.folder / 'calls').touch()
        (self.folder / 'env').touch()

    def run(self, *words, **variables):
        """(exit code, what it wrote, how docker was called but for the questions what is here)."""
        done = subprocess.run([sys.executable, '-B', pid1.ROOT / 'tools/pull-images', '--env-file',
                               self.folder / 'env', *words], capture_output=True, text=True,
                              check=False, timeout=pid1.DEADLINE,
                              env={'PATH': f'{self.folder}:{os.environ["PATH"]}', **variables})
        calls = [call for call in (self.folder / 'calls').read_text().splitlines()
                 if not call.startswith('image ')]
        return done.returncode, done.stderr, calls


@tap.test
def an_image_without_a_registry_is_pulled_from_that_of_the_company_and_gets_its_own_name():
    pulls = Pulls()
    (pulls.folder / 'env').write_text('IMAGE_PYTHON=team/python:3.11\n'
                                      'CUSTOM_IMAGE_REGISTRY=mirror.example:5000\n')
    code, err, calls = pulls.run('IMAGE_PYTHON', 'BASE_IMAGE', BASE_IMAGE='other.example/base:1')
    tap.equal((code, calls), (0, ['pull --quiet mirror.example:5000/team/python:3.11',
                                  'tag mirror.example:5000/team/python:3.11 team/python:3.11',
                                  'pull --quiet other.example/base:1']), err)


@tap.test
def an_image_that_is_here_is_not_pulled():
    pulls = Pulls(here=['team/python:3.11'])
    code, err, calls = pulls.run('IMAGE_PYTHON', IMAGE_PYTHON='team/python:3.11')
    tap.equal((code, calls), (0, []), err)


@tap.test
def a_pull_that_fails_is_tried_again_as_often_as_the_variable_says():
    code, err, calls = Pulls(failures=1).run('IMAGE_PYTHON', CUSTOM_IMAGE_PULL_RETRIES='1')
    tap.equal((code, len(calls)), (0, 2), err)
    tap.holds(err, 'attempt 1 of 2 failed: docker pull: exit code 1')
    code, err, calls = Pulls(failures=2).run('IMAGE_PYTHON', CUSTOM_IMAGE_PULL_RETRIES='1')
    tap.equal((code, len(calls)), (1, 2), err)
    tap.holds(err, 'cannot pull python-runner:0.1.0-layered')


@tap.test
def a_pull_that_takes_longer_than_the_variable_says_is_ended():
    pulls = Pulls()
    (pulls.folder / 'hanging').touch()
    code, err, _ = pulls.run('IMAGE_PYTHON', CUSTOM_IMAGE_PULL_TIMEOUT='1',
                             CUSTOM_IMAGE_PULL_RETRIES='0')
    tap.equal(code, 1, err)
    tap.holds(err, 'attempt 1 of 1 failed: not within 1 s')


@tap.test
def values_that_are_not_allowed_are_refused_before_anything_is_pulled():
    for name, value in (('CUSTOM_IMAGE_PULL_TIMEOUT', '0'), ('CUSTOM_IMAGE_PULL_TIMEOUT', '5m'),
                        ('CUSTOM_IMAGE_PULL_RETRIES', '-1'), ('IMAGE_POSTGRES', 'postgres'),
                        ('IMAGE_POSTGRES', 'mirror.example:5000/postgres'),
                        ('BASE_IMAGE', 'alpine:latest')):
        code, err, calls = Pulls().run(**{name: value})
        tap.equal((code, calls), (2, []), err)
        tap.holds(err, f'pull-images: {name}: ')


@tap.test
def all_images_are_pulled_that_variables_name():
    code, err, calls = Pulls().run(**{name: f'example.org/{name.lower()}:1' for name in IMAGES})
    expected = [f'pull --quiet example.org/{name.lower()}:1' for name in IMAGES]
    tap.equal((code, calls), (0, expected), err)


tap.main()
