"""The YAML of the documentation: every manifest satisfies the Pod Security Standard `restricted` as it
stands, and what they say of pintle's exit codes, probes and options is so."""
import copy
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import pod_security
import tap

PAGES = [pid1.ROOT / 'README.md', *sorted((pid1.ROOT / 'docs').glob('**/*.md'))]
# Codes after which another attempt cannot help, and those after which it can.
FINAL, TRANSIENT = {64, 78, 82, 83, 126, 127}, {71, 80, 81}


def documents():
    """(where it stands, document) of each YAML document of the pages. A block that begins with a blank is an
    excerpt, and no document."""
    try:
        import yaml
    except ImportError:
        tap.skip('python3-yaml is not installed')
    for page in PAGES:
        text = page.read_text()
        for found in re.finditer(r'^```yaml\n(?! )(.*?)^```', text, re.M | re.S):
            where = f'{page.name}:{text.count(chr(10), 0, found.start()) + 1}'
            for document in yaml.safe_load_all(found[1]):
                yield where, document


def manifests():
    found = [(where, one) for where, one in documents() if 'kind' in one]
    tap.check(len(found) >= 7, 'manifests', found)
    return found


def containers():
    for where, one in manifests():
        spec = pod_security.pod_of(one) or {}
        for part in ('initContainers', 'containers'):
            for container in spec.get(part, []):
                yield where, container


def job():
    return next(one for _, one in manifests() if one['kind'] == 'Job')


@tap.test
def every_manifest_satisfies_the_pod_security_standard_restricted():
    pods = [(where, one) for where, one in manifests() if pod_security.pod_of(one)]
    tap.check(len(pods) >= 5, 'pods', pods)
    for where, one in pods:
        tap.equal(pod_security.violations(one), [], where)


def deployment():
    return copy.deepcopy(next(one for _, one in manifests() if one['kind'] == 'Deployment'))


def within(path, folders):
    return any(path.startswith(f'{folder}/') for folder in folders)


@tap.test
def its_secrets_and_writable_directories_are_mounted_where_its_config_names_them():
    import yaml
    section = re.search(r'^## Secrets and.*?(?=^## )', (pid1.ROOT / 'docs/kubernetes.md').read_text(), re.M | re.S)[0]
    blocks = dict(re.findall(r'^```(yaml|json)\n(.*?)^```', section, re.M | re.S))
    config = json.loads(blocks['json'])
    one = deployment()
    spec = pod_security.pod_of(one)
    more = pod_security.pod_of(yaml.safe_load('kind: Deployment\nspec:\n  template:\n    spec:\n'
                                              f'      containers:\n        - name: x\n{blocks["yaml"]}'))
    mounts = more['containers'][0]['volumeMounts']
    spec['volumes'] += more['volumes']
    spec['containers'][0]['volumeMounts'] += mounts
    tap.equal(pod_security.violations(one), [])
    tap.equal({mount['name'] for mount in mounts}, {volume['name'] for volume in more['volumes']})
    (secrets,) = [mount['mountPath'] for mount in mounts if mount.get('readOnly')]
    tap.check(within(config['environment']['DB_PASSWORD']['file'], [secrets]), 'the secret', secrets)
    written = [mount['mountPath'] for mount in mounts if not mount.get('readOnly')]
    tap.check(within(config['steps'][0]['file']['path'], written), 'the file', written)
    tap.equal(next(one['secret']['defaultMode'] for one in more['volumes'] if 'secret' in one), 0o440)


@tap.test
def the_rules_complain_of_each_thing_that_is_missing_or_too_much():
    def said(change):
        one = deployment()
        spec = pod_security.pod_of(one)
        change(spec, spec['containers'][0])
        return pod_security.violations(one)
    changes = [
        lambda pod, _: pod.update(hostNetwork=True),
        lambda pod, _: pod['volumes'].append({'name': 'x', 'hostPath': {'path': '/'}}),
        lambda pod, _: pod['securityContext'].pop('runAsNonRoot'),
        lambda pod, _: pod['securityContext'].pop('seccompProfile'),
        lambda pod, _: pod['securityContext'].update(runAsUser=0),
        lambda pod, one: one.pop('securityContext'),
        lambda pod, one: one['securityContext'].pop('allowPrivilegeEscalation'),
        lambda pod, one: one['securityContext'].update(privileged=True),
        lambda pod, one: one['securityContext']['capabilities'].update(drop=['CHOWN']),
        lambda pod, one: one['securityContext']['capabilities'].update(add=['SETUID']),
        lambda pod, one: one['ports'][0].update(hostPort=80),
        lambda pod, one: one['readinessProbe']['httpGet'].update(host='10.0.0.1'),
        lambda pod, one: pod.update(initContainers=[{'name': 'bare', 'image': 'x'}]),
    ]
    tap.equal(said(lambda pod, one: None), [])
    for number, change in enumerate(changes):
        tap.check(said(change), f'change {number} is noticed')


@tap.test
def every_word_of_pintle_in_a_manifest_is_one_that_it_knows():
    helped = {name: subprocess.run([pid1.PINTLE, 'help', name], capture_output=True, text=True,
                                   check=True).stdout
              for name in ('run', 'health', 'wait', 'install')}
    commands = [(where, words) for where, one in containers()
                for words in [one.get('command', []),
                              *(one[probe]['exec']['command'] for probe in one
                                if probe.endswith('Probe') and 'exec' in one[probe])]
                if words and words[0].endswith('/pintle')]
    tap.check(len(commands) >= 5, 'commands', commands)
    for where, (_, first, *rest) in commands:
        tap.check(first == '--' or first in helped, f'{where}: a command', first)
        for word in rest:
            if word.startswith('--'):
                tap.check(re.search(rf'{word}\b', helped[first]), f'{where}: an option of {first}', word)


@tap.test
def a_job_is_tried_again_after_the_codes_where_that_can_help_only():
    table = subprocess.run([pid1.PINTLE, 'help', 'exit-codes'], capture_output=True, text=True,
                           check=True).stdout
    codes = {int(code) for code in re.findall(r'^ +(\d+)  ', table, re.M)}
    tap.equal(codes - {0, 1, 70}, FINAL | TRANSIENT)  # 70 is a fault of pintle, 1 of its other commands
    spec = job()['spec']
    (policy,) = spec['podFailurePolicy']['rules']
    tap.equal((policy['action'], policy['onExitCodes']['operator'], set(policy['onExitCodes']['values'])),
              ('FailJob', 'In', FINAL))
    (container,) = spec['template']['spec']['containers']
    (rule,) = container['restartPolicyRules']
    tap.equal((container['restartPolicy'], rule['action'], rule['exitCodes']['operator']),
              ('Never', 'Restart', 'In'))
    again = set(rule['exitCodes']['values'])
    tap.equal((again & FINAL, again <= TRANSIENT), (set(), True))
    tap.equal({80, 81} <= again, True)
    # Restarts in the pod do not count for backoffLimit.
    tap.check(spec['activeDeadlineSeconds'] > 0, 'a Job that never succeeds ends')


@tap.test
def pintle_ends_with_the_codes_by_which_a_job_decides():
    step = {'id': 's', 'command': '/bin/false', 'arguments': []}
    rows = [(78, {'environment': {'URL': {'description': 'where'}}}, [], ['true']),
            (83, {}, ['env', 'IMAGE_MODE=prebuilt'], ['true']),
            (80, {'steps': [step]}, [], ['true']),
            (81, {'health': [{'id': 'l', 'kind': 'liveness', 'fileExists': '/none', 'interval': '10ms',
                              'startPeriod': '0', 'failureThreshold': 1, 'onFailure': 'terminate'}]},
             [], ['sleep', '60'])]
    for code, document, before, command in rows:
        seen, _, err = pid1.run_with(document, *command, before=before)
        tap.equal(seen, code, err)
        pid1.chosen_line(err, code)


@tap.test
def the_manifest_has_time_for_its_own_stop():
    _, one = next((where, one) for where, one in manifests() if one['kind'] == 'Deployment')
    spec = pod_security.pod_of(one)
    (container,) = spec['containers']
    grace = int(next(entry['value'] for entry in container['env']
                     if entry['name'] == 'GRACE_PERIOD').removesuffix('s'))
    before = container['lifecycle']['preStop']['sleep']['seconds']
    tap.check(before + grace + 1 + 2 <= spec['terminationGracePeriodSeconds'], 'time to stop', spec)
    tap.equal(spec['hostUsers'], False)


@tap.test
def the_configs_in_configmaps_are_ones_that_pintle_accepts():
    maps = [(where, one) for where, one in manifests() if one['kind'] == 'ConfigMap']
    tap.check(maps, 'ConfigMaps')
    for where, one in maps:
        for name, text in one['data'].items():
            if name.endswith('.json'):
                json.loads(text)
                done = subprocess.run([pid1.PINTLE, 'check', pid1.config(text)], capture_output=True,
                                      text=True, check=False, env={})
                tap.equal((done.returncode, done.stderr), (0, ''), where)


@tap.test
def the_init_container_writes_the_variable_that_the_container_takes():
    page = (pid1.ROOT / 'docs/kubernetes.md').read_text()
    part = page[page.index('### Variables from an init container'):]
    folder = pid1.folder()
    (folder / 'settings.py').write_text('print("REGION=eu-west-1")\n')
    folder.chmod(0o777)
    config = re.search(r'^```json\n(.*?)^```', part, re.M | re.S)[1]
    config = config.replace('/settings/', f'{folder}/').replace('/app/', f'{folder}/')
    pod = next(one for _, one in manifests() if 'fileKeyRef' in json.dumps(one))['spec']
    words = pod['initContainers'][0]['command'][1:]
    words[words.index('-c') + 1] = pid1.config(config)
    code, _, err = pid1.run(options=words,
                            before=['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'])
    tap.equal(code, 0, err)
    reference = pod['containers'][0]['env'][0]['valueFrom']['fileKeyRef']
    tap.equal((folder / reference['path']).read_text(), f"{reference['key']}='eu-west-1'\n")


tap.main()
