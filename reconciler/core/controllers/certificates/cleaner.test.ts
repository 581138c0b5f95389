import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest } from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import { refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import { MutableView } from '../../model/view.ts';
import { certificateCleaner } from './cleaner.ts';
import { notAfterMs } from './not-after.ts';

/** Ends at 2026-12-26T04:29:20Z. */
const certificate =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJiVENDQVJPZ0F3SUJBZ0lVQjNOL0x6WnhYSE5VUHZoRGpSQUlCTldkMFNV' +
  'd0NnWUlLb1pJemowRUF3SXcKRERFS01BZ0dBMVVFQXd3QmVEQWVGdzB5TmpFeE1qWXdOREk1TWpCYUZ3MHlOakV5TWpZd05ESTVN' +
  'akJhTUF3eApDakFJQmdOVkJBTU1BWGd3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVFsWGIyYUdOa0sycHlCCnlw' +
  'bW5TN2lUUlJYNWk0ZFZaVC9XS1NTMG5sZVNLc3BZQVRuL3EwMFZjVW0yREo2ZnRLdzNrcU5hM0RnMm9uVTUKYkxCeE9hRjdvMU13' +
  'VVRBZEJnTlZIUTRFRmdRVUxFWXd1djJ3R1JSUm5WNitwVkNFV21qclZvOHdId1lEVlIwagpCQmd3Rm9BVUxFWXd1djJ3R1JSUm5W' +
  'NitwVkNFV21qclZvOHdEd1lEVlIwVEFRSC9CQVV3QXdFQi96QUtCZ2dxCmhrak9QUVFEQWdOSUFEQkZBaUJYdkswYVBZT1FaRHl2' +
  'NUpRRWFpa3BZSmJMdjBXUUdxZ0YxUG8xVUgxUFlBSWgKQU5oZWIvQUtIRk1wOGhxWlR5ZzdYNXNKTmdHM1RjWk1YcXlnQWRKNEFS' +
  'eGYKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=';

const hourMs = 3_600_000;
const nowMs = Date.parse('2026-11-26T12:00:00Z');

function planFor(hoursAgo: number, status: CertificateSigningRequest['status'], atMs = nowMs): Plan {
  const request: CertificateSigningRequest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'one', uid: 'one', creationTimestamp: formatTime(atMs - hoursAgo * hourMs) },
    spec: { request: '', signerName: 'example.org/signer' },
    ...(status === undefined ? {} : { status }),
  };
  const view = new MutableView();
  view.apply(refOf(request), request, 1);
  return certificateCleaner.plan(refOf(request), view, { nowMs: atMs, seed: 0 });
}

function answered(type: string, minutesAgo: number): CertificateSigningRequest['status'] {
  return { conditions: [{ type, status: 'True', lastUpdateTime: formatTime(nowMs - minutesAgo * 60_000) }] };
}

test('a request that nobody answers is kept for a day', () => {
  assert.deepEqual(planFor(23, undefined), { changes: [], events: [], requeueAfterMs: hourMs });
  assert.equal(planFor(24, undefined).changes.length, 1);
});

test('an answered request is kept for an hour after the answer', () => {
  for (const type of ['Approved', 'Denied', 'Failed']) {
    assert.equal(planFor(30, answered(type, 59)).changes.length, 0, type);
    assert.equal(planFor(30, answered(type, 60)).changes.length, 1, type);
  }
});

test('a request goes with its certificate', () => {
  const expiredAtMs = Date.parse('2026-12-26T04:29:20Z');
  const approvedAt = (atMs: number): CertificateSigningRequest['status'] => ({
    certificate,
    conditions: [{ type: 'Approved', status: 'True', lastUpdateTime: formatTime(atMs - 60_000) }],
  });
  assert.equal(planFor(0, approvedAt(expiredAtMs - 1000), expiredAtMs - 1000).requeueAfterMs, 1000);
  assert.equal(planFor(0, approvedAt(expiredAtMs), expiredAtMs).changes.length, 1);
});

test('the end of a certificate is read from it', () => {
  assert.equal(notAfterMs(certificate), Date.parse('2026-12-26T04:29:20Z'));
  assert.equal(notAfterMs('bm90IGEgY2VydGlmaWNhdGU='), undefined);
  assert.equal(notAfterMs('not base64!'), undefined);
});
