"""In an image with a trust anchor, the config must be signed: before anything runs, by that anchor, for this
purpose, and not before the oldest serial."""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import signing
import tap

DOCUMENT = {'steps': [{'id': 'a', 'command': 'echo', 'arguments': ['ran']}]}
ENDS = '; an image with trust anchors needs a config that one of them has signed'


def refused(one, config, says, code=82, **more):
    found, out, err = pid1.run('true', config_file=config, **{'before': one.image(), **more})
    tap.equal((found, out), (code, ''), err)
    tap.equal(pid1.chosen_line(err, code), f'{config} cannot be used: {says}{ENDS}')


@tap.test
def a_config_that_an_anchor_has_signed_is_used():
    one = signing.Signer()
    tap.equal(one.run_with(DOCUMENT, 'true')[:2], (0, 'ran\n'))
    variables = ['env', f'PINTLE_CONFIG={one.config(DOCUMENT)}']
    tap.equal(pid1.run('true', before=[*one.image(), *variables])[:2], (0, 'ran\n'))
    tap.equal(pid1.run('echo', 'without', before=one.image())[:2], (0, 'without\n'))  # there is no config


@tap.test
def a_config_that_is_not_signed_or_was_changed_starts_nothing():
    one = signing.Signer()
    config = pid1.config(DOCUMENT)
    refused(one, config, f"cannot open '{config}.minisig': No such file or directory")
    refused(one, config, f"cannot open '{config}.minisig': No such file or directory", options=['--init-only'])
    one.sign(config, '-t', signing.CONFIG_COMMENT)
    tap.equal(pid1.run('true', config_file=config, before=one.image())[:2], (0, 'ran\n'))
    with open(config, 'a') as file:
        file.write(' ')
    refused(one, config, 'its content is not what was signed')
    other = signing.Signer()
    other.sign(config, '-t', signing.CONFIG_COMMENT)
    key = other.public.read_text().split()[5]
    refused(one, config, f'it is signed by the key {key}, which is no trust anchor')


@tap.test
def nothing_of_a_config_that_is_not_signed_is_parsed():
    one = signing.Signer()
    config = pid1.config('{"mian": 1}')
    refused(one, config, f"cannot open '{config}.minisig': No such file or directory")


@tap.test
def what_was_signed_for_another_purpose_is_no_config():
    one = signing.Signer()
    says = "the trusted comment of its signature is not 'pintle-config v1 serial N'"
    for comment in ('timestamp:1', 'pintle-config v1', 'pintle-config v1 serial ', 'pintle-config v1 serial -1',
                    'pintle-config v1 serial 1 ', 'pintle-config v1 serial 1x', 'pintle-config v2 serial 1',
                    'pintle-config v1 serial 99999999999999999999'):
        refused(one, one.config(DOCUMENT, comment), says)


@tap.test
def a_config_that_is_older_than_the_oldest_serial_is_refused():
    one = signing.Signer()
    serial = one.anchors / 'serial'
    serial.write_text('7\n')
    refused(one, one.config(DOCUMENT, 'pintle-config v1 serial 6'),
            'its serial is 6, and the oldest that is accepted is 7')
    for number in (7, 8):
        config = one.config(DOCUMENT, f'pintle-config v1 serial {number}')
        tap.equal(pid1.run('true', config_file=config, before=one.image())[0], 0)
    serial.write_text('seven\n')
    refused(one, config, f"cannot use the serial '{signing.ANCHORS}/serial': it is not a whole number")
    os.chown(serial, 1000, 1000)
    refused(one, config, f"cannot trust '{signing.ANCHORS}/serial': it must belong to root, and nobody else may "
            'write to it')


@tap.test
def an_anchor_that_cannot_be_trusted_refuses_every_config():
    one = signing.Signer()
    config = one.config(DOCUMENT)
    (one.anchors / 'key.pub').chmod(0o666)
    refused(one, config, f"cannot trust '{signing.ANCHORS}/key.pub': it must belong to root, and nobody else may "
            'write to it')


@tap.test
def a_directory_without_keys_is_no_trust_anchor():
    one = signing.Signer()
    (one.anchors / 'key.pub').unlink()
    tap.equal(pid1.run_with(DOCUMENT, 'true', before=one.image())[:2], (0, 'ran\n'))


@tap.test
def without_pintle_fetch_an_image_with_anchors_uses_no_config():
    one = signing.Signer()
    folder = pid1.folder()
    shutil.copy(pid1.PINTLE, folder / 'pintle')
    refused(one, one.config(DOCUMENT), f"cannot execute '{folder}/pintle-fetch': No such file or directory",
            program=folder / 'pintle')


tap.main()
