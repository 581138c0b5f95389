import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../api-error.ts';
import { labelSelector } from './label-selector.ts';

const objects = {
  web: { app: 'web', tier: 'front', size: '3' },
  db: { app: 'db', tier: 'back', size: '10' },
  bare: {},
  empty: { app: '' },
} as const;

const all = ['web', 'db', 'bare', 'empty'];

for (const [text, expected] of [
  ['', all],
  ['  ', all],
  ['app', ['web', 'db', 'empty']],
  ['!app', ['bare']],
  ['app=web', ['web']],
  ['app==web', ['web']],
  ['app = web', ['web']],
  ['app=', ['empty']],
  ['app!=web', ['db', 'bare', 'empty']],
  ['app in (web,db)', ['web', 'db']],
  ['app in ( web , db )', ['web', 'db']],
  ['app in (,web)', ['web', 'empty']],
  ['app notin (web)', ['db', 'bare', 'empty']],
  ['app,tier=back', ['db']],
  ['tier in (front,back),app!=db', ['web']],
  ['size>3', ['db']],
  ['size<10', ['web']],
  ['in', []],
  ['example.com/app=web', []],
] as const)
  test(`the selector ${JSON.stringify(text)} selects ${expected.join(', ') || 'nothing'}`, () => {
    const matches = labelSelector(text) ?? (() => true);
    assert.deepEqual(
      Object.entries(objects)
        .filter(([, labels]) => matches(labels))
        .map(([name]) => name),
      expected,
    );
  });

for (const text of [
  'a b',
  'a in',
  'a in (',
  'a in (b',
  '=',
  '!',
  ',',
  'a,',
  'a=b=c',
  'a>b',
  '(a)',
  'a/b/c',
  '-a',
  `${'a'.repeat(64)}`,
  `a=${'b'.repeat(64)}`,
  'a=b/c',
  'x'.repeat(70_000),
])
  test(`the selector ${text.slice(0, 40)} is refused`, () => {
    assert.throws(
      () => labelSelector(text),
      (error) => error instanceof ApiError && error.problem.code === 400,
    );
  });

for (const text of ['constructor', 'toString=a', 'hasOwnProperty in (a)', 'valueOf>1'])
  test(`what every object inherits is no label: ${text}`, () => {
    assert.equal(labelSelector(text)?.({}), false);
  });
