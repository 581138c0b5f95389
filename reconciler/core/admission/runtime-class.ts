/** A pod's runtime class has to be there; its overhead and where it can run are the pod's. */
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { RuntimeClass } from '../../../schemas/kubernetes/types/node-v1.ts';
import { sameJson } from '../model/json.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  operations: ['CREATE'],
  kinds: new Set(['/Pod']),
  admit: (request) => {
    const { spec } = request.object as Pod;
    const name = spec?.runtimeClassName ?? '';
    if (spec === undefined) return admitted;
    if (name === '')
      return spec.overhead === undefined
        ? admitted
        : refuse(
            request,
            'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
          );
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
  if (spec.overhead !== undefined && !sameJson(spec.overhead, fixed))
    return refuse(request, `pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`);
  const nodeSelector = { ...spec.nodeSelector, ...scheduling?.nodeSelector };
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {}))
    if (nodeSelector[key] !== value)
      return refuse(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${nodeSelector[key] ?? ''}; pod.spec.nodeSelector[${key}] = ${value}`,
      );
  const known = spec.tolerations ?? [];
  const added = (scheduling?.tolerations ?? []).filter((one) => !known.some((other) => sameJson(one, other)));
  const next = {
    ...spec,
    ...(fixed === undefined ? {} : { overhead: fixed }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(added.length === 0 ? {} : { tolerations: [...known, ...added] }),
  };
  return { object: { ...request.object, spec: next } as Pod };
}
