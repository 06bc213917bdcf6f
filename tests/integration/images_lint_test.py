"""tests/lint/images.py finds each thing that it is to find."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

DOCKERFILE = 'python-runner/Dockerfile'
CONFIG = 'python-runner/layered/pintle.json'
# (file, what is replaced, by what, what the lint says)
MISTAKES = (
    (DOCKERFILE, 'BASE=debian:12.11-slim', 'BASE=debian', 'ARG BASE=debian: a tag other than latest'),
    (DOCKERFILE, 'BASE=debian:12.11-slim', 'BASE=x:5000/debian:latest', 'a tag other than latest'),
    (DOCKERFILE, 'FROM ${BASE} AS debian', 'FROM debian:12 AS debian', 'by a build argument'),
    (DOCKERFILE, '\nRUN ["/usr/bin/python3", "-c"', '\nRUN python3 -c ', 'RUN python3'),
    (DOCKERFILE, 'RUN ["/usr/bin/python3", "-c"', 'RUN ["/bin/sh", "-c"', 'RUN ["/bin/sh"'),
    (DOCKERFILE, 'USER 1000:1000\n', '', 'USER : an ordinary user'),
    (DOCKERFILE, 'USER 1000:1000\n', 'USER 0:0\n', 'USER 0:0: an ordinary user'),
    (DOCKERFILE, 'CMD ["/pintle", "health"]', 'CMD /pintle health', 'HEALTHCHECK'),
    (DOCKERFILE, 'STOPSIGNAL SIGTERM\n', '', 'STOPSIGNAL'),
    (DOCKERFILE, '["/pintle", "--"]', '["/pintle"]', 'ENTRYPOINT ["/pintle"]'),
    (DOCKERFILE, 'org.opencontainers.image.title', 'title', 'image.title is missing'),
    (DOCKERFILE, 'ARG PACKAGES=""', 'ARG DB_PASSWORD=""', 'DB_PASSWORD: a secret would stay'),
    (DOCKERFILE, '\nARG PACKAGES\n', '\nARG TOKEN\n', 'TOKEN: a secret would stay'),
    (DOCKERFILE, 'ENV PATH', 'ENV API_SECRET=x PATH', 'API_SECRET: a secret would stay'),
    (DOCKERFILE, 'COPY ca ', 'ADD ca ', 'ADD: write COPY'),
    (DOCKERFILE, 'RUN ["/pintle", "check"]\n', '', 'RUN ["/pintle", "check"] is missing'),
    (CONFIG, '"8s"', '"9s"', 'differs from pintle.json in more than "packages"'),
    ('python-runner/README.md', '| `/', '| `', 'README.md: a table'),
    ('python-runner/README.md', '--target layered -f', '-f', 'that builds layered is missing'),
)


def complaints(folder):
    done = subprocess.run([sys.executable, '-B', pid1.ROOT / 'tests/lint/images.py', folder],
                          capture_output=True, text=True, check=False)
    tap.check(done.returncode in (0, 1), 'exit code', done)
    return done.stdout.splitlines() if done.returncode else []


def copied():
    folder = pid1.folder() / 'dockerfiles'
    shutil.copytree(pid1.ROOT / 'dockerfiles', folder)
    return folder


@tap.test
def each_mistake_is_found_in_its_image_and_nothing_else():
    folder = copied()
    tap.equal(complaints(folder), [])
    for name, old, new, expected in MISTAKES:
        path = folder / name
        text = path.read_text()
        tap.check(old in text, 'the text to replace is there', old)
        path.write_text(text.replace(old, new))
        found = complaints(folder)
        tap.check(any(expected in line for line in found), expected, found)
        tap.check(all(line.startswith('dockerfiles/python-runner: ') for line in found), name, found)
        path.write_text(text)


@tap.test
def a_folder_without_an_image_is_no_success():
    tap.equal(len(complaints(pid1.folder())), 1)


tap.main()
