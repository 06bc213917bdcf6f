"""service_matrix.py - what every example of examples/entrypoints does whose service is installed here.

    service_matrix.register(Service('redis', …))       # the tests of one service

Each service: a stop in the middle of its first start, the first start, health, a stop, a restart that changes
nothing, `docker run IMAGE OTHER-COMMAND`, `docker run --user`."""
import dataclasses
import os
import re
import signal
from typing import Callable

import pid1
import tap

USER = 4321  # of --user
NOTHING_DONE = ('unchanged', 'skipped: its condition does not hold')


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    image: Callable     # image(): a fresh one
    start: Callable     # start(image, *words, user=…, **variables)
    program: str        # the file that the main process executes
    command: str = ''   # main's command, where it is named in another way
    runs_as: int        # its uid, where the container starts as root
    serves: Callable    # serves(one, start): asks it, at its first start, its second …
    options: tuple = () # of `docker run IMAGE OPTIONS`
    changed: Callable   # changed(image): what the first start has changed
    restarts: set       # the steps of a restart that did not find everything done
    other: tuple        # a command that runs alone
    says: str           # an expression for what that writes
    give: Callable      # give(image): the volumes belong to USER
    goodbye: str        # what it says when it ends as it should
    # stop_at(image, one): waits for the middle of the first start; None: its steps take milliseconds
    stop_at: Callable | None
    after_stop: Callable = lambda image: None  # what is left of that
    secrets: tuple = ()                        # what nothing that is written may show
    is_spoilt: bool = False                    # a stop there leaves a volume that no start repairs


def steps_of(text):
    """What each step says that it did."""
    return dict(re.findall(r'^pintle: step (\S+?): (?:done in \w+: )?(.*)$', text, re.M))


def stop(one, code=0):
    """Stops it by SIGTERM and returns what it wrote to stderr."""
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), code, one.err.text)
    return one.err.rest()


def say_goodbye(service, one):
    """A stop; what it wrote to stderr is returned."""
    err = stop(one)
    tap.holds(err, service.goodbye)
    for secret in service.secrets:
        tap.check(secret not in err + one.out.rest(), 'a secret', err)
    return err


def uid_of_main(service, one):
    return {int(uid) for uid in pid1.status(one.child(service.program))['Uid'].split()}


def stop_in_the_middle(service, image):
    """What it leaves is as its README says, and it is not healthy before."""
    one = service.start(image, *service.options)
    service.stop_at(image, one)
    tap.equal(one.run('/pintle', 'health')[0], 1)
    err = stop(one, 128 + signal.SIGTERM)
    tap.check(service.goodbye not in err, 'main was not started', err)
    service.after_stop(image)


def first_start(service, image, start=1, **more):
    one = service.start(image, *service.options, **more)
    one.until_healthy()
    service.serves(one, start)
    return one


def life(service):
    image = service.image()
    if service.stop_at is not None:
        stop_in_the_middle(service, image)
        if service.is_spoilt:
            image = service.image()
    before = service.changed(image)
    one = first_start(service, image)
    tap.equal(uid_of_main(service, one), {service.runs_as})
    say_goodbye(service, one)
    after = service.changed(image)
    tap.check(after != before, 'the first start changes something', before)

    again = service.start(image, service.command or service.program, *service.options)
    again.until_healthy()
    service.serves(again, 2)
    did = steps_of(say_goodbye(service, again))
    tap.equal({name for name, what in did.items() if what not in NOTHING_DONE}, service.restarts)
    tap.check(set(did.values()) & set(NOTHING_DONE), 'a step has nothing to do', did)
    tap.equal(service.changed(image), after)


def other_command(service):
    image = service.image()
    before = service.changed(image)
    one = service.start(image, *service.other)
    tap.equal(one.end(), 0, one.err.text)
    tap.check(re.match(service.says, one.out.rest()), service.says, one.out.text)
    tap.equal(steps_of(one.err.rest()), {})
    tap.equal(service.changed(image), before)


def as_user(service):
    image = service.image()
    service.give(image)
    before = service.changed(image)
    one = first_start(service, image, user=USER)
    tap.equal(uid_of_main(service, one), {USER})
    err = say_goodbye(service, one)
    tap.check(service.changed(image) != before, 'its steps ran', err)


TESTS = {'starts_serves_stops_and_a_restart_changes_nothing': life,
         'runs_another_command_alone': other_command,
         'runs_as_the_user_of_the_container': as_user}


def register(service, tests=tuple(TESTS)):
    """`tests`: for a service of which stand-ins prove the others faster."""
    for words in tests:
        def one(test=TESTS[words]):
            test(service)
        one.__name__ = f'{service.name}_{words}'
        tap.test(one)


def give(*paths):
    """What gives these paths of an image to USER, with all that is in them."""
    def given(image):
        for path in paths:
            (image.root / path).mkdir(parents=True, exist_ok=True)
            for inside in [image.root / path, *(image.root / path).rglob('*')]:
                os.chown(inside, USER, USER)
    return given
