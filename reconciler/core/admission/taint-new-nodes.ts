/** A node that registers itself takes no pods before it is known to be ready: the node controllers lift the taint. */
import type { Node } from '../../../schemas/kubernetes/types/core-v1.ts';
import { notReadyTaint } from '../model/taints.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';

const notReady = { key: notReadyTaint, effect: 'NoSchedule' };

/** Nodes that Berth makes of its hosts come with the taints that their state asks for. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  operations: ['CREATE'],
  kinds: new Set(['/Node']),
  admit: ({ object, user }) => {
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    const there = taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect);
    if (user === undefined || there) return admitted;
    return { object: { ...node, spec: { ...node.spec, taints: [...taints, notReady] } } as Node };
  },
};
