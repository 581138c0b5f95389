/** What people do through the API, as a seed decides: they make, scale, change, drain and delete, from what they see. */
import type { Host } from '../../../schemas/berth/types.ts';
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { builtInKinds } from '../../../schemas/kinds.ts';
import { ApiError } from '../../../reconciler/api/api-error.ts';
import { evictPod } from '../../../reconciler/api/subresources/eviction.ts';
import { allObjects } from '../../../reconciler/core/model/all-objects.ts';
import { type KubeObject, refOf } from '../../../reconciler/core/model/object.ts';
import type { Change } from '../../../reconciler/core/model/plan.ts';
import { isPodTerminal } from '../../../reconciler/core/model/pod-status.ts';
import type { UserInfo } from '../../../reconciler/core/model/user.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimReconciler } from './sim-reconciler.ts';
import { namespaces, randomImage, randomWorkload, type Traits, weighted } from './workloads.ts';

type Spec = Readonly<Record<string, unknown>>;
type Act = (people: People, via: SimReconciler) => Promise<void>;

const user: UserInfo = { name: 'sam', groups: ['system:masters', 'system:authenticated'] };
const scalable = new Set(['Deployment', 'ReplicaSet', 'StatefulSet']);
const templated = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const workloads = new Set([
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Service'],
  ...['PodDisruptionBudget', 'ResourceQuota'],
]);

const acts: readonly (readonly [share: number, name: string, act: Act])[] = [
  [8, 'make', (people, via) => people.make(via, randomWorkload(people.random, people.traits))],
  [4, 'scale', scale],
  [4, 'roll out', rollOut],
  [2, 'pause', pause],
  [2, 'suspend', suspend],
  [4, 'delete', removeWorkload],
  [2, 'delete a pod', removePod],
  [2, 'drain', drain],
  [2, 'cordon', cordon],
  [1, 'label', label],
  [0.5, 'delete a claim', removeClaim],
  [0.7, 'delete a namespace', removeNamespace],
];

export class People {
  readonly random: SeededRandom;
  readonly traits: Traits;
  readonly #tell: (text: string) => void;

  constructor(random: SeededRandom, traits: Traits, tell: (text: string) => void) {
    this.random = random;
    this.traits = traits;
    this.#tell = tell;
  }

  /** Does one thing; whoever dies meanwhile leaves it undone, and nobody waits for it. */
  act(via: SimReconciler): void {
    const [name, act] = weighted(this.random, acts);
    this.#tell(`people: ${name}`);
    act(this, via).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      this.#tell(`people: ${name} was refused: ${error.message}`);
    });
  }

  async make(via: SimReconciler, object: KubeObject): Promise<void> {
    await this.#submit(via, { type: 'create', object });
  }

  /** Changes the object's spec, as `kubectl edit` does from what it read. */
  async edit(via: SimReconciler, object: KubeObject, change: (spec: Spec) => Spec): Promise<void> {
    const { spec = {} } = object as { readonly spec?: Spec };
    await this.#submit(via, {
      type: 'update',
      scope: 'spec',
      object: { ...object, spec: change(spec) } as KubeObject,
    });
  }

  async relabel(
    via: SimReconciler,
    object: KubeObject,
    labels: Readonly<Record<string, string>>,
  ): Promise<void> {
    const metadata = { ...object.metadata, labels: { ...object.metadata.labels, ...labels } };
    await this.#submit(via, { type: 'update', scope: 'spec', object: { ...object, metadata } });
  }

  async remove(
    via: SimReconciler,
    object: KubeObject,
    how: 'Foreground' | 'Background' | 'Orphan',
  ): Promise<void> {
    const { uid = '' } = object.metadata;
    await this.#submit(via, { type: 'delete', ref: refOf(object), uid, propagation: how });
  }

  /** As `kubectl drain` asks for it: through the eviction subresource, which minds budgets. */
  async evict(via: SimReconciler, pod: Pod): Promise<void> {
    const info = builtInKinds.byGvk('v1', 'Pod');
    if (info === undefined) throw new Error('there is no kind Pod');
    const { namespace = '', name = '' } = pod.metadata;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    const query = new URLSearchParams();
    await evictPod(
      { info, namespace, name, subresource: 'eviction', rest: '', query },
      {
        cluster: via.cluster,
        clock: via.ports.clock,
        user,
        userAgent: 'kubectl',
        body: { bytes: new TextEncoder().encode(JSON.stringify(eviction)), contentType: 'application/json' },
        warn: () => undefined,
        annotate: () => undefined,
      },
    );
  }

  /** Objects that people made and nobody is deleting, of these kinds. */
  own(via: SimReconciler, kinds: ReadonlySet<string>): readonly KubeObject[] {
    return allObjects(via.cluster.view).filter(
      ({ kind, metadata }) =>
        kinds.has(kind) &&
        metadata.deletionTimestamp === undefined &&
        metadata.ownerReferences === undefined &&
        (namespaces as readonly string[]).includes(metadata.namespace ?? ''),
    );
  }

  async #submit(via: SimReconciler, change: Change): Promise<void> {
    const result = await via.cluster.submit([change], { user, fence: 'none' });
    if (!result.ok) this.#tell(`people: refused: ${result.problem.message}`);
  }
}

async function chosen(
  people: People,
  via: SimReconciler,
  kinds: ReadonlySet<string>,
  run: (object: KubeObject) => Promise<void>,
): Promise<void> {
  const objects = people.own(via, kinds);
  if (objects.length > 0) await run(people.random.pick(objects));
}

function scale(people: People, via: SimReconciler): Promise<void> {
  const replicas = people.random.between(0, 5);
  return chosen(people, via, scalable, (object) =>
    people.edit(via, object, (spec) => ({ ...spec, replicas })),
  );
}

function rollOut(people: People, via: SimReconciler): Promise<void> {
  const image = randomImage(people.random);
  return chosen(people, via, templated, (object) =>
    people.edit(via, object, (spec) => ({ ...spec, template: withImage(spec['template'] as Spec, image) })),
  );
}

function withImage(template: Spec, image: string): Spec {
  const spec = template['spec'] as Spec & { readonly containers: readonly Spec[] };
  return {
    ...template,
    spec: { ...spec, containers: spec.containers.map((container) => ({ ...container, image })) },
  };
}

function pause(people: People, via: SimReconciler): Promise<void> {
  return chosen(people, via, new Set(['Deployment']), (object) =>
    people.edit(via, object, (spec) => ({ ...spec, paused: spec['paused'] !== true })),
  );
}

function suspend(people: People, via: SimReconciler): Promise<void> {
  return chosen(people, via, new Set(['Job', 'CronJob']), (object) =>
    people.edit(via, object, (spec) => ({ ...spec, suspend: spec['suspend'] !== true })),
  );
}

function removeWorkload(people: People, via: SimReconciler): Promise<void> {
  const how = people.random.pick(['Background', 'Background', 'Foreground', 'Orphan'] as const);
  return chosen(people, via, workloads, (object) => people.remove(via, object, how));
}

async function removePod(people: People, via: SimReconciler): Promise<void> {
  const pods = via.cluster.view.list<Pod>('v1', 'Pod');
  if (pods.length > 0) await people.remove(via, people.random.pick(pods), 'Background');
}

async function removeClaim(people: People, via: SimReconciler): Promise<void> {
  const claims = via.cluster.view.list<KubeObject>('v1', 'PersistentVolumeClaim');
  if (claims.length > 0) await people.remove(via, people.random.pick(claims), 'Background');
}

async function removeNamespace(people: People, via: SimReconciler): Promise<void> {
  const name = people.random.pick(namespaces);
  const namespace = via.cluster.view.get<KubeObject>('v1', 'Namespace', '', name);
  if (namespace === undefined)
    return people.make(via, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await people.remove(via, namespace, 'Background');
}

function nodeOf(people: People, via: SimReconciler): Node | undefined {
  const nodes = via.cluster.view.list<Node>('v1', 'Node');
  return nodes.length === 0 ? undefined : people.random.pick(nodes);
}

async function cordon(people: People, via: SimReconciler): Promise<void> {
  const node = nodeOf(people, via);
  if (node !== undefined)
    await people.edit(via, node, (spec) => ({ ...spec, unschedulable: spec['unschedulable'] !== true }));
}

/** Cordons, and evicts each pod once; what a budget holds back stays. */
async function drain(people: People, via: SimReconciler): Promise<void> {
  const node = nodeOf(people, via);
  if (node === undefined) return;
  await people.edit(via, node, (spec) => ({ ...spec, unschedulable: true }));
  for (const pod of via.cluster.view
    .podsOnNode(node.metadata.name ?? '')
    .filter((one) => !isPodTerminal(one))) {
    try {
      await people.evict(via, pod);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

async function label(people: People, via: SimReconciler): Promise<void> {
  // One with a claim of its owner's would hold the claim, and the claim its owner, until somebody deletes the pod.
  const pods = via.cluster.view.list<Pod>('v1', 'Pod').filter((pod) => !hasClaim(pod));
  if (pods.length === 0) return;
  // A pod that no longer answers to its controller's selector is let go of; one that does again is taken back.
  const app = people.random.pick(['web-0', 'web-1', 'nobody']);
  await people.relabel(via, people.random.pick(pods), { app });
}

function hasClaim({ spec }: Pod): boolean {
  return (spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined);
}

/** A Host as `berth host add` makes it. */
export function hostObject(name: string, address: string, zone: string): Host {
  const labels = { 'topology.kubernetes.io/zone': zone };
  return {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Host',
    metadata: { name },
    spec: { address, hostKeys: ['SHA256:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY'], labels },
  };
}
