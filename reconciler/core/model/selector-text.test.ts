import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selects } from './label-selector.ts';
import { parseSelectorText } from './selector-text.ts';

test('every form of a requirement is read', () => {
  const text = 'app=web, tier in (front,back),!old , track!=canary,zone==a,name,size notin (s, m)';
  const selector = parseSelectorText(text);
  const labels = { app: 'web', tier: 'back', zone: 'a', name: 'x' };
  assert.equal(selects(selector, labels), true);
  for (const wrong of [
    { app: 'db' },
    { tier: 'side' },
    { old: '' },
    { track: 'canary' },
    { zone: 'b' },
    { size: 'm' },
  ])
    assert.equal(selects(selector, { ...labels, ...wrong }), false, JSON.stringify(wrong));
});

test('what is no selector is none', () => {
  assert.equal(parseSelectorText('a b'), undefined);
  assert.equal(parseSelectorText('a=b,,c'), undefined);
});
