/** A pod's runtime class has to be there; its overhead and where it can run are the pod's. */
import type { Pod, PodSpec, Toleration } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { RuntimeClass } from '../../../schemas/kubernetes/types/node-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { sameJson } from '../model/json.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

type Amounts = Readonly<Record<string, string>>;

const unfounded = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  operations: ['CREATE'],
  kinds: new Set(['/Pod']),
  admit: (request) => {
    const { spec } = request.object as Pod;
    const name = spec?.runtimeClassName ?? '';
    if (spec === undefined) return admitted;
    if (name === '') return spec.overhead === undefined ? admitted : refuse(request, unfounded);
    const found = request.view.get<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', '', name);
    if (found === undefined) return refuse(request, `pod rejected: RuntimeClass "${name}" not found`);
    return withClass(request, spec, found);
  },
};

function withClass(
  request: AdmissionRequest,
  spec: PodSpec,
  { overhead, scheduling }: RuntimeClass,
): Verdict {
  const fixed = overhead?.podFixed;
  if (spec.overhead !== undefined && overhead === undefined) return refuse(request, unfounded);
  if (Object.keys(spec.overhead ?? {}).length > 0 && !sameAmounts(spec.overhead ?? {}, fixed ?? {}))
    return refuse(request, `pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`);
  const nodeSelector = { ...spec.nodeSelector, ...scheduling?.nodeSelector };
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {}))
    if (nodeSelector[key] !== value)
      return refuse(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${nodeSelector[key] ?? ''}; pod.spec.nodeSelector[${key}] = ${value}`,
      );
  const tolerations =
    scheduling === undefined
      ? spec.tolerations
      : mergedTolerations([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  const next = {
    ...spec,
    ...(fixed === undefined ? {} : { overhead: fixed }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations === undefined || tolerations.length === 0 ? {} : { tolerations }),
  };
  return { object: { ...request.object, spec: next } as Pod };
}

function sameAmounts(a: Amounts, b: Amounts): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && quantityValue(a[name]) === quantityValue(b[name]))
  );
}

/** Without those that another one covers; of equal ones the first stays. */
function mergedTolerations(all: readonly Toleration[]): readonly Toleration[] {
  const merged: Toleration[] = [];
  for (const [index, one] of all.entries()) {
    const covered =
      merged.some((other) => covers(other, one)) ||
      all.slice(index + 1).some((later) => !sameJson(later, one) && covers(later, one));
    if (!covered) merged.push(one);
  }
  return merged;
}

/** Whether whatever `one` tolerates, `wide` tolerates for at least as long. */
function covers(wide: Toleration, one: Toleration): boolean {
  if (sameJson(wide, one)) return true;
  const anyKey = (wide.key ?? '') === '' && wide.operator === 'Exists';
  if (!anyKey && wide.key !== one.key) return false;
  if ((wide.effect ?? '') !== '' && wide.effect !== one.effect) return false;
  const { tolerationSeconds: seconds } = wide;
  if (wide.effect === 'NoExecute' && seconds !== undefined && (one.tolerationSeconds ?? Infinity) > seconds)
    return false;
  if (wide.operator === 'Exists') return true;
  const isEqual = (operator: string | undefined): boolean => (operator ?? 'Equal') === 'Equal';
  return isEqual(wide.operator) && isEqual(one.operator) && (one.value ?? '') === (wide.value ?? '');
}
