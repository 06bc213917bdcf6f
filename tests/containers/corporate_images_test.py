"""docs/corporate-images.md, done as it is written: its image is built, and each rule is proven by the command
that stands beside it. So are the practices of docs/security.md, with the same image."""
import functools
import json
import pathlib
import re
import shlex
import shutil

import certificate
import docker
import pid1
import standins
import tap

SECURITY = (standins.ROOT / 'docs/security.md').read_text()
PAGE = (standins.ROOT / 'docs/corporate-images.md').read_text()
MANAGERS = {'apt', 'apt-get', 'dpkg', 'apk', 'rpm', 'dnf', 'yum', 'pip', 'pip3'}
BUNDLE = 'etc/ssl/certs/ca-certificates.crt'


def block(language, number=0):
    return re.findall(rf'^```{language}\n(.*?)^```', PAGE, re.M | re.S)[number]


def base():
    """A stand-in for the page's base: Python, and a trust bundle of root; builds as uid 65532 like that."""
    context = pid1.folder()
    (context / 'bundle').write_text('')
    (context / 'Dockerfile').write_text(f'FROM {standins.python()}\nCOPY bundle /{BUNDLE}\nUSER 65532\n')
    built = docker.build('corporate-base', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    return 'corporate-base'


@functools.cache
def build():
    context = pid1.folder() / 'context'
    shutil.copytree(standins.ROOT / 'dockerfiles/python-runner/app', context / 'app')
    (context / 'data').mkdir()
    (context / 'Dockerfile').write_text(block('dockerfile'))
    (context / 'build.json').write_text(block('json', 0))
    (context / 'pintle.json').write_text(block('json', 1))
    (context / 'corporate-ca.crt').write_text(certificate.PEM)
    built = docker.build('corporate', '--build-arg', f'BASE={base()}', '--build-arg',
                         f'PINTLE={standins.pintle()}', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)


def section(page, heading):
    return re.search(rf'^## {heading}.*?(?=^## |\Z)', page, re.M | re.S)[0]


def words_of(line):
    """The words behind `docker` of a command."""
    return ['corporate' if word == 'IMAGE' else word for word in shlex.split(line)][1:]


def commands(text):
    """Those of the commands in a table."""
    return [words_of(line) for line in re.findall(r'`(docker [^`]*)`', text)]


@tap.test
def its_image_keeps_every_rule_by_the_command_beside_it():
    build()
    names = {pathlib.Path(name).name for name in docker.files_of('corporate')}
    tap.equal(names & (set(standins.SHELLS) | MANAGERS), set(), 'shells and package managers')
    (shell, plan, check, user, start, health, stop, code, copy) = commands(section(PAGE, 'The rules'))
    refused = docker.call(*shell)
    tap.check(refused.returncode != 0, 'there is no shell')
    tap.holds(refused.stderr, '/bin/sh')
    tap.holds(docker.must(*plan), 'prebuilt')
    tap.holds(docker.must(*check), 'ok (')
    tap.equal(docker.must(*user), '1000:1000')
    tap.equal(start[:2], ['run', '-d'])
    one = docker.Container(docker.must('run', '--health-interval', '200ms', *start[1:]))
    docker.Events(one).wait_for('health_status: healthy')
    tap.equal(docker.must(*health), 'healthy')
    docker.must(*stop)
    tap.equal(docker.must(*code), '0')
    there = pid1.folder()
    docker.must(*copy[:-1], f'{there}/bundle.pem')
    tap.equal((there / 'bundle.pem').read_text(), certificate.PEM)


@tap.test
def each_of_the_ten_practices_is_proven_by_the_command_beside_it():
    build()
    text = section(SECURITY, 'Run it hardened').replace('\\\n', ' ')
    start = words_of(re.search(r'^docker run .*', text, re.M)[0])
    (version, top, export, digests, history, env, read_only, diff, mounts, plan, init) = commands(
        section(SECURITY, 'Ten practices'))
    one = docker.Container(docker.must('run', '--network', 'none', '--health-interval', '200ms', *start[1:]))
    docker.Events(one).wait_for('health_status: healthy')
    tap.holds(docker.must(*version), 'pintle ')
    rows = [line.split(None, 2) for line in docker.must(*top).splitlines()[1:]]
    tap.equal({uid for _, uid, _ in rows}, {'1000'}, rows)
    tap.equal(export, ['export', 'one'])
    tap.equal(digests[:2], ['inspect', '-f'])
    tap.check('PASSWORD' not in docker.must(*history), 'no secret in the history')
    tap.holds(docker.must(*env), 'PATH=')
    tap.equal(docker.must(*read_only), 'true')
    tap.check(docker.must(*diff) in ('', 'A /tmp'), 'only the mount of /tmp')
    tap.equal([mount['Destination'] for mount in json.loads(docker.must(*mounts))], ['/data'])
    tap.equal(docker.must(*plan), docker.must(*plan))
    docker.must(*init)
    shown = re.search(r"\$ grep -E '\^\((.*?)\)' /proc/PID/status\n(.*?)```", SECURITY, re.S)
    main = next(pid for pid, _, words in rows if '/app/main.py' in words)
    status = pathlib.Path(f'/proc/{main}/status').read_text()
    tap.equal(''.join(re.findall(rf'^(?:{shown[1]}):.*\n', status, re.M)), shown[2])
    docker.must('stop', one.name)


@tap.test
def the_page_names_every_image_of_the_repository():
    folders = {path.parent.name for path in (standins.ROOT / 'dockerfiles').glob('*/Dockerfile')}
    tap.check(len(folders) >= 2, 'folders', folders)
    named = set(re.findall(r'^\| [^|]*`([\w-]+)` \|', PAGE, re.M))
    tap.equal(folders - named, set())


tap.main()
