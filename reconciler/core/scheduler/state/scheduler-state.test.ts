import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { mix } from '../../model/seeded-suffix.ts';
import { MutableView } from '../../model/view.ts';
import { Planner } from '../planner.ts';
import { defaultConfiguration } from '../profile.ts';
import { node, pod } from '../scheduling-trial.ts';
import { byTurn, waits } from '../turn.ts';
import { SchedulerState } from './scheduler-state.ts';

const histories = 40;
const steps = 120;
const zone = 'topology.kubernetes.io/zone';
const hostname = 'kubernetes.io/hostname';

/** A view, a state that follows it, and changes that a seed decides. */
class History {
  readonly view = new MutableView();
  readonly state: SchedulerState;
  readonly #seed: number;
  #draws = 0;
  #made = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.state = new SchedulerState(this.view);
  }

  step(): void {
    const acts = [
      () => this.#putNode(),
      () => this.#putNode(),
      () => this.#removeSome('Node'),
      () => this.#createPod(),
      () => this.#createPod(),
      () => this.#createPod(),
      () => this.#changePod(),
      () => this.#changePod(),
      () => this.#removeSome('Pod'),
      () => this.#putNamespace(),
      () => this.schedule(),
      () => this.schedule(),
    ];
    acts[this.#draw(acts.length)]?.();
  }

  /** Plans what waits; commits it, or takes it back. */
  schedule(): void {
    const planner = new Planner(this.state, defaultConfiguration);
    const plan = planner.plan(pending(this.view), { nowMs: 0, seed: this.#draw(1000) });
    if (this.#draw(4) === 0) {
      planner.undo(plan);
      return;
    }
    for (const change of plan.changes) {
      if (change.type === 'delete') this.#remove(change.ref.kind, change.ref.namespace, change.ref.name);
      else this.#put(change.object);
    }
  }

  #draw(bound: number): number {
    return mix(this.#seed, this.#draws++) % bound;
  }

  #put(object: KubeObject): void {
    this.state.apply(this.view.apply(refOf(object), object, 1));
  }

  #remove(kind: string, namespace: string, name: string): void {
    this.state.apply(this.view.apply({ apiVersion: 'v1', kind, namespace, name }, undefined, 1));
  }

  #putNode(): void {
    const name = `n${this.#draw(8)}`;
    const labels = { [hostname]: name, ...(this.#draw(4) === 0 ? {} : { [zone]: `z${this.#draw(3)}` }) };
    const taints = this.#draw(5) === 0 ? [{ key: 'odd', effect: 'PreferNoSchedule' }] : [];
    this.#put(node(name, { labels, taints, cpu: String(2 + this.#draw(3)) }));
  }

  #putNamespace(): void {
    const name = this.#draw(2) === 0 ? 'shop' : 'lab';
    this.#put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { team: `t${this.#draw(2)}` } },
    });
  }

  #createPod(): void {
    const name = `p${this.#made++}`;
    const labels = { app: `a${this.#draw(3)}` };
    const term = {
      labelSelector: { matchLabels: { app: `a${this.#draw(3)}` } },
      topologyKey: this.#draw(2) === 0 ? zone : hostname,
      ...(this.#draw(3) === 0 ? { namespaceSelector: { matchLabels: { team: 't0' } } } : {}),
    };
    const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    const spread = {
      maxSkew: 1,
      topologyKey: zone,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: term.labelSelector,
    };
    const kinds: readonly NonNullable<Parameters<typeof pod>[1]>[] = [
      {},
      { affinity: { podAntiAffinity: required } },
      { affinity: { podAffinity: required } },
      { topologySpreadConstraints: [spread] },
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }],
          },
        },
      },
      { priority: 10 },
    ];
    const made = pod(name, { cpu: '500m', ...kinds[this.#draw(kinds.length)] }, labels);
    const namespace = this.#draw(3) === 0 ? 'lab' : 'shop';
    this.#put({ ...made, metadata: { ...made.metadata, namespace } });
  }

  #changePod(): void {
    const one = this.#some<Pod>('Pod');
    if (one === undefined) return;
    const changes: readonly Pod[] = [
      { ...one, metadata: { ...one.metadata, labels: { app: `a${this.#draw(3)}` } } },
      { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      { ...one, status: { ...one.status, phase: 'Succeeded' } },
      { ...one, status: { ...one.status, phase: 'Running' } },
    ];
    this.#put(changes[this.#draw(changes.length)] ?? one);
  }

  #removeSome(kind: 'Node' | 'Pod'): void {
    const one = this.#some<Node | Pod>(kind);
    if (one !== undefined) this.#remove(kind, one.metadata.namespace ?? '', one.metadata.name ?? '');
  }

  #some<T extends Node | Pod>(kind: T['kind']): T | undefined {
    const all = this.view.list<T>('v1', kind);
    return all.length === 0 ? undefined : all[this.#draw(all.length)];
  }
}

function pending(view: MutableView): readonly Pod[] {
  return view
    .podsOnNode('')
    .filter((one) => waits(one, defaultConfiguration))
    .sort(byTurn);
}

/** A state made from the view alone, which counts what `state` counts. */
function freshLike(state: SchedulerState, view: MutableView): SchedulerState {
  const fresh = new SchedulerState(view);
  for (const spec of state.selections.specs) fresh.selections.tally(spec);
  for (const resource of state.table.columns.keys()) fresh.table.column(resource);
  return fresh;
}

test('a state that followed a history is the one that is made from its end, and plans the same', () => {
  for (let seed = 0; seed < histories; seed++) {
    const { view, state } = lived(seed);
    const fresh = freshLike(state, view);
    assert.deepEqual(state.summary(), fresh.summary(), `seed ${seed}`);
    const plan = (of: SchedulerState) =>
      new Planner(of, defaultConfiguration).plan(pending(view), { nowMs: 0, seed }).changes;
    assert.deepEqual(plan(state), plan(fresh), `seed ${seed}`);
  }
});

test('what was assumed and taken back leaves nothing behind', () => {
  for (let seed = 100; seed < 120; seed++) {
    const { view, state } = lived(seed);
    const planner = new Planner(state, defaultConfiguration);
    planner.undo(planner.plan(pending(view), { nowMs: 0, seed }));
    assert.deepEqual(state.summary(), freshLike(state, view).summary(), `seed ${seed}`);
  }
});

function lived(seed: number): History {
  const history = new History(seed);
  for (let step = 0; step < steps; step++) history.step();
  return history;
}
