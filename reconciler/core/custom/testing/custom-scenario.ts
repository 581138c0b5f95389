/** A cluster of custom resources under a script of writes, for tests: commits go into the view at once. */
import type { CustomResourceDefinition } from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { customResourceController } from '../../controllers/custom-resources/controller.ts';
import { decodeObject, type KubeObject, refOf } from '../../model/object.ts';
import type { Change, UpdateChange } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { networkDefaults } from '../../registry/allocate.ts';
import type { StatusProblem } from '../../registry/status-error.ts';
import { transactionOf } from '../../registry/transaction.ts';
import { definitionApiVersion, definitionKind } from '../definition.ts';

/** 2026-11-26T09:00:00Z */
const nowMs = 1_795_683_600_000;
const user = { name: 'ada', groups: ['system:masters'] };

export type Custom = KubeObject & {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
};

export class CustomScenario {
  readonly view = new MutableView();
  #revision = 1;
  #uids = 0;

  constructor() {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'ns' } };
    this.view.apply(refOf(namespace), namespace, 1);
  }

  /** Commits as a person, then lets the controller act until it has nothing to do. */
  write(change: Change): Custom {
    const result = this.#commit(change, true);
    if ('code' in result) throw new Error(result.message);
    this.settle();
    return result;
  }

  /** The refusal of a write. */
  refusal(change: Change): StatusProblem {
    const result = this.#commit(change, true);
    if (!('code' in result)) throw new Error('the write was taken');
    return result;
  }

  create(object: object): Custom {
    return this.write({ type: 'create', object: object as KubeObject });
  }

  /** What is stored now, changed and written back. */
  update(object: object, scope: UpdateChange['scope'] = 'spec'): Custom {
    return this.write({ type: 'update', scope, object: object as KubeObject });
  }

  delete(object: KubeObject): void {
    this.write({ type: 'delete', ref: refOf(object), uid: object.metadata.uid ?? '' });
  }

  definition(name: string): CustomResourceDefinition | undefined {
    return this.view.get<CustomResourceDefinition>(definitionApiVersion, definitionKind, '', name);
  }

  /** Runs the controller on every definition until nothing changes. */
  settle(): void {
    for (let round = 0; round < 10; round++) {
      const definitions = this.view.list<CustomResourceDefinition>(definitionApiVersion, definitionKind);
      const changes = definitions.flatMap(
        (one) => customResourceController.plan(refOf(one), this.view, { nowMs, seed: 0 }).changes,
      );
      if (changes.length === 0) return;
      for (const change of changes) this.#commit(change, false);
    }
    throw new Error('the controller does not come to rest');
  }

  #commit(change: Change, asUser: boolean): Custom | StatusProblem {
    const transaction = transactionOf([change], this.view, {
      nowMs,
      uuid: () => `uid-${++this.#uids}`,
      random: () => 0.5,
      settings: networkDefaults,
      ...(asUser ? { user } : {}),
    });
    if (!transaction.ok) return transaction.problem;
    this.#revision++;
    for (const write of transaction.writes) {
      const [outcome] = transaction.outcomes;
      if (write.type === 'put' && outcome !== undefined)
        this.view.apply(outcome.ref, decodeObject(write.value, this.#revision), this.#revision);
      if (write.type === 'delete' && outcome !== undefined)
        this.view.apply(outcome.ref, undefined, this.#revision);
    }
    const [outcome] = transaction.outcomes;
    if (outcome === undefined) throw new Error('a commit has an outcome');
    const { ref } = outcome;
    return this.view.get<Custom>(ref.apiVersion, ref.kind, ref.namespace, ref.name) ?? outcome.object;
  }
}
