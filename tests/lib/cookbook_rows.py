"""cookbook_rows.py - what each row of the table "From shell to config" needs to be run: cookbook.Both for
most, by how the row begins."""
import os
import ssl

import certificate
from cookbook import FOLDER, Both, File, Start

# As official images have it: the variable, or the file that another one names, or a default.
FILE_ENV = '''file_env() {
  local file="${1}_FILE" value="${2:-}"
  if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then exit 1; fi
  if [ -n "${!1:-}" ]; then value="${!1}"; elif [ -n "${!file:-}" ]; then value="$(< "${!file}")"; fi
  export "$1"="$value"; unset "$file"
}
'''
STEP = '{"id": "it", "command": "step", "arguments": [], CONFIG}'
TO_MAIN = '"main": {"command": "main", "arguments": []}'
LIMIT = str(256 << 20)
# A limit of memory, as both versions of control groups show it.
WITH_LIMIT = ('unshare', '--mount', 'sh', '-ec', 'mount -t tmpfs none /sys/fs/cgroup; cd /sys/fs/cgroup; '
              f'mkdir memory; for f in memory.max memory/memory.limit_in_bytes; do echo {LIMIT} > $f; '
              'done; cd "$OLDPWD"; exec "$@"', 'sh')
AS_USER = 'exec setpriv --reuid="${1%:*}" --regid="${1#*:}" --clear-groups "${@:2}"'
GOSU = 'exec setpriv --reuid="$1" --regid="$1" --init-groups --inh-caps=-all "${@:2}"'
SERVES = 'trap "echo ends; exit 0" TERM; touch up; while :; do sleep 0.02; done'
AFTER = 'until [ -e {0} ]; do sleep 0.02; done; echo {1}'


def condition(*starts, files=None):
    return Both(script='SHELL', words={'…': 'step; fi; main'}, programs=('step',), starts=starts,
                document=f'{{"steps": [{STEP}], {TO_MAIN}}}', files=files or {})


def variable(*starts, shown=(), script='SHELL; main', **more):
    return Both(script=script, document=f'{{"environment": {{CONFIG}}, {TO_MAIN}}}', starts=starts,
                shown=shown, **more)


def entry(*starts, shown=()):
    """The whole key "environment"."""
    return Both(document=f'{{CONFIG, {TO_MAIN}}}', starts=starts, shown=shown)


def step(*starts, **more):
    return Both(starts=starts or (Start(),), **more)


def steps(*starts, **more):
    return Both(document=f'{{"steps": [CONFIG], {TO_MAIN}}}', starts=starts or (Start(),), **more)


COMMAND = {
    'if [ "${1#-}"': Both(
        document='{CONFIG}', script='SHELL; exec "$@"', programs=('server', 'other'),
        starts=(Start(('-v', '$X')), Start(('server', '-v')), Start(('other', '-x')))),
    'case "$1" in agent': Both(
        document='{CONFIG}', script='SHELL; exec "$@"', programs=('consul', 'other'),
        starts=(Start(('agent', '-x')), Start(('/a.hcl',)), Start(('other', 'agent')))),
    'if [ "$1" = redis-server ]': Both(
        document=f'{{"steps": [{STEP}]}}', script='SHELL; exec "$@"', words={'…': 'step; fi'},
        programs=('redis-server', 'other', 'step'),
        starts=(Start(('redis-server', '-x')), Start(('other',)))),
    'case " $* " in': Both(
        document=f'{{"steps": [{STEP}], "main": {{"command": "server", "arguments": ["--base"], '
                 '"commandLine": "append"}}', script='SHELL; exec server --base "$@"',
        words={'…': 'step'}, programs=('server', 'step'),
        starts=(Start(('-x',)), Start(('a', '--version')), Start(('--version=1',)))),
    'if [ "$(id -u)" = 0 ]': condition(Start(), Start(user='1234')),
    'if [ -n "$TLS" ]': condition(Start(), Start(variables={'TLS': 'c'}), Start(variables={'TLS': ''})),
    'if [ "$MODE" = replica ]': condition(
        Start(), *(Start(variables={'MODE': mode}) for mode in ('replica', 'replicas', ''))),
    'if grep -q': condition(Start(files={'data/PG_VERSION': '17\n'}),
                            Start(files={'data/PG_VERSION': '170\n'})),
    'if [ -f /etc/app/own.conf ]': condition(Start(), Start(files={'etc/app/own.conf': ''}),
                                             Start(files={'etc/app/own.conf': FOLDER})),
    'if [ -z "$(ls -A': condition(Start(), *(Start(files={f'var/www/html{name}': file}) for name, file in (
        ('', FOLDER), ('', ''), ('/.a', ''), ('/a', FOLDER)))),
    'if [ ! -d /data/mysql ]': condition(Start(), Start(files={'data/mysql': FOLDER}),
                                         Start(files={'data/mysql': ''})),
    'app migrate --check': steps(Start(codes={'app': (1, 0)}), Start(codes={'app': (0,)}),
                                 programs=('app',)),
    'app warm-cache': step(Start(), Start(codes={'app': (3,)}), programs=('app',)),
    'exec "$@"': Both(document='{}', script='SHELL', programs=('server',),
                      starts=(Start(('server', 'a  b', '')), Start(('server',), codes={'server': (7,)}))),
    'exec gosu app': Both(document='{CONFIG}', script='SHELL', words={'app': 'games'}, scripts={'gosu': GOSU},
                          programs=('server',), starts=(Start(('server', '-x')),)),
    'su-exec "$PUID': Both(document=f'{{CONFIG, {TO_MAIN}}}', script='SHELL main', scripts={'su-exec': AS_USER},
                           starts=(Start(variables={'PUID': '1234', 'PGID': '99'}),)),
    'id -un': steps(Start(user='4321'), Start(user='1', files={'etc/passwd': File('', owner=1)}),
                    files={'etc/passwd': File('root:x:0:0::/:\n', owner=4321)}),
    'cd /app; exec server': Both(
        document='{CONFIG, "main": {"command": "server", "arguments": []}}', script='SHELL',
        programs=('server',), files={'app': FOLDER}),
}
VALUES = {
    'file_env DB_PASSWORD': variable(
        Start(), Start(variables={'DB_PASSWORD': 'x'}), Start(variables={'DB_PASSWORD_FILE': 'secret'}),
        Start(variables={'DB_PASSWORD': 'x', 'DB_PASSWORD_FILE': 'secret'}),
        script=f'{FILE_ENV}SHELL; main', shown=('DB_PASSWORD', 'DB_PASSWORD_FILE'),
        files={'secret': 'of the file\n'}),
    ': "${DB_HOST:?': variable(Start(), Start(variables={'DB_HOST': ''}), says='host of the database'),
    'export PORT=': variable(Start(), Start(variables={'PORT': '1'}), Start(variables={'PORT': ''}),
                             shown=('PORT',)),
    'case "$WORKERS"': variable(*(Start(variables={'WORKERS': number}) for number in ('12', '', '1x'))),
    'export API_KEY=': variable(Start(), shown=('API_KEY',), files={'run/secrets/key': 'a key\n'}),
    'URL=': Both(document='{CONFIG, "main": {"command": "main", "arguments": ["$URL"]}}',
                 script='SHELL; main "$URL"', starts=(Start(variables={'DB_HOST': 'db'}),)),
    'export JAVA_OPTS=': entry(Start(), Start(variables={'JAVA_OPTS': '-Da=b'}), shown=('JAVA_OPTS',)),
    '${TLS:+': Both(
        document='{"environment": {"TLS": {"optional": true}}, '
                 '"main": {"command": "main", "arguments": ["CONFIG"]}}',
        script='main "SHELL"', starts=(Start(), Start(variables={'TLS': 'a b'}))),
    "printf \"password='%s'\"": step(
        Start(variables={'PW': "it's"}), script='SHELL > conf',
        document='{"steps": [{"id": "it", "file": {"path": "conf", "content": "CONFIG"}}], '
                 '"main": {"command": "true"}}'),
    'exec java': Both(document='{"main": {"command": "java", CONFIG}}', script='SHELL', programs=('java',),
                      starts=(Start(), Start(variables={'JAVA_OPTS': '-Xmx1g  -Da=b'}))),
    'if [ -n "$WAL" ]': Both(
        document='{"main": {"command": "main", "arguments": ["-D", CONFIG]}}',
        script='set -- main -D; SHELL; exec "$@"', starts=(Start(), Start(variables={'WAL': '/w x'}))),
    'unset TOKEN': Both(document='{CONFIG}', script='SHELL', shown=('TOKEN',),
                        starts=(Start(('main',), {'TOKEN': 'x'}), Start(('main',)))),
    'TOKEN="$(get-token)"': Both(
        document='{"steps": [{"id": "it", "command": "get-token", "arguments": [], CONFIG}], '
                 '"main": {"command": "main", "arguments": ["$TOKEN"]}}', shown=('TOKEN',),
        script='SHELL; main "$TOKEN"', scripts={'get-token': 'printf "a b\\n\\n"'}),
    'export TOKEN=': Both(
        document='{"steps": [{"id": "it", "command": "get-token", "arguments": [], CONFIG}], '
                 '"main": {"command": "main", "arguments": []}}', shown=('TOKEN',),
        scripts={'get-token': 'echo t0ken'}),
    '-Xmx$((': Both(document='{"environment": {CONFIG}, "main": {"command": "main", "arguments": ["CONFIG1"]}}',
                    script='main SHELL', before=WITH_LIMIT),
    '--workers "$(nproc)"': Both(
        document='{"environment": {CONFIG}, "main": {"command": "main", '
                 '"arguments": ["--workers", "CONFIG1"]}}', script='main SHELL',
        before=('taskset', '-c', str(min(os.sched_getaffinity(0))))),
}
# What is not executable is left out.
PARTS = {'docker-entrypoint.d/README': '', 'docker-entrypoint.d/0.sh': 'echo 0',
         **{f'docker-entrypoint.d/{name}': File(f'#!/bin/sh\necho "{name}"\n', 0o755)
            for name in ('20-b', '10-a', '3.sh')}}
INPUT = {
    'psql < ': step(document='{"steps": [{"id": "it", "command": "psql", "arguments": [], CONFIG}], '
                             '"main": {"command": "true"}}', script='SHELL',
                    scripts={'psql': 'cat'}, files={'etc/app/schema.sql': 'SELECT $1;\n'}),
    'psql <<EOF': step(Start(variables={'SQL': 'SELECT 1;'}), script='SHELL\n$SQL\nEOF\n',
                       document='{"steps": [{"id": "it", "command": "psql", "arguments": [], CONFIG}], '
                                '"main": {"command": "true"}}', scripts={'psql': 'cat'},
                       words={'…': '$SQL\\n'}),
    'for f in /docker-entrypoint-initdb.d/*; do': step(
        programs=('app',), files={f'docker-entrypoint-initdb.d/{name}': ''
                                  for name in ('b.sql', 'a.sh', 'c.sh', 'x.txt')}),
    'for f in /docker-entrypoint-initdb.d/*.sql': step(
        programs=('psql',), files={f'docker-entrypoint-initdb.d/{name}': ''
                                   for name in ('b.sql', 'a b.sql', 'a.sql', 'x.txt')}),
    'for f in /docker-entrypoint.d/*.sh; do "$f"': step(
        files={f'docker-entrypoint.d/{name}': File(f'#!/bin/sh\necho "{name}"\n', 0o755)
               for name in ('2.sh', '1.sh', 'x')}),
    'for f in /docker-entrypoint.d/*.sh; do if': step(files=PARTS),
    'run-parts': step(files={name: file for name, file in PARTS.items() if '.sh' not in name}),
    'for d in /plugins': step(files={'plugins/a': FOLDER, 'plugins/b': FOLDER, 'plugins/c': ''},
                              programs=('app',)),
    '"$(basename "$f" .conf)"': step(
        document='{"steps": [{"id": "it", "forEach": {"files": "d/*.conf"}, "command": "step", '
                 '"arguments": ["CONFIG", "CONFIG1"]}], "main": {"command": "main", "arguments": []}}',
        script='for f in d/*.conf; do step SHELL "$(basename "$f")"; done; main',
        programs=('step',), files={'d/a.b.conf': '', 'd/a.conf': ''}),
}
GROUPS = {
    'if [ -z "$(ls /data)" ]': steps(
        Start(files={'data': FOLDER}), Start(files={'data/PG_VERSION': ''}), programs=('A', 'B'),
        words={'[A, B]': '[{"id": "A", "command": "A", "arguments": []}, '
                         '{"id": "B", "command": "B", "arguments": []}]'}),
    "trap 'rm -f /run/pw' EXIT": step(
        Start(), Start(codes={'step': (3,)}), programs=('step',), script='touch run/pw; SHELL; step',
        files={'run': FOLDER},
        document='{"steps": [{"id": "g", "steps": [{"id": "a", "file": {"path": "/run/pw", "content": ""}}, '
                 '{"id": "b", "command": "step", "arguments": []}], CONFIG}], "main": {"command": "true"}}'),
    'server & pid=$!; setup': Both(
        document='{"steps": [CONFIG, {"id": "setup", "command": "setup", "arguments": []}], '
                 '"main": {"command": "main", "arguments": []}}',
        scripts={'server': SERVES, 'setup': AFTER.format('up', 'setup')}),
    'warm-up & exec server': Both(
        document='{"main": {"command": "server", "arguments": []}, "maintenance": '
                 '[{"id": "it", "command": "warm-up", "arguments": [], CONFIG}]}',
        script='SHELL', scripts={'warm-up': 'touch warm', 'server': AFTER.format('warm', 'served')}),
    'trap deregister EXIT; server': Both(
        document='{"main": {"command": "server", "arguments": []}, CONFIG}', script='SHELL',
        programs=('server', 'deregister'), starts=(Start(), Start(codes={'server': (3,)}))),
    'umask 0027': Both(document='{CONFIG, "main": {"command": "touch", "arguments": ["x"]}}',
                       script='SHELL; touch x'),
    'setpriv --reuid': step(scripts={'ping': 'id -u; grep CapAmb /proc/self/status'}),
    'echo >&2 "warning: …"': step(words={'…': 'anybody may connect'}, says='…'),
    'echo >&2 "error: …"': step(words={'…': 'set PASSWORD'}, says='…'),
}
SERVED = {'d/default.conf': File('default\n', 0o604), 'd/content': 'content\n', 'd/ready': '',
          'd/old/theirs': File('', 0o604, owner=1000, days=8)}
SUM = '434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53'
APPLICATION = {'usr/src/app/index.php': 'new', 'usr/src/app/bin/run': File('#!/bin/sh\n', 0o755)}
PORT = {'PORT': '8080'}


def on_disk(*beginnings, **more):
    return {beginning: step(files=SERVED, **more) for beginning in beginnings}


FILES = {
    "(umask 0077; printf '%s' \"$PW\" >": step(Start(variables={'PW': "it's\n%s"}), files={'run': FOLDER}),
    'grep -qxF "$LINE" f': step(*(Start(variables={'LINE': 'a.c'}, files={'f': text})
                                  for text in ('abc\n', 'a.c\n'))),
    'sed -i': step(*(Start(variables=PORT, files={'f': File(text, 0o640)})
                     for text in ('#port=1\nname=a\n', 'name=a\nport=2\n'))),
    'cat cert.pem key.pem': step(files={'cert.pem': 'certificate\n', 'key.pem': 'key\n'}),
    'envsubst': step(Start(variables={**PORT, 'HOST': 'h', 'uri': 'x'}),
                     files={'t': 'listen ${PORT}; ${HOST} ${uri} $uri;\n'}),
    'cp -aT': step(files={**APPLICATION, 'var/www/old': 'x', 'var/www/index.php': 'old'}),
    'cp -anT': step(files={'defaults/a/new': 'new', 'defaults/a/b': 'b', 'config/a/b': 'mine'}),
    'rm -f /run/*.pid': step(files={'run/a.pid': '', 'run/b.pid': '', 'run/keep': ''}),
    'openssl x509': step(files={'ca.cer': ssl.PEM_cert_to_DER_cert(certificate.PEM)}),
    '[ -f /d/key ]': step(Start(), Start(files={'d/key': 'mine\n'}), files={'d': FOLDER},
                          blur=r'[0-9a-f-]{36}'),
    **on_disk('mkdir -p /d/a/b', 'find /d \\! -user', 'find /d -type f -exec chmod', 'ln -sfn /dev/stdout',
              '[ -f /d/app.conf ]', "printf 'port = %s", 'find /d -type f -mtime', 'ls /d/old >', '(cd /d;',
              '(ulimit -n', 'nice -n', '(umask 0077; touch', 'until mkdir', 'until [ -e /d/ready'),
    'timeout 0.1': step(),
    'echo "$SUM': step(Start(variables={'SUM': SUM}), Start(variables={'SUM': SUM[::-1]}),
                       words={'/d/x': '/d/content'}, script='SHELL > /dev/null; main',
                       files={'d/content': 'content\n'}),
}
ROWS = {**COMMAND, **VALUES, **INPUT, **GROUPS, **FILES}
