/** Kubernetes' rules of updates of everything beside workloads: fields that stay, as data; the rest by area. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { fieldsOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { accessUpdateRules } from './cluster-objects-access.ts';
import { configUpdateRules } from './cluster-objects-config.ts';
import { networkUpdateRules } from './cluster-objects-network.ts';
import { storageUpdateRules } from './cluster-objects-storage.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule, UpdateRules } from './update-rule.ts';

/** Fields that stay as they were made, as paths from the object. */
const immutableFields: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'discovery.k8s.io/v1/EndpointSlice': [['addressType']],
  'networking.k8s.io/v1/IPAddress': [['spec', 'parentRef']],
  'networking.k8s.io/v1/IngressClass': [['spec', 'controller']],
  'node.k8s.io/v1/RuntimeClass': [['handler']],
  'resource.k8s.io/v1/ResourceClaim': [['spec']],
  'resource.k8s.io/v1/ResourceClaimTemplate': [['spec']],
  'resource.k8s.io/v1/ResourceSlice': [
    ['spec', 'driver'],
    ['spec', 'nodeName'],
    ['spec', 'nodeSelector'],
    ['spec', 'allNodes'],
    ['spec', 'pool', 'name'],
  ],
  'scheduling.k8s.io/v1/PriorityClass': [['preemptionPolicy']],
  'storage.k8s.io/v1/CSIDriver': [
    ['spec', 'attachRequired'],
    ['spec', 'fsGroupPolicy'],
    ['spec', 'volumeLifecycleModes'],
  ],
  'storage.k8s.io/v1/CSIStorageCapacity': [['nodeTopology'], ['storageClassName']],
  'storage.k8s.io/v1/StorageClass': [['volumeBindingMode']],
  'storage.k8s.io/v1/VolumeAttachment': [['spec']],
};

/** Fields that may not change, with the words that Kubernetes has for each. */
const forbiddenFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'scheduling.k8s.io/v1/PriorityClass': { value: 'may not be changed in an update.' },
  'storage.k8s.io/v1/StorageClass': {
    parameters: 'updates to parameters are forbidden.',
    provisioner: 'updates to provisioner are forbidden.',
    reclaimPolicy: 'updates to reclaimPolicy are forbidden.',
  },
  'storage.k8s.io/v1/VolumeAttributesClass': {
    driverName: 'updates to driverName are forbidden.',
    parameters: 'updates to parameters are forbidden.',
  },
};

function immutable(paths: readonly (readonly string[])[]): UpdateRule {
  return (after, before) => {
    const problems: FieldProblem[] = [];
    const report = new Reporter(problems, []);
    for (const path of paths) {
      const [next, old] = [valueAt(after, path), valueAt(before, path)];
      if (!semanticallyEqual(next, old)) report.invalid(path, next ?? null, 'field is immutable');
    }
    return problems;
  };
}

function valueAt(object: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, field) => fieldsOf(value)[field], object);
}

function forbidden(fields: Readonly<Record<string, string>>): UpdateRule {
  return (after, before) => {
    const problems: FieldProblem[] = [];
    const report = new Reporter(problems, []);
    for (const [field, why] of Object.entries(fields))
      if (!semanticallyEqual(valueAt(after, [field]), valueAt(before, [field])))
        report.forbidden([field], why);
    return problems;
  };
}

/** One rule of all that tables have for a kind. */
function together(rules: readonly (UpdateRule | undefined)[]): UpdateRule {
  return (after, before, subresource) => rules.flatMap((rule) => rule?.(after, before, subresource) ?? []);
}

const areas: UpdateRules = {
  ...accessUpdateRules,
  ...configUpdateRules,
  ...networkUpdateRules,
  ...storageUpdateRules,
};

const kinds = new Set([immutableFields, forbiddenFields, areas].flatMap((table) => Object.keys(table)));

export const clusterObjectUpdateRules: UpdateRules = Object.fromEntries(
  [...kinds].map((kind) => {
    const [paths, fields] = [immutableFields[kind], forbiddenFields[kind]];
    return [
      kind,
      together([
        paths === undefined ? undefined : immutable(paths),
        fields === undefined ? undefined : forbidden(fields),
        areas[kind],
      ]),
    ];
  }),
);
