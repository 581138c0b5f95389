import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthChecks, healthAnswer, ping } from './health.ts';

const store = { name: 'store', check: () => 'the disk at /secret is full' };
const informers = { name: 'informer-sync', check: () => undefined };
const checks: HealthChecks = { livez: [ping], healthz: [ping, informers], readyz: [ping, store, informers] };

function ask(path: string): readonly [code: number | undefined, body: string | undefined] {
  const { pathname, searchParams } = new URL(path, 'http://berth');
  const answer = healthAnswer(pathname, searchParams, checks);
  return [answer?.code, answer?.body];
}

test('what is well says ok, and with verbose each check', () => {
  assert.deepEqual(ask('/livez'), [200, 'ok']);
  assert.deepEqual(ask('/healthz/'), [200, 'ok']);
  assert.deepEqual(ask('/livez?verbose'), [200, '[+]ping ok\nlivez check passed\n']);
  assert.deepEqual(ask('/healthz?verbose=1'), [
    200,
    '[+]ping ok\n[+]informer-sync ok\nhealthz check passed\n',
  ]);
});

test('what fails says which check, but not why', () => {
  const failed = '[+]ping ok\n[-]store failed: reason withheld\n[+]informer-sync ok\nreadyz check failed\n';
  assert.deepEqual(ask('/readyz'), [500, failed]);
  assert.deepEqual(ask('/readyz?verbose'), [500, failed]);
  const answer = healthAnswer('/readyz', new URLSearchParams(), checks);
  assert.deepEqual(answer?.failures, [{ name: 'store', reason: 'the disk at /secret is full' }]);
});

test('checks are left out by name; names that are none are told', () => {
  assert.deepEqual(ask('/readyz?exclude=store'), [200, 'ok']);
  assert.deepEqual(ask('/readyz?verbose&exclude=store&exclude=nothing'), [
    200,
    '[+]ping ok\n[+]store excluded: ok\n[+]informer-sync ok\n' +
      'warn: some health checks cannot be excluded: no matches for "nothing"\nreadyz check passed\n',
  ]);
});

test('one check alone', () => {
  assert.deepEqual(ask('/readyz/ping'), [200, 'ok']);
  assert.deepEqual(ask('/readyz/store'), [500, 'internal server error: reason withheld\n']);
});

test('paths that are none', () => {
  for (const path of ['/', '/readyz/none', '/livez/store', '/readyz/ping/x', '/health'])
    assert.deepEqual(ask(path), [undefined, undefined], path);
});
