import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import { serviceAccount } from './service-account.ts';
import { pod, requestFor, viewOf } from './testing/admission-requests.ts';

function account(enforce: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'strict',
      namespace: 'shop',
      annotations: { 'kubernetes.io/enforce-mountable-secrets': enforce },
    },
    secrets: [{ name: 'mine' }],
    imagePullSecrets: [{ name: 'registry' }],
  } as KubeObject;
}

const variable = (name: string): object => ({
  name: 'TOKEN',
  valueFrom: { secretKeyRef: { name, key: 'k' } },
});
const because = 'is not allowed because service account strict does not reference that';

function refusal(spec: object, enforce = 'true', subresource = ''): string | undefined {
  const given = pod({ serviceAccountName: 'strict', ...spec });
  const before = subresource === '' ? {} : { before: pod({ serviceAccountName: 'strict' }), subresource };
  const { problem } = serviceAccount.admit(requestFor(given, { view: viewOf(account(enforce)), ...before }));
  return problem?.message.replace('pods "web" is forbidden: ', '');
}

const cases: readonly (readonly [string, object, string | undefined])[] = [
  ['a listed secret', { volumes: [{ name: 'v', secret: { secretName: 'mine' } }] }, undefined],
  [
    'another secret as a volume',
    { volumes: [{ name: 'v', secret: { secretName: 'theirs' } }] },
    `volume with secret.secretName="theirs" ${because} secret`,
  ],
  [
    'another secret in a variable',
    { containers: [{ name: 'a', env: [variable('mine'), variable('theirs')] }] },
    `container a with envVar TOKEN referencing secret.secretName="theirs" ${because} secret`,
  ],
  [
    'all of another secret at the start',
    { initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'theirs' } }] }] },
    `init container i with envFrom referencing secret.secretName="theirs" ${because} secret`,
  ],
  [
    'another secret to pull with',
    { imagePullSecrets: [{ name: 'registry' }, { name: 'theirs' }] },
    `imagePullSecrets[1].name="theirs" ${because} imagePullSecret`,
  ],
];

for (const [what, spec, why] of cases)
  test(`an account that lists its secrets, and ${what}`, () => {
    assert.equal(refusal(spec), why);
    assert.equal(refusal(spec, 'no'), undefined);
  });

test('containers to debug with use no other secrets either', () => {
  const spec = { ephemeralContainers: [{ name: 'debug', env: [variable('theirs')] }] };
  const why = `ephemeral container debug with envVar TOKEN referencing secret.secretName="theirs" ${because} secret`;
  assert.equal(refusal(spec, 'true', 'ephemeralcontainers'), why);
});
