import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCron } from '../../../../schemas/validation/cron.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import { countTimes, lastTime, nextTime, type Schedule } from './schedule-times.ts';

function schedule(text: string): Schedule {
  const parsed = parseCron(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function ms(time: string): number {
  const parsed = parseTime(time);
  if (parsed === undefined) throw new Error(`${time} is no time`);
  return parsed;
}

/** The next `count` times after `after`, in UTC. */
function times(text: string, zone: string, after: string, count: number): readonly string[] {
  const found: string[] = [];
  let at: number | undefined = ms(after);
  while (found.length < count) {
    at = nextTime(schedule(text), zone, at);
    if (at === undefined) break;
    found.push(formatTime(at));
  }
  return found;
}

const rows: readonly (readonly [
  about: string,
  text: string,
  zone: string,
  after: string,
  expected: readonly string[],
])[] = [
  [
    'minutes',
    '*/15 * * * *',
    'UTC',
    '2026-01-01T00:20:30Z',
    ['2026-01-01T00:30:00Z', '2026-01-01T00:45:00Z'],
  ],
  ['strictly later', '0 * * * *', 'UTC', '2026-01-01T01:00:00Z', ['2026-01-01T02:00:00Z']],
  ['weekdays', '0 9 * * MON-FRI', 'UTC', '2026-01-02T10:00:00Z', ['2026-01-05T09:00:00Z']],
  [
    'either kind of day',
    '0 0 13 * 5',
    'UTC',
    '2026-01-02T10:00:00Z',
    ['2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z'],
  ],
  ['a leap day', '0 0 29 2 *', 'UTC', '2025-01-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
  ['no such day', '0 0 31 2 *', 'UTC', '2026-01-01T00:00:00Z', []],
  [
    'a zone',
    '30 8 * * *',
    'Asia/Kathmandu',
    '2026-01-01T00:00:00Z',
    ['2026-01-01T02:45:00Z', '2026-01-02T02:45:00Z'],
  ],
  // Berlin: 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
  [
    'left out in spring',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-27T12:00:00Z',
    ['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z'],
  ],
  [
    'after the gap',
    '0 3 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:00:00Z', '2026-03-30T01:00:00Z'],
  ],
  [
    'once in autumn',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
  ],
  [
    'once in autumn, asked in between',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-25T00:30:00Z',
    ['2026-10-26T01:30:00Z'],
  ],
  [
    'once in autumn, asked in the second hour',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-25T01:10:00Z',
    ['2026-10-26T01:30:00Z'],
  ],
  [
    'every real hour in autumn',
    '0 * * * *',
    'Europe/Berlin',
    '2026-10-24T23:30:00Z',
    ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'],
  ],
  [
    'every real hour in spring',
    '0 * * * *',
    'Europe/Berlin',
    '2026-03-28T23:30:00Z',
    ['2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z'],
  ],
  // New York: 02:00 becomes 03:00 on 8 March, 02:00 becomes 01:00 on 1 November.
  ['left out in New York', '0 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', ['2026-03-09T06:00:00Z']],
  [
    'once in New York',
    '0 1 * * *',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    ['2026-11-01T05:00:00Z', '2026-11-02T06:00:00Z'],
  ],
  [
    'each half hour once in New York',
    '*/30 1 * * *',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    ['2026-11-01T05:00:00Z', '2026-11-01T05:30:00Z', '2026-11-02T06:00:00Z'],
  ],
  // Lord Howe: half an hour, back on 5 April at 02:00, on at 02:00 on 4 October.
  [
    'half an hour back',
    '45 1 * * *',
    'Australia/Lord_Howe',
    '2026-04-04T00:00:00Z',
    ['2026-04-04T14:45:00Z', '2026-04-05T15:15:00Z'],
  ],
  ['half an hour on', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T20:00:00Z', ['2026-10-04T15:15:00Z']],
  // São Paulo had no midnight on 4 November 2018.
  [
    'a day without midnight',
    '0 0 * * *',
    'America/Sao_Paulo',
    '2018-11-03T12:00:00Z',
    ['2018-11-05T02:00:00Z'],
  ],
  ['over a year', '0 12 1 7 *', 'Europe/Berlin', '2026-08-01T00:00:00Z', ['2027-07-01T10:00:00Z']],
  [
    'an interval',
    '@every 90s',
    'UTC',
    '2026-01-01T00:00:10Z',
    ['2026-01-01T00:01:40Z', '2026-01-01T00:03:10Z'],
  ],
];

for (const [about, text, zone, after, expected] of rows) {
  test(`${text} in ${zone}: ${about}`, () => {
    assert.deepEqual(times(text, zone, after, Math.max(1, expected.length)), expected);
  });
}

test('the last time is the one before now, however long ago', () => {
  const last = (text: string, zone: string, after: string, until: string): string | undefined => {
    const found = lastTime(schedule(text), zone, ms(after), ms(until));
    return found === undefined ? undefined : formatTime(found);
  };
  assert.equal(
    last('* * * * *', 'UTC', '2020-01-01T00:00:00Z', '2026-01-01T00:00:59Z'),
    '2026-01-01T00:00:00Z',
  );
  assert.equal(
    last('0 0 1 1 *', 'UTC', '2020-01-01T00:00:00Z', '2026-06-01T00:00:00Z'),
    '2026-01-01T00:00:00Z',
  );
  assert.equal(
    last('0 0 * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    '2026-01-02T00:00:00Z',
  );
  assert.equal(last('0 0 * * *', 'UTC', '2026-01-02T00:00:00Z', '2026-01-02T23:00:00Z'), undefined);
  assert.equal(
    last('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'),
    undefined,
  );
  assert.equal(
    last('@every 1h', 'UTC', '2026-01-01T00:00:10Z', '2026-01-01T05:30:00Z'),
    '2026-01-01T05:00:10Z',
  );
  assert.equal(last('@every 1h', 'UTC', '2026-01-01T00:00:10Z', '2026-01-01T00:30:00Z'), undefined);
});

test('missed times are counted, so far as it matters', () => {
  const count = (text: string, until: string): number =>
    countTimes(schedule(text), 'UTC', ms('2026-01-01T00:00:00Z'), ms(until), 101);
  assert.equal(count('0 * * * *', '2026-01-01T05:30:00Z'), 5);
  assert.equal(count('* * * * *', '2026-02-01T00:00:00Z'), 101);
});
