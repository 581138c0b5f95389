/** Kubernetes' rules of updates of volumes and claims. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { type Fields, fieldsOf, isEmpty } from '../../../../schemas/validation/loose.ts';
import { quantityValue } from '../../../../schemas/validation/quantity.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { KubeObject } from '../../model/object.ts';
import { changedFields } from './changed-fields.ts';
import { specOf, statusOf } from './immutable.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRules } from './update-rule.ts';

const claimRule =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** What of a PersistentVolume's spec is no volume source. */
const volumeAttributes: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** The claim's spec without what may change: its volume and class once, its size and attributes when bound. */
function fixedPart(spec: Fields, other: Fields, bound: boolean): Fields {
  const { volumeAttributesClassName: _, ...fixed } = spec;
  const { resources, volumeName, storageClassName } = spec;
  const named = isEmpty(volumeName) ? { volumeName: other['volumeName'] } : {};
  const classed = storageClassName === undefined ? { storageClassName: other['storageClassName'] } : {};
  if (!bound) return { ...fixed, ...named, ...classed };
  const requests = { ...fieldsOf(fieldsOf(resources)['requests']), storage: '0' };
  return { ...fixed, ...named, ...classed, resources: { ...fieldsOf(resources), requests } };
}

function claimUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [next, old] = [specOf(after), specOf(before)];
  const bound = (before as PersistentVolumeClaim).status?.phase === 'Bound';
  const from = fixedPart(old, next, bound);
  const to = fixedPart(next, {}, bound);
  if (!semanticallyEqual(to, from))
    report.forbidden(['spec'], [claimRule, ...changedFields(next, old, 'spec')].join('\n'));
  const sizeOf = (spec: Fields): number | undefined =>
    quantityValue(fieldsOf(fieldsOf(spec['resources'])['requests'])['storage']);
  const [size, former] = [sizeOf(next) ?? 0, sizeOf(old) ?? 0];
  const held = quantityValue(fieldsOf(statusOf(before)['capacity'])['storage']) ?? 0;
  // A smaller claim takes back a growth that failed; it cannot shrink what is there.
  if (bound && size < former && size <= held)
    report.forbidden(
      ['spec', 'resources', 'requests', 'storage'],
      'field can not be less than status.capacity',
    );
  if (!semanticallyEqual(next['volumeMode'], old['volumeMode']))
    report.invalid(['volumeMode'], next['volumeMode'] ?? null, 'field is immutable');
  const attributes = next['volumeAttributesClassName'];
  if (!semanticallyEqual(attributes, old['volumeAttributesClassName'])) {
    const path = ['spec', 'volumeAttributesClassName'];
    if (isEmpty(attributes)) report.forbidden(path, 'update from non-nil value to nil is forbidden');
    else if (!bound && !isEmpty(old['volumeAttributesClassName']))
      report.forbidden(path, 'update is forbidden when the claim is not bound');
  }
  return problems;
}

function volumeUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [next, old] = [(after as PersistentVolume).spec ?? {}, (before as PersistentVolume).spec ?? {}];
  const sourceOf = (spec: object): Fields =>
    Object.fromEntries(
      Object.entries(spec).filter(([field, value]) => !volumeAttributes.has(field) && value !== null),
    );
  if (!semanticallyEqual(expandable(sourceOf(next), sourceOf(old)), sourceOf(old))) {
    const rule = 'spec.persistentvolumesource is immutable after creation';
    const lines = changedFields(sourceOf(next), sourceOf(old), '');
    report.forbidden(['spec', 'persistentvolumesource'], [rule, ...lines].join('\n'));
  }
  if (!semanticallyEqual(next.volumeMode, old.volumeMode))
    report.invalid(['volumeMode'], next.volumeMode ?? null, 'field is immutable');
  if (old.nodeAffinity !== undefined && !semanticallyEqual(next.nodeAffinity, old.nodeAffinity))
    report.invalid(['nodeAffinity'], next.nodeAffinity ?? null, 'field is immutable');
  return problems;
}

/** The secret to expand a CSI volume with may be added later. */
function expandable(next: Fields, old: Fields): Fields {
  const [csi, former] = [fieldsOf(next['csi']), fieldsOf(old['csi'])];
  if (csi['controllerExpandSecretRef'] === undefined || former['controllerExpandSecretRef'] !== undefined)
    return next;
  const { controllerExpandSecretRef: _, ...rest } = csi;
  return { ...next, csi: rest };
}

export const storageUpdateRules: UpdateRules = {
  'v1/PersistentVolume': volumeUpdate,
  'v1/PersistentVolumeClaim': claimUpdate,
};
