"""README.md: its first config runs a service as the page says, in a root file system of its own."""
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap
from example_images import Image

PAGE = (pid1.ROOT / 'README.md').read_text()
CONFIG = re.search(r'^```jsonc\n(.*?)^```', PAGE, re.M | re.S)[1]
URL = 'postgresql://shop:hunter2hunter2@db/shop'
APP = '''import http.server, os, pathlib, signal, sys
url = os.environ["DATABASE_URL"]
arguments = pathlib.Path("/proc/self/cmdline").read_text()
print("app", *sys.argv[1:], os.getuid(), url in arguments, os.stat("/data").st_uid, flush=True)
if len(sys.argv) > 1 and set(os.environ) - {"LC_CTYPE"} != {"PATH", "HOME", "DATABASE_URL"}:
    sys.exit(f"other variables: {set(os.environ)}")
if len(sys.argv) > 1:
    sys.exit(0)
class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("", 8080), Site).serve_forever()
'''


@tap.test
def its_first_config_prepares_migrates_serves_tidies_and_stops():
    config = pathlib.Path(pid1.config(CONFIG.replace('"sleep", "3s"', '"sleep", "0s"')))
    image = Image('readme', usr=True, config=config)
    image.put('app/app.py', APP)
    one = image.start(DATABASE_URL=URL, OTHER='x')
    one.until_healthy()
    code, out, err = one.run('/pintle', 'job', 'tidy')
    tap.equal((code, out), (0, 'app tidy 1000 False 1000\n'), err)
    one.signal(signal.SIGTERM)
    tap.equal(one.end(), 0, one.err.text)
    output = one.out.rest()
    for word in ('migrate ', '', 'tidy '):
        tap.holds(output, f'app {word}1000 False 1000\n')
    tap.holds(one.err.rest(), 'shutdown drain: done')


@tap.test
def without_its_variable_the_container_ends_with_the_code_that_it_names():
    code = int(re.search(r'// missing: pintle exits with (\d+)', CONFIG)[1])
    tap.equal(pid1.run('true', config_file=pid1.config(CONFIG))[0], code)


tap.main()
