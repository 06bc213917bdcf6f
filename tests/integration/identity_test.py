"""Who everything runs as where not everything can be had: what is there already needs no privilege,
what only comes on top degrades, and what protects is proven before anything starts."""
import errno
import os
import pathlib
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

PR_SET_SECUREBITS, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_CAP_AMBIENT = 28, 23, 24, 47
NET_BIND_SERVICE = 1 << 10
AS_USER = ['setpriv', '--reuid', '4711', '--regid', '4712', '--clear-groups']
NO_CAPABILITIES = ['setpriv', '--bounding-set', '-all']
STEP = {'id': 'a', 'command': 'id', 'arguments': ['-G']}


@tap.test
def root_that_stays_root_keeps_its_groups_and_needs_no_capability():
    pid1.needs('setpriv')
    groups = ['setpriv', '--groups', '4242']
    tap.equal(pid1.run('id', '-G', before=groups)[:2], (0, '0 4242\n'))
    code, out, err = pid1.run_with({'steps': [STEP]}, 'id', '-G', before=groups)
    tap.equal((code, out), (0, '0 4242\n0 4242\n'), err)
    for before in (NO_CAPABILITIES, pid1.failing('setgroups', errno.EPERM)):
        for document in ({'steps': [STEP]}, {'user': 'root', 'steps': [STEP]},
                         {'user': '0:0', 'steps': [STEP]}):
            code, _, err = pid1.run_with(document, 'id', before=[*groups, *before])
            tap.equal(code, 0, err)


@tap.test
def who_names_the_user_that_pid_1_is_keeps_the_groups_of_the_container():
    pid1.needs('setpriv')
    own = 'mount --bind "$0" /etc/group && exec "$@"'  # root has another group by it, as on Alpine
    file = pid1.folder() / 'group'
    file.write_text('root:x:0:\nwheel:x:10:root\n')
    before = ['sh', '-c', own, str(file), 'setpriv', '--groups', '4242']
    for user in ('root', '0', '0:0', 'root:root'):
        steps = {'steps': [{**STEP, 'user': user}]}
        code, out, err = pid1.run_with(steps, 'id', '-G', options=['-u', user], before=before)
        tap.equal((code, out), (0, '0 4242\n0 4242\n'), err)
        code, out, err = pid1.run_with({'user': user, 'steps': [STEP]}, 'id', '-G', before=before)
        tap.equal((code, out), (0, '0 4242\n0 4242\n'), err)
        code, out, err = pid1.run_with(steps, options=['--init-only'], before=before)
        tap.equal((code, out), (0, '0 4242\n'), err)
    hook = {'command': 'id', 'arguments': ['-G'], 'user': 'root', 'output': 'log'}
    one = pid1.start_with({'health': [{**hook, 'id': 'c', 'interval': '20ms'}], 'maintenance': [
        {**hook, 'id': 'j', 'runOnStart': True, 'schedule': {'every': '1h'}}]}, 'sleep', '100',
        options=['-u', 'root'], before=before)
    told = [one.complaint('pintle: (check c|job j) \\| 0 4242').group(1) for _ in range(2)]
    tap.check('check c' in told or one.complaint('pintle: check c \\| 0 4242'), 'the check', told)
    tap.check('job j' in told or one.complaint('pintle: job j \\| 0 4242'), 'the job', told)
    one.signal(signal.SIGTERM)
    one.end()
    named = {'user': 'root', 'main': {'command': 'id', 'arguments': ['-G'], 'groups': []}}
    tap.equal(pid1.run_with(named, before=before)[:2], (0, '0\n'))


@tap.test
def an_ambient_set_that_cannot_be_asked_about_is_none_that_was_left():
    before = pid1.failing('prctl', errno.EPERM, PR_CAP_AMBIENT)
    for options in ([], ['-u', '4711:4712']):
        code, _, err = pid1.run('true', options=options, before=before)
        tap.equal(code, 0, err)


def ambient_of_main(document, *before):
    """The ambient set of main, as a number; pintle starts as a user with NET_BIND_SERVICE ambient."""
    held = ['--inh-caps', '+net_bind_service', '--ambient-caps', '+net_bind_service']
    code, out, err = pid1.run_with(document, 'grep', 'CapAmb', '/proc/self/status',
                                   before=[*AS_USER, *held, *before])
    tap.equal(code, 0, err)
    return int(out.split()[-1], 16)


@tap.test
def what_the_runtime_made_ambient_is_mains_unless_the_config_names_less():
    pid1.needs('setpriv')
    tap.equal(ambient_of_main({}), NET_BIND_SERVICE)
    named = {'confinement': {'capabilities': ['NET_BIND_SERVICE']}}
    tap.equal(ambient_of_main(named), NET_BIND_SERVICE)
    tap.equal(ambient_of_main({'confinement': {'capabilities': []}}), 0)


@tap.test
def a_capability_that_a_user_was_given_without_effect_is_told_as_that():
    pid1.needs('setpriv')
    document = {'confinement': {'capabilities': ['NET_BIND_SERVICE']}}
    code, _, err = pid1.run_with(document, 'true', before=AS_USER)
    tap.equal(code, 83)
    reason = pid1.chosen_line(err, 83)
    tap.holds(reason, 'NET_BIND_SERVICE, which uid 4711 does not have')
    tap.holds(reason, '"user": "4711:4712"')


@tap.test
def hardening_that_the_kernel_does_not_know_is_told_and_no_reason_not_to_start():
    cases = [(pid1.failing('prctl', errno.EINVAL, PR_SET_SECUREBITS), ['securebits']),
             (pid1.failing('prctl', errno.EPERM, PR_CAPBSET_DROP), ['bounding set']),
             (pid1.failing('prctl', errno.EPERM, PR_CAPBSET_READ), ['bounding set']),
             (['setpriv', '--bounding-set', '-all,+setuid,+setgid'],
              ['bounding set', 'securebits']),
             ([], [])]
    for before, unlocked in cases:
        one = pid1.start(ACTOR, 'listen', '15', options=['-u', '4711:4712'], before=before)
        one.line('ready')
        tap.equal(one.status()['notLocked'], unlocked)
        shown = one.inside(pid1.PINTLE, 'status').stdout
        tap.equal('could not be locked' in shown, bool(unlocked), shown)
        one.signal(signal.SIGTERM)
        tap.equal(one.end(), 0, one.err.text)


@tap.test
def what_protects_is_proven_before_any_step_runs():
    folder = pid1.folder()
    steps = [{'id': 'a', 'command': 'touch', 'arguments': [f'{folder}/ran'], 'user': 'root'}]
    for document in ({'user': '4711:4712', 'steps': steps},
                     {'user': '4711:4712', 'steps': steps, 'init': {'user': 'main'}}):
        code, _, err = pid1.run_with(document, 'true',
                                     before=['setpriv', '--groups', '4242',
                                             *pid1.failing('setgroups', errno.EPERM)])
        tap.equal((code, os.listdir(folder)), (83, []), err)
        tap.holds(pid1.chosen_line(err, 83), 'cannot drop privileges to 4711:4712: cannot set the suppl')


@tap.test
def an_id_that_a_user_namespace_does_not_map_is_named():
    before = ['unshare', '--user', '--map-root-user']
    code, out, err = pid1.run('id', '-u', before=before)
    tap.equal((code, out), (0, '0\n'), err)
    code, _, err = pid1.run('id', options=['-u', '1000:1000'], before=before)
    tap.equal(code, 83)
    tap.holds(err, 'main cannot have the uid 1000: it is not mapped in the container\'s user namespace')
    folder = pid1.folder()
    (folder / 'there').write_text('x')
    for action in ({'permissions': {'path': f'{folder}/there', 'owner': '0:1000'}},
                   {'file': {'path': f'{folder}/made', 'content': 'x', 'owner': '1000:0'}},
                   {'directory': {'path': f'{folder}/d', 'owner': '1000:1000'}}):
        code, _, err = pid1.run_with({'steps': [{'id': 'a', **action}]}, 'true', before=before)
        kind = 'gid' if 'permissions' in action else 'uid'
        tap.equal(code, 80, err)
        tap.holds(pid1.chosen_line(err, 80), f'the {kind} 1000 is not mapped in the container\'s user '
                  f'namespace (/proc/self/{kind}_map)')


@tap.test
def a_parent_death_signal_outlives_the_change_of_pid_1s_user():
    one = pid1.start_with({'user': '4711:4712', 'init': {'user': 'main'}}, ACTOR, 'listen', '10',
                          '7', options=['-p', 'USR1'], is_pid1=False,
                          before=[ACTOR, 'parent'])
    one.line('ready')
    tap.until(lambda: pid1.status(pid1.children(one.pid)[0])['Uid'].split()[0] == '4711',
              'it has stepped down')
    one.popen.kill()
    one.line('got 10')


@tap.test
def hooks_that_could_never_run_are_refused_where_pid_1_becomes_main():
    job = {'id': 'tidy', 'command': 'true', 'schedule': {'every': '1h'}, 'user': 'root'}
    own = {'id': 'own', 'command': 'true', 'schedule': {'every': '1h'}}
    document = {'user': '4711:4712', 'init': {'user': 'main'}, 'maintenance': [job, own],
                'main': {'command': 'true'}, 'steps': [{**STEP, 'user': 'root'}]}
    code, _, err = pid1.run_with(document)
    tap.equal(code, 83, err)
    reason = pid1.chosen_line(err, 83)
    tap.holds(reason, 'so these cannot run as their own user: job tidy (0:0);')
    code, out, _ = pid1.run(options=['check', pid1.config(document)])
    tap.equal(code, 0)
    tap.holds(out, 'the start is refused unless these have the same: job tidy (root)')
    code, _, err = pid1.run_with({**document, 'maintenance': [own]})
    tap.equal(code, 0, err)


@tap.test
def accounts_that_cannot_be_read_matter_only_to_who_needs_them():
    before = ['sh', '-c', 'mount --bind /dev/null /etc/passwd && mount --bind /dev/null /etc/group '
              '&& exec "$@"', 'sh']
    for options in ([], ['-u', '4711:4712']):
        code, _, err = pid1.run('true', options=options, before=before)
        tap.equal(code, 0, err)
    code, _, err = pid1.run('true', options=['-u', 'root'], before=before)
    tap.equal(code, 78)
    tap.holds(err, '/etc/passwd')


@tap.test
def groups_are_those_that_are_named_or_the_containers_as_well():
    pid1.needs('setpriv')
    before = ['setpriv', '--groups', '0,4242']
    for groups, seen in ((['4713', 4714], '4712 4713 4714'), ([], '4712'),
                         ('inherit', '4712 4242')):
        document = {'user': '4711:4712', 'main': {'groups': groups},
                    'steps': [{**STEP, 'groups': groups}]}
        document['main'].update(command='id', arguments=['-G'])
        code, out, err = pid1.run_with(document, before=before)
        tap.equal((code, out), (0, f'{seen}\n{seen}\n'), err)
    document = {'main': {'command': 'id', 'groups': ['no-such-group']}}
    code, _, err = pid1.run_with(document)
    tap.equal(code, 78)
    tap.holds(err, "group 'no-such-group': no such group in /etc/group; write its number, as in 1000\n")
    document['main']['groups'] = [4242]
    code, _, err = pid1.run_with(document, before=AS_USER)
    tap.equal(code, 83)
    tap.holds(err, 'cannot take other groups')


@tap.test
def groups_at_the_top_are_those_of_its_user():
    pid1.needs('setpriv')
    before = ['setpriv', '--groups', '0,4242']
    own = {**STEP, 'id': 'own', 'user': '4711:4712'}
    for groups, seen in ((['4713', 4714], '4712 4713 4714'), ([], '4712'), ('inherit', '4712 4242')):
        document = {'user': '4711:4712', 'groups': groups, 'init': {'user': 'main'},
                    'maintenance': [{**STEP, 'id': 'j', 'schedule': {'every': '1h'}}],
                    'steps': [STEP, own, {**STEP, 'id': 'named', 'groups': [5]}]}
        code, out, err = pid1.run_with(document, 'id', '-G', before=before)
        tap.equal((code, out), (0, f'{seen}\n4712\n4712 5\n{seen}\n'), err)
    code, out, err = pid1.run_with({'groups': ['no-such']}, 'id', before=before)
    tap.equal((code, out), (78, ''), err)
    code, _, err = pid1.run_with({'groups': [4242]}, 'id', before=AS_USER)
    tap.equal(code, 83, err)


@tap.test
def exit_codes_of_main_that_the_config_calls_a_success_are_0():
    document = {'main': {'command': ACTOR, 'arguments': ['exit', '143'],
                         'successExitCodes': [143]}}
    tap.equal(pid1.run_with(document)[0], 0)
    tap.equal(pid1.run_with(document, ACTOR, 'exit', '3')[0], 3)


@tap.test
def sockets_that_were_opened_for_the_service_are_mains_and_its_pid_is_told():
    show = 'echo $LISTEN_FDS $LISTEN_FDNAMES; test $LISTEN_PID = $$ && readlink /proc/self/fd/3'
    listener = socket.create_server(('127.0.0.1', 0))
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
        tap.cleanup(lambda: os.close(3))
    before = ['sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh', 'env', 'LISTEN_FDS=1',
              'LISTEN_FDNAMES=web']
    step = {'id': 'a', 'command': 'env', 'useSystemEnvironment': True}
    code, out, err = pid1.run_with({'user': '4711:4712', 'steps': [step]}, 'sh', '-c', show,
                                   before=before, pass_fds=[3])
    lines = out.splitlines()
    tap.equal((code, lines[-2], 'LISTEN' in out), (0, '1 web', False), err)
    tap.check(lines[-1].startswith('socket:'), 'descriptor 3 is the socket', out)
    other = ['env', 'LISTEN_FDS=1', 'LISTEN_PID=999999']
    code, out, err = pid1.run('sh', '-c', 'echo [$LISTEN_FDS$LISTEN_PID]', before=other,
                              pass_fds=[3])
    tap.equal((code, out), (0, '[]\n'), err)


@tap.test
def a_dumpable_pid_1_lets_root_reach_its_descriptors_and_prebuilt_refuses_it():
    document = {'user': '4711:4712', 'init': {'dumpable': True},
                'main': {'command': ACTOR, 'arguments': ['listen', '15']}}
    enter = ['setpriv', '--bounding-set', '-sys_ptrace', 'readlink', '/proc/1/fd/1']
    for is_dumpable in (True, False):
        document['init']['dumpable'] = is_dumpable
        one = pid1.start_with(document)
        one.line('ready')
        tap.until(lambda: pid1.status(one.pid)['NoNewPrivs'] == '1', 'PID 1 gave up privileges')
        owner = os.stat(f'/proc/{one.pid}/environ').st_uid
        tap.equal(owner, 0)
        tap.equal(one.inside(*enter).returncode == 0, is_dumpable)
        one.signal(signal.SIGTERM)
        tap.equal(one.end(), 0)
    document['init']['dumpable'] = True
    code, _, err = pid1.run_with({**document, 'imageMode': 'prebuilt'})
    tap.equal(code, 83)
    tap.holds(err, '"dumpable"')


@tap.test
def where_pid_1_becomes_mains_user_a_dumpable_one_lets_main_write_to_its_output():
    script = 'read go; echo through main > /proc/1/fd/1 && exit 7; exit 8'
    for is_dumpable, code in ((True, 7), (False, 8)):
        one = pid1.start_with({'user': '4711:4712', 'init': {'user': 'main', 'dumpable': is_dumpable},
                               'main': {'command': 'sh', 'arguments': ['-c', script]}},
                              stdin=subprocess.PIPE)
        tap.until(lambda: pid1.status(one.pid)['Uid'].split() == ['4711'] * 4, 'PID 1 is 4711')
        # It is the kernel's sign of whether it may be traced: to whom its files of /proc belong.
        owner = 4711 if is_dumpable else 0
        tap.until(lambda: os.stat(f'/proc/{one.pid}/environ').st_uid == owner, f'they are {owner}')
        one.popen.stdin.write(b'\n')
        one.popen.stdin.close()
        tap.equal(one.end(), code, one.err.text)
        tap.equal(one.out.rest(), 'through main\n' if is_dumpable else '')
        tap.equal('/proc/1/fd/1' in one.err.rest(), not is_dumpable, one.err.text)


tap.main()
