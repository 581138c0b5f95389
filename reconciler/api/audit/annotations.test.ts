import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';

interface AuditLine {
  readonly verb: string;
  readonly stage: string;
  readonly objectRef?: { readonly resource: string };
  readonly responseStatus?: { readonly code: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The finished creations of pods in the audit log, once there are `count` of them. */
async function audited({ socketPath }: ApiTrial, count: number): Promise<readonly AuditLine[]> {
  for (let tries = 0; ; tries++) {
    const path = join(dirname(socketPath), 'audit.log');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const lines = text
      .split('\n')
      // What stands behind the last end of a line is not written yet.
      .slice(0, -1)
      .map((line) => JSON.parse(line) as AuditLine)
      .filter(
        ({ verb, stage, objectRef }) =>
          verb === 'create' && stage === 'ResponseComplete' && objectRef?.resource === 'pods',
      );
    if (lines.length >= count) return lines;
    assert.ok(tries < 1000, `only ${lines.length} creations were audited`);
    await sleep(5);
  }
}

test('what admission notes of a request stands in the audit log, whether it was let through or not', async (context) => {
  const trial = await servedApi(context);
  const prefix = 'pod-security.kubernetes.io/';
  const labels = { [`${prefix}enforce`]: 'baseline', [`${prefix}audit`]: 'restricted' };
  await trial.call('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'shop', labels } } });
  await trial.call('/api/v1/namespaces/shop/serviceaccounts', {
    method: 'POST',
    body: { metadata: { name: 'default' } },
  });
  const containers = [{ name: 'main', image: 'example.org/web:1' }];
  for (const [name, hostPID] of [
    ['fine', false],
    ['refused', true],
  ] as const) {
    const body = { metadata: { name }, spec: { hostPID, containers } };
    await trial.call('/api/v1/namespaces/shop/pods', { method: 'POST', body });
  }
  const lines = await audited(trial, 2);
  assert.deepEqual(
    lines.map(({ responseStatus }) => responseStatus?.code),
    [201, 403],
  );
  for (const { annotations } of lines) {
    assert.equal(annotations?.[`${prefix}enforce-policy`], 'baseline:latest');
    assert.match(
      annotations[`${prefix}audit-violations`] ?? '',
      /^would violate PodSecurity "restricted:latest": /,
    );
  }
});
