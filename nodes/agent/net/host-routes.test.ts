import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFailures } from './host-routes.ts';
import type { RouteCommand } from '../core/net/routes.ts';

const commands: readonly RouteCommand[] = [
  { command: 'delete', route: { destination: '10.42.9.0/24', via: '192.0.2.9' } },
  { command: 'replace', route: { destination: '10.42.2.0/24', via: '203.0.113.2' } },
];

test('each failure names its route and reason', () => {
  const stderr =
    'RTNETLINK answers: No such process\nCommand failed -:1\nError: Nexthop has invalid gateway.\nCommand failed -:2\n';
  assert.deepEqual(describeFailures(stderr, commands), [
    'route 10.42.9.0/24 via 192.0.2.9: delete failed: RTNETLINK answers: No such process',
    'route 10.42.2.0/24 via 203.0.113.2: replace failed: Error: Nexthop has invalid gateway.',
  ]);
});

test('a failure of ip itself is repeated', () => {
  assert.deepEqual(describeFailures('Option "-batch" is unknown\n', commands), [
    'ip: Option "-batch" is unknown',
  ]);
});
