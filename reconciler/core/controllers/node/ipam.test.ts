import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { nodeIpamController } from './ipam.ts';

function planFor(clusterCidr: string, ranges: Readonly<Record<string, string>>): Plan {
  const view = new MutableView();
  for (const [name, podCIDR] of Object.entries(ranges)) {
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, uid: name },
      ...(podCIDR === '' ? {} : { spec: { podCIDR } }),
    };
    view.apply(refOf(node), node, 1);
  }
  const controller = nodeIpamController({ clusterCidr });
  return controller.plan({ apiVersion: 'v1', kind: 'Node', namespace: '', name: '' }, view, {
    nowMs: 0,
    seed: 0,
  });
}

function given(plan: Plan): readonly (readonly [string | undefined, string | undefined])[] {
  return plan.changes.map((change) => {
    const node = change.type === 'update' ? (change.object as Node) : undefined;
    return [node?.metadata.name, node?.spec?.podCIDR] as const;
  });
}

test('one plan gives all that wait ranges of their own, the first free ones', () => {
  const plan = planFor('10.42.0.0/16', { a: '', b: '10.42.1.0/24', c: '' });
  assert.deepEqual(given(plan), [
    ['a', '10.42.0.0/24'],
    ['c', '10.42.2.0/24'],
  ]);
});

test('a larger range that someone gave by hand is left whole', () => {
  assert.deepEqual(given(planFor('10.42.0.0/16', { a: '10.42.0.0/22', b: '' })), [['b', '10.42.4.0/24']]);
});

test('a range outside the cluster takes nothing from it', () => {
  assert.deepEqual(given(planFor('10.42.0.0/16', { a: '192.168.0.0/24', b: '' })), [['b', '10.42.0.0/24']]);
});

test('when nothing is left the node is told of', () => {
  const plan = planFor('10.42.0.0/23', { a: '', b: '', c: '' });
  assert.equal(plan.changes.length, 2);
  assert.deepEqual(
    plan.events.map(({ reason, message }) => [reason, message]),
    [['CIDRNotAvailable', 'Node c status is now: CIDRNotAvailable']],
  );
});

test('a cluster range smaller than one node range is refused', () => {
  assert.throws(() => nodeIpamController({ clusterCidr: '10.0.0.0/25' }), /smaller than one node's/);
});
