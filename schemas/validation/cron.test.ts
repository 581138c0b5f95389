import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronProblem } from './cron.ts';

test('accepts what cron accepts', () => {
  for (const schedule of ['* * * * *', '*/5 0-23 1,15 JAN-MAR mon', '0 3 * * 7', '@daily', '? 1 1 1 ?']) {
    assert.equal(cronProblem(schedule), undefined, schedule);
  }
});

test('says which field is wrong', () => {
  assert.equal(cronProblem('60 * * * *'), 'minute: "60" is not a number from 0 to 59');
  assert.equal(cronProblem('* * 0 * *'), 'day of month: "0" is not a number from 1 to 31');
  assert.equal(cronProblem('*/0 * * * *'), 'minute: "*/0" has a bad step');
  assert.equal(cronProblem('5-1 * * * *'), 'minute: "5-1" ends before it begins');
  assert.match(cronProblem('* * * *') ?? '', /expected 5 fields .* found 4/);
  assert.match(cronProblem('TZ=UTC * * * * *') ?? '', /timeZone/);
});
