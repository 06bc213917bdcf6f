"""An idle pintle costs nothing."""
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from pid1 import ACTOR

SECONDS = 10


@tap.test
def an_idle_pintle_with_200_jobs_makes_no_system_call():
    pid1.needs('strace')
    later = f'0 {(time.gmtime().tm_hour + 12) % 24} * * *'
    jobs = [{'id': f'job-{n}', 'command': 'true', 'schedule': later if n % 2 else {'every': '1h'}}
            for n in range(200)]
    one = pid1.start_with({'maintenance': jobs}, ACTOR, 'listen', '15', '4')
    one.line('ready')
    # An answer to a client is the last thing that PID 1 does.
    tap.equal(one.status()['phase'], 'running')
    tap.until(lambda: pid1.state(one.pid) == 'S', 'PID 1 sleeps')
    trace = pid1.folder() / 'trace'
    tracer = subprocess.Popen(['strace', '-f', '-o', str(trace), '-p', str(one.pid)],
                              stderr=subprocess.PIPE, text=True)
    tap.cleanup(tracer.kill)
    attached = tracer.stderr.readline()
    if 'attached' not in attached:
        tap.skip(f'cannot trace: {attached.strip()}')
    try:
        tracer.wait(SECONDS)
    except subprocess.TimeoutExpired:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(pid1.DEADLINE)
    lines = trace.read_text().splitlines()
    # The one call that it sleeps in is shown as it was found, cut off by our leaving.
    tap.check(len(lines) == 1 and lines[0].endswith('<detached ...>'), 'no call was made', lines)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 4)


tap.main()
