import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../printing-scenario.ts';

type Case = readonly [what: string, object: Parameters<typeof printed>[0], expected: string];

const admission = 'admissionregistration.k8s.io/v1';

const cases: readonly Case[] = [
  [
    'ValidatingWebhookConfiguration',
    { apiVersion: admission, kind: 'ValidatingWebhookConfiguration', webhooks: [{}, {}] },
    'WEBHOOKS=2',
  ],
  [
    'MutatingWebhookConfiguration',
    { apiVersion: admission, kind: 'MutatingWebhookConfiguration' },
    'WEBHOOKS=0',
  ],
  [
    'ValidatingAdmissionPolicy',
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      spec: { validations: [{}], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
    },
    'VALIDATIONS=1 | PARAMKIND=v1/ConfigMap',
  ],
  [
    'MutatingAdmissionPolicy',
    { apiVersion: admission, kind: 'MutatingAdmissionPolicy', spec: { mutations: [{}] } },
    'MUTATIONS=1 | PARAMKIND=<unset>',
  ],
  [
    'ValidatingAdmissionPolicyBinding',
    {
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: 'p', paramRef: { name: 'c' } },
    },
    'POLICYNAME=p | PARAMREF=*/c',
  ],
  [
    'MutatingAdmissionPolicyBinding',
    {
      apiVersion: admission,
      kind: 'MutatingAdmissionPolicyBinding',
      spec: { policyName: 'p', paramRef: { selector: { matchLabels: { a: 'b' } } } },
    },
    'POLICYNAME=p | PARAMREF=a=b',
  ],
  [
    'FlowSchema',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      spec: { priorityLevelConfiguration: { name: 'high' }, matchingPrecedence: 100 },
      status: { conditions: [{ type: 'Dangling', status: 'False' }] },
    },
    'PRIORITYLEVEL=high | MATCHINGPRECEDENCE=100 | DISTINGUISHERMETHOD=<none> | MISSINGPL=False',
  ],
  [
    'PriorityLevelConfiguration',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 30, limitResponse: { type: 'Reject' } } },
    },
    'TYPE=Limited | NOMINALCONCURRENCYSHARES=30 | QUEUES=<none> | HANDSIZE=<none> | QUEUELENGTHLIMIT=<none>',
  ],
  [
    'APIService that is served here',
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      status: { conditions: [{ type: 'Available', status: 'True' }] },
    },
    'SERVICE=Local | AVAILABLE=True',
  ],
  [
    'APIService that is away',
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      spec: { service: { namespace: 'kube-system', name: 'metrics' } },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
    },
    'SERVICE=kube-system/metrics | AVAILABLE=False (MissingEndpoints)',
  ],
  [
    'ResourceClaim',
    {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      status: { allocation: {}, reservedFor: [{}] },
    },
    'STATE=allocated,reserved',
  ],
  ['ResourceClaim that waits', { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim' }, 'STATE=pending'],
  [
    'ResourceSlice',
    {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      spec: { nodeName: 'node-1', driver: 'gpu.example.com', pool: { name: 'a' } },
    },
    'NODE=node-1 | DRIVER=gpu.example.com | POOL=a',
  ],
];

for (const [what, object, expected] of cases)
  test(`columns of a ${what}`, () => assert.equal(printed(object), expected));
