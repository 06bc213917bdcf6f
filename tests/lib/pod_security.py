"""pod_security.py - the Pod Security Standard `restricted` of Kubernetes (policy version 1.35), as rules over
a manifest that YAML has read.

    tap.equal(pod_security.violations(manifest), [])"""

VOLUMES = {'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim',
           'projected', 'secret'}
SYSCTLS = {'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start',
           'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports'}
PROFILES = ('RuntimeDefault', 'Localhost')
TEMPLATES = {'Pod': [], 'CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
             **dict.fromkeys(('Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'),
                             ['spec', 'template'])}


def pod_of(manifest):
    """The `spec` of the pod that a manifest makes; None for kinds that make none."""
    keys = TEMPLATES.get(manifest.get('kind'))
    if keys is None:
        return None
    for key in [*keys, 'spec']:
        manifest = manifest[key]
    return manifest


def violations(manifest):
    """What the policy says against it, a sentence each."""
    spec = pod_of(manifest)
    if spec is None:
        return []
    pod = spec.get('securityContext', {})
    found = [f'{key} is true' for key in ('hostNetwork', 'hostPID', 'hostIPC') if spec.get(key)]
    for volume in spec.get('volumes', []):
        found += [f'volume {volume["name"]} is of type {kind}' for kind in volume
                  if kind not in VOLUMES | {'name'}]
    found += [f'sysctl {one["name"]}' for one in pod.get('sysctls', []) if one['name'] not in SYSCTLS]
    found += _identity('the pod', pod)
    for part in ('initContainers', 'containers', 'ephemeralContainers'):
        for container in spec.get(part, []):
            found += _container(container, pod)
    return found


def _identity(whose, context):
    found = [f'{whose}: runAsUser is 0'] if context.get('runAsUser') == 0 else []
    if context.get('runAsNonRoot') is False:
        found.append(f'{whose}: runAsNonRoot is false')
    profile = context.get('seccompProfile', {}).get('type')
    if profile not in (None, *PROFILES):
        found.append(f'{whose}: seccompProfile is {profile}')
    if context.get('windowsOptions', {}).get('hostProcess'):
        found.append(f'{whose}: hostProcess is true')
    if context.get('appArmorProfile', {}).get('type') not in (None, *PROFILES):
        found.append(f'{whose}: appArmorProfile')
    if context.get('seLinuxOptions', {}).keys() & {'user', 'role'}:
        found.append(f'{whose}: seLinuxOptions')
    return found


def _container(container, pod):
    name = f'container {container["name"]}'
    context = container.get('securityContext', {})
    found = _identity(name, context)
    capabilities = context.get('capabilities', {})
    wrong = {
        'privileged is true': context.get('privileged'),
        'allowPrivilegeEscalation is not false': context.get('allowPrivilegeEscalation') is not False,
        'runAsNonRoot is not true': context.get('runAsNonRoot', pod.get('runAsNonRoot')) is not True,
        'seccompProfile is missing': not (context.get('seccompProfile') or pod.get('seccompProfile')),
        'capabilities.drop has no ALL': 'ALL' not in capabilities.get('drop', []),
        'capabilities.add': set(capabilities.get('add', [])) - {'NET_BIND_SERVICE'},
        'procMount is not Default': context.get('procMount', 'Default') != 'Default',
        'hostPort': any(port.get('hostPort') for port in container.get('ports', [])),
        'a probe or hook names a host': any(
            action.get('host') for action in _actions(container)),
    }
    return found + [f'{name}: {what}' for what, is_wrong in wrong.items() if is_wrong]


def _actions(container):
    handlers = [container.get(key, {}) for key in ('startupProbe', 'livenessProbe', 'readinessProbe')]
    handlers += container.get('lifecycle', {}).values()
    return [one[kind] for one in handlers for kind in ('httpGet', 'tcpSocket') if kind in one]
