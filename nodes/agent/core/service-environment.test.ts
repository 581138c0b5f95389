import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { DesiredEntry } from '../../../schemas/wire/messages.ts';
import { sourcesOf } from './host-sources.ts';
import { serviceEnvironment } from './service-environment.ts';

function service(
  key: `service/${string}`,
  clusterIP: string,
  ...ports: readonly { readonly name: string; readonly port: number; readonly protocol?: 'UDP' }[]
): DesiredEntry {
  return {
    key,
    type: 'service',
    clusterIPs: [clusterIP],
    ports: ports.map((port) => ({ protocol: 'TCP', ...port, endpoints: [] })),
  };
}

const entries = [
  service('service/default/kubernetes', '10.43.0.1', { name: 'https', port: 443 }),
  service(
    'service/shop/red-cache',
    '10.43.0.7',
    { name: 'main', port: 6379 },
    { name: 'gossip-in', port: 7000, protocol: 'UDP' },
  ),
  service('service/other/hidden', '10.43.0.8', { name: '', port: 80 }),
];

function environment(spec: Partial<PodSpec>): Readonly<Record<string, string>> {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { containers: [], ...spec },
  };
  const sources = sourcesOf(
    () => new Map(entries.map((entry) => [entry.key, entry])),
    () => false,
  );
  return Object.fromEntries(serviceEnvironment(pod, sources));
}

test('a pod is told of the API and of the services of its namespace, of no others', () => {
  const values = environment({});
  assert.equal(values['KUBERNETES_SERVICE_HOST'], '10.43.0.1');
  assert.equal(values['KUBERNETES_SERVICE_PORT'], '443');
  assert.equal(values['KUBERNETES_SERVICE_PORT_HTTPS'], '443');
  assert.equal(
    Object.keys(values).some((name) => name.startsWith('HIDDEN')),
    false,
  );
  const ofCache = Object.entries(values).filter(([name]) => name.startsWith('RED_CACHE'));
  assert.deepEqual(Object.fromEntries(ofCache), {
    RED_CACHE_SERVICE_HOST: '10.43.0.7',
    RED_CACHE_SERVICE_PORT: '6379',
    RED_CACHE_SERVICE_PORT_MAIN: '6379',
    RED_CACHE_SERVICE_PORT_GOSSIP_IN: '7000',
    RED_CACHE_PORT: 'tcp://10.43.0.7:6379',
    RED_CACHE_PORT_6379_TCP: 'tcp://10.43.0.7:6379',
    RED_CACHE_PORT_6379_TCP_PROTO: 'tcp',
    RED_CACHE_PORT_6379_TCP_PORT: '6379',
    RED_CACHE_PORT_6379_TCP_ADDR: '10.43.0.7',
    RED_CACHE_PORT_7000_UDP: 'udp://10.43.0.7:7000',
    RED_CACHE_PORT_7000_UDP_PROTO: 'udp',
    RED_CACHE_PORT_7000_UDP_PORT: '7000',
    RED_CACHE_PORT_7000_UDP_ADDR: '10.43.0.7',
  });
});

test('a pod that wants no links is told of the API alone', () => {
  const names = Object.keys(environment({ enableServiceLinks: false }));
  assert.equal(
    names.every((name) => name.startsWith('KUBERNETES_')),
    true,
  );
  assert.equal(names.length, 8);
});
