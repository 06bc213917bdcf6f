"""git_by_ssh.py - a server of ssh on loopback that only lets clients fetch from repositories, for one key.

    port = git_by_ssh.start(host_key, public_key)      # paths of its own key and of the client's public one

As a program: git_by_ssh.py HOST_KEY PUBLIC_KEY writes its port and serves until it is killed."""
import asyncio
import os
import shlex
import subprocess
import sys

PYTHON = '/usr/bin/python3'  # the one that has Debian's packages


def start(host_key, public_key):
    import tap
    if not os.path.exists('/usr/lib/python3/dist-packages/asyncssh'):
        tap.skip('asyncssh is not installed')
    process = subprocess.Popen([PYTHON, '-W', 'ignore', __file__, host_key, public_key], stdout=subprocess.PIPE, text=True)
    tap.cleanup(lambda: (process.kill(), process.wait(), process.stdout.close()))
    return int(process.stdout.readline())


async def upload_pack(client):
    """git on the side of the server, connected with the client."""
    program, *words = shlex.split(client.command or '')
    if program != 'git-upload-pack':
        return client.exit(1)
    git = await asyncio.create_subprocess_exec('git', 'upload-pack', *words, stdin=subprocess.PIPE,
                                               stdout=subprocess.PIPE)
    await client.redirect(stdin=git.stdin, stdout=git.stdout)
    await client.stdout.drain()
    client.exit(await git.wait())


async def serve(host_key, public_key):
    import asyncssh
    server = await asyncssh.listen('127.0.0.1', 0, server_host_keys=[host_key], encoding=None,
                                   authorized_client_keys=public_key, process_factory=upload_pack)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.wait_closed()


if __name__ == '__main__':
    asyncio.run(serve(*sys.argv[1:]))
