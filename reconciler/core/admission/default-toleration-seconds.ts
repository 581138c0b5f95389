/** Pods stay five minutes on a node that is not ready or not heard of, unless they say otherwise. */
import type { Pod, Toleration } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';

const toleratedSeconds = 300;
const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Pod']),
  admit: ({ object, operation, user }) => {
    const pod = object as Pod;
    const given = pod.spec?.tolerations ?? [];
    // Whoever replaces a pod by its manifest need not know them; Berth's own writers keep what is there.
    if (pod.spec === undefined || (operation === 'UPDATE' && user === undefined)) return admitted;
    const missing = keys.filter((key) => !given.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return admitted;
    const added = missing.map((key) => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: toleratedSeconds,
    }));
    return { object: { ...pod, spec: { ...pod.spec, tolerations: [...given, ...added] } } as Pod };
  },
};

function tolerates({ key = '', effect = '' }: Toleration, wanted: string): boolean {
  return (key === wanted || key === '') && (effect === 'NoExecute' || effect === '');
}
