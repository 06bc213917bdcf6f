"""Who main, hooks and PID 1 are, and what they may do, once they run."""
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import certificate
import pid1
import tap
from pid1 import ACTOR

KILL, SETGID, SETUID, NET_BIND_SERVICE = 1 << 5, 1 << 6, 1 << 7, 1 << 10
SETS = ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')


def with_accounts(passwd='', group=''):
    """Runs pintle with these as the last lines of /etc/passwd and /etc/group."""
    folder = pid1.folder()
    for name, more in (('passwd', passwd), ('group', group)):
        (folder / name).write_text(pathlib.Path('/etc', name).read_text() + more)
    return ['sh', '-c', f'mount --bind {folder}/passwd /etc/passwd && '
            f'mount --bind {folder}/group /etc/group && exec "$@"', 'sh']


APP = ('app:x:4711:4712:An app:/srv/app:/bin/none', 'one:x:4713:app\ntwo:x:4714:x,app,y\n')


def sleeper(document=None, options=('-u', '4711:4712'), **more):
    """A main that runs; (the process, the status of main, that of PID 1)."""
    options = [*options, '-c', pid1.config(document)] if document else options
    one = pid1.start('sleep', '1000', options=options, **more)
    main = pid1.status(one.main())
    tap.until(lambda: pid1.status(one.pid)['NoNewPrivs'] == '1', 'PID 1 gave up privileges')
    return one, main, pid1.status(one.pid)


def stop(one):
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 143, one.err.text)


def capabilities(status):
    return {name: int(status[name], 16) for name in SETS}


NOTHING = dict.fromkeys(SETS, 0)


@tap.test
def main_has_the_uids_the_gids_and_the_groups_of_its_user():
    one, main, _ = sleeper(options=['-u', 'app'], before=with_accounts(*APP))
    tap.equal(main['Uid'].split(), ['4711'] * 4)
    tap.equal(main['Gid'].split(), ['4712'] * 4)
    tap.equal(sorted(main['Groups'].split()), ['4712', '4713', '4714'])
    stop(one)


@tap.test
def a_group_that_is_named_is_the_only_one():
    one, main, _ = sleeper(options=['-u', 'app:two'], before=with_accounts(*APP))
    tap.equal((main['Gid'].split()[0], main['Groups'].split()), ('4714', ['4714']))
    stop(one)


@tap.test
def main_has_no_capability_at_all_and_cannot_gain_any():
    one, main, _ = sleeper()
    tap.equal(capabilities(main), NOTHING)
    tap.equal(main['NoNewPrivs'], '1')
    stop(one)


@tap.test
def home_user_and_logname_follow_the_user():
    code, out, _ = pid1.run('env', options=['-u', 'app'], before=[
        *with_accounts(*APP), 'env', '-i', 'HOME=/root', 'USER=root', 'PATH=/usr/bin:/bin'])
    tap.equal(code, 0)
    tap.equal(sorted(out.split()), ['HOME=/srv/app', 'LOGNAME=app', 'PATH=/usr/bin:/bin',
                                    'USER=app'])


@tap.test
def accounts_are_read_without_final_newline_and_with_carriage_returns():
    before = with_accounts('\r\nbad line\r\napp:x:4711:4712::/srv/app:/bin/none', '')
    one, main, _ = sleeper(options=['-u', 'app'], before=before)
    tap.equal(main['Uid'].split()[0], '4711')
    stop(one)


@tap.test
def pid_1_keeps_uid_0_and_only_the_capability_to_signal():
    one, _, init = sleeper()
    tap.equal(init['Uid'].split(), ['0'] * 4)
    tap.equal(capabilities(init), {**NOTHING, 'CapPrm': KILL, 'CapEff': KILL})
    tap.equal(init['NoNewPrivs'], '1')
    stop(one)


@tap.test
def what_stood_in_for_a_step_leaves_pid_1_nothing():
    fallback = {'action': 'fallback', 'step': {'command': 'true', 'user': 'root'}}
    one, _, init = sleeper({'steps': [{'id': 'a', 'command': 'true', 'onFailure': fallback}]})
    tap.equal(capabilities(init), {**NOTHING, 'CapPrm': KILL, 'CapEff': KILL})
    stop(one)


JOB = {'id': 'job', 'command': 'true', 'schedule': {'every': '1h'}}


@tap.test
def pid_1_keeps_setuid_and_setgid_while_hooks_of_another_user_remain():
    one, _, init = sleeper({'maintenance': [JOB]})
    kept = KILL | SETUID | SETGID
    tap.equal(capabilities(init), {**NOTHING, 'CapPrm': kept, 'CapEff': kept})
    stop(one)


@tap.test
def a_capability_that_is_kept_is_effective_and_ambient_and_the_only_one():
    one, main, _ = sleeper({'confinement': {'capabilities': ['NET_BIND_SERVICE']}})
    tap.equal(capabilities(main), dict.fromkeys(SETS, NET_BIND_SERVICE))
    tap.equal((main['Uid'].split()[0], main['NoNewPrivs']), ('4711', '1'))
    stop(one)


@tap.test
def a_capability_that_does_not_exist_is_78_and_one_that_is_missing_83():
    wrong = {'confinement': {'capabilities': ['NET_BIND_SERVICES']}}
    tap.equal(pid1.run_with(wrong, 'true', options=['-u', '1:1'])[0], 78)
    right = {'confinement': {'capabilities': ['NET_BIND_SERVICE']}}
    code, _, err = pid1.run_with(right, 'true', options=['-u', '1:1'],
                                 before=bounded('setuid', 'setgid', 'kill'))
    tap.equal(code, 83)
    tap.holds(pid1.chosen_line(err, 83), 'NET_BIND_SERVICE')


@tap.test
def hooks_run_as_who_they_name_or_as_the_user_at_the_top():
    document = {'user': '4711:4712', 'steps': [
        {'id': 'top', 'command': 'id', 'arguments': ['-u']},
        {'id': 'own', 'command': 'id', 'arguments': ['-u'], 'user': '5000:5000'},
        {'id': 'root', 'command': 'sh', 'arguments': ['-c', 'id -u; grep CapEff /proc/self/status'],
         'user': 'root'}]}
    code, out, _ = pid1.run_with(document, 'id', '-u')
    lines = out.split()
    tap.equal((code, lines[:3], lines[-1]), (0, ['4711', '5000', '0'], '4711'))
    tap.check(int(lines[4], 16) != 0, 'root has capabilities', out)


@tap.test
def a_user_that_cannot_be_meant_is_refused_and_never_becomes_root():
    for user in ('4242', '4294967296', '4294967296:1', '-1', '-1:-1', '007:007', '+1:1', ' 1:1',
                 '0x10:1', '1:1:1', '4294967295:1', '2147483648:1', '1:4294967296', ':1', '1:',
                 'nosuch', 'nosuch:1', 'root:nosuch', '1000:00'):
        code, out, err = pid1.run('id', options=['-u', user])
        tap.equal((code, out), (78, ''), f'user {user!r}')
        tap.holds(pid1.chosen_line(err, 78), 'main: ')


def bounded(*names):
    pid1.needs('setpriv')
    return ['setpriv', '--bounding-set', ','.join(['-all', *('+' + name for name in names)])]


@tap.test
def without_setuid_and_setgid_stepping_down_is_83_and_names_them():
    for held, missing in ((('kill',), 'SETGID, SETUID'), (('kill', 'setuid'), 'SETGID'),
                          ((), 'SETGID, SETUID')):
        code, out, err = pid1.run('id', options=['-u', '4711:4712'], before=bounded(*held))
        tap.equal((code, out), (83, ''))
        tap.holds(pid1.chosen_line(err, 83), f'the capabilities {missing} are missing')


AS_USER = ['setpriv', '--reuid', '4711', '--regid', '4712', '--clear-groups']


@tap.test
def started_as_a_plain_user_everything_runs_as_that_and_one_line_says_so():
    document = {'user': 'nosuch', 'steps': [{'id': 'a', 'command': 'id', 'arguments': ['-u']}]}
    code, out, err = pid1.run_with(document, 'id', '-u', before=AS_USER)
    tap.equal((code, out), (0, '4711\n4711\n'), err)
    document['user'] = '1:1'
    code, out, err = pid1.run_with(document, 'id', '-u', before=AS_USER)
    tap.equal((code, out), (0, '4711\n4711\n'), err)
    tap.holds(err, 'started as uid 4711: everything runs as that, not as "1:1"')


@tap.test
def started_as_a_plain_user_hooks_of_mains_user_run_as_main():
    step = {'id': 'a', 'command': 'id', 'arguments': ['-u'], 'user': '1:1'}
    for document in ({'user': '1:1', 'steps': [step]},
                     {'user': 'root', 'steps': [step], 'main': {'command': 'id', 'user': '1:1'}}):
        code, out, err = pid1.run_with(document, 'id', '-u', before=AS_USER)
        tap.equal((code, out), (0, '4711\n4711\n'), err)


@tap.test
def started_as_a_plain_user_hooks_of_others_are_83_and_all_named():
    folder = pid1.folder()
    (folder / 'bundle').write_text(certificate.PEM)
    document = {'steps': [{'id': 'a', 'command': 'id', 'user': '1:1'},
                          {'id': 'never', 'command': 'id', 'user': '3:3',
                           'imageModes': ['prebuilt']},
                          {'id': 'done', 'directory': {'path': '/', 'owner': 'root'},
                           'user': 'root'},
                          {'id': 'done-modes', 'user': 'root', 'permissions': {
                              'path': str(folder), 'directoryMode': '0755', 'recursive': True}},
                          {'id': 'done-trust', 'user': 'root', 'certificates': {
                              'source': f'{folder}/bundle', 'bundle': f'{folder}/bundle'}},
                          {'id': 'done-files', 'user': 'root',
                           'prune': {'path': str(folder), 'olderThan': '1d'}},
                          {'id': 'done-logs', 'user': 'root',
                           'rotate': {'path': f'{folder}/*', 'largerThan': '1MiB'}}],
                'maintenance': [{**JOB, 'user': '2:2'},
                                {'id': 'later', 'user': '2:2', 'schedule': {'every': '1h'},
                                 'prune': {'path': str(folder), 'olderThan': '1d'}}]}
    code, out, err = pid1.run_with(document, 'id', before=AS_USER)
    tap.equal((code, out), (83, ''))
    reason = pid1.chosen_line(err, 83)
    tap.holds(reason, 'step a (1:1), job job (2:2), job later (2:2);')
    tap.check('done' not in reason, 'a built-in with nothing to do is named', reason)


@tap.test
def nobody_of_mains_uid_can_trace_pid_1_or_read_its_environment():
    for options in ([], ['-u', '4711:4712']):
        before = AS_USER if not options else []
        for command in ([ACTOR, 'trace', '1'], ['cat', '/proc/1/environ'],
                        ['readlink', '/proc/1/exe']):
            code, out, _ = pid1.run(*command, options=options, before=before)
            tap.check(out in ('refused 1\n', ''), f'{command} as {options}', (code, out))


@tap.test
def init_user_main_gives_pid_1_the_uid_of_main():
    one, _, init = sleeper({'init': {'user': 'main'}})
    tap.equal(init['Uid'].split(), ['4711'] * 4)
    tap.equal(init['Gid'].split(), ['4712'] * 4)
    tap.equal(capabilities(init), NOTHING)
    stop(one)


@tap.test
def standard_descriptors_belong_to_main_so_that_their_paths_can_be_opened():
    code, out, err = pid1.run('sh', '-c', 'echo by path > /dev/stdout',
                              options=['-u', '4711:4712'])
    tap.equal((code, out), (0, 'by path\n'), err)


tap.main()
