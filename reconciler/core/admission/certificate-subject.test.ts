import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import { certificateSubject } from './certificate-subject.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import { nodeRestriction } from './node-restriction.ts';
import { requestFor } from './testing/admission-requests.ts';

/** O=system:nodes, CN=system:node:n1 */
const node1 = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIcU1JR1NBZ0VBTURBeEZUQVRCZ05WQkFvTURITjVjM1JsYlRw',
  'dWIyUmxjekVYTUJVR0ExVUVBd3dPYzNsegpkR1Z0T201dlpHVTZiakV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNB',
  'QVJsZHBVNXpwaTBIeFRoClpVTExZcEI4dWtvRUZRa1RjazV2ZGQ4WEpxSjIwY3ZzREYvS1UvRW5hVkNoY1FKVU1KTTNOenlTb0xn',
  'bG9KYXUKZG5rTDBJeStvQUF3Q2dZSUtvWkl6ajBFQXdJRFJ3QXdSQUlnRWdodFFlQXowZHVES25KWmNIYkNhTk5oQ2NvbApSd3Nj',
  'aWkzbUhqdTB0MUFDSUFJMzdvOVIvTTA3TUNMMFFycGNLZVMrTzU2VHc2azZtcFVyamFXcktFdlMKLS0tLS1FTkQgQ0VSVElGSUNB',
  'VEUgUkVRVUVTVC0tLS0tCg==',
].join('');
/** O=system:masters, CN=eve */
const master = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIaU1JR0pBZ0VBTUNjeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRw',
  'dFlYTjBaWEp6TVF3d0NnWURWUVFEREFObApkbVV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVI0WUNqa1JCR0Nl',
  'aUlpOC9iaFQ3Tnd3UUE3Ck8rSy9TdHBTQms0ZUt3RXRQVUMrTW9PaEtzVzVRUWtodVZycll4b2F2QVd1d2N4U3pnOHpFRG5jWGtT',
  'UG9BQXcKQ2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQUtYblJRRkZKMzVPWU95TXpOKzQrRWpJaWxEQ2QrbmJUS3VkaktzcwpVK2Zt',
  'QWlBUktKN1BKRVN2NlorK1FGeFpnbzJHb2cxanZaM0VsTlZScVVLTlFJcnhtdz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVF',
  'U1QtLS0tLQo=',
].join('');

function asking(signerName: string, request: string): KubeObject {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr' },
    spec: { signerName, request, usages: ['client auth'] },
  } as KubeObject;
}

const refusal = /^certificatesigningrequests\.certificates\.k8s\.io "csr" is forbidden: /;

test('the subject of a request is read', () => {
  assert.deepEqual(certificateSubject(node1), {
    commonName: 'system:node:n1',
    organizations: ['system:nodes'],
  });
  assert.throws(() => certificateSubject('YWJj'), /PEM block type must be CERTIFICATE REQUEST/);
});

for (const [name, request, why] of [
  ['n1', node1, undefined],
  ['n2', node1, 'can only create a node CSR with CN=system:node:n2'],
  ['n1', 'YWJj', 'unable to parse csr: PEM block type must be CERTIFICATE REQUEST'],
] as const)
  test(`node ${name} asks for a certificate: ${why ?? 'allowed'}`, () => {
    const user: UserInfo = { name: `system:node:${name}`, groups: ['system:nodes'] };
    const object = asking('kubernetes.io/kube-apiserver-client-kubelet', request);
    const { problem } = nodeRestriction.admit(requestFor(object, { user }));
    assert.equal(problem?.message.replace(refusal, ''), why);
  });

const clients = 'kubernetes.io/kube-apiserver-client';

for (const [signer, request, why] of [
  [clients, node1, undefined],
  [clients, master, `use of ${clients} signer with system:masters group is not allowed`],
  ['example.com/own', master, undefined],
  [clients, 'YWJj', 'failed to parse CSR: PEM block type must be CERTIFICATE REQUEST'],
] as const)
  test(`a client certificate of ${signer}: ${why ?? 'allowed'}`, () => {
    const { problem } = certificateSubjectRestriction.admit(requestFor(asking(signer, request)));
    assert.equal(problem?.message.replace(refusal, ''), why);
  });
