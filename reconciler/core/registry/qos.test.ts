import assert from 'node:assert/strict';
import { test } from 'node:test';
import { qosClassOf } from './qos.ts';

const both = { cpu: '1', memory: '1Gi' };
const of = (...resources: readonly object[]): object => ({
  containers: resources.map((one, index) => ({ name: `c${index}`, resources: one })),
});

for (const [name, spec, expected] of [
  ['nothing asked', of({}), 'BestEffort'],
  ['zeros asked', of({ requests: { cpu: '0' } }), 'BestEffort'],
  ['other resources', of({ limits: { 'nvidia.com/gpu': '1' } }), 'BestEffort'],
  ['a request', of({ requests: { cpu: '1' } }), 'Burstable'],
  ['one limit of two', of({ limits: { cpu: '1' } }), 'Burstable'],
  ['limits alone', of({ limits: both }), 'Guaranteed'],
  ['equal by value', of({ limits: both, requests: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed'],
  ['requests below limits', of({ limits: both, requests: { cpu: '500m' } }), 'Burstable'],
  ['one container of two', of({ limits: both }, {}), 'Burstable'],
  [
    'an init container that asks for nothing',
    { ...of({ limits: both }), initContainers: [{ name: 'i' }] },
    'Burstable',
  ],
  ['the pod itself', { ...of({}), resources: { limits: both } }, 'Guaranteed'],
  [
    'the pod over its containers',
    { ...of({ limits: both }), resources: { requests: { cpu: '1' } } },
    'Burstable',
  ],
] as const) {
  test(`${name}: ${expected}`, () => {
    assert.equal(qosClassOf({ spec }), expected);
  });
}

test('a pod without a spec', () => {
  assert.equal(qosClassOf({}), 'BestEffort');
});
