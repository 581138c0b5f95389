import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { type Asked, pod, requestFor, viewOf } from './testing/admission-requests.ts';

const alice: UserInfo = { name: 'alice', groups: [] };

function object(apiVersion: string, kind: string, name: string, more: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...more };
}

const priorityClass = (name: string, more: object): KubeObject =>
  object('scheduling.k8s.io/v1', 'PriorityClass', name, more);
const runtime = (name: string, more: object = {}): KubeObject =>
  object('node.k8s.io/v1', 'RuntimeClass', name, { handler: 'h', ...more });

const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'builder', namespace: 'shop' },
  imagePullSecrets: [{ name: 'registry' }],
} as KubeObject;

const classes = [
  priorityClass('high', { value: 1000, preemptionPolicy: 'Never' }),
  priorityClass('usual', { value: 10, globalDefault: true, preemptionPolicy: 'PreemptLowerPriority' }),
  priorityClass('odd', { value: 20, globalDefault: true }),
];

const gvisor = runtime('gvisor', {
  overhead: { podFixed: { cpu: '250m' } },
  scheduling: {
    nodeSelector: { runtime: 'gvisor' },
    tolerations: [{ key: 'gvisor', operator: 'Exists' }],
  },
});

const mirrored = { annotations: { 'kubernetes.io/config.mirror': 'x' } };
const gold = { key: 'gvisor', operator: 'Equal', value: 'gold', effect: 'NoSchedule' };
const away = (key: string): object => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
});
const always = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' };

interface Case {
  readonly what: string;
  readonly plugin: AdmissionPlugin;
  readonly there?: readonly KubeObject[];
  readonly given: KubeObject;
  readonly asked?: Asked;
  /** Fields of the spec as they are then. */
  readonly then?: Partial<PodSpec>;
  /** What follows `pods "web" is forbidden: `. */
  readonly says?: string;
}

const cases: readonly Case[] = [
  {
    what: 'the priority of the class that a pod names',
    plugin: priority,
    there: classes,
    given: pod({ priorityClassName: 'high' }),
    then: { priority: 1000, preemptionPolicy: 'Never' },
  },
  {
    what: 'the lowest of the default classes',
    plugin: priority,
    there: classes,
    given: pod(),
    then: { priorityClassName: 'usual', priority: 10, preemptionPolicy: 'PreemptLowerPriority' },
  },
  {
    what: 'priority 0 where there is no class',
    plugin: priority,
    given: pod(),
    then: { priority: 0, preemptionPolicy: 'PreemptLowerPriority' },
  },
  {
    what: "the cluster's own classes without their objects",
    plugin: priority,
    given: pod({ priorityClassName: 'system-node-critical' }),
    then: { priority: 2_000_001_000 },
  },
  {
    what: "a pod's own word where its class has none",
    plugin: priority,
    there: classes,
    given: pod({ priorityClassName: 'odd', preemptionPolicy: 'Never' }),
    then: { priority: 20, preemptionPolicy: 'Never' },
  },
  {
    what: 'a class that is not there',
    plugin: priority,
    given: pod({ priorityClassName: 'x' }),
    says: 'no PriorityClass with name x was found',
  },
  {
    what: 'a number of its own',
    plugin: priority,
    there: classes,
    given: pod({ priorityClassName: 'high', priority: 5 }),
    says: 'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
  },
  {
    what: 'a preemption policy other than that of no class',
    plugin: priority,
    given: pod({ preemptionPolicy: 'Never' }),
    says: 'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
  },
  {
    what: 'an update that leaves the priority out',
    plugin: priority,
    given: pod(),
    asked: { before: pod({ priority: 7, preemptionPolicy: 'Never' }) },
    then: { priority: 7, preemptionPolicy: 'Never' },
  },
  {
    what: 'the account of a pod that names none',
    plugin: serviceAccount,
    given: pod(),
    then: { serviceAccountName: 'default', serviceAccount: 'default' },
  },
  {
    what: 'the pull secrets of its account',
    plugin: serviceAccount,
    there: [account],
    given: pod({ serviceAccountName: 'builder' }),
    then: { serviceAccountName: 'builder', imagePullSecrets: [{ name: 'registry' }] },
  },
  {
    what: 'pull secrets of its own, which are all it gets',
    plugin: serviceAccount,
    there: [account],
    given: pod({ serviceAccountName: 'builder', imagePullSecrets: [{ name: 'mine' }] }),
    then: { imagePullSecrets: [{ name: 'mine' }] },
  },
  {
    what: 'an account that is not there',
    plugin: serviceAccount,
    given: pod({ serviceAccountName: 'x' }),
    says: 'error looking up service account shop/x: serviceaccount "x" not found',
  },
  { what: 'a mirror pod, which stays as it is', plugin: serviceAccount, given: pod({}, mirrored) },
  {
    what: 'a mirror pod with an account',
    plugin: serviceAccount,
    given: pod({ serviceAccountName: 'builder' }, mirrored),
    says: 'a mirror pod may not reference service accounts',
  },
  {
    what: 'five minutes on a node that is away',
    plugin: defaultTolerationSeconds,
    given: pod({ tolerations: [always] }),
    then: { tolerations: [always, away('not-ready')] as Partial<PodSpec>['tolerations'] & object },
  },
  {
    what: 'no minutes for a pod that tolerates everything',
    plugin: defaultTolerationSeconds,
    given: pod({ tolerations: [{ operator: 'Exists' }] }),
  },
  {
    what: 'the minutes that a replacement left out',
    plugin: defaultTolerationSeconds,
    given: pod(),
    asked: { before: pod(), user: alice },
    then: {
      tolerations: [away('not-ready'), away('unreachable')] as Partial<PodSpec>['tolerations'] & object,
    },
  },
  { what: "Berth's own updates", plugin: defaultTolerationSeconds, given: pod(), asked: { before: pod() } },
  {
    what: 'overhead and places of a runtime class, without what its tolerations cover',
    plugin: runtimeClass,
    there: [gvisor],
    given: pod({ runtimeClassName: 'gvisor', nodeSelector: { disk: 'ssd' }, tolerations: [gold] }),
    then: {
      overhead: { cpu: '250m' },
      nodeSelector: { disk: 'ssd', runtime: 'gvisor' },
      tolerations: [{ key: 'gvisor', operator: 'Exists' }],
    },
  },
  {
    what: 'the same overhead in other words',
    plugin: runtimeClass,
    there: [gvisor],
    given: pod({ runtimeClassName: 'gvisor', overhead: { cpu: '0.25' } }),
    then: { overhead: { cpu: '250m' } },
  },
  {
    what: 'another overhead',
    plugin: runtimeClass,
    there: [gvisor],
    given: pod({ runtimeClassName: 'gvisor', overhead: { cpu: '1' } }),
    says: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  },
  {
    what: 'overhead that no class defines',
    plugin: runtimeClass,
    there: [runtime('plain')],
    given: pod({ runtimeClassName: 'plain', overhead: { cpu: '1' } }),
    says: 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  },
  {
    what: 'a runtime class that is not there',
    plugin: runtimeClass,
    given: pod({ runtimeClassName: 'x' }),
    says: 'pod rejected: RuntimeClass "x" not found',
  },
  {
    what: 'a place that its runtime class is not at',
    plugin: runtimeClass,
    there: [gvisor],
    given: pod({ runtimeClassName: 'gvisor', nodeSelector: { runtime: 'runc' } }),
    says: 'conflict: runtimeClass.scheduling.nodeSelector[runtime] = gvisor; pod.spec.nodeSelector[runtime] = runc',
  },
];

for (const { what, plugin, there = [], given, asked = {}, then, says } of cases)
  test(`${plugin.name}: ${what}`, () => {
    const verdict = plugin.admit(requestFor(given, { view: viewOf(...there), ...asked }));
    assert.equal(
      verdict.problem?.message,
      says === undefined ? undefined : `pods "web" is forbidden: ${says}`,
    );
    const { spec } = (verdict.object ?? given) as Pod;
    if (then === undefined) return assert.deepEqual(spec, (given as Pod).spec);
    for (const [field, value] of Object.entries(then))
      assert.deepEqual(spec?.[field as keyof PodSpec], value);
  });

test('PodTopologyLabels: a pod that is bound bears the zone of its node', () => {
  const labels = { 'topology.kubernetes.io/zone': 'z', 'kubernetes.io/os': 'linux' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels } };
  const view = viewOf(node);
  const bound = pod({ nodeName: 'n1' }, { labels: { app: 'web' } });
  const labelsAfter = (asked: Asked): unknown =>
    (podTopologyLabels.admit(requestFor(bound, { view, ...asked })).object ?? bound).metadata.labels;
  const both = { app: 'web', 'topology.kubernetes.io/zone': 'z' };
  assert.deepEqual(labelsAfter({}), both);
  assert.deepEqual(labelsAfter({ before: pod() }), both);
  assert.deepEqual(labelsAfter({ before: pod({ nodeName: 'n1' }) }), { app: 'web' });
});
