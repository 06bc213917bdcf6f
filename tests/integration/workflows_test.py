"""The lint of workflows finds each breach of its rules."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

FOLDER = pid1.ROOT / '.github/workflows'
# What is changed in a workflow, and what the lint then says.
BREACHES = {
    'release.yml': [
        ('@11bd71901bbe5b1630ceea73d27597364c9af683  # v4.2.2', '@v4', 'full commit hash'),
        ('permissions: {}', 'permissions: write-all', 'at the top'),
        ('      contents: write', '      contents: write\n      packages: write', 'allowed'),
        ('persist-credentials: false', 'persist-credentials: true', 'keeps the token'),
        ('"pintle $TAG"', '"pintle ${{ github.ref_name }}"', 'give it by env'),
        ('key=$(mktemp)', 'set -x; key=$(mktemp)', 'could show a secret'),
        ('key=$(mktemp)', 'echo "$MINISIGN_KEY"', 'could show a secret'),
        ('    environment: release', '    env: {KEY: "${{ secrets.MINISIGN_KEY }}"}', 'give it to one step'),
        ('  # v4.2.2', '', 'in no comment'),
        ('ubuntu-24.04', 'ubuntu-latest', 'no version')],
    'test.yml': [
        ('contents: read', 'contents: write', 'allowed'),
        ('pull_request:', 'pull_request_target:', 'code of others'),
        ('- run: .ci/run', '- run: .ci/run\n        env: {K: "${{ secrets.K }}"}', 'reaches secrets'),
        ('    timeout-minutes: 90\n', '', 'timeout')],
}


def lint(name, text):
    folder = pid1.folder()
    (folder / name).write_text(text)
    done = subprocess.run([sys.executable, '-B', pid1.ROOT / 'tests/lint/workflows.py', folder],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@tap.test
def the_workflows_keep_the_rules_and_each_breach_is_found():
    for name, breaches in BREACHES.items():
        text = (FOLDER / name).read_text()
        tap.equal(lint(name, text)[0], 0, name)
        for old, new, said in breaches:
            tap.check(old in text, f'{name}: {old}')
            code, output = lint(name, text.replace(old, new))
            tap.equal(code, 1, f'{old} -> {new}')
            tap.holds(output, said)


tap.main()
