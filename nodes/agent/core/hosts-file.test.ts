import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type HostsFile, hostsFileOf } from './hosts-file.ts';

function fileOf(spec: Partial<PodSpec>): HostsFile | undefined {
  const metadata = { name: 'web-0', namespace: 'shop', uid: 'u1' };
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec } };
  return hostsFileOf(pod, 'web-0', ['10.42.0.5']);
}

function linesOf(spec: Partial<PodSpec>): readonly string[] {
  return (fileOf(spec)?.content ?? '').split('\n').slice(7);
}

test('a pod finds itself by its host name, and by its full name where it has a subdomain', () => {
  assert.deepEqual(linesOf({}), ['10.42.0.5\tweb-0', '']);
  assert.deepEqual(linesOf({ subdomain: 'web' }), ['10.42.0.5\tweb-0.web.shop.svc.cluster.local\tweb-0', '']);
});

test('host aliases follow', () => {
  assert.deepEqual(linesOf({ hostAliases: [{ ip: '192.0.2.7', hostnames: ['db', 'database'] }] }).slice(1), [
    '',
    '# Entries added by HostAliases.',
    '192.0.2.7\tdb\tdatabase',
    '',
  ]);
});

test('on the host’s network aliases follow the host’s own file, which stays as it is without any', () => {
  assert.equal(fileOf({ hostNetwork: true }), undefined);
  const hostAliases = [{ ip: '192.0.2.7', hostnames: ['db'] }];
  assert.deepEqual(fileOf({ hostNetwork: true, hostAliases }), {
    after: 'host',
    content: '\n# Entries added by HostAliases.\n192.0.2.7\tdb\n',
  });
});
