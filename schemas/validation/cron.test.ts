import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronProblem, parseCron } from './cron.ts';

test('accepts what cron accepts', () => {
  for (const schedule of [
    '* * * * *',
    '*/5 0-23 1,15 JAN-MAR mon',
    '0 3 * * 7',
    '@daily',
    '? 1 1 1 ?',
    '@every 1h30m',
  ]) {
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
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
  ['@sometimes', 'unrecognized descriptor: @sometimes'],
  ['TZ=UTC * * * * *', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
] as const) {
  test(`says what is wrong with "${schedule}"`, () => {
    assert.equal(cronProblem(schedule), problem);
  });
}

test('names, ranges, steps and lists are numbers', () => {
  assert.deepEqual(parseCron('*/20 8-10 1,15 jan-MAR fri'), {
    type: 'cron',
    minutes: [0, 20, 40],
    hours: [8, 9, 10],
    daysOfMonth: [1, 15],
    months: [1, 2, 3],
    daysOfWeek: [5],
    anyDay: false,
  });
});

test('a step counts from the beginning of its range; a start alone runs to the end', () => {
  const parsed = parseCron('50/5 20/2 * * 5/1,7');
  assert.ok(typeof parsed === 'object' && parsed.type === 'cron');
  assert.deepEqual(
    [parsed.minutes, parsed.hours, parsed.daysOfWeek],
    [
      [50, 55],
      [20, 22],
      [0, 5, 6],
    ],
  );
});

test('a day is open with a star, and no more with a step', () => {
  const open = (schedule: string): unknown => (parseCron(schedule) as { readonly anyDay?: boolean }).anyDay;
  assert.deepEqual(['0 0 * * 1', '0 0 1 * ?', '0 0 */2 * 1', '0 0 1 * 1'].map(open), [
    true,
    true,
    false,
    false,
  ]);
});

test('an interval is whole seconds, one at the least', () => {
  for (const [text, seconds] of [
    ['@every 90m', 5400],
    ['@every 1h0m1.5s', 3601],
    ['@every 500ms', 1],
    ['@every -5s', 1],
  ] as const)
    assert.deepEqual(parseCron(text), { type: 'every', seconds });
});
