import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../../../schemas/kubernetes/types/core-v1.ts';
import { hasProbe, judge, nextProbeAfterMs, noProbeRun, probePlanOf } from './probe.ts';

const container: Container = {
  name: 'main',
  image: 'app:1',
  ports: [{ name: 'web', containerPort: 8080 }],
  readinessProbe: {
    httpGet: { port: 'web', path: 'ready' },
    successThreshold: 2,
    failureThreshold: 3,
    periodSeconds: 5,
  },
  livenessProbe: { tcpSocket: { port: 'absent' } },
  startupProbe: { tcpSocket: { port: 'none' } },
};

test('a probe is compiled with its defaults, named ports and the pod’s address', () => {
  assert.deepEqual(probePlanOf(container, 'readiness', '10.0.0.1'), {
    kind: 'readiness',
    action: { type: 'http', scheme: 'http', host: '10.0.0.1', port: 8080, path: '/ready', headers: [] },
    initialDelayMs: 0,
    periodMs: 5000,
    timeoutMs: 1000,
    failureThreshold: 3,
    successThreshold: 2,
  });
});

test('a probe of an unknown port is none', () => {
  assert.equal(hasProbe(container, 'liveness'), false);
  assert.equal(hasProbe(container, 'startup'), false);
});

test('a gRPC probe asks the pod’s address about the service', () => {
  const asking: Container = { name: 'main', livenessProbe: { grpc: { port: 5000, service: 'db' } } };
  assert.deepEqual(probePlanOf(asking, 'liveness', '10.0.0.1')?.action, {
    type: 'grpc',
    host: '10.0.0.1',
    port: 5000,
    service: 'db',
  });
});

test('a verdict takes as many equal results in a row as the thresholds say', () => {
  const plan = probePlanOf(container, 'readiness', '');
  assert.ok(plan !== undefined);
  const results = [true, true, false, false, true, false, false, false, true];
  let run = noProbeRun;
  const verdicts = results.map((ok) => {
    const judged = judge(plan, run, ok);
    run = judged.run;
    return judged.verdict;
  });
  assert.deepEqual(verdicts, [
    undefined,
    true,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    false,
    undefined,
  ]);
});

test('readiness is asked about sooner until it was found once, never later than the period says', () => {
  const plan = probePlanOf(container, 'readiness', '');
  assert.ok(plan !== undefined);
  const failures = [1, 2, 3, 4, 5, 6, 7].map((length) => ({ ok: false, length }));
  assert.deepEqual(
    failures.map((run) => nextProbeAfterMs(plan, run, false)),
    [250, 500, 1000, 2000, 4000, 5000, 5000],
  );
  assert.equal(nextProbeAfterMs(plan, { ok: true, length: 1 }, true), 5000);
  assert.equal(nextProbeAfterMs(plan, { ok: false, length: 1 }, true), 5000);
  assert.equal(nextProbeAfterMs({ ...plan, kind: 'liveness' }, { ok: false, length: 1 }, false), 5000);
  assert.equal(nextProbeAfterMs({ ...plan, kind: 'startup' }, { ok: false, length: 1 }, false), 5000);
});
