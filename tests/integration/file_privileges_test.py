"""A main whose file would give it more than it gets: capabilities, another uid or gid. One line says
what the file has and what to set."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

AS_USER = ['setpriv', '--reuid', '4711', '--regid', '4712', '--clear-groups']
USER = ['-u', '4711:4712']
ALLOWED = [*USER, '--allow-new-privileges']
KEPT = {'confinement': {'capabilities': ['NET_BIND_SERVICE']}, 'user': '4711:4712'}
SETS = ['grep', 'CapPrm', '/proc/self/status']


def program(capabilities='', mode=0o755, name='grep'):
    """A copy of /bin/NAME with those."""
    file = pid1.folder() / name
    shutil.copy(shutil.which(name), file)
    file.chmod(mode)
    if capabilities:
        pid1.needs('setcap')
        done = subprocess.run(['setcap', capabilities, file], check=False)
        if done.returncode != 0:
            tap.skip('the file system has no file capabilities')
    return str(file)


def permitted(file, document=None, **more):
    """How it ends, what it may do then, and the lines that speak of the file."""
    code, out, err = pid1.run_with(document or {}, file, *SETS[1:], **more)
    lines = [line for line in err.splitlines() if f"'{file}'" in line]
    return code, int(out.split()[-1], 16) if out else 0, lines


NET_BIND_SERVICE = 1 << 10


@tap.test
def capabilities_of_a_file_that_main_does_not_get_are_one_line():
    file = program('cap_net_bind_service+p')
    code, held, lines = permitted(file, options=USER)
    tap.equal((code, held, len(lines)), (0, 0, 1), lines)
    tap.holds(lines[0], 'has the file capabilities NET_BIND_SERVICE, which have no effect under '
              'no_new_privs; name them in "confinement": {"capabilities": […]}')
    code, held, lines = permitted(file, options=ALLOWED)
    tap.equal((code, held, len(lines)), (0, 0, 1), lines)
    tap.holds(lines[0], 'has the file capabilities NET_BIND_SERVICE, which have no effect since main\'s '
              'bounding set lacks them; name them in "confinement": {"capabilities": […]}')
    for options in ([], ['--allow-new-privileges']):
        tap.equal(permitted(file, KEPT, options=options), (0, NET_BIND_SERVICE, []))
    before = ['setpriv', '--bounding-set', '-net_bind_service']
    code, held, lines = permitted(file, options=USER, before=before)
    tap.equal((code, held, len(lines)), (0, 0, 1), lines)
    tap.holds(lines[0], 'add them with --cap-add and name them in')
    code, held, lines = permitted(file, before=AS_USER)
    tap.equal((code, held, len(lines)), (0, 0, 1), lines)
    tap.holds(lines[0], 'under no_new_privs; start with --allow-new-privileges, or')
    tap.equal(permitted(file, options=['--allow-new-privileges'], before=AS_USER),
              (0, NET_BIND_SERVICE, []))


@tap.test
def a_file_that_insists_on_its_capabilities_is_one_line_as_well():
    file = program('cap_net_bind_service+ep', 0o4755)
    for options in (USER, ALLOWED):
        code, _, lines = permitted(file, options=options)
        tap.equal((code, len(lines)), (126, 1), lines)
        tap.holds(lines[0], "the file's capabilities NET_BIND_SERVICE cannot be granted")
        tap.holds(lines[0], '"confinement"')
    file = program('cap_net_bind_service+ep')
    tap.equal(permitted(file, KEPT), (0, NET_BIND_SERVICE, []))
    code, held, lines = permitted(file, before=AS_USER)
    tap.equal((code, held, len(lines)), (0, 0, 1), lines)
    tap.holds(lines[0], 'has the file capabilities NET_BIND_SERVICE, which have no effect')


@tap.test
def a_set_user_id_or_set_group_id_program_has_that_only_with_new_privileges():
    for mode, what in ((0o4755, 'set-user-ID (uid 0)'), (0o2755, 'set-group-ID (gid 0)'),
                       (0o6755, 'set-user-ID (uid 0) and set-group-ID (gid 0)')):
        file = program(mode=mode, name='id')
        for options, is_had in ((USER, False), (ALLOWED, True)):
            code, out, err = pid1.run(file, '-u' if mode & 0o4000 else '-g', options=options)
            tap.equal((code, out == '0\n'), (0, is_had), err)
            lines = [line for line in err.splitlines() if f"'{file}'" in line]
            tap.equal(len(lines), 0 if is_had else 1, err)
            if lines:
                tap.holds(lines[0], f'is {what}, which has no effect under no_new_privs; start with '
                          '--allow-new-privileges, or "confinement": {"noNewPrivileges": false}')


@tap.test
def a_file_that_gives_nothing_more_is_no_line():
    script = pid1.folder() / 'run'
    script.write_text('#!/bin/true\n')
    script.chmod(0o6755)
    for file, options in ((program(mode=0o2745, name='true'), ['-u', '4711:4712']),  # not executable
                          (str(script), USER), (program(mode=0o6755, name='true'), ['-u', '0:0'])):
        code, _, err = pid1.run(file, options=options)
        tap.equal(code, 0, err)
        tap.check(file not in err, 'a line about it', err)


tap.main()
