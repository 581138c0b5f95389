import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersProgress, isTrusted } from './etcd-version.ts';

test('only releases with the fixes of lost events and wrong revisions are trusted', () => {
  const trusted = ['3.5.28', '3.5.40', '3.6.9', '3.6.10', '3.7.0', '4.0.0', '3.7.0-rc.1'];
  const refused = ['3.4.23', '3.4.99', '3.5.27', '3.6.0', '3.6.8', '2.3.8', '', 'unknown'];
  assert.deepEqual(trusted.filter(isTrusted), trusted);
  assert.deepEqual(refused.filter(isTrusted), []);
});

test('progress is asked of releases that answer it in order with events', () => {
  const asked = ['3.4.25', '3.5.8', '3.6.0', '3.7.0'];
  const spared = ['3.4.23', '3.5.7', '3.3.27'];
  assert.deepEqual(asked.filter(answersProgress), asked);
  assert.deepEqual(spared.filter(answersProgress), []);
});
