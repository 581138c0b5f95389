/** Objects that people bring, as a seed decides: small ones mostly, with every field that a controller minds. */
import type { PodSpec, PodTemplateSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../../reconciler/core/model/object.ts';
import type { SeededRandom } from './seeded-random.ts';

export const namespaces = ['shop', 'team'] as const;
export const priorityClasses: readonly KubeObject[] = [
  priorityClass('high', 1_000, 'PreemptLowerPriority'),
  priorityClass('patient', 500, 'Never'),
];

type Json = Readonly<Record<string, unknown>>;
type Make = (random: SeededRandom, name: string, namespace: string, traits: Traits) => KubeObject;

/** What a run is like. */
export interface Traits {
  /**
   * Whether somebody sets the clock. What was ready for `minReadySeconds` may then not have been by the new time: as in
   * Kubernetes, nobody looks again until something happens, so no such objects are made.
   */
  readonly setsClock: boolean;
}

const steadyImages = ['web:1', 'web:1', 'web:2', 'slow:1', 'flaky:1', 'absent:1', 'crash:1'];
const endingImages = ['task:1', 'task:1', 'coin:1', 'doomed:1'];

/** What people make, each kind as often as its share. */
const makes: readonly (readonly [share: number, prefix: string, make: Make])[] = [
  [5, 'web', deployment],
  [4, 'db', statefulSet],
  [2, 'daemon', daemonSet],
  [4, 'job', job],
  [2, 'cron', cronJob],
  [3, 'svc', service],
  [3, 'pdb', disruptionBudget],
  [1, 'pod', barePod],
  [1, 'rs', replicaSet],
  [1, 'quota', quota],
];

/** A new object of some kind under a name out of a few, so that names come again. */
export function randomWorkload(random: SeededRandom, traits: Traits): KubeObject {
  const [prefix, make] = weighted(random, makes);
  return make(random, `${prefix}-${random.below(3)}`, random.pick(namespaces), traits);
}

/** One of a list of shares. */
export function weighted<Rest extends readonly unknown[]>(
  random: SeededRandom,
  list: readonly (readonly [share: number, ...rest: Rest])[],
): Rest {
  let rest = random.next() * list.reduce((sum, [share]) => sum + share, 0);
  for (const [share, ...found] of list) {
    rest -= share;
    if (rest < 0) return found;
  }
  throw new Error('there is nothing to choose from');
}

export function randomImage(random: SeededRandom): string {
  return random.pick(steadyImages);
}

function priorityClass(name: string, value: number, preemptionPolicy: string): KubeObject {
  return named('scheduling.k8s.io/v1', 'PriorityClass', name, '', { value, preemptionPolicy });
}

function named(apiVersion: string, kind: string, name: string, namespace: string, rest: Json): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) }, ...rest };
}

function appLabels(name: string): Readonly<Record<string, string>> {
  return { app: name, tier: (name.charCodeAt(name.length - 1) & 1) === 0 ? 'front' : 'back' };
}

function selectorOf(name: string): Json {
  return { matchLabels: { app: name } };
}

function template(random: SeededRandom, name: string, image: string, more: Json = {}): PodTemplateSpec {
  const labels = appLabels(name);
  return { metadata: { labels }, spec: { ...podSpec(random, name, image), ...more } };
}

function podSpec(random: SeededRandom, name: string, image: string): PodSpec {
  const requests = {
    cpu: random.pick(['50m', '100m', '250m', '500m', '1']),
    memory: random.pick(['32Mi', '64Mi', '256Mi']),
    ...(random.chance(0.08) ? { 'example.com/gpu': '1' } : {}),
  };
  const limits = 'example.com/gpu' in requests ? { limits: { 'example.com/gpu': '1' } } : {};
  const hostPort = random.chance(0.06) ? { hostPort: random.pick([8080, 9090]) } : {};
  return {
    terminationGracePeriodSeconds: random.pick([0, 1, 5, 30]),
    containers: [
      {
        name: 'main',
        image,
        resources: { requests, ...limits },
        ports: [{ name: 'http', containerPort: 80, ...hostPort }],
      },
    ],
    ...(random.chance(0.12) ? { priorityClassName: random.pick(['high', 'patient']) } : {}),
    ...(random.chance(0.15) ? { tolerations: tolerations(random) } : {}),
    ...(random.chance(0.1) ? { affinity: antiAffinity(random, name) } : {}),
    ...(random.chance(0.1) ? { topologySpreadConstraints: [spread(random, name)] } : {}),
  } as unknown as PodSpec;
}

function tolerations(random: SeededRandom): readonly Json[] {
  const tolerationSeconds = random.pick([0, 5, 60]);
  return ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].map((key) => ({
    ...{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds },
  }));
}

function antiAffinity(random: SeededRandom, name: string): Json {
  const term = { labelSelector: selectorOf(name), topologyKey: 'kubernetes.io/hostname' };
  return random.chance(0.5)
    ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
    : {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: term }],
        },
      };
}

function spread(random: SeededRandom, name: string): Json {
  return {
    maxSkew: 1,
    topologyKey: random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']),
    whenUnsatisfiable: random.pick(['DoNotSchedule', 'ScheduleAnyway']),
    labelSelector: selectorOf(name),
  };
}

function deployment(random: SeededRandom, name: string, namespace: string, traits: Traits): KubeObject {
  const rolling = random.pick([
    { maxSurge: 1, maxUnavailable: 0 },
    { maxSurge: '25%', maxUnavailable: '25%' },
    { maxSurge: 0, maxUnavailable: 1 },
    { maxSurge: 2, maxUnavailable: 2 },
  ]);
  const strategy = random.chance(0.15)
    ? { type: 'Recreate' }
    : { type: 'RollingUpdate', rollingUpdate: rolling };
  const spec = {
    replicas: random.between(0, 4),
    selector: selectorOf(name),
    strategy,
    ...(!traits.setsClock && random.chance(0.3) ? { minReadySeconds: 5 } : {}),
    ...(random.chance(0.2) ? { progressDeadlineSeconds: 30 } : {}),
    ...(random.chance(0.3) ? { revisionHistoryLimit: random.below(3) } : {}),
    template: template(random, name, randomImage(random)),
  };
  return named('apps/v1', 'Deployment', name, namespace, { spec });
}

function replicaSet(random: SeededRandom, name: string, namespace: string): KubeObject {
  const spec = {
    replicas: random.between(0, 3),
    selector: selectorOf(name),
    template: template(random, name, randomImage(random)),
  };
  return named('apps/v1', 'ReplicaSet', name, namespace, { spec });
}

function statefulSet(random: SeededRandom, name: string, namespace: string): KubeObject {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
  };
  const retention = random.chance(0.5)
    ? {
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: random.pick(['Retain', 'Delete']),
          whenScaled: random.pick(['Retain', 'Delete']),
        },
      }
    : {};
  const updateStrategy = random.chance(0.2)
    ? { type: 'OnDelete' }
    : { type: 'RollingUpdate', rollingUpdate: { partition: random.pick([0, 0, 0, 1]) } };
  const spec = {
    serviceName: name,
    replicas: random.between(0, 3),
    selector: selectorOf(name),
    podManagementPolicy: random.pick(['OrderedReady', 'OrderedReady', 'Parallel']),
    updateStrategy,
    // Without a grace, a deletion would not wait for the host, and an identity could run twice.
    template: template(random, name, random.pick(['web:1', 'web:2', 'slow:1', 'flaky:1']), {
      terminationGracePeriodSeconds: random.pick([1, 5, 30]),
    }),
    ...(random.chance(0.35) ? { volumeClaimTemplates: [claim], ...retention } : {}),
  };
  return named('apps/v1', 'StatefulSet', name, namespace, { spec });
}

function daemonSet(random: SeededRandom, name: string, namespace: string): KubeObject {
  const updateStrategy = random.pick([
    { type: 'OnDelete' },
    { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  ]);
  const made = template(random, name, random.pick(['web:1', 'flaky:1']));
  const { affinity: _, topologySpreadConstraints: __, ...podPart } = made.spec ?? { containers: [] };
  const containers = podPart.containers.map(({ ports: ___, ...container }) => container);
  const plain = { ...made, spec: { ...podPart, containers } };
  const spec = { selector: selectorOf(name), updateStrategy, template: plain };
  return named('apps/v1', 'DaemonSet', name, namespace, { spec });
}

function jobSpec(random: SeededRandom, name: string): Json {
  const indexed = random.chance(0.4);
  const completions = random.between(1, 4);
  const perIndex = indexed && random.chance(0.3);
  return {
    parallelism: random.between(1, 3),
    ...(indexed || random.chance(0.7) ? { completions } : {}),
    ...(indexed ? { completionMode: 'Indexed' } : {}),
    backoffLimit: random.pick([0, 1, 3, 6]),
    ...(perIndex ? { backoffLimitPerIndex: random.below(2) } : {}),
    ...(random.chance(0.2) ? { ttlSecondsAfterFinished: random.pick([0, 30, 200]) } : {}),
    ...(random.chance(0.1) ? { activeDeadlineSeconds: random.between(5, 60) } : {}),
    template: template(random, name, random.pick(endingImages), {
      restartPolicy: perIndex || random.chance(0.7) ? 'Never' : 'OnFailure',
    }),
  };
}

function job(random: SeededRandom, name: string, namespace: string): KubeObject {
  const spec = jobSpec(random, name);
  const { template: made, ...rest } = spec as { readonly template: PodTemplateSpec };
  return named('batch/v1', 'Job', name, namespace, { spec: { ...rest, template: made } });
}

function cronJob(random: SeededRandom, name: string, namespace: string): KubeObject {
  const spec = {
    schedule: random.pick(['* * * * *', '*/2 * * * *', '0 * * * *', '30 3 * * *']),
    concurrencyPolicy: random.pick(['Allow', 'Forbid', 'Replace']),
    ...(random.chance(0.3) ? { startingDeadlineSeconds: random.pick([20, 90]) } : {}),
    successfulJobsHistoryLimit: random.below(3),
    failedJobsHistoryLimit: random.below(2),
    jobTemplate: { spec: jobSpec(random, name) },
  };
  return named('batch/v1', 'CronJob', name, namespace, { spec });
}

function service(random: SeededRandom, name: string, namespace: string): KubeObject {
  const app = random.pick(['web-0', 'web-1', 'db-0', 'db-1', 'daemon-0']);
  const spec = {
    selector: { app },
    ports: [{ name: 'http', port: 80, targetPort: random.pick([80, 'http']) }],
    ...random.pick([{}, {}, { clusterIP: 'None' }, { type: 'NodePort' }]),
  };
  return named('v1', 'Service', name, namespace, { spec });
}

function disruptionBudget(random: SeededRandom, name: string, namespace: string): KubeObject {
  const amount = random.pick([
    { minAvailable: 1 },
    { minAvailable: '50%' },
    { maxUnavailable: 1 },
    { maxUnavailable: 0 },
    { maxUnavailable: '30%' },
  ]);
  const app = name.endsWith('0') ? 'web-0' : name.endsWith('1') ? 'web-1' : 'db-0';
  const spec = { selector: selectorOf(app), ...amount };
  return named('policy/v1', 'PodDisruptionBudget', name, namespace, { spec });
}

function barePod(random: SeededRandom, name: string, namespace: string): KubeObject {
  const image = random.pick(['web:1', 'task:1', 'coin:1']);
  const restartPolicy = image === 'web:1' ? 'Always' : random.pick(['OnFailure', 'Never']);
  const spec = { ...podSpec(random, name, image), restartPolicy };
  const metadata = { name, namespace, labels: appLabels(name) };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec } as KubeObject;
}

function quota(random: SeededRandom, name: string, namespace: string): KubeObject {
  const hard = random.pick([
    { pods: '6' },
    { 'requests.cpu': '3' },
    { pods: '12', 'requests.memory': '1Gi' },
  ]);
  return named('v1', 'ResourceQuota', name, namespace, { spec: { hard } });
}
