/** Nodes, pods and what a plan makes of them, for the scheduler's tests. */
import type { Node, Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { planScheduling } from './plan-scheduling.ts';

interface NodeFacts {
  readonly cpu?: string;
  readonly memory?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  readonly ready?: string;
  readonly images?: NonNullable<Node['status']>['images'];
}

export function node(name: string, facts: NodeFacts = {}): Node {
  const { cpu = '4', memory = '8Gi', labels = {}, taints = [], ready = 'True', images = [] } = facts;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, labels },
    spec: { podCIDR: '10.42.0.0/24', taints },
    status: {
      allocatable: { cpu, memory, pods: '110' },
      conditions: [{ type: 'Ready', status: ready }],
      images,
    },
  };
}

export function pod(
  name: string,
  spec: Partial<PodSpec> & { readonly cpu?: string } = {},
  labels: Readonly<Record<string, string>> = { name },
): Pod {
  const { cpu, ...rest } = spec;
  const requests = cpu === undefined ? {} : { cpu };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels },
    spec: { containers: [{ name: 'main', image: 'web:1', resources: { requests } }], ...rest },
  };
}

export function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

/** `name -> node`, or `name: message` without what it says of preemption, in the order of the plan. */
export function outcome(
  nodes: readonly Node[],
  pods: readonly Pod[],
  placed: readonly Pod[] = [],
  seed = 1,
): readonly string[] {
  const view = viewOf(...nodes, ...pods, ...placed);
  return planScheduling(view, pods.map(refOf), { nowMs: 0, seed }).changes.map((change) => {
    if (change.type !== 'update') throw new Error(`a plan with a ${change.type} has no outcome`);
    const { metadata, spec, status } = change.object as Pod;
    const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    return spec?.nodeName === undefined
      ? `${metadata.name}: ${condition?.message?.replace(/ preemption: .*/, '')}`
      : `${metadata.name} -> ${spec.nodeName}`;
  });
}
