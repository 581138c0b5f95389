/** A cluster in memory behind the real registry, for tests: plans are committed as the applier commits them. */
import { updateManagedFields } from '../apply/update.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { MutableView } from '../model/view.ts';
import { networkDefaults } from '../registry/allocate.ts';
import { transactionOf } from '../registry/transaction.ts';
import { planSync, type SyncPlan } from './plan.ts';

interface PlanOptions {
  readonly application?: string;
  readonly prune?: boolean;
}

export class SyncScenario {
  readonly view = new MutableView();
  #nowMs = 1_767_225_600_000;
  #uids = 0;
  #draws = 0;

  /** Objects are taken to be one document each of `app.yaml`, ten lines apart. */
  plan(objects: readonly object[], { application = 'shop', prune = true }: PlanOptions = {}): SyncPlan {
    return planSync({
      application: { name: application, prune },
      desired: objects.map((object, index) => ({
        object: object as KubeObject,
        source: { path: 'app.yaml', line: index * 10 + 1 },
      })),
      view: this.view,
      now: '2026-01-01T00:00:00Z',
    });
  }

  /** Plans, commits, and gives the plan. */
  sync(objects: readonly object[], options: PlanOptions = {}): SyncPlan {
    const plan = this.plan(objects, options);
    this.commit(plan.steps.map(({ change }) => change));
    return plan;
  }

  commit(changes: readonly Change[]): void {
    this.#nowMs += 1000;
    const context = {
      nowMs: this.#nowMs,
      uuid: () => `uid-${String(++this.#uids)}`,
      random: () => this.#random(),
      settings: networkDefaults,
    };
    const transaction = transactionOf(changes, this.view, context);
    if (!transaction.ok) throw new Error(transaction.problem.message);
    const revision = this.view.revision + 1;
    for (const { type, object } of transaction.outcomes) {
      if (type === 'unchanged') continue;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      this.view.apply(refOf(object), type === 'removed' ? undefined : stored, revision);
    }
  }

  /** Multiples of the golden ratio: evenly spread, so that no two services of a test draw the same port. */
  #random(): number {
    this.#draws += 1;
    return (this.#draws * 0.618_033_988_749_895) % 1;
  }

  /** What somebody writes through the API. */
  write(object: object, manager = 'kubectl'): void {
    const after = object as KubeObject;
    const before = this.find(
      after.apiVersion,
      after.kind,
      after.metadata.name ?? '',
      after.metadata.namespace,
    );
    const request = { after, manager, operation: 'Update', now: '2026-01-01T00:00:00Z' } as const;
    const managedFields = updateManagedFields(before === undefined ? request : { ...request, before });
    const written = { ...after, metadata: { ...after.metadata, managedFields } };
    this.commit([
      before === undefined
        ? { type: 'create', object: written }
        : { type: 'update', scope: 'spec', object: written },
    ]);
  }

  /** A live object; throws where there is none. */
  get<T>(apiVersion: string, kind: string, name: string, namespace = 'shop'): T {
    const object = this.find(apiVersion, kind, name, namespace);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    return object as T;
  }

  find(apiVersion: string, kind: string, name: string, namespace = ''): KubeObject | undefined {
    return this.view.get<KubeObject>(apiVersion, kind, namespace, name);
  }
}

/** `create Deployment shop/web` per step. */
export function stepNames(plan: SyncPlan): readonly string[] {
  return plan.steps.map(
    ({ action, ref }) =>
      `${action} ${ref.kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`,
  );
}
