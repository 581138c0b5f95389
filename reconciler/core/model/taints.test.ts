import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tolerates } from './taints.ts';

const taint = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };

test('a toleration matches by key, value and effect', () => {
  const cases = [
    [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }, true],
    [{ key: 'dedicated', operator: 'Equal', value: 'db' }, true],
    [{ key: 'dedicated', operator: 'Equal', value: 'web' }, false],
    [{ key: 'dedicated' }, false],
    [{ key: 'dedicated', operator: 'Exists' }, true],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ operator: 'Exists' }, true],
    [{ operator: 'Exists', effect: 'NoExecute' }, false],
    [{ value: 'db' }, false],
    [{ key: 'dedicated', operator: 'Gt', value: '1' }, false],
  ] as const;
  for (const [toleration, expected] of cases)
    assert.equal(tolerates(toleration, taint), expected, JSON.stringify(toleration));
});
