import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import { pod } from '../admission/testing/admission-requests.ts';
import type { KubeObject } from '../model/object.ts';
import { isCounted } from './scopes.ts';

function quota(spec: object): ResourceQuota {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'shop' }, spec };
}

const named = (scopeName: string, operator: string, ...values: readonly string[]): ResourceQuota =>
  quota({ scopeSelector: { matchExpressions: [{ scopeName, operator, values }] } });

const scoped = (...scopes: readonly string[]): ResourceQuota => quota({ scopes });
const busy = { containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }] };
const timed = { activeDeadlineSeconds: 60 };
const important = { priorityClassName: 'high' };
const term = { topologyKey: 'zone', namespaces: ['other'] };
const near = {
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
};

function claim(spec: object, status: object = {}): KubeObject {
  const metadata = { name: 'c', namespace: 'shop' };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status } as KubeObject;
}

const cases: readonly (readonly [string, ResourceQuota, KubeObject, boolean])[] = [
  ['none', quota({}), pod(), true],
  ['Terminating', scoped('Terminating'), pod(timed), true],
  ['Terminating', scoped('Terminating'), pod(), false],
  ['NotTerminating', scoped('NotTerminating'), pod(), true],
  ['BestEffort', scoped('BestEffort'), pod(), true],
  ['BestEffort', scoped('BestEffort'), pod(busy), false],
  ['NotBestEffort and Terminating', scoped('NotBestEffort', 'Terminating'), pod({ ...busy, ...timed }), true],
  ['NotBestEffort and Terminating', scoped('NotBestEffort', 'Terminating'), pod(busy), false],
  ['PriorityClass In', named('PriorityClass', 'In', 'high'), pod(important), true],
  ['PriorityClass In', named('PriorityClass', 'In', 'high'), pod(), false],
  ['PriorityClass NotIn', named('PriorityClass', 'NotIn', 'high'), pod(), true],
  ['PriorityClass Exists', named('PriorityClass', 'Exists'), pod(), false],
  ['PriorityClass DoesNotExist', named('PriorityClass', 'DoesNotExist'), pod(), true],
  ['CrossNamespacePodAffinity', scoped('CrossNamespacePodAffinity'), pod(near), true],
  ['CrossNamespacePodAffinity', scoped('CrossNamespacePodAffinity'), pod(), false],
  ['BestEffort', scoped('BestEffort'), claim({}), false],
  [
    'VolumeAttributesClass',
    named('VolumeAttributesClass', 'In', 'a'),
    claim({ volumeAttributesClassName: 'a' }),
    true,
  ],
  [
    'VolumeAttributesClass',
    named('VolumeAttributesClass', 'In', 'b'),
    claim({ volumeAttributesClassName: 'a' }, { currentVolumeAttributesClassName: 'b' }),
    true,
  ],
  ['VolumeAttributesClass', named('VolumeAttributesClass', 'Exists'), pod(), false],
];

for (const [index, [what, given, object, counts]] of cases.entries())
  test(`scope ${what} ${counts ? 'counts' : 'does not count'} a ${object.kind} (${index})`, () => {
    assert.equal(isCounted(given, object), counts);
  });
