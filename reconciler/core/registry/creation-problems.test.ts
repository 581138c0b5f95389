import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import { creationProblems } from './creation-problems.ts';

function causes(spec: object, annotations: object = {}): readonly string[] {
  const metadata = { name: 'web', annotations };
  const containers = [{ name: 'web', image: 'nginx' }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } } as KubeObject;
  return creationProblems(pod).map(({ path, problem }) => `${path}: ${problem}`);
}

const seccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const armor = 'container.apparmor.security.beta.kubernetes.io/web';

for (const [name, spec, annotations, ...expected] of [
  ['a plain pod', {}, {}],
  [
    'ephemeral containers',
    { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] },
    {},
    'spec.ephemeralContainers: Forbidden: cannot be set on create',
  ],
  [
    'a node behind a gate',
    { nodeName: 'n1', schedulingGates: [{ name: 'a' }] },
    {},
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  ],
  [
    'a profile that is annotated alike',
    { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
    { [seccomp]: 'runtime/default' },
  ],
  [
    'a profile that is annotated otherwise',
    { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    { [seccomp]: 'runtime/default' },
    'spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match',
  ],
  [
    'another local profile',
    { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'a' } } },
    { [seccomp]: 'localhost/b' },
    'spec.securityContext.seccompProfile.localhostProfile: Forbidden: seccomp profile in annotation and field must match',
  ],
  [
    "the pod's profile for a container",
    { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
    { [armor]: 'unconfined' },
    'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
  ],
] as const) {
  test(`a new pod with ${name}`, () => {
    assert.deepEqual(causes(spec, annotations), expected);
  });
}
