import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import type { PluginName } from '../diagnosis.ts';
import { defaultConfiguration } from '../profile.ts';
import { node, pod } from '../scheduling-trial.ts';
import { SchedulerState } from '../state/scheduler-state.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const many = 100;
const minuteMs = 60_000;

/** A queue over a view that the test changes; times are the test's. */
class Trial {
  readonly view = new MutableView();
  readonly #state = new SchedulerState(this.view);
  readonly #queue = new SchedulingQueue(this.#state, defaultConfiguration);
  nowMs = 0;

  put(...objects: readonly KubeObject[]): void {
    for (const object of objects) this.#change(object, object);
  }

  remove(object: KubeObject): void {
    this.#change(object, undefined);
  }

  take(max = many): readonly string[] {
    return this.#queue.pop(max, this.nowMs).map(({ metadata }) => metadata.name ?? '');
  }

  refuse(name: string, ...plugins: readonly PluginName[]): void {
    this.#queue.done(this.#pod(name), { type: 'refused', plugins: new Set(plugins) }, this.nowMs);
  }

  gate(name: string): void {
    this.#queue.done(this.#pod(name), { type: 'gated' }, this.nowMs);
  }

  retry(name: string, toBlame: boolean): void {
    this.#queue.retry(this.#pod(name), toBlame, this.nowMs);
  }

  nextMs(): number | undefined {
    return this.#queue.nextMs(this.nowMs);
  }

  #pod(name: string): Pod {
    const found = this.view.get<Pod>('v1', 'Pod', 'shop', name);
    assert.ok(found !== undefined);
    return found;
  }

  #change(object: KubeObject, after: KubeObject | undefined): void {
    const change = this.view.apply(refOf(object), after, 1);
    this.#state.apply(change);
    this.#queue.apply(change, this.nowMs);
  }
}

test('the higher priority goes first, then the older, then who came first', () => {
  const trial = new Trial();
  const aged = (name: string, priority: number, second: number): Pod => {
    const made = pod(name, { priority });
    return { ...made, metadata: { ...made.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` } };
  };
  trial.put(aged('young', 0, 2), aged('old', 0, 1), aged('old-too', 0, 1), aged('vital', 9, 3));
  assert.deepEqual(trial.take(2), ['vital', 'old']);
  assert.deepEqual(trial.take(), ['old-too', 'young']);
  assert.deepEqual(trial.take(), []);
});

test('a refused pod waits until something happens that its plugin may be satisfied with', () => {
  const trial = new Trial();
  const resident = pod('resident', { nodeName: 'n1', cpu: '3' });
  trial.put(node('n1', { cpu: '4' }), resident, pod('big', { cpu: '2' }));
  assert.deepEqual(trial.take(), ['big']);
  trial.refuse('big', 'NodeResourcesFit');
  trial.put(node('n2', { cpu: '1' }));
  trial.put(pod('other', { nodeName: 'n1' }));
  assert.deepEqual(trial.take(), [], 'neither a node that is too small nor one more pod helps');
  trial.remove(resident);
  assert.deepEqual(trial.take(), ['big']);
});

const helps: readonly (readonly [
  what: string,
  plugin: PluginName,
  spec: NonNullable<Parameters<typeof pod>[1]>,
  useless: KubeObject,
  useful: KubeObject,
])[] = [
  [
    'a node with the label',
    'NodeAffinity',
    { nodeSelector: { disk: 'ssd' } },
    node('n2'),
    node('n3', { labels: { disk: 'ssd' } }),
  ],
  [
    'a node without the taint',
    'TaintToleration',
    {},
    node('n2', { taints: [{ key: 'odd', effect: 'NoSchedule' }] }),
    node('n2'),
  ],
  [
    'a pod that is wanted near',
    'InterPodAffinity',
    {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'zone', labelSelector: { matchLabels: { name: 'store' } } },
          ],
        },
      },
    },
    pod('plain', { nodeName: 'n1' }),
    pod('store', { nodeName: 'n1' }),
  ],
  [
    'a pod that evens the zones out',
    'PodTopologySpread',
    {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { name: 'store' } },
        },
      ],
    },
    pod('plain', { nodeName: 'n1' }),
    pod('store', { nodeName: 'n1' }),
  ],
  [
    'a volume',
    'VolumeBinding',
    {},
    pod('plain', { nodeName: 'n1' }),
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'disk' } },
  ],
];

for (const [what, plugin, spec, useless, useful] of helps) {
  test(`${plugin} is looked at again for ${what}`, () => {
    const trial = new Trial();
    trial.put(node('n1'), pod('a', spec));
    assert.deepEqual(trial.take(), ['a']);
    trial.refuse('a', plugin);
    trial.put(useless);
    assert.deepEqual(trial.take(), []);
    trial.put(useful);
    assert.deepEqual(trial.take(), ['a']);
  });
}

test('a promised node that is not needed any more is free for others', () => {
  const trial = new Trial();
  const promisedPod: Pod = {
    ...pod('vital', { cpu: '3', priority: 9 }),
    status: { nominatedNodeName: 'n1' },
  };
  trial.put(node('n1', { cpu: '4' }), node('n2', { cpu: '4' }), promisedPod, pod('a', { cpu: '3' }));
  assert.deepEqual(trial.take(), ['vital', 'a']);
  trial.refuse('vital', 'NodeResourcesFit');
  trial.refuse('a', 'NodeResourcesFit');
  trial.put(pod('vital', { cpu: '3', priority: 9, nodeName: 'n2' }));
  assert.deepEqual(trial.take(), ['a']);
});

test('what refused a pod last is what it waits for', () => {
  const trial = new Trial();
  const resident = pod('resident', { nodeName: 'n1', cpu: '3' });
  trial.put(node('n1', { cpu: '4' }), resident, pod('a', { cpu: '2', nodeSelector: { disk: 'ssd' } }));
  assert.deepEqual(trial.take(), ['a']);
  trial.refuse('a', 'NodeResourcesFit');
  trial.refuse('a', 'NodeAffinity');
  trial.remove(resident);
  assert.deepEqual(trial.take(), []);
  trial.put(node('n2', { labels: { disk: 'ssd' } }));
  assert.deepEqual(trial.take(), ['a']);
});

test('a pod that fails again and again waits longer each time while others are tried', () => {
  const trial = new Trial();
  trial.put(node('n1'), pod('a', { cpu: '2' }));
  const waits: number[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    assert.deepEqual(trial.take(1), ['a']);
    trial.refuse('a', 'NodeResourcesFit');
    const filler = pod(`filler-${attempt}`, { nodeName: 'n1' });
    trial.put(filler);
    trial.remove(filler);
    // Somebody else is there to be tried: the backoff counts.
    trial.put(pod(`waiting-${attempt}`));
    const began = trial.nowMs;
    while (!trial.take(1).includes('a')) {
      trial.nowMs += 500;
      trial.put(pod(`more-${trial.nowMs}`));
    }
    trial.retry('a', false);
    waits.push(trial.nowMs - began);
    while (trial.take(1)[0] !== 'a');
    trial.retry('a', false);
  }
  assert.ok((waits[0] ?? 0) <= 1_000);
  assert.ok((waits.at(-1) ?? 0) > 5_000 && (waits.at(-1) ?? 0) <= 10_500, String(waits));
});

test('with nothing else to do a backoff is cut short, and after five minutes every pod is tried again', () => {
  const trial = new Trial();
  trial.put(node('n1'), pod('a', { cpu: '9' }));
  assert.deepEqual(trial.take(), ['a']);
  trial.refuse('a', 'NodeResourcesFit');
  assert.equal(trial.nextMs(), 5 * minuteMs);
  trial.nowMs = 5 * minuteMs - 1;
  assert.deepEqual(trial.take(), []);
  trial.nowMs++;
  assert.deepEqual(trial.take(), ['a']);
});

test('a gated pod is looked at again when its gates change', () => {
  const trial = new Trial();
  const gated = pod('a', { schedulingGates: [{ name: 'x' }] });
  trial.put(gated);
  assert.deepEqual(trial.take(), ['a']);
  trial.gate('a');
  trial.put({ ...gated, status: { phase: 'Pending' } } as Pod);
  assert.deepEqual(trial.take(), []);
  trial.put(pod('a'));
  assert.deepEqual(trial.take(), ['a']);
});

test('of a plan that was not committed the pod to blame waits, the others go on at once', () => {
  const trial = new Trial();
  trial.put(pod('a'), pod('b'));
  assert.deepEqual(trial.take(), ['a', 'b']);
  trial.retry('a', true);
  trial.retry('b', false);
  assert.deepEqual(trial.take(), ['b']);
  assert.equal(trial.nextMs(), 1_000);
  trial.nowMs = 1_000;
  assert.deepEqual(trial.take(), ['a']);
});

test('who is bound, gone or of another scheduler is forgotten', () => {
  const trial = new Trial();
  trial.put(pod('a'), pod('b'), pod('c', { schedulerName: 'mine' }), pod('d'));
  trial.put(pod('a', { nodeName: 'n1' }));
  trial.remove(pod('b'));
  assert.deepEqual(trial.take(), ['d']);
});
