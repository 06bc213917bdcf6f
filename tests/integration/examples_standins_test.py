"""examples/entrypoints of services that cannot be installed here, with stand-ins: zookeeper, vault,
elasticsearch, grafana, airflow and rabbitmq. Each is started as its published script is used: the first start,
options only, another command, --user; what runs then, as whom, where, with which variables, and which files are
there, is what the script gives, unless the README says under "Leaves out" or "Does" what differs."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import tap
from example_images import EXAMPLES
from standin_images import Ran, StandinImage, Start

USER = '4321:4321'
USER_OF_ROOTS_GROUP = '4321:0'


def differs(name, *sentences):
    """What the README says of a difference."""
    text = ' '.join((EXAMPLES / name / 'README.md').read_text().split())
    for sentence in sentences:
        tap.holds(text, sentence)


def zookeeper():
    image = StandinImage('zookeeper', ['zkServer.sh', 'zkCli.sh'], users=[('zookeeper', 1000)],
                         programs=['/usr/bin/printf'])
    image.make('data', 'datalog', 'logs', 'conf')
    os.chown(image.root / 'conf', 1000, 1000)  # as in the image
    return image


ZOO_CFG = '''dataDir=/data
dataLogDir=/datalog
tickTime=2000
initLimit=5
syncLimit=2
autopurge.snapRetainCount=3
autopurge.purgeInterval=0
maxClientCnxns=60
standaloneEnabled=true
admin.enableServer=true
'''
ONE_SERVER = 'server.1=localhost:2888:3888;2181\n'


@tap.test
def zookeeper_writes_its_config_and_id_at_the_first_start_only():
    image = zookeeper()
    image.put('data/of-another', '')
    image.run(Start(), [Ran(('zkServer.sh', 'start-foreground'), user='1000:1000')],
              {'conf/zoo.cfg': (ZOO_CFG + ONE_SERVER, 1000, '0o644'), 'data/myid': ('1\n', 1000, '0o644'),
               'data/of-another': ('', 1000, '0o644'), 'datalog': ('', 1000, '0o755'),
               'logs': ('', 1000, '0o755')})
    image.run(Start(variables={'ZOO_MY_ID': '2', 'ZOO_TICK_TIME': '1'}),
              [Ran(('zkServer.sh', 'start-foreground'))],
              {'conf/zoo.cfg': (ZOO_CFG + ONE_SERVER, 1000, '0o644'), 'data/myid': ('1\n', 1000, '0o644')})


@tap.test
def zookeeper_has_a_line_for_each_server_and_setting():
    image = zookeeper()
    image.run(Start(variables={'ZOO_SERVERS': 'server.1=a:2888:3888;2181 server.2=b:2888:3888;2181',
                               'ZOO_CFG_EXTRA': 'a=1 b=2', 'ZOO_4LW_COMMANDS_WHITELIST': 'srvr, mntr',
                               'ZOO_MY_ID': '2'}),
              [Ran(('zkServer.sh', 'start-foreground'))],
              {'conf/zoo.cfg': (ZOO_CFG + 'server.1=a:2888:3888;2181\nserver.2=b:2888:3888;2181\n'
                                '4lw.commands.whitelist=srvr, mntr\na=1\nb=2\n', 1000, '0o644'),
               'data/myid': ('2\n', 1000, '0o644')})


@tap.test
def zookeeper_prepares_another_command_too():
    image = zookeeper()
    image.run(Start(('zkCli.sh', '-server', 'x')), [Ran(('zkCli.sh', '-server', 'x'), user='1000:1000')],
              {'conf/zoo.cfg': (ZOO_CFG + ONE_SERVER, 1000, '0o644')})
    differs('zookeeper', 'another command replaces main, but the steps run before it',
            'it runs as zookeeper, where the script leaves it to root')


@tap.test
def zookeeper_runs_as_the_user_of_the_container():
    image = zookeeper()
    for name in ('data', 'datalog', 'logs', 'conf'):
        os.chown(image.root / name, 4321, 4321)
    image.run(Start(user=USER), [Ran(('zkServer.sh', 'start-foreground'), user=USER)],
              {'conf/zoo.cfg': (ZOO_CFG + ONE_SERVER, 4321, '0o644'), 'data/myid': ('1\n', 4321, '0o644')})


@tap.test
def zookeeper_refuses_what_is_no_number_before_it_writes():
    zookeeper().run(Start(variables={'ZOO_TICK_TIME': '2s'}), files={'conf/zoo.cfg': None}, code=78,
                    says='the variable ZOO_TICK_TIME: 2s does not match')


def vault():
    image = StandinImage('vault', ['vault', 'part'], users=[('vault', 100)])
    image.make('vault/config', 'vault/logs', 'vault/file')
    return image


@tap.test
def vault_owns_its_volumes_and_gets_the_words_of_the_command_line():
    image = vault()
    image.put('vault/file/core', '')
    words = ('server', '-config=/vault/config')
    image.run(Start(words, {'VAULT_LOCAL_CONFIG': '{"ui": true}'}),
              [Ran(('vault', *words), user='100:100', variables={'VAULT_LOCAL_CONFIG': None,
                                                                 'VAULT_DEV_LISTEN_ADDRESS': '0.0.0.0:8200'})],
              {'vault/config/local.json': ('{"ui": true}\n', 100, '0o640'),
               'vault/file/core': ('', 100, '0o644'), 'vault/logs': ('', 100, '0o755')})
    for words in (('version',), ('-version',), ('operator', 'init')):
        image.run(Start(words), [Ran(('vault', *words), user='100:100')])
    differs('vault', '`-config` is not added by itself', "a command that is not vault's")


@tap.test
def vault_runs_the_programs_of_its_folder_with_the_containers_variables():
    image = vault()
    image.make('docker-entrypoint.d')
    (image.root / 'docker-entrypoint.d/10-part').symlink_to('/opt/bin/part')
    image.run(Start(('server',), {'X': '1'}), [Ran(('10-part',), user='100:100', variables={'X': '1'}),
                                               Ran(('vault', 'server'))])


@tap.test
def vault_as_the_user_of_the_container_needs_its_capability_from_there():
    image = vault()
    image.run(Start(('server',), user=USER), code=83, says='main must keep the capability IPC_LOCK')
    image.put('etc/pintle/pintle.json', (EXAMPLES / 'vault/pintle.json').read_text().replace(
        '"confinement": {"capabilities": ["IPC_LOCK"]},', ''))
    image.run(Start(('server',), user=USER), [Ran(('vault', 'server'), user=USER)])
    differs('vault', '`--user`, with which the script cannot start either')


@tap.test
def vault_refuses_the_name_of_an_interface():
    vault().run(Start(('server',), {'VAULT_CLUSTER_INTERFACE': 'eth0'}), code=80,
                says='set VAULT_API_ADDR and VAULT_CLUSTER_ADDR')


def elasticsearch(*files):
    image = StandinImage('elasticsearch', ['elasticsearch', 'elasticsearch-keystore', 'bash'],
                         at=f'{ES}/bin')
    image.make(f'{ES}/config', f'{ES}/data', f'{ES}/logs')
    for name in files:
        image.put(f'{ES}/{name}', '')
    return image


ES = 'usr/share/elasticsearch'
JAVA_OPTS = {'ES_JAVA_OPTS': '-Des.cgroups.hierarchy.override=/ '}
SERVER = Ran(('elasticsearch',), user='1000:0', directory=f'/{ES}', umask='0002', variables=JAVA_OPTS)


@tap.test
def elasticsearch_starts_in_its_folder_with_its_options():
    image = elasticsearch('data/node')
    image.run(Start(), [SERVER], {f'{ES}/data/node': ('', 0, '0o644')})
    image.run(Start(variables={'ES_JAVA_OPTS': '-Xmx1g', 'TAKE_FILE_OWNERSHIP': '1'}),
              [Ran(('elasticsearch',), variables={'ES_JAVA_OPTS': JAVA_OPTS['ES_JAVA_OPTS'] + '-Xmx1g'})],
              {f'{ES}/data/node': ('', 1000, '0o644'), f'{ES}/logs': ('', 1000, '0o755'),
               f'{ES}/config': ('', 0, '0o755')})
    image.run(Start(('-Ecluster.name=shop',)), [Ran(('elasticsearch', '-Ecluster.name=shop'), user='1000:0')])


@tap.test
def elasticsearch_puts_its_first_password_into_the_keystore_once():
    create, show, add = (Ran(('elasticsearch-keystore', *words), user='1000:0', input=text) for words, text in (
        (('create',), None), (('show', 'bootstrap.password'), None),
        (('add', '-x', 'bootstrap.password'), 'pass $1\n')))
    main = Ran(('elasticsearch',), variables={'ELASTIC_PASSWORD': None, 'ELASTIC_PASSWORD_FILE': None})
    image = elasticsearch()
    image.put('run/secrets/es', 'pass $1\n')
    by_file = {'ELASTIC_PASSWORD_FILE': '/run/secrets/es'}
    image.run(Start(variables=by_file, codes={'elasticsearch-keystore': (0, 1, 0)}),
              [create, show, add, main], secret='pass $1')
    image.put(f'{ES}/config/elasticsearch.keystore', '')
    image.run(Start(variables={'ELASTIC_PASSWORD': 'pass $1'}), [show, main], secret='pass $1')
    image.run(Start(variables={'ELASTIC_PASSWORD': 'x', **by_file}), code=78, says='are both set; keep one')
    differs('elasticsearch', 'Main does not inherit the password')


@tap.test
def elasticsearch_runs_another_command_alone_and_as_the_user_of_the_container():
    image = elasticsearch()
    start = Start(('bash', '-c', 'x'), {'ELASTIC_PASSWORD': 'x'})
    image.run(start, [Ran(('bash', '-c', 'x'), user='1000:0')])
    image.run(Start(user=USER_OF_ROOTS_GROUP), [Ran(('elasticsearch',), user=USER_OF_ROOTS_GROUP,
                                                    umask='0002', variables=JAVA_OPTS)])
    differs('elasticsearch', 'settings as variables', 'as uid 1000, where the script leaves it to root')


def grafana():
    image = StandinImage('grafana', ['grafana'])
    image.put('etc/grafana/grafana.ini', '')
    image.make('usr/share/grafana')
    image.make('var/lib/grafana', owner=472)
    return image


GRAFANA = ('grafana', 'server', '--homepath=/usr/share/grafana', '--config=/etc/grafana/grafana.ini',
           '--packaging=docker')


@tap.test
def grafana_has_its_folder_of_plugins_its_home_and_the_words_of_the_command_line():
    image = grafana()
    err = image.run(Start(user='472:0'), [Ran(GRAFANA, user='472:0', variables={
        'HOME': '/usr/share/grafana', 'GF_PATHS_DATA': '/var/lib/grafana', 'GF_LOG_MODE': 'console',
        'GF_PATHS_PROVISIONING': '/etc/grafana/provisioning'})],
        {'var/lib/grafana/plugins': ('', 472, '0o755')})
    tap.check('warn' not in err and 'is not there' not in err, 'no warning', err)
    image.run(Start(('--pidfile', '/x'), user='472:0'), [Ran((*GRAFANA, '--pidfile', '/x'))])
    image.run(Start(('sh',), user='472:0'), [Ran((*GRAFANA, 'sh'))])
    differs('grafana', "the script's `cfg:default.…` do not")


@tap.test
def grafana_reads_secrets_from_files_and_tells_what_is_missing():
    image = grafana()
    image.put('run/secrets/db', 'hunter2hunter2\n')
    by_file = {'GF_DATABASE_PASSWORD__FILE': '/run/secrets/db'}
    image.run(Start(variables=by_file, user='472:0'), [Ran(GRAFANA, variables={
        'GF_DATABASE_PASSWORD': 'hunter2hunter2', 'GF_DATABASE_PASSWORD__FILE': None})],
        secret='hunter2hunter2')
    image.run(Start(variables={**by_file, 'GF_DATABASE_PASSWORD': 'x'}, user='472:0'), code=78,
              says='are both set; keep one')
    other = {'GF_PATHS_CONFIG': '/etc/none.ini', 'GF_INSTALL_PLUGINS': 'a'}
    err = image.run(Start(variables=other, user='472:0'),
                    [Ran((*GRAFANA[:3], '--config=/etc/none.ini', GRAFANA[4]))],
                    says='GF_PATHS_CONFIG=/etc/none.ini is not there')
    tap.holds(err, 'write GF_PLUGINS_PREINSTALL')


@tap.test
def grafana_runs_as_another_user_where_its_folder_allows_it():
    image = grafana()
    image.run(Start(user=USER), code=80, says="'/var/lib/grafana/plugins': Permission denied")
    os.chown(image.root / 'var/lib/grafana', 4321, 4321)
    image.run(Start(user=USER), [Ran(GRAFANA, user=USER)])


def airflow():
    image = StandinImage('airflow', ['airflow'], users=[('airflow', 50000)])
    image.make('home/airflow')
    return image


CHECK = Ran(('airflow', 'db', 'check'), user='50000:0', umask='0002')
NO_CHECK = {'CONNECTION_CHECK_MAX_COUNT': '0'}


@tap.test
def airflow_asks_for_its_database_and_runs_what_the_command_line_says():
    image = airflow()
    main = Ran(('airflow', 'scheduler'), user='50000:0', umask='0002', variables={'HOME': '/home/airflow'})
    for user in (None, '50000:0'):
        image.run(Start(('scheduler',), user=user), [CHECK, main])
    image.run(Start(('version',), NO_CHECK), [Ran(('airflow', 'version'))])
    image.run(Start(('scheduler',), {'CONNECTION_CHECK_SLEEP_TIME': '1', 'CONNECTION_CHECK_MAX_COUNT': '1'},
                    codes={'airflow': (1, 1, 0)}), [CHECK, CHECK], code=80)
    differs('airflow', '`bash` and `python` as commands', '`IMAGE airflow scheduler`')


@tap.test
def airflow_migrates_and_makes_its_administrator_without_a_password_among_the_arguments():
    image = airflow()
    variables = {**NO_CHECK, '_AIRFLOW_DB_MIGRATE': 'true', '_AIRFLOW_WWW_USER_CREATE': 'true',
                 '_AIRFLOW_WWW_USER_PASSWORD': 'hunter2hunter2', '_AIRFLOW_WWW_USER_USERNAME': 'boss'}
    create = Ran(('airflow', 'users', 'create', '--username', 'boss', '--firstname', 'Airflow', '--lastname',
                  'Admin', '--email', 'airflowadmin@example.com', '--role', 'Admin'),
                 input='hunter2hunter2\nhunter2hunter2\n')
    main = Ran(('airflow', 'webserver'), variables={'_AIRFLOW_WWW_USER_PASSWORD': None})
    migrate = Ran(('airflow', 'db', 'migrate'), user='50000:0')
    for codes in ((0,), (1, 1, 0)):  # neither is needed to succeed
        image.run(Start(('webserver',), variables, codes={'airflow': codes}), [migrate, create, main],
                  secret='hunter2hunter2')
    image.run(Start(('webserver',), {**variables, '_AIRFLOW_WWW_USER_PASSWORD': ''}), [migrate], code=80,
              says='the administrator has no password')
    image.run(Start(('webserver',), {**NO_CHECK, '_AIRFLOW_DB_UPGRADE': 'true'}),
              [migrate, Ran(('airflow', 'webserver'))], says='_AIRFLOW_DB_UPGRADE is deprecated')


@tap.test
def airflow_waits_for_its_broker_and_refuses_requirements():
    image = airflow()
    celery = {**NO_CHECK, 'AIRFLOW__CORE__EXECUTOR': 'CeleryExecutor',
              'AIRFLOW__CELERY__BROKER_URL': 'redis://:hunter2@127.0.0.1:1/0'}
    one = image.start('worker', path=image.path, **celery)
    one.complaint('pintle: step broker: started')
    one.signal(15)
    tap.equal((one.end(), image.standins.calls()), (143, []))
    tap.check('hunter2' not in one.err.rest(), 'no password', one.err.text)
    image.run(Start(('worker',), {**celery, 'AIRFLOW__CORE__EXECUTOR': 'LocalExecutor'}),
              [Ran(('airflow', 'worker'))])
    image.run(Start(('worker',), {'_PIP_ADDITIONAL_REQUIREMENTS': 'x'}), code=80,
              says='build an image with them')


@tap.test
def airflow_runs_as_any_user_of_roots_group():
    airflow().run(Start(('scheduler',), user=USER_OF_ROOTS_GROUP),
                  [Ran(('airflow', 'db', 'check'), user=USER_OF_ROOTS_GROUP, umask='0002'),
                   Ran(('airflow', 'scheduler'), user=USER_OF_ROOTS_GROUP, umask='0002',
                       variables={'HOME': '/home/airflow'})])


def rabbitmq():
    image = StandinImage('rabbitmq', ['rabbitmq-server', 'rabbitmqctl'], users=[('rabbitmq', 100)])
    image.make('var/lib/rabbitmq')
    return image


@tap.test
def rabbitmq_owns_its_volume_and_has_its_cookie():
    image = rabbitmq()
    image.put('var/lib/rabbitmq/of-another', '')
    cookie = {'RABBITMQ_ERLANG_COOKIE': 'ACOOKIEOFTWENTYLETTERS'}
    image.run(Start(variables=cookie), [Ran(('rabbitmq-server',), user='100:100',
                                            variables={'RABBITMQ_ERLANG_COOKIE': None})],
              {'var/lib/rabbitmq/.erlang.cookie': ('ACOOKIEOFTWENTYLETTERS\n', 100, '0o600'),
               'var/lib/rabbitmq/of-another': ('', 100, '0o644')}, secret='ACOOKIE')
    image.run(Start(('rabbitmq-server', '-detached')), [Ran(('rabbitmq-server', '-detached'))])
    image.run(Start(('-detached',)), [Ran(('rabbitmq-server', '-detached'))])


@tap.test
def rabbitmq_runs_another_command_alone_and_as_the_user_of_the_container():
    image = rabbitmq()
    image.run(Start(('rabbitmqctl', 'version')), [Ran(('rabbitmqctl', 'version'), user='100:100')],
              {'var/lib/rabbitmq': ('', 0, '0o755')})
    image.run(Start(user=USER), [Ran(('rabbitmq-server',), user=USER)])


@tap.test
def rabbitmq_refuses_what_it_no_longer_knows():
    for name in ('RABBITMQ_DEFAULT_PASS_FILE', 'RABBITMQ_SSL_CERTFILE', 'RABBITMQ_VM_MEMORY_HIGH_WATERMARK'):
        rabbitmq().run(Start(variables={name: 'x'}), code=80,
                       says='write them into a file of /etc/rabbitmq/conf.d')


tap.main()
