/** A pod bears the zone and region of its node, so that its containers can be told where they run. */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isMirrorPod } from './mirror-pod.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';

const copied = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Pod']),
  admit: ({ object, before, view }) => {
    const pod = object as Pod;
    const nodeName = pod.spec?.nodeName ?? '';
    const wasBound = ((before as Pod | undefined)?.spec?.nodeName ?? '') !== '';
    if (nodeName === '' || wasBound || isMirrorPod(pod)) return admitted;
    const node = view.get<Node>('v1', 'Node', '', nodeName);
    const labels = Object.entries(node?.metadata.labels ?? {}).filter(([key]) => copied.includes(key));
    if (labels.length === 0) return admitted;
    const all = { ...pod.metadata.labels, ...Object.fromEntries(labels) };
    return { object: { ...pod, metadata: { ...pod.metadata, labels: all } } };
  },
};
