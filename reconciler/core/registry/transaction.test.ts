import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { decodeObject, type KubeObject, refOf, storeKey } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { MutableView } from '../model/view.ts';
import { networkDefaults } from './allocate.ts';
import { type Transaction, type TransactionContext, transactionOf } from './transaction.ts';

const nowMs = Date.UTC(2026, 10, 23, 9, 0, 0);

function context(): TransactionContext {
  let uid = 0;
  return { nowMs, uuid: () => `uid-${++uid}`, random: () => 0.5, settings: networkDefaults };
}

function viewOf(...objects: KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 7);
  return view;
}

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', uid: 'ns', resourceVersion: '1' },
  spec: { finalizers: ['kubernetes'] },
} as KubeObject;

function pod(fields: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'p', resourceVersion: '5' },
    spec: {
      containers: [{ name: 'web', image: 'nginx' }],
      nodeName: 'n1',
      terminationGracePeriodSeconds: 10,
    },
    ...fields,
  };
}

function service(spec: Service['spec'], name = 'web'): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    ...(spec === undefined ? {} : { spec }),
  };
}

function deployment(replicas: number, resourceVersion?: string): Deployment {
  const labels = { app: 'web' };
  const metadata = {
    name: 'web',
    namespace: 'shop',
    ...(resourceVersion === undefined ? {} : { resourceVersion, uid: 'd', generation: 3 }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } },
    },
  };
}

function puts(transaction: Transaction): Map<string, KubeObject> {
  assert.ok(transaction.ok, transaction.ok ? '' : transaction.problem.message);
  const objects = transaction.writes.flatMap((write) =>
    write.type === 'put' && write.value.length > 0
      ? [[write.key, decodeObject(write.value, 0)] as const]
      : [],
  );
  return new Map(objects);
}

function refusal(transaction: Transaction): string {
  assert.ok(!transaction.ok);
  return `${transaction.problem.code} ${transaction.problem.reason} ${transaction.problem.message}`;
}

test('a created object gets identity, defaults and its first status', () => {
  const created = puts(
    transactionOf(
      [{ type: 'create', object: pod({ metadata: { name: 'a', namespace: 'shop' } }) }],
      viewOf(namespace),
      context(),
    ),
  );
  const object = created.get('/registry/core/pods/shop/a') as Pod;
  assert.equal(object.metadata.uid, 'uid-1');
  assert.equal(object.metadata.creationTimestamp, '2026-11-23T09:00:00Z');
  assert.deepEqual(object.status, { phase: 'Pending', qosClass: 'BestEffort' });
  assert.equal(object.spec?.restartPolicy, 'Always');
  assert.equal(object.spec?.containers[0]?.imagePullPolicy, 'Always');
});

test('an object is not created twice, nor in a namespace that is absent or going away', () => {
  const create: Change[] = [{ type: 'create', object: pod() }];
  assert.match(
    refusal(transactionOf(create, viewOf(namespace, pod()), context())),
    /^409 AlreadyExists pods "web" already exists$/,
  );
  assert.match(
    refusal(transactionOf(create, viewOf(), context())),
    /^404 NotFound namespaces "shop" not found$/,
  );
  const going = {
    ...namespace,
    metadata: { ...namespace.metadata, deletionTimestamp: '2026-11-23T08:00:00Z' },
  };
  assert.match(
    refusal(transactionOf(create, viewOf(going), context())),
    /^403 Forbidden .*because it is being terminated$/,
  );
});

test('a commit may make a namespace and what lives in it', () => {
  const fresh: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const written = puts(
    transactionOf(
      [
        { type: 'create', object: fresh },
        { type: 'create', object: pod() },
      ],
      viewOf(),
      context(),
    ),
  );
  assert.deepEqual([...written.keys()], ['/registry/core/namespaces/shop', '/registry/core/pods/shop/web']);
});

test('the generation counts changes of the spec alone', () => {
  const view = viewOf(namespace, deployment(3, '5'));
  const scaled = puts(
    transactionOf([{ type: 'update', scope: 'spec', object: deployment(4, '5') }], view, context()),
  )
    .values()
    .next().value;
  assert.equal(scaled?.metadata.generation, 4);
  const labelled = {
    ...deployment(3, '5'),
    metadata: { ...deployment(3, '5').metadata, labels: { a: 'b' } },
  };
  const defaults = viewOf(
    namespace,
    puts(transactionOf([{ type: 'update', scope: 'spec', object: labelled }], view, context()))
      .values()
      .next().value as KubeObject,
  );
  const stored = defaults.list<Deployment>('apps/v1', 'Deployment')[0] as Deployment;
  const touched = { ...stored, metadata: { ...stored.metadata, annotations: { a: 'b' } } };
  assert.equal(
    puts(transactionOf([{ type: 'update', scope: 'spec', object: touched }], defaults, context()))
      .values()
      .next().value?.metadata.generation,
    stored.metadata.generation,
  );
});

test('an update from an old resource version is a conflict and one that changes nothing writes nothing', () => {
  const view = viewOf(namespace, pod());
  const old = pod({ metadata: { ...pod().metadata, resourceVersion: '4' } });
  assert.match(
    refusal(transactionOf([{ type: 'update', scope: 'spec', object: old }], view, context())),
    /^409 Conflict .*the object has been modified/,
  );
  const same = puts(transactionOf([{ type: 'update', scope: 'all', object: pod() }], view, context())).get(
    storeKey(refOf(pod())),
  ) as Pod;
  const defaulted = { ...same, metadata: { ...same.metadata, resourceVersion: '9' } };
  const again = transactionOf(
    [{ type: 'update', scope: 'all', object: defaulted }],
    viewOf(namespace, defaulted),
    context(),
  );
  assert.deepEqual(again.ok && [again.writes.length, again.outcomes[0]?.type], [0, 'unchanged']);
});

test('a bound pod is deleted with grace, and removed once its host says that it is gone', () => {
  const view = viewOf(namespace, pod());
  const marked = puts(transactionOf([{ type: 'delete', ref: refOf(pod()), uid: 'p' }], view, context()))
    .values()
    .next().value;
  assert.equal(marked?.metadata.deletionTimestamp, '2026-11-23T09:00:10Z');
  assert.equal(marked?.metadata.deletionGracePeriodSeconds, 10);
  const gone = transactionOf(
    [{ type: 'delete', ref: refOf(pod()), uid: 'p', gracePeriodSeconds: 0 }],
    view,
    context(),
  );
  assert.deepEqual(gone.ok && gone.writes, [
    { type: 'delete', key: '/registry/core/pods/shop/web', expected: 5 },
  ]);
  assert.match(
    refusal(transactionOf([{ type: 'delete', ref: refOf(pod()), uid: 'other' }], view, context())),
    /^409 Conflict .*UID in the precondition/,
  );
});

test('finalizers hold a deleted object until the last one is taken away', () => {
  const held = {
    ...deployment(1, '5'),
    metadata: { ...deployment(1, '5').metadata, finalizers: ['example.org/hold'] },
  };
  const marked = puts(
    transactionOf([{ type: 'delete', ref: refOf(held), uid: 'd' }], viewOf(namespace, held), context()),
  )
    .values()
    .next().value as KubeObject;
  assert.ok(marked.metadata.deletionTimestamp);
  const stored = { ...marked, metadata: { ...marked.metadata, resourceVersion: '6' } };
  const freed = { ...stored, metadata: { ...stored.metadata, finalizers: [] } };
  const removed = transactionOf(
    [{ type: 'update', scope: 'spec', object: freed }],
    viewOf(namespace, stored),
    context(),
  );
  assert.deepEqual(removed.ok && removed.writes, [
    { type: 'delete', key: '/registry/apps/deployments/shop/web', expected: 6 },
  ]);
});

test('a service gets an address and node ports, each with a key of its own', () => {
  const made = transactionOf(
    [
      {
        type: 'create',
        object: service({
          type: 'NodePort',
          selector: { app: 'web' },
          ports: [
            { port: 80, name: 'a', nodePort: 30_080 },
            { port: 81, name: 'b' },
          ],
        }),
      },
    ],
    viewOf(namespace),
    context(),
  );
  assert.ok(made.ok);
  const keys = made.writes.map((write) => write.key);
  assert.ok(keys.includes('/allocations/nodeport/TCP/30080'), keys.join());
  assert.equal(keys.filter((key) => key.startsWith('/allocations/address/10.43.')).length, 1);
  assert.equal(keys.filter((key) => key.startsWith('/allocations/nodeport/TCP/')).length, 2);
});

test('two services of one commit cannot hold the same node port', () => {
  const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] };
  const both: Change[] = [
    { type: 'create', object: service(spec, 'a') },
    { type: 'create', object: service({ ...spec, clusterIP: '10.43.9.9' }, 'b') },
  ];
  assert.match(
    refusal(transactionOf(both, viewOf(namespace), context())),
    /two changes of one commit claim .allocations.nodeport.TCP.30080/,
  );
});

test('addresses and ports outside of the ranges are refused with the field', () => {
  const outside = transactionOf(
    [{ type: 'create', object: service({ clusterIP: '192.0.2.1', ports: [{ port: 80 }] }) }],
    viewOf(namespace),
    context(),
  );
  assert.match(
    refusal(outside),
    /^422 Invalid Service "web" is invalid: spec.clusterIPs: .*not in the valid range/,
  );
  const port = transactionOf(
    [{ type: 'create', object: service({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }) }],
    viewOf(namespace),
    context(),
  );
  assert.match(
    refusal(port),
    /spec.ports\[0\].nodePort: Invalid value: 80: provided port is not in the valid range/,
  );
});
