"""dockerfiles/openmetadata-server and dockerfiles/opensearch, with stand-ins for what cannot be had: the
start order, Java's arguments, health and stop."""
import docker
import hardened
import pid1
import platform_standins
import standins
import tap

FOLDER = standins.ROOT / 'dockerfiles'
HARDENED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges',
            '--tmpfs', '/tmp', '--health-interval', '200ms']
PASSWORD = 'hunter2-of-the-tests'
# Takes the place of PostgreSQL.
LISTENER = 'import socket; one = socket.create_server(("127.0.0.1", 5432)); one.accept(); input()'


def start(name, network, *options):
    return docker.Container(docker.must('run', '--detach', '--network', network, *HARDENED, *options,
                                        platform_standins.build(name)))


def steps(one):
    """The states of its steps, and its phase."""
    status = one.status()
    return {step['id']: step['state'] for step in status['steps']}, status['phase']


def java(one):
    """The command lines that Java got."""
    return [line.removeprefix('java: ') for line in one.output().splitlines()
            if line.startswith('java: -')]


@tap.test
def the_images_have_no_shell_and_hold_what_their_readmes_promise():
    for name in ('opensearch', 'openmetadata-server'):
        hardened.check(platform_standins.build(name), FOLDER / name)
        names = docker.names_of(f'{name}:0.1.0')
        tap.equal([path for path in names if path.endswith('.sh')], [], 'scripts')


@tap.test
def openmetadata_waits_for_opensearch_and_postgres_and_migrates_before_it_starts():
    for name in ('opensearch', 'openmetadata-server'):
        platform_standins.build(name)
    secret = pid1.folder() / 'password'
    secret.write_text(PASSWORD)
    with hardened.executions() as executed:
        catalog = start('openmetadata-server', 'none', '--volume', f'{secret}:/run/secrets/db:ro',
                        '--env', 'DB_USER_PASSWORD_FILE=/run/secrets/db', '--env', 'DB_HOST=127.0.0.1',
                        '--env', 'ELASTICSEARCH_HOST=127.0.0.1')
        network = f'container:{catalog.name}'
        search = start('opensearch', network, '--memory', '512m')
        docker.Events(search).wait_for('health_status: healthy')
        catalog.wait_for_line('step search: done')
        found, phase = steps(catalog)
        tap.equal((found, phase), ({'database': 'running', 'search': 'done', 'migrate': 'waiting'},
                                   'init'))
        docker.must('run', '--detach', '--interactive', '--network', network, '--name', 'database',
                    standins.python(), '/usr/bin/python3', '-c', LISTENER)
        tap.cleanup(lambda: docker.call('rm', '--force', 'database'))
        docker.Events(catalog).wait_for('health_status: healthy')
    # Not traced: under strace, docker stop sometimes did not return.
    migration, server = java(catalog)
    for one in (catalog, search):
        one.stop()
        tap.equal(one.end(), 0, one.output())
    tap.holds(migration, 'org.openmetadata.service.util.OpenMetadataOperations -c '
                         '/opt/openmetadata/conf/openmetadata.yaml migrate')
    tap.holds(server, 'org.openmetadata.service.OpenMetadataApplication server ')
    tap.holds(catalog.output(), f'java: DB_USER_PASSWORD = {PASSWORD}')
    tap.equal(executed, {'/pintle', '/usr/bin/java', '/usr/share/opensearch/jdk/bin/java',
                         '/usr/bin/python3'})


@tap.test
def the_heap_of_opensearch_is_half_of_the_containers_memory():
    one = start('opensearch', 'none', '--memory', '512m', '--env', 'DISABLE_SECURITY_PLUGIN=true',
                '--env', 'OPENSEARCH_JAVA_OPTS=-Xlog:gc -Dname=x')
    docker.Events(one).wait_for('health_status: healthy')
    line, = java(one)
    tap.holds(line, '-Xms256m -Xmx256m ')
    tap.holds(line, ' -Xlog:gc -Dname=x -Dopensearch.path.home=/usr/share/opensearch ')
    tap.check(line.endswith(' org.opensearch.bootstrap.OpenSearch -Ediscovery.type=single-node '
                            '-Eplugins.security.disabled=true'), 'the options', line)


tap.main()
