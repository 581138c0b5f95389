/** Pods as a whole: how their containers go together, names and policies, DNS, gates. */
import { reportInitContainer } from './container-constraints.ts';
import { core } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, listOf, textOf } from './loose.ts';
import { reportMounts, volumesOf } from './mount-constraints.ts';
import { podResources } from './pod-resources.ts';
import type { Check, Constraints } from './rule.ts';
import { spreadOnce } from './scheduling-constraints.ts';
import { hostNamespaces, hostProcesses, operatingSystem } from './security-constraints.ts';

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];
const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;

/** Names are unique over all lists of containers; mounts name volumes of the pod. */
const containersTogether: Check = (spec, report, ancestors) => {
  const volumes = volumesOf(spec, ancestors);
  const names = new Set<unknown>();
  for (const list of containerLists) {
    for (const [index, container] of itemsOf(spec[list])) {
      const { name } = container;
      if (!isEmpty(name) && names.has(name)) report.duplicate([list, index, 'name'], name);
      names.add(name);
      reportMounts(container, volumes, [list, index], report);
      if (list === 'initContainers') reportInitContainer(container, [list, index], report);
    }
  }
};

/** An ephemeral container looks into one that is no ephemeral one itself. */
const debugTargets: Check = (spec, report) => {
  for (const [index, container] of itemsOf(spec['ephemeralContainers'])) {
    const target = container['targetContainerName'];
    if (isEmpty(target)) continue;
    const found = [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])].some(
      ([, other]) => other['name'] === target,
    );
    if (!found) report.notFound(['ephemeralContainers', index, 'targetContainerName'], target);
  }
};

/** Containers run side by side and share the host's ports; init containers come one after the other. */
const hostPorts: Check = (spec, report) => {
  const shared = new Set<string>();
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of itemsOf(spec[list])) {
      const taken = list === 'containers' ? shared : new Set<string>();
      for (const [position, port] of itemsOf(container['ports'])) {
        const { hostPort, hostIP, containerPort } = port;
        const path = [list, index, 'ports', position, 'hostPort'];
        if (typeof hostPort !== 'number' || hostPort === 0) continue;
        if (spec['hostNetwork'] === true && list === 'containers' && hostPort !== containerPort)
          report.invalid(path, hostPort, 'must match `containerPort` when `hostNetwork` is true');
        const key = `${textOf(port['protocol']) ?? 'TCP'}/${textOf(hostIP) ?? ''}/${hostPort}`;
        if (taken.has(key)) report.duplicate(path, key);
        taken.add(key);
      }
    }
  }
};

const dns: Check = (spec, report) => {
  const config = spec['dnsConfig'];
  if (spec['dnsPolicy'] === 'None') {
    if (!isFields(config))
      return report.required(['dnsConfig'], 'must provide `dnsConfig` when `dnsPolicy` is None');
    if (isEmpty(config['nameservers'])) {
      const rule = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return report.required(['dnsConfig', 'nameservers'], rule);
    }
  }
};

const dnsBounds: Check = (config, report) => {
  const [nameservers, searches] = [listOf(config['nameservers']), listOf(config['searches'])];
  if (nameservers.length > nameserversMax)
    report.invalid(['nameservers'], nameservers, `must not have more than ${nameserversMax} nameservers`);
  if (searches.length > searchesMax)
    report.invalid(['searches'], searches, `must not have more than ${searchesMax} search paths`);
  if (searches.join(' ').length > searchCharactersMax) {
    const rule = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`;
    report.invalid(['searches'], searches, rule);
  }
  for (const [index, option] of itemsOf(config['options'])) {
    if (isEmpty(option['name'])) report.required(['options', index], 'must not be empty');
  }
};

/** Kubernetes names the gate, not its name. */
const schedulingGates: Check = (spec, report) => {
  const seen = new Set<unknown>();
  for (const [index, gate] of itemsOf(spec['schedulingGates'])) {
    const name = textOf(gate['name']) ?? '';
    const showing = report.showing(['schedulingGates', index]);
    showing.format(['schedulingGates', index, 'name'], name, 'qualifiedName');
    if (name === '') showing.invalid(['schedulingGates', index, 'name'], '', 'name part must be non-empty');
    if (seen.has(name)) showing.duplicate(['schedulingGates', index, 'name'], name);
    seen.add(name);
  }
};

const osName: Check = (spec, report) => {
  const os = spec['os'];
  if (!isFields(os)) return;
  const name = textOf(os['name']) ?? '';
  if (name === '') report.required(['os', 'name'], 'cannot be empty');
  else if (name !== 'linux' && name !== 'windows')
    report.showing(['os']).unsupported(['os', 'name'], name, ['linux', 'windows']);
};

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/';
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const costPattern = /^(0|-?[1-9]\d{0,9})$/;

function containerNames(spec: Fields): readonly unknown[] {
  return containerLists.flatMap((list) => itemsOf(spec[list]).map(([, container]) => container['name']));
}

/** Annotations that change how a pod is run or removed. */
const podAnnotations: Check = (pod, report) => {
  const annotations = fieldsOf(fieldsOf(pod['metadata'])['annotations']);
  for (const [key, value] of Object.entries(annotations)) {
    const path = ['metadata', 'annotations', { key }];
    const text = textOf(value) ?? '';
    if (key === deletionCost) {
      const cost = costPattern.test(text) ? Number(text) : Number.NaN;
      if (!(cost >= -(2 ** 31) && cost < 2 ** 31)) report.invalid(path, text, 'must be a 32bit integer');
    }
    if (key.startsWith(appArmorPrefix)) {
      const name = key.slice(appArmorPrefix.length);
      if (!containerNames(fieldsOf(pod['spec'])).includes(name))
        report.invalid(path, name, 'container not found');
      if (!/^(|runtime\/default|unconfined|localhost\/.*)$/s.test(text))
        report.invalid(path, text, `invalid AppArmor profile name: ${JSON.stringify(text)}`);
    }
    if (key === seccompPod || key.startsWith(seccompPrefix)) {
      if (!/^(runtime\/default|docker\/default|unconfined|localhost\/.*)$/s.test(text))
        report
          .showing(['metadata', 'annotations', key])
          .invalid(path, text, 'must be a valid seccomp profile');
    }
  }
};

const templateContainers: Check = (template, report) => {
  if (!isEmpty(fieldsOf(template['spec'])['ephemeralContainers'])) {
    const rule = 'ephemeral containers not allowed in pod template';
    report.forbidden(['spec', 'ephemeralContainers'], rule);
  }
};

export const podConstraints: Constraints = {
  [core('Pod')]: { checks: [podAnnotations] },
  [core('PodTemplateSpec')]: {
    fields: { spec: { required: true } },
    checks: [podAnnotations, templateContainers],
  },
  [core('PodSpec')]: {
    fields: {
      containers: { required: true },
      restartPolicy: { oneOf: ['Always', 'OnFailure', 'Never'] },
      dnsPolicy: { oneOf: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'] },
      nodeSelector: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      nodeName: { format: 'dns1123Subdomain' },
      serviceAccountName: { format: 'dns1123Subdomain' },
      priorityClassName: { format: 'dns1123Subdomain' },
      runtimeClassName: { format: 'dns1123Subdomain' },
      hostname: { format: 'dns1123Label' },
      hostnameOverride: { format: 'dns1123Subdomain' },
      subdomain: { format: 'dns1123Label' },
      preemptionPolicy: { oneOf: ['PreemptLowerPriority', 'Never'] },
      activeDeadlineSeconds: { min: 1, max: 2147483647 },
      volumes: { unique: ['name'] },
      resourceClaims: { unique: ['name'] },
      overhead: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
    },
    checks: [
      containersTogether,
      debugTargets,
      hostPorts,
      dns,
      schedulingGates,
      spreadOnce,
      osName,
      operatingSystem,
      hostNamespaces,
      hostProcesses,
      podResources,
    ],
  },
  [core('PodDNSConfig')]: {
    fields: {
      nameservers: { items: { format: 'ip' } },
      searches: { items: { format: 'searchDomain' } },
    },
    checks: [dnsBounds],
  },
  [core('PodReadinessGate')]: { fields: { conditionType: { required: true, format: 'qualifiedName' } } },
  [core('HostAlias')]: {
    fields: { ip: { required: true, format: 'ip' }, hostnames: { items: { format: 'dns1123Subdomain' } } },
  },
};
