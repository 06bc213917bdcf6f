"""A pintle that starts as root uses no config that somebody else could change: 83."""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

USER = 1000
ENDS = ', so others could decide what root does; let root own it, or mount it read-only'


class Config:
    """A config in a folder of a folder, all of which belong to root."""

    def __init__(self):
        pid1.needs_root()
        self.top = pid1.folder()
        self.folder = self.top / 'conf'
        self.folder.mkdir()
        self.file = self.folder / 'pintle.json'
        self.file.write_text('{"steps": []}')

    def run(self, file=None, before=(), **more):
        return pid1.run('true', config_file=str(file or self.file), before=before, **more)

    def used(self, **more):
        code, _, err = self.run(**more)
        tap.equal(code, 0, err)

    def refused(self, why, file=None, **more):
        code, out, err = self.run(file, **more)
        tap.equal((code, out), (83, ''), err)
        tap.equal(pid1.chosen_line(err, 83), f'{file or self.file} cannot be used: {why}{ENDS}')


@tap.test
def neither_the_config_nor_a_directory_above_it_may_belong_to_somebody_else():
    one = Config()
    one.used()
    for path in (one.file, one.folder, one.top):
        os.chown(path, USER, 0)
        one.refused(f"'{path}' belongs to uid {USER}")
        os.chown(path, 0, 0)
    one.used()


@tap.test
def nobody_else_may_write_to_them_except_the_group_of_root():
    one = Config()
    for path in (one.file, one.folder, one.top):
        mode = path.stat().st_mode
        path.chmod(mode | 0o002)
        one.refused(f"everybody may write to '{path}'")
        path.chmod(mode | 0o020)
        one.used()
        os.chown(path, 0, USER)
        one.refused(f"gid {USER} may write to '{path}'")
        os.chown(path, 0, 0)
        path.chmod(mode)


@tap.test
def a_directory_with_the_sticky_bit_keeps_what_belongs_to_root():
    one = Config()
    one.folder.chmod(0o1777)
    one.used()
    os.chown(one.file, USER, 0)
    one.refused(f"'{one.file}' belongs to uid {USER}")


@tap.test
def the_links_that_lead_to_a_config_count():
    one = Config()
    other = one.top / 'other'
    other.mkdir()
    link = other / 'link'
    for target in (one.file, '../conf/pintle.json', '../other/.././conf/pintle.json'):
        link.symlink_to(target)
        one.used(file=link)
        os.chown(link, USER, USER, follow_symlinks=False)
        one.refused(f"'{link}' belongs to uid {USER}", file=link)
        link.unlink()
    link.symlink_to(one.file)
    os.chown(one.folder, USER, USER)
    one.refused(f"'{one.folder}' belongs to uid {USER}", file=link)


@tap.test
def a_configmap_is_used_because_its_mount_is_read_only():
    one = Config()
    data = one.folder / '..2026_12_01'
    data.mkdir()
    one.file.rename(data / 'pintle.json')
    (one.folder / '..data').symlink_to(data.name)
    one.file.symlink_to('..data/pintle.json')
    one.folder.chmod(0o777)
    one.refused(f"everybody may write to '{one.folder}'")
    mount = f'mount --bind {one.folder} {one.folder} && mount -o remount,bind,ro {one.folder} && exec "$@"'
    one.used(before=['unshare', '--mount', 'sh', '-c', mount, 'sh'])


@tap.test
def a_file_that_is_mounted_read_only_may_belong_to_anybody():
    one = Config()
    theirs = one.top / 'theirs'
    shutil.copy(one.file, theirs)
    os.chown(theirs, USER, USER)
    bind = f'mount --bind {theirs} {one.file}'
    remount = f'mount -o remount,bind,ro {one.file}'
    shell = ['unshare', '--mount', 'sh', '-c']
    one.refused(f"'{one.file}' belongs to uid {USER}", before=[*shell, f'{bind} && exec "$@"', 'sh'])
    one.used(before=[*shell, f'{bind} && {remount} && exec "$@"', 'sh'])


@tap.test
def an_owner_outside_of_the_user_namespace_is_nobody_in_the_container():
    one = Config()
    one.used(before=['unshare', '--user', '--map-root-user'])
    # Here the files belong to the overflow uid.
    one.used(before=['setpriv', f'--reuid={USER}', f'--regid={USER}', '--clear-groups', 'unshare', '--user',
                     '--map-root-user'])


@tap.test
def a_pintle_that_is_not_root_uses_what_it_can_read():
    one = Config()
    os.chown(one.file, USER, USER)
    one.used(before=['setpriv', f'--reuid={USER}', f'--regid={USER}', '--clear-groups'])


tap.main()
