import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import { limitRanger } from './limit-ranger.ts';
import { type Asked, pod, requestFor, viewOf } from './testing/admission-requests.ts';

function range(name: string, ...limits: readonly object[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name, namespace: 'shop' },
    spec: { limits },
  } as KubeObject;
}

function claim(storage: string): KubeObject {
  const spec = { resources: { requests: { storage } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop' },
    spec,
  } as KubeObject;
}

/** A pod of these containers, each with its requests and limits. */
function using(...resources: readonly object[]): KubeObject {
  return pod({ containers: resources.map((one, index) => ({ name: `c${index}`, resources: one })) });
}

function refusal(object: KubeObject, ranges: readonly KubeObject[], asked: Asked = {}): string | undefined {
  const { problem } = limitRanger.admit(requestFor(object, { view: viewOf(...ranges), ...asked }));
  return problem?.message;
}

const container = { type: 'Container' };

interface Case {
  readonly what: string;
  readonly item: object;
  readonly object: KubeObject;
  /** What follows `pods "web" is forbidden: `; nothing where it is allowed. */
  readonly says?: string;
}

const cases: readonly Case[] = [
  {
    what: 'no request where there is a minimum',
    item: { ...container, min: { cpu: '100m' } },
    object: using({}),
    says: 'minimum cpu usage per Container is 100m.  No request is specified',
  },
  {
    what: 'a request below the minimum',
    item: { ...container, min: { memory: '1024Mi' } },
    object: using({ requests: { memory: '0.5Gi' } }),
    says: 'minimum memory usage per Container is 1Gi, but request is 512Mi',
  },
  {
    what: 'a limit below the minimum',
    item: { ...container, min: { cpu: '1' } },
    object: using({ requests: { cpu: '1' }, limits: { cpu: '0.5' } }),
    says: 'minimum cpu usage per Container is 1, but limit is 500m',
  },
  {
    what: 'no limit where there is a maximum',
    item: { ...container, max: { cpu: '2' } },
    object: using({ requests: { cpu: '1' } }),
    says: 'maximum cpu usage per Container is 2.  No limit is specified',
  },
  {
    what: 'a limit above the maximum',
    item: { ...container, max: { cpu: '2' } },
    object: using({ limits: { cpu: '2' } }, { limits: { cpu: '3' } }),
    says: 'maximum cpu usage per Container is 2, but limit is 3',
  },
  {
    what: 'the same fault of two containers, told once',
    item: { ...container, max: { cpu: '2' } },
    object: using({ limits: { cpu: '3' } }, { limits: { cpu: '3' } }),
    says: 'maximum cpu usage per Container is 2, but limit is 3',
  },
  {
    what: 'two faults',
    item: { ...container, max: { cpu: '2', memory: '1Gi' } },
    object: using({ limits: { cpu: '3', memory: '2Gi' } }),
    says: '[maximum cpu usage per Container is 2, but limit is 3, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
  },
  {
    what: 'a limit too far from its request',
    item: { ...container, maxLimitRequestRatio: { cpu: '1500m' } },
    object: using({ requests: { cpu: '1' }, limits: { cpu: '2' } }),
    says: 'cpu max limit to request ratio per Container is 1500m, but provided ratio is 2.000000',
  },
  {
    what: 'a ratio of nothing',
    item: { ...container, maxLimitRequestRatio: { cpu: '2' } },
    object: using({ limits: { cpu: '2' } }),
    says: 'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
  },
  {
    what: 'containers that are too much together',
    item: { type: 'Pod', max: { memory: '1Gi' } },
    object: using({ limits: { memory: '768Mi' } }, { limits: { memory: '512Mi' } }),
    says: 'maximum memory usage per Pod is 1Gi, but limit is 1280Mi',
  },
  {
    what: 'what the sandbox costs, which is not the pod that is limited',
    item: { type: 'Pod', max: { cpu: '1' } },
    object: pod({ overhead: { cpu: '1' }, containers: [{ name: 'a', resources: { limits: { cpu: '1' } } }] }),
  },
  {
    what: 'the request of the pod as a whole',
    item: { type: 'Pod', min: { cpu: '2' } },
    object: pod({ resources: { requests: { cpu: '2' } } }),
  },
];

for (const { what, item, object, says } of cases)
  test(`a limit range and ${what}`, () => {
    const message = refusal(object, [range('r', item)]);
    assert.equal(message, says === undefined ? undefined : `pods "web" is forbidden: ${says}`);
  });

const sizes = range('r', {
  type: 'PersistentVolumeClaim',
  min: { storage: '1Gi' },
  max: { storage: '10Gi' },
});

for (const [storage, why] of [
  ['5Gi', undefined],
  ['1Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi'],
  ['1Ti', 'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 1Ti'],
] as const)
  test(`a limit range and a claim of ${storage}`, () => {
    const forbidden = `persistentvolumeclaims "data" is forbidden: ${why ?? ''}`;
    assert.equal(refusal(claim(storage), [sizes]), why === undefined ? undefined : forbidden);
  });

test('the first range that is not kept refuses, on its own', () => {
  const ranges = [
    range('a', { ...container, max: { cpu: '2' } }),
    range('b', { ...container, max: { cpu: '1' } }),
  ];
  const message = refusal(using({ limits: { cpu: '3' } }), ranges);
  assert.equal(message, 'pods "web" is forbidden: maximum cpu usage per Container is 2, but limit is 3');
});

test('a pod that is there is bound when it is resized, not when it is labelled', () => {
  const ranges = [range('r', { ...container, max: { cpu: '2' } })];
  const big = using({ limits: { cpu: '3' } });
  assert.equal(refusal(big, ranges, { before: big }), undefined);
  assert.match(refusal(big, ranges, { before: big, subresource: 'resize' }) ?? '', /but limit is 3/);
});
