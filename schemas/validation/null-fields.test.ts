import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutNullFields } from './null-fields.ts';

test('drops null fields of structs at every depth and keeps nulls of free-form JSON', () => {
  const pod = {
    metadata: { name: 'web', creationTimestamp: null },
    spec: { containers: [{ name: 'web', command: null }], nodeSelector: { a: null } },
    status: null,
  };
  assert.deepEqual(withoutNullFields('io.k8s.api.core.v1.Pod', pod), {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web' }], nodeSelector: { a: null } },
  });
  const revision = { data: { a: null }, revision: 1 };
  assert.deepEqual(withoutNullFields('io.k8s.api.apps.v1.ControllerRevision', revision), revision);
});
