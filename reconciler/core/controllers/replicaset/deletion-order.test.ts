import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { formatTime } from '../../model/time.ts';
import { deletionOrder } from './deletion-order.ts';

const nowMs = 1_767_225_600_000;

interface Facts {
  readonly node?: string;
  readonly phase?: string;
  /** Seconds since it became ready; not ready without. */
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
}

function pod(name: string, facts: Facts): Pod {
  const { node = 'n1', phase = 'Running', readyFor, cost, restarts = 0, age = 1000 } = facts;
  const lastTransitionTime = readyFor === undefined ? undefined : formatTime(nowMs - readyFor * 1000);
  const ready =
    lastTransitionTime === undefined
      ? { type: 'Ready', status: 'False' }
      : { type: 'Ready', status: 'True', lastTransitionTime };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: formatTime(nowMs - age * 1000),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: [ready],
      containerStatuses: [{ name: 'main', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

function order(
  pods: Readonly<Record<string, Facts>>,
  perNode: Readonly<Record<string, number>> = {},
): readonly string[] {
  const all = Object.entries(pods).map(([name, facts]) => pod(name, facts));
  return deletionOrder(all, new Map(Object.entries(perNode)), nowMs).map((one) => one.metadata.name ?? '');
}

test('what is not bound, not running or not ready goes before what serves', () => {
  const pods = {
    ready: { readyFor: 500 },
    unready: {},
    pending: { phase: 'Pending' },
    unbound: { node: '', phase: 'Pending' },
  };
  assert.deepEqual(order(pods), ['unbound', 'pending', 'unready', 'ready']);
});

test('a lower deletion cost goes first, before crowding and age', () => {
  const pods = {
    dear: { readyFor: 500, cost: '10' },
    plain: { readyFor: 500 },
    cheap: { readyFor: 5000, cost: '-5', node: 'n2' },
  };
  assert.deepEqual(order(pods, { n1: 5, n2: 1 }), ['cheap', 'plain', 'dear']);
});

test('of equal pods those go first that share a node with more of their kind', () => {
  const pods = { alone: { readyFor: 500, node: 'n2' }, crowded: { readyFor: 500 } };
  assert.deepEqual(order(pods, { n1: 3, n2: 1 }), ['crowded', 'alone']);
});

test('the younger goes first, by orders of magnitude; then the one that restarted more', () => {
  assert.deepEqual(order({ old: { readyFor: 5000 }, young: { readyFor: 5 } }), ['young', 'old']);
  assert.deepEqual(order({ b: { readyFor: 500, restarts: 0 }, a: { readyFor: 510, restarts: 0 } }), [
    'a',
    'b',
  ]);
  assert.deepEqual(order({ calm: { readyFor: 500 }, wild: { readyFor: 500, restarts: 4 } }), [
    'wild',
    'calm',
  ]);
});
