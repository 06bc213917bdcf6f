"""docs/migration-to-prebuilt.md: the image after the migration, as the page builds and starts it. Its build
stage needs a package index; one package of ours stands for what that installs."""
import re
import shlex

import docker
import pid1
import standins
import tap

PAGE = (standins.ROOT / 'docs/migration-to-prebuilt.md').read_text()
APP = standins.ROOT / 'dockerfiles/python-runner/app'
MIGRATE = '''import os, psycopg2
print("migrate:", psycopg2.__file__, open("/tmp/settings.ini").read().strip(), "PORT" in os.environ)
'''
# A database, as far as the step `database` needs one.
LISTEN = 'import socket\nserver = socket.create_server(("127.0.0.1", 5432))\nwhile True:\n server.accept()[0].close()'


def blocks(language):
    return re.findall(rf'^```{language}\n(.*?)^```', PAGE, re.M | re.S)


def build():
    docker.must('tag', standins.python(), 'gcr.io/distroless/python3-debian12:nonroot')
    standins.pintle()
    context = pid1.folder() / 'context'
    (context / 'app').mkdir(parents=True)
    (context / 'packages').mkdir()
    (context / 'packages/psycopg2.py').write_text('')
    (context / 'app/main.py').write_text((APP / 'main.py').read_text())
    (context / 'app/migrate.py').write_text(MIGRATE)
    (context / 'settings.template').write_text('url=${DATABASE_URL}\n')
    (context / 'pintle.json').write_text(blocks('json')[1])
    stage = blocks('dockerfile')[1].partition('\n\n')[2]
    tap.check(stage.startswith('FROM gcr.io/'), 'the last stage', stage)
    (context / 'Dockerfile').write_text(stage.replace('--from=build /opt/packages', 'packages'))
    built = docker.build('migrated', context)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)


@tap.test
def the_image_after_the_migration_becomes_healthy_as_the_page_starts_it():
    build()
    line = re.search(r'`(docker run -d --name new [^`]*)`', PAGE)[1]
    words = [{'IMAGE': 'migrated', 'DATABASE_URL=…': 'DATABASE_URL=postgres://127.0.0.1/notes'}.get(word, word)
             for word in shlex.split(line)]
    tap.equal((words[:2], words[-1]), (['docker', 'run'], 'migrated'))
    database = docker.run(standins.python(), command=['/usr/bin/python3', '-c', LISTEN])
    one = docker.Container(docker.must('run', '--network', f'container:{database.name}', '--health-interval',
                                       '200ms', '-e', 'PORT=8080', '-e', 'DATA_DIR=/tmp/notes', *words[2:]))
    docker.Events(one).wait_for('health_status: healthy')
    tap.holds(one.output(), 'migrate: /opt/packages/psycopg2.py url=postgres://127.0.0.1/notes False')
    for name in ('lists', 'packages'):
        tap.holds(one.output(), f'step {name}: skipped: not for this image mode')
    tap.equal(one.uid_of(one.status()['main']['pid']), 1000)


tap.main()
