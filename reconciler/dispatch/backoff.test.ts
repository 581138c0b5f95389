import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptEndOf } from './attempt-end.ts';
import { retryDelayMs } from './backoff.ts';

test('delays double from a quarter of a second to fifteen seconds', () => {
  const delays = [1, 2, 3, 6, 7, 8, 1000].map((failures) => retryDelayMs('soon', failures, 0.999999));
  assert.deepEqual(delays, [250, 500, 1000, 8000, 15_000, 15_000, 15_000]);
});

test('chance takes away at most half of a delay', () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), unit, (failures, random) => {
      const full = retryDelayMs('soon', failures, 1);
      const delay = retryDelayMs('soon', failures, random);
      assert.ok(delay >= Math.floor(full / 2) && delay <= full);
    }),
  );
});

test('what a person has to mend is tried each half to whole minute, whatever the count', () => {
  assert.equal(retryDelayMs('slowly', 1, 0), 30_000);
  assert.equal(retryDelayMs('slowly', 9, 1), 60_000);
});

test('reasons are told apart: refuse, try slowly, try soon', () => {
  const verdict = (reason: string): string => attemptEndOf({ reason, message: '' }).verdict;
  assert.equal(verdict('HostKeyMismatch'), 'refuse');
  assert.equal(verdict('StaleEpoch'), 'refuse');
  assert.equal(verdict('AuthenticationFailed'), 'slowly');
  assert.equal(verdict('HostUnfit'), 'slowly');
  assert.equal(verdict('Unreachable'), 'soon');
  assert.equal(verdict('AgentSilent'), 'soon');
});

test('the agent’s last lines are part of the message, ten at most', () => {
  const agentLog = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const { message } = attemptEndOf({ reason: 'AgentFailed', message: 'no answer', agentLog });
  assert.deepEqual(message.split('\n'), ['no answer', ...agentLog.slice(20)]);
});
