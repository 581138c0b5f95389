import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronProblem } from './cron.ts';

test('accepts what cron accepts', () => {
  for (const schedule of ['* * * * *', '*/5 0-23 1,15 JAN-MAR mon', '0 3 * * 7', '@daily', '? 1 1 1 ?']) {
    assert.equal(cronProblem(schedule), undefined, schedule);
  }
});

for (const [schedule, problem] of [
  ['', 'empty spec string'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['*/1/2 * * * *', 'too many slashes: */1/2'],
  ['* x * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ['TZ=UTC * * * * *', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
] as const) {
  test(`says what is wrong with "${schedule}"`, () => {
    assert.equal(cronProblem(schedule), problem);
  });
}
