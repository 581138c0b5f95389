/** Pods: restart and DNS policies, volumes, tolerations, affinity. */
import { core } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf } from './loose.ts';
import type { Check, Constraints } from './rule.ts';

const taintEffects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];

/** Names are unique over all lists of containers; ports' host ports within a pod; mounts name volumes of the pod. */
const containersTogether: Check = (spec, report, ancestors) => {
  const volumes = volumeNames(spec, ancestors);
  const names = new Set<unknown>();
  for (const list of containerLists) {
    for (const [index, container] of itemsOf(spec[list])) {
      const { name } = container;
      if (!isEmpty(name) && names.has(name)) report.duplicate([list, index, 'name'], name);
      names.add(name);
      for (const [mountIndex, mount] of itemsOf(container['volumeMounts'])) {
        const volume = mount['name'];
        if (!isEmpty(volume) && !volumes.has(volume)) {
          report.notFound([list, index, 'volumeMounts', mountIndex, 'name'], volume);
        }
      }
    }
  }
};

/** The pod's volumes, and in a StatefulSet those made from its claim templates. */
function volumeNames(spec: Fields, ancestors: readonly Fields[]): ReadonlySet<unknown> {
  const claims = ancestors.flatMap((ancestor) => itemsOf(ancestor['volumeClaimTemplates']));
  return new Set([
    ...itemsOf(spec['volumes']).map(([, volume]) => volume['name']),
    ...claims.map(([, claim]) => fieldsOf(claim['metadata'])['name']),
  ]);
}

const hostPorts: Check = (spec, report) => {
  const taken = new Set<string>();
  for (const [index, container] of itemsOf(spec['containers'])) {
    for (const [portIndex, port] of itemsOf(container['ports'])) {
      const { hostPort, hostIP = '', protocol = 'TCP', containerPort } = port;
      const path = ['containers', index, 'ports', portIndex, 'hostPort'];
      if (
        spec['hostNetwork'] === true &&
        typeof hostPort === 'number' &&
        hostPort !== 0 &&
        hostPort !== containerPort
      ) {
        report.invalid(
          ['containers', index, 'ports', portIndex, 'containerPort'],
          containerPort,
          'must match `hostPort` when `hostNetwork` is true',
        );
      }
      if (typeof hostPort !== 'number' || hostPort === 0) continue;
      const key = JSON.stringify([hostIP, hostPort, protocol]);
      if (taken.has(key)) report.duplicate(path, hostPort);
      taken.add(key);
    }
  }
};

const toleration: Check = (value, report) => {
  const { key, operator, value: expected, effect, tolerationSeconds } = value;
  if (isEmpty(key) && operator !== 'Exists') {
    report.invalid(
      ['operator'],
      operator ?? '',
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    );
  }
  if (operator === 'Exists' && !isEmpty(expected)) {
    report.invalid(['operator'], expected, "value must be empty when `operator` is 'Exists'");
  }
  if (tolerationSeconds !== undefined && tolerationSeconds !== null && effect !== 'NoExecute') {
    report.invalid(['effect'], effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
};

const nodeRequirement: Check = (requirement, report) => {
  const { operator, values } = requirement;
  const count = Array.isArray(values) ? values.length : 0;
  if ((operator === 'In' || operator === 'NotIn') && count === 0) {
    report.required(['values'], "must be specified when `operator` is 'In' or 'NotIn'");
  }
  if ((operator === 'Gt' || operator === 'Lt') && count !== 1) {
    report.required(['values'], "must be specified single value when `operator` is 'Lt' or 'Gt'");
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && count > 0) {
    report.forbidden(['values'], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  }
};

const dnsNone: Check = (spec, report) => {
  if (spec['dnsPolicy'] === 'None' && isEmpty(fieldsOf(spec['dnsConfig'])['nameservers'])) {
    report.required(
      ['dnsConfig', 'nameservers'],
      'must provide at least one DNS nameserver when `dnsPolicy` is None',
    );
  }
};

export const podConstraints: Constraints = {
  [core('PodSpec')]: {
    fields: {
      containers: { required: true },
      restartPolicy: { oneOf: ['Always', 'Never', 'OnFailure'] },
      dnsPolicy: { oneOf: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] },
      nodeSelector: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      nodeName: { format: 'dns1123Subdomain' },
      serviceAccountName: { format: 'dns1123Subdomain' },
      hostname: { format: 'dns1123Label' },
      subdomain: { format: 'dns1123Label' },
      preemptionPolicy: { oneOf: ['Never', 'PreemptLowerPriority'] },
      terminationGracePeriodSeconds: { min: 0 },
      activeDeadlineSeconds: { min: 1, max: 2147483647 },
      volumes: { unique: ['name'] },
    },
    checks: [containersTogether, hostPorts, dnsNone],
  },
  [core('PodOS')]: { fields: { name: { required: true, oneOf: ['linux', 'windows'] } } },
  [core('HostAlias')]: {
    fields: { ip: { required: true, format: 'ip' }, hostnames: { items: { format: 'dns1123Subdomain' } } },
  },
  [core('Volume')]: {
    fields: { name: { required: true, format: 'dns1123Label' } },
    exactlyOne: {
      none: 'must specify a volume type',
      many: 'may not specify more than 1 volume type',
      except: ['name'],
    },
  },
  [core('ConfigMapVolumeSource')]: {
    fields: { name: { required: true }, defaultMode: { min: 0, max: 0o777 } },
  },
  [core('SecretVolumeSource')]: {
    fields: { secretName: { required: true }, defaultMode: { min: 0, max: 0o777 } },
  },
  [core('KeyToPath')]: {
    fields: {
      key: { required: true },
      mode: { min: 0, max: 0o777 },
      path: { required: true, format: 'relativePath' },
    },
  },
  [core('HostPathVolumeSource')]: {
    fields: {
      path: { required: true },
      type: {
        oneOf: [
          'BlockDevice',
          'CharDevice',
          'Directory',
          'DirectoryOrCreate',
          'File',
          'FileOrCreate',
          'Socket',
        ],
      },
    },
  },
  [core('EmptyDirVolumeSource')]: { fields: { sizeLimit: { format: 'nonNegativeQuantity' } } },
  [core('PersistentVolumeClaimVolumeSource')]: { fields: { claimName: { required: true } } },
  [core('Toleration')]: {
    fields: {
      key: { format: 'qualifiedName' },
      operator: { oneOf: ['Equal', 'Exists', 'Gt', 'Lt'] },
      effect: { oneOf: taintEffects },
    },
    checks: [toleration],
  },
  [core('Taint')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      value: { format: 'labelValue' },
      effect: { required: true, oneOf: taintEffects },
    },
  },
  [core('TopologySpreadConstraint')]: {
    fields: {
      maxSkew: { required: true, min: 1 },
      topologyKey: { required: true, format: 'qualifiedName' },
      whenUnsatisfiable: { required: true, oneOf: ['DoNotSchedule', 'ScheduleAnyway'] },
      minDomains: { min: 1 },
      nodeAffinityPolicy: { oneOf: ['Honor', 'Ignore'] },
      nodeTaintsPolicy: { oneOf: ['Honor', 'Ignore'] },
    },
  },
  [core('NodeSelector')]: {
    fields: { nodeSelectorTerms: { required: 'must have at least one node selector term' } },
  },
  [core('NodeSelectorRequirement')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      operator: { required: true, oneOf: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'] },
    },
    checks: [nodeRequirement],
  },
  [core('PreferredSchedulingTerm')]: { fields: { weight: { min: 1, max: 100 } } },
  [core('WeightedPodAffinityTerm')]: { fields: { weight: { min: 1, max: 100 } } },
  [core('PodAffinityTerm')]: { fields: { topologyKey: { required: true, format: 'qualifiedName' } } },
};
