"""dockerfiles/python-runner, built as it is over the stand-in bases."""
import pathlib
import shutil

import docker
import pid1
import standins
import tap

ROOT = standins.ROOT
RUNNER = ROOT / 'dockerfiles/python-runner'


def build_runner(context=RUNNER):
    return docker.build('python-runner', '--build-arg', f'BASE={standins.python()}',
                        '--build-arg', f'PINTLE={standins.pintle()}', context)


@tap.test
def the_python_runner_has_no_shell_becomes_healthy_and_ends_with_mains_code():
    built = build_runner()
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    tap.holds(built.stdout, 'pintle.json: ok')
    names = {pathlib.Path(name).name for name in docker.files_of('python-runner')}
    tap.equal(names & set(standins.SHELLS), set(), 'shells')
    one = docker.run('python-runner', '--read-only', '--health-interval', '200ms')
    events = docker.Events(one)
    events.wait_for('health_status: healthy')
    post = 'import urllib.request as u;print(u.urlopen("http://127.0.0.1:8080/notes",b"n").status)'
    tap.equal(one.python(post), '201')
    one.stop()
    tap.equal(one.end(), 0)


@tap.test
def a_mistake_in_the_config_fails_the_build_at_pintle_check_with_its_line():
    context = pid1.folder() / 'context'
    shutil.copytree(RUNNER, context)
    config = context / 'pintle.json'
    config.write_text(config.read_text().replace('"interval"', '"intervall"'))
    line = next(number for number, text in enumerate(config.read_text().splitlines(), 1)
                if 'intervall' in text)
    built = build_runner(context)
    tap.check(built.returncode != 0, 'the build fails', built.stdout)
    tap.holds(built.stdout + built.stderr, f'/etc/pintle/pintle.json:{line}:')
    tap.holds(built.stdout + built.stderr, 'did you mean "interval"')
    tap.holds(built.stdout + built.stderr, 'returned a non-zero code: 78')


tap.main()
