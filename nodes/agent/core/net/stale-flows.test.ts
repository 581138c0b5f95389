import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceEntry, ServiceEntryPort } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { compile } from './compile.ts';
import { renderStaleFlow, staleFlows } from './stale-flows.ts';

const network = { podCidr: '10.42.3.0/24', clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };
const [first, second] = [
  { ip: '10.42.3.5', port: 53 },
  { ip: '10.42.4.9', port: 53 },
];

function dns(port: Partial<ServiceEntryPort>): ServiceEntry {
  const ports = [{ name: '', protocol: 'UDP' as const, port: 53, endpoints: [first, second], ...port }];
  return { key: 'service/kube-system/dns', type: 'service', clusterIPs: ['10.43.0.10', 'fd00::10'], ports };
}

function compiled(entry: ServiceEntry | undefined, hostPorts: readonly HostPort[] = []) {
  return compile({ network, services: new Map(entry === undefined ? [] : [[entry.key, entry]]), hostPorts });
}

function stale(before: ServiceEntry | undefined, after: ServiceEntry | undefined): readonly string[] {
  return staleFlows(compiled(before), compiled(after)).map(renderStaleFlow);
}

test('flows to an endpoint that left are stale, those to the others are not', () => {
  assert.deepEqual(stale(dns({}), dns({ endpoints: [second] })), [
    '-D -p udp --orig-dst 10.43.0.10 --orig-port-dst 53 --dst-nat 10.42.3.5 --reply-port-src 53',
  ]);
});

test('all flows of a removed service are stale, on its node port too', () => {
  assert.deepEqual(stale(dns({ endpoints: [first], nodePort: 30053 }), undefined), [
    '-D -p udp --orig-dst 10.43.0.10 --orig-port-dst 53 --dst-nat 10.42.3.5 --reply-port-src 53',
    '-D -p udp --orig-port-dst 30053 --dst-nat 10.42.3.5 --reply-port-src 53',
  ]);
});

test('a new node port: what the host itself was sent is stale', () => {
  assert.deepEqual(stale(dns({}), dns({ nodePort: 30053 })), [
    '-D -p udp --orig-port-dst 30053 --reply-port-src 30053',
  ]);
});

test('TCP, a new cluster address and an endpoint more leave flows alone', () => {
  assert.deepEqual(stale(dns({ protocol: 'TCP' }), dns({ protocol: 'TCP', endpoints: [] })), []);
  assert.deepEqual(stale(undefined, dns({})), []);
  assert.deepEqual(stale(dns({ endpoints: [first] }), dns({})), []);
});

test("a pod's host port goes to another pod: flows to the former are stale", () => {
  const port: HostPort = { protocol: 'UDP', hostPort: 53, podIP: '10.42.3.5', containerPort: 5353 };
  const before = compiled(undefined, [port]);
  const after = compiled(undefined, [{ ...port, podIP: '10.42.3.6' }]);
  assert.deepEqual(staleFlows(before, after).map(renderStaleFlow), [
    '-D -p udp --orig-port-dst 53 --dst-nat 10.42.3.5 --reply-port-src 5353',
    '-D -p udp --orig-port-dst 53 --reply-port-src 53',
  ]);
});

test('nothing is known to be stale when the former state is unknown', () => {
  assert.deepEqual(staleFlows(undefined, compiled(dns({}))), []);
});
