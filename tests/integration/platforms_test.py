"""The core of pintle works in each surrounding that docs/platforms.md names."""
import errno
import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR
from surroundings import CGROUPS, Bundle, Rooted, Surrounding, lives, shell

# System calls that the seccomp profile of an old engine does not know, and so refuses.
NEWER_CALLS = ['close_range', 'openat2', 'memfd_create', 'pidfd_open', 'pidfd_send_signal', 'statx',
               'clone3', 'landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self',
               'execveat', 'faccessat2']

# --- what a kernel, an engine or a profile of it does not know ------------------------------------


def lives_without(calls, code, **more):
    """As with an engine's profile, the filter is in force for `exec`, too."""
    filters = [word for call in calls for word in pid1.failing(call, code, **more)]
    one = Surrounding(filters, enter=filters).start().serves()
    tap.equal(int(pid1.status(one.one.pid)['Seccomp_filters']), len(calls), 'they are in force')
    one.ends()


@tap.test
def with_none_of_the_newer_calls_it_works_as_with_them():
    for code in (errno.ENOSYS, errno.EPERM):
        lives_without(NEWER_CALLS, code)


@tap.test
def with_any_newer_call_unknown_it_works_as_with_it():
    for call in NEWER_CALLS:
        lives_without([call], errno.ENOSYS)


@tap.test
def with_any_newer_call_forbidden_it_works_as_with_it():
    for call in NEWER_CALLS:
        lives_without([call], errno.EPERM)


@tap.test
def where_the_kernel_names_no_sockets_jobs_can_be_asked_for_all_the_same():
    only_family = 2  # the size of an address without a name; gVisor refuses it
    lives_without(['bind'], errno.EINVAL, argument=only_family, index=2)


# --- namespaces -----------------------------------------------------------------------------------

# Runs a command in a user namespace with COUNT ids. A child that stays outside writes the maps.
MAPPED = '''
import ctypes, os, sys
count, *command = sys.argv[1:]
begun, begin = os.pipe()
parent = os.getpid()
if os.fork() == 0:
    os.close(begin)
    os.read(begun, 1)
    for name in ('uid_map', 'gid_map'):
        with open(f'/proc/{parent}/{name}', 'w') as file:
            file.write(f'0 0 {count}')
    os._exit(0)
if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0:
    sys.exit(f'no user namespace: {os.strerror(ctypes.get_errno())}')
os.close(begin)
os.wait()
os.execvp(command[0], command)
'''


def mapped(count):
    pid1.needs_root()
    words = [sys.executable, '-c', MAPPED, str(count)]
    done = subprocess.run([*words, *pid1.UNSHARE, 'true'], capture_output=True, text=True)
    if done.returncode:
        tap.skip(f'no user namespace: {done.stderr.strip()}')
    return {'unshare': [*words, *pid1.UNSHARE], 'nsenter': ['--user']}


@tap.test
def in_a_user_namespace_with_all_ids_it_steps_down_as_everywhere():
    lives(**mapped(65536))


@tap.test
def in_a_user_namespace_with_one_id_everything_runs_as_that_one():
    lives(**mapped(1), user=None)


@tap.test
def in_a_time_namespace_it_works_as_in_the_hosts():
    clocks = ['--time', '--boottime', '100000', '--monotonic', '100000']
    if subprocess.run(['unshare', *clocks, '--fork', 'true'], stderr=subprocess.DEVNULL).returncode:
        tap.skip('no time namespaces')
    lives(unshare=[*pid1.UNSHARE, *clocks], nsenter=['--time'])


def init():
    """What starts pintle beneath another init."""
    tini = shutil.which('tini') or shutil.which('docker-init')
    return [tini, '--'] if tini else tap.skip('neither tini nor docker-init is installed')


@tap.test
def beneath_another_init_it_works_as_pid_1_does():
    lives(*init())


@tap.test
def in_a_shared_pid_namespace_each_pintle_is_its_containers_own():
    pause = pid1.Process([ACTOR, 'listen', '15'])
    pause.line('ready')
    # nsenter forks for the PID namespace. Each container has its own mount namespace.
    unshare = ['nsenter', '--target', str(pause.pid), '--pid', '--mount', 'unshare', '--mount']
    first, second = (Surrounding(unshare=unshare).start() for _ in range(2))
    first.serves()
    second.serves()
    first.ends()
    tap.equal(second.inside('health').stdout, 'healthy\n')
    second.ends()
    pause.signal(signal.SIGTERM)
    tap.equal(pause.end(), 0)


# --- file systems ---------------------------------------------------------------------------------


@tap.test
def on_a_read_only_root_without_tmp_it_needs_no_file_of_its_own():
    one = Rooted().start().serves()
    done = subprocess.run([*one.coming(), 'sh', '-c', 'ls /tmp; > /x'], capture_output=True,
                          text=True)
    tap.holds(done.stderr, "'/tmp': No such file")
    tap.holds(done.stderr, '/x: Read-only file system')
    one.ends()


# --- what starts containers -----------------------------------------------------------------------


def version_2():
    """Where control groups of version 2 are, if only beside others."""
    for path in (CGROUPS, CGROUPS / 'unified'):
        if (path / 'cgroup.controllers').exists():
            return path
    return tap.skip('no control groups of version 2')


def only_version_2():
    """As on a machine that has no others."""
    pid1.needs_root()
    path = version_2()
    return [] if path == CGROUPS else shell(f'mount --bind {path} {CGROUPS}')


@tap.test
def runc_starts_it_enters_it_and_ends_with_mains_code():
    Bundle('runc').start().serves().ends()


@tap.test
def runc_does_so_with_nothing_but_control_groups_of_version_2():
    Bundle('runc', only_version_2()).start().serves().ends()


@tap.test
def crun_does_so_with_nothing_but_control_groups_of_version_2():
    Bundle('crun', only_version_2()).start().serves().ends()


def gvisor_starts_it_enters_it_and_ends_with_mains_code():
    options = ['--ignore-cgroups', '--network=none', '--platform=ptrace']
    Bundle('runsc', options=options).start().serves().ends()


# Not every distribution has runsc, so tools/setup does not install it, and it is no lack of the
# machine that must fail the run.
if shutil.which('runsc'):
    tap.test(gvisor_starts_it_enters_it_and_ends_with_mains_code)


# --- processors -----------------------------------------------------------------------------------


class Arm64(Surrounding):
    """As `tools/build --arch arm64` makes it; the hooks and main are this machine's programs."""

    program = str(pid1.ROOT / 'build/arm64/pintle')


QEMU = shutil.which('qemu-aarch64-static') or shutil.which('qemu-aarch64')


def on_arm64_as_qemu_emulates_it_it_works_as_on_amd64():
    with open(Arm64.program, 'rb') as program:
        machine = program.read(20)[18:]
    tap.equal(int.from_bytes(machine, 'little'), 183, 'the machine in the ELF header, of elf(5)')
    Arm64([QEMU], enter=[QEMU]).start().serves().ends()


# Neither is there after tools/setup: the compiler's libraries for arm64 alone take minutes.
if QEMU and os.path.exists(Arm64.program):
    tap.test(on_arm64_as_qemu_emulates_it_it_works_as_on_amd64)


# --- /proc ----------------------------------------------------------------------------------------


HIDDEN = shell('mount -t proc -o hidepid=2 proc /proc')
NONE = shell('mount -t tmpfs none /proc')


@tap.test
def where_proc_hides_other_users_processes_it_works_as_elsewhere():
    pid1.needs_root()
    for before in (HIDDEN, [*HIDDEN, *init()]):
        lives(*before)
        lives(*before, init={'user': 'main'})


@tap.test
def where_proc_hides_them_and_pintle_is_not_pid_1_only_root_and_its_user_are_answered():
    pid1.needs_root()
    one, other = (['setpriv', '--reuid', uid, '--regid', uid, '--clear-groups']
                  for uid in ('4711', '4712'))
    pintle = pid1.start(ACTOR, 'listen', '15', before=[*HIDDEN, *init(), *one])
    pintle.line('ready')
    for before, code in (([], 0), (one, 0), (other, 1)):
        done = pintle.inside(*before, pid1.PINTLE, 'health')
        tap.equal(done.returncode, code, done.stdout)
    tap.holds(done.stdout, 'run this command as uid')
    pintle.signal(signal.SIGTERM)
    tap.equal(pintle.end(), 0)


@tap.test
def without_proc_it_works_as_with_it():
    lives(*NONE)


@tap.test
def without_proc_beneath_another_init_remaining_processes_delay_it_by_the_grace_period():
    lives(*NONE, *init(), shutdown={'totalGracePeriod': '1s'})


# --- control groups -------------------------------------------------------------------------------


def lives_in_group(parent):
    pid1.needs_root()
    group = parent / f'pintle-test-{os.getpid()}'
    try:
        group.mkdir()
    except OSError as error:
        tap.skip(f'cannot make a control group: {error}')
    tap.cleanup(lambda: tap.until(lambda: not (group / 'cgroup.procs').read_text(), 'all are gone')
                and group.rmdir())
    join = shell(f'echo $$ > {group}/cgroup.procs')
    lives(*join, 'unshare', '--cgroup', enter=join, nsenter=['--cgroup'])


@tap.test
def in_a_control_group_of_version_1_it_works_as_outside():
    parents = [CGROUPS / name for name in ('pids', 'memory') if (CGROUPS / name).is_dir()]
    lives_in_group(parents[0] if parents else tap.skip('no control groups of version 1'))


@tap.test
def in_a_control_group_of_version_2_it_works_as_outside():
    lives_in_group(version_2())


tap.main()
