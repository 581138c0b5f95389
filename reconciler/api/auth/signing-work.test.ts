import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { Utf8String } from 'asn1js';
import { AttributeTypeAndValue, CertificationRequest } from 'pkijs';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
} from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { Secret } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../core/model/object.ts';
import type { Change } from '../../core/model/plan.ts';
import { account, type AuthTrial, authTrial, tokenSecret } from './testing/auth-trial.ts';
import { newKeyPair } from './x509.ts';

async function planned(trial: AuthTrial, controller: number, object: KubeObject): Promise<readonly Change[]> {
  const plan = await trial.auth.controllers[controller]?.plan(refOf(object), trial.view, {
    nowMs: trial.clock.now(),
    seed: 0,
  });
  return plan?.changes ?? [];
}

/** Commits the one update that is planned. */
async function updated<T extends KubeObject>(trial: AuthTrial, controller: number, object: T): Promise<T> {
  const [change] = await planned(trial, controller, object);
  assert.ok(change?.type === 'update');
  trial.put(change.object);
  return change.object as T;
}

const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString();

test('a token Secret is filled, and its token is the account for as long as the Secret lives', async (context) => {
  const trial = await authTrial(context);
  const secret = await updated<Secret>(trial, 0, tokenSecret);
  assert.equal(secret.metadata.annotations?.['kubernetes.io/service-account.uid'], 'uid-account');
  assert.equal(text(secret.data?.namespace), 'shop');
  assert.equal(text(secret.data?.['ca.crt']), trial.auth.caPem);
  const token = text(secret.data?.token);
  const found = await trial.bearer(token);
  assert.equal(found.type === 'user' && found.user.name, 'system:serviceaccount:shop:web');
  assert.deepEqual(await planned(trial, 0, secret), []);
  trial.remove(secret);
  assert.equal((await trial.bearer(token)).type, 'refused');
});

test('a token Secret goes with its account', async (context) => {
  const trial = await authTrial(context);
  const secret = await updated<Secret>(trial, 0, tokenSecret);
  trial.put({ ...account, metadata: { ...account.metadata, uid: 'uid-namesake' } });
  assert.deepEqual(await planned(trial, 0, secret), [
    { type: 'delete', ref: refOf(secret), uid: 'uid-secret' },
  ]);
  const keys = trial.auth.controllers[0]?.keysFor(
    { ref: refOf(account), before: account, after: undefined },
    trial.view,
  );
  assert.deepEqual(keys, [refOf(secret)]);
});

async function requestPem(
  commonName: string,
  organizations: readonly string[],
  forge = false,
): Promise<string> {
  const keys = await newKeyPair();
  const request = new CertificationRequest();
  const add = (type: string, value: string): void => {
    request.subject.typesAndValues.push(
      new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }),
    );
  };
  for (const organization of organizations) add('2.5.4.10', organization);
  add('2.5.4.3', commonName);
  await request.subjectPublicKeyInfo.importKey(keys.publicKey);
  await request.sign((forge ? await newKeyPair() : keys).privateKey, 'SHA-256');
  const der = Buffer.from(request.toSchema().toBER()).toString('base64');
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der}\n-----END CERTIFICATE REQUEST-----\n`;
  return Buffer.from(pem).toString('base64');
}

function approved(spec: Partial<CertificateSigningRequestSpec>): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr' },
    spec: {
      request: '',
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth', 'digital signature'],
      ...spec,
    },
    status: { conditions: [{ type: 'Approved', status: 'True' }] },
  };
}

test('an approved request is signed, and its certificate is its user', async (context) => {
  const trial = await authTrial(context);
  const request = approved({ request: await requestPem('jane', ['team']), expirationSeconds: 3600 });
  trial.put(request);
  const signed = await updated(trial, 1, request);
  const certificate = new X509Certificate(text(signed.status?.certificate));
  const found = await trial.auth.authenticator.authenticate({
    headers: [],
    local: false,
    peerCertificate: certificate,
  });
  assert.ok(found.type === 'user');
  assert.deepEqual([found.user.name, found.user.groups], ['jane', ['team', 'system:authenticated']]);
  assert.ok(certificate.validToDate.getTime() <= trial.clock.now() + 3_600_000);
  assert.deepEqual(await planned(trial, 1, signed), []);
});

test('a request that its signer does not take fails with the reason', async (context) => {
  const trial = await authTrial(context);
  const jane = await requestPem('jane', []);
  const cases: readonly (readonly [Partial<CertificateSigningRequestSpec>, RegExp])[] = [
    [{ request: await requestPem('jane', ['system:masters']) }, /system:masters is not allowed/],
    [{ request: await requestPem('jane', [], true) }, /signature .* does not fit/],
    [{ request: Buffer.from('nothing').toString('base64') }, /PEM block type/],
    [{ request: jane, usages: ['server auth'] }, /usage "server auth" is not allowed/],
    [{ request: jane, usages: ['digital signature'] }, /usage "client auth" is missing/],
    [{ request: jane, signerName: 'kubernetes.io/kube-apiserver-client-kubelet' }, /not system:nodes/],
  ];
  for (const [spec, message] of cases) {
    const request = approved(spec);
    trial.put(request);
    const failed = await updated(trial, 1, request);
    const condition = failed.status?.conditions?.at(-1);
    assert.equal(condition?.type, 'Failed');
    assert.match(condition?.message ?? '', message);
    assert.deepEqual(await planned(trial, 1, failed), []);
  }
});

test('what is not approved, or somebody else’s to sign, is left alone', async (context) => {
  const trial = await authTrial(context);
  const request = await requestPem('jane', []);
  for (const object of [
    { ...approved({ request }), status: {} },
    approved({ request, signerName: 'example.org/client' }),
  ]) {
    trial.put(object);
    assert.deepEqual(await planned(trial, 1, object), []);
  }
});
