import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionInfo } from './version-info.ts';

test('the version is one that Kubernetes clients can read', () => {
  const info = versionInfo('0.1.0');
  assert.match(info.major, /^\d+$/);
  assert.match(info.minor, /^\d+$/);
  // SemVer with build metadata.
  assert.match(info.gitVersion, /^v1\.36\.\d+\+[0-9A-Za-z.-]+$/);
  assert.match(info.platform, /^linux\/(amd64|arm64)$/);
  assert.match(info.goVersion, /node v\d+/);
});
