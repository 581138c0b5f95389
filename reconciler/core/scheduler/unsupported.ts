/** What a pod can ask of a scheduler that this one does not know yet: said, rather than ignored. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

interface Gap {
  readonly field: string;
  readonly asked: (pod: Pod) => boolean;
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

const gaps: readonly Gap[] = [
  {
    field: `spec.affinity.podAffinity.${required}`,
    asked: (pod) => (pod.spec?.affinity?.podAffinity?.[required] ?? []).length > 0,
  },
  {
    field: `spec.affinity.podAntiAffinity.${required}`,
    asked: (pod) => (pod.spec?.affinity?.podAntiAffinity?.[required] ?? []).length > 0,
  },
  {
    field: 'spec.topologySpreadConstraints with whenUnsatisfiable DoNotSchedule',
    asked: (pod) =>
      (pod.spec?.topologySpreadConstraints ?? []).some((one) => one.whenUnsatisfiable === 'DoNotSchedule'),
  },
  {
    field: 'spec.volumes of a persistentVolumeClaim',
    asked: (pod) =>
      (pod.spec?.volumes ?? []).some(
        (volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined,
      ),
  },
  { field: 'spec.resourceClaims', asked: (pod) => (pod.spec?.resourceClaims ?? []).length > 0 },
];

/** The message for a pod that cannot be placed as it asks; undefined where all that it asks is understood. */
export function unsupportedDemand(pod: Pod): string | undefined {
  const fields = gaps.filter((gap) => gap.asked(pod)).map((gap) => gap.field);
  return fields.length === 0 ? undefined : `the scheduler does not support ${fields.join(', ')} yet`;
}
