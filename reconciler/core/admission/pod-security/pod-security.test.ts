import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import type { MutableView } from '../../model/view.ts';
import type { Verdict } from '../plugin.ts';
import { type Asked, namespace, nowMs, pod, requestFor, viewOf } from '../testing/admission-requests.ts';
import { networkDefaults } from '../../registry/allocate.ts';
import { transactionOf } from '../../registry/transaction.ts';
import { podSecurity } from './pod-security.ts';

const prefix = 'pod-security.kubernetes.io/';

function labelled(labels: Readonly<Record<string, string>>): KubeObject {
  return namespace(
    'shop',
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [prefix + key, value])),
  );
}

function shop(labels: Readonly<Record<string, string>>, ...more: readonly KubeObject[]): MutableView {
  return viewOf(labelled(labels), ...more);
}

function asked(object: KubeObject, more: Asked): Verdict {
  return podSecurity.admit(requestFor(object, more));
}

const hostPid = 'host namespaces (hostPID=true)';

test('a pod is refused at the enforced level, with everything that is wrong in one message', () => {
  const { problem } = asked(pod({ hostPID: true, hostNetwork: true }), {
    view: shop({ enforce: 'baseline' }),
  });
  assert.equal(problem?.code, 403);
  assert.equal(
    problem?.message,
    'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true, hostPID=true)',
  );
});

test('a version holds the standards of its time', () => {
  const probed = pod({ containers: [{ name: 'a', readinessProbe: { tcpSocket: { host: 'x', port: 1 } } }] });
  const at = (version: string): Verdict =>
    asked(probed, { view: shop({ enforce: 'baseline', 'enforce-version': version }) });
  assert.equal(at('v1.33').problem, undefined);
  assert.match(
    at('v1.34').problem?.message ?? '',
    /violates PodSecurity "baseline:v1.34": probe or lifecycle host/,
  );
  assert.match(at('v1.99').problem?.message ?? '', /violates PodSecurity "baseline:v1.99"/);
});

test('warnings go to who writes a pod that is allowed', () => {
  const verdict = asked(pod({ hostPID: true }), {
    view: shop({ warn: 'baseline', 'warn-version': 'v1.30' }),
  });
  assert.equal(verdict.problem, undefined);
  assert.deepEqual(verdict.warnings, [`would violate PodSecurity "baseline:v1.30": ${hostPid}`]);
});

test('the audit log tells what was enforced, and what the audited level forbids', () => {
  const view = shop({ enforce: 'baseline', audit: 'restricted', 'audit-version': 'v1.30' });
  const host = pod({ hostPID: true, containers: [{ name: 'a' }] });
  const refused = asked(host, { view });
  assert.equal(refused.problem?.code, 403);
  const violations = refused.auditAnnotations?.[`${prefix}audit-violations`] ?? '';
  assert.match(
    violations,
    /^would violate PodSecurity "restricted:v1.30": host namespaces \(hostPID=true\), /,
  );
  assert.equal(refused.auditAnnotations?.[`${prefix}enforce-policy`], 'baseline:latest');
  const plain = asked(pod(), { view: shop({}) });
  assert.deepEqual(plain, { auditAnnotations: { [`${prefix}enforce-policy`]: 'privileged:latest' } });
  const misspelt = asked(pod(), { view: shop({ audit: 'strict' }) });
  assert.match(misspelt.auditAnnotations?.[`${prefix}error`] ?? '', /^Failed to parse policy: .*"strict"/);
});

test('the audit log tells what the pods of a workload would violate', () => {
  const view = shop({ enforce: 'baseline', warn: 'privileged', audit: 'baseline' });
  for (const workload of workloads)
    assert.deepEqual(asked(workload, { view }), {
      auditAnnotations: {
        [`${prefix}audit-violations`]: `would violate PodSecurity "baseline:latest": ${hostPid}`,
      },
    });
});

const template = { spec: { hostPID: true, containers: [{ name: 'a' }] } };

const workloads: readonly KubeObject[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { template } },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { template } },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { template } },
  { apiVersion: 'v1', kind: 'ReplicationController', spec: { template } },
  { apiVersion: 'v1', kind: 'PodTemplate', template },
  { apiVersion: 'batch/v1', kind: 'Job', spec: { template } },
  { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } },
].map((workload) => ({ ...workload, metadata: { name: 'web', namespace: 'shop' } }));

for (const workload of workloads)
  test(`a ${workload.kind} is warned about what is enforced on its pods, and let through`, () => {
    const verdict = asked(workload, { view: shop({ enforce: 'baseline' }) });
    assert.deepEqual(verdict, { warnings: [`would violate PodSecurity "baseline:latest": ${hostPid}`] });
  });

test('a workload hears nothing where the namespace says so', () => {
  const view = shop({ enforce: 'baseline', warn: 'privileged' });
  for (const workload of workloads) assert.deepEqual(asked(workload, { view }), {});
});

test('a pod from before the level is judged again only when it runs something else', () => {
  const view = shop({ enforce: 'baseline' });
  const before = pod({ hostPID: true });
  const refusedFor = (changed: KubeObject, subresource = ''): boolean =>
    asked(changed, { view, before, subresource }).problem !== undefined;
  assert.equal(refusedFor(pod({ hostPID: true }, { labels: { a: 'b' } })), false);
  assert.equal(refusedFor(pod({ hostPID: true, containers: [{ name: 'a', image: 'nginx:2' }] })), true);
  const debugged = pod({ hostPID: true, ephemeralContainers: [{ name: 'debug', image: 'busybox' }] });
  assert.equal(refusedFor(debugged, 'ephemeralcontainers'), true);
});

test('labels that are no level or version are refused on the way in', () => {
  const made = asked(labelled({ enforce: 'strict', 'warn-version': 'v2' }), {});
  assert.equal(
    made.problem?.message,
    'Namespace "shop" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2": must be "latest" or "v1.x"]',
  );
  const before = labelled({ enforce: 'strict' });
  const other = { ...before, metadata: { ...before.metadata, annotations: { a: 'b' } } };
  assert.deepEqual(asked(other, { before }), {});
});

test('a level that cannot be read refuses what restricted would', () => {
  const { problem } = asked(pod(), { view: shop({ enforce: 'strict' }) });
  assert.match(problem?.message ?? '', /violates PodSecurity "restricted:latest"/);
});

test('who tightens a namespace hears which of its pods would be refused now', () => {
  const owned = (name: string): KubeObject =>
    pod(
      { hostPID: true },
      { name, ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }] },
    );
  const before = labelled({});
  const view = viewOf(
    before,
    owned('b'),
    owned('a'),
    owned('c'),
    pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, { name: 'd' }),
    pod({}, { name: 'fine' }),
  );
  assert.deepEqual(asked(labelled({ enforce: 'baseline' }), { view, before }).warnings, [
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
    'a (and 2 other pods): host namespaces',
    'd: hostPath volumes',
  ]);
  assert.deepEqual(asked(labelled({ warn: 'baseline' }), { view, before }), {});
  assert.deepEqual(asked(before, { view, before: labelled({ enforce: 'restricted' }) }), {});
});

test('a namespace of the same commit counts already', () => {
  const context = { nowMs, uuid: () => 'uid', random: () => 0.5, settings: networkDefaults };
  const objects = [
    labelled({ enforce: 'baseline' }),
    pod({ hostPID: true, containers: [{ name: 'a', image: 'nginx' }] }),
  ];
  const changes = objects.map((object) => ({ type: 'create', object }) as const);
  const transaction = transactionOf(changes, viewOf(), context);
  assert.match(transaction.ok ? '' : transaction.problem.message, /violates PodSecurity "baseline:latest"/);
});
