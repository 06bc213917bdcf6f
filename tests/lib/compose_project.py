"""compose_project.py - docker-compose on the Engine of docker.py.

    project = compose_project.Project(text)              # the compose file, YAML or JSON
    tap.equal(project.call('up', '--detach')[0], 0)

All that it made is removed when the test is over."""
import subprocess

import docker
import pid1
import tap


class Project:
    def __init__(self, text):
        pid1.needs('docker-compose')
        self.environment = docker.engine().environment
        self.folder = pid1.folder()
        (self.folder / 'docker-compose.yml').write_text(text)
        tap.cleanup(lambda: self.call('down', '--volumes', '--timeout', '1'))

    def start(self, *words):
        process = subprocess.Popen(['docker-compose', '--project-name', 'pintle', *words],
                                   cwd=self.folder, env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tap.cleanup(process.kill)
        return process

    def call(self, *words):
        """(exit code, what it wrote)."""
        return end(self.start(*words))


def end(process):
    """(exit code, what it wrote), when it has ended."""
    output = process.communicate(timeout=500)[0]
    return process.returncode, output
