import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredUpdate, PeersEntry } from '../../schemas/wire/messages.ts';
import { updateText } from './update-text.ts';

const peers: PeersEntry = { key: 'peers/3', type: 'peers', peers: [] };

test('the text of an update is its JSON, the first time and again', () => {
  const update: DesiredUpdate = {
    ...{ epoch: 2, generation: 7, base: null, removes: ['pod/"a"'] },
    upserts: [peers, { key: 'configmap/default/c', type: 'configmap', data: { k: 'v\n' }, binaryData: {} }],
  };
  for (const generation of [7, 8]) {
    const one = { ...update, generation };
    assert.deepEqual(JSON.parse(updateText(one)), one);
  }
});

test('an update without entries has an empty list of them', () => {
  const update: DesiredUpdate = { epoch: 1, generation: 1, base: 0, upserts: [], removes: [] };
  assert.deepEqual(JSON.parse(updateText(update)), update);
});
