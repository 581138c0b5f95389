import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock, Logger } from '../../core/ports.ts';
import type { RequestInfo } from './audit-event.ts';
import { createAuditor } from './auditor.ts';
import type { AuditPolicy } from './policy.ts';
import type { RotationLimits } from './rotating-file.ts';

const clock: Clock = {
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  steady: () => 0,
  after: () => () => undefined,
};
const random = { next: () => 0, uuid: () => 'fresh-id' };
const silent = (): void => undefined;
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

async function trial(context: TestContext, policy: AuditPolicy, limits?: RotationLimits) {
  const directory = await mkdtemp(join(tmpdir(), 'berth-audit-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  const settings = { directory, policy, ...(limits === undefined ? {} : { limits }) };
  return { directory, auditor: createAuditor(settings, { clock, random, logger }) };
}

async function events(directory: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(join(directory, 'audit.log'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

function request(resource: string, more: Partial<RequestInfo> = {}): RequestInfo {
  return {
    user: { name: 'jane', groups: ['team'] },
    verb: 'update',
    path: '/api/v1/x',
    requestUri: `/api/v1/namespaces/shop/${resource}/web?fieldManager=kubectl`,
    resource: { group: '', version: 'v1', resource, subresource: '', namespace: 'shop', name: 'web' },
    sourceIps: ['192.0.2.1'],
    userAgent: 'kubectl/v1.32',
    ...more,
  };
}

const everything: AuditPolicy = { rules: [{ level: 'RequestResponse' }] };

test('an event is a line as Kubernetes writes it', async (context) => {
  const { auditor, directory } = await trial(context, { ...everything, omitStages: ['RequestReceived'] });
  const entry = auditor.begin(request('configmaps', { auditId: 'their-id' }));
  const annotations = { 'authorization.k8s.io/decision': 'allow' };
  entry.end({ code: 200, requestObject: { a: 1 }, responseObject: { b: 2 }, annotations });
  await auditor.close();
  assert.deepEqual(await events(directory), [
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: 'their-id',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/shop/configmaps/web?fieldManager=kubectl',
      verb: 'update',
      user: { username: 'jane', groups: ['team'] },
      sourceIPs: ['192.0.2.1'],
      userAgent: 'kubectl/v1.32',
      objectRef: { resource: 'configmaps', namespace: 'shop', name: 'web', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
      requestObject: { a: 1 },
      responseObject: { b: 2 },
      requestReceivedTimestamp: '2026-01-02T03:04:05.678000Z',
      stageTimestamp: '2026-01-02T03:04:05.678000Z',
      annotations,
    },
  ]);
  assert.equal((await stat(join(directory, 'audit.log'))).mode & 0o777, 0o600);
});

test('each stage has its line, a refusal its reason', async (context) => {
  const { auditor, directory } = await trial(context, everything);
  const entry = auditor.begin(request('pods', { auditId: 'no id\n' }));
  assert.equal(entry.auditId, 'fresh-id');
  entry.started({ code: 200 });
  entry.end({ code: 403, reason: 'Forbidden', message: 'no' });
  await auditor.close();
  const found = await events(directory);
  assert.deepEqual(
    found.map(({ stage }) => stage),
    ['RequestReceived', 'ResponseStarted', 'ResponseComplete'],
  );
  assert.deepEqual(found[2]?.responseStatus, {
    metadata: {},
    status: 'Failure',
    message: 'no',
    reason: 'Forbidden',
    code: 403,
  });
});

test('no policy has the bodies of secrets written', async (context) => {
  const { auditor, directory } = await trial(context, everything);
  for (const resource of ['secrets', 'configmaps']) {
    const entry = auditor.begin(request(resource));
    const body = { data: { password: `hidden-${resource}` } };
    entry.end({ code: 200, requestObject: body, responseObject: body });
  }
  await auditor.close();
  const text = await readFile(join(directory, 'audit.log'), 'utf8');
  assert.ok(!text.includes('hidden-secrets'));
  assert.ok(text.includes('hidden-configmaps'));
});

test('managed fields are left out where the policy says so', async (context) => {
  const { auditor, directory } = await trial(context, { ...everything, omitManagedFields: true });
  const object = { kind: 'Pod', metadata: { name: 'web', managedFields: [{}] } };
  auditor.begin(request('pods')).end({ code: 200, responseObject: { kind: 'PodList', items: [object] } });
  await auditor.close();
  const found = await events(directory);
  assert.deepEqual(found.at(-1)?.responseObject, {
    kind: 'PodList',
    items: [{ kind: 'Pod', metadata: { name: 'web' } }],
  });
});

test('a full file is renamed, and the oldest ones go', async (context) => {
  const limits = { fileBytesMax: 10, filesMax: 2, queueBytesMax: 1_000_000 };
  const { auditor, directory } = await trial(context, everything, limits);
  for (let index = 0; index < 5; index++) {
    auditor.begin(request('pods'));
    await auditor.close();
  }
  const names = (await readdir(directory)).sort();
  assert.deepEqual(names, ['audit-2026-01-02T03-04-05.678.003.log', 'audit-2026-01-02T03-04-05.678.004.log']);
});

test('a full queue loses events and keeps the process', async (context) => {
  const limits = { fileBytesMax: 1_000_000, filesMax: 1, queueBytesMax: 5_000 };
  const { auditor, directory } = await trial(context, everything, limits);
  for (let index = 0; index < 1000; index++) auditor.begin(request('pods'));
  await auditor.close();
  const { length } = await events(directory);
  assert.ok(length > 0 && length < 1000);
});
