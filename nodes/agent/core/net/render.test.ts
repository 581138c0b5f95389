import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceEntry, ServiceEntryPort } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { compile } from './compile.ts';
import { diffRulesets, stepsOf } from './diff.ts';
import { renderTransaction, UnrenderableValue } from './render.ts';
import type { Element, SetName } from './ruleset.ts';

const network = { podCidr: '10.42.3.0/24', clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };

function service(
  name: string,
  clusterIP: string,
  ...ports: readonly Partial<ServiceEntryPort>[]
): ServiceEntry {
  return {
    key: `service/shop/${name}`,
    type: 'service',
    clusterIPs: [clusterIP],
    ports: ports.map((port) => ({ name: '', protocol: 'TCP', port: 80, endpoints: [], ...port })),
  };
}

function compiled(services: readonly ServiceEntry[], hostPorts: readonly HostPort[] = []) {
  return compile({ network, services: new Map(services.map((entry) => [entry.key, entry])), hostPorts });
}

function elementLines(
  services: readonly ServiceEntry[],
  hostPorts: readonly HostPort[] = [],
): readonly string[] {
  const text = renderTransaction(diffRulesets(undefined, compiled(services, hostPorts).ruleset), 7);
  return text
    .slice(text.indexOf('\n}\n') + 3)
    .trim()
    .split('\n');
}

function changeLines(before: readonly ServiceEntry[], after: readonly ServiceEntry[]): readonly string[] {
  const transaction = diffRulesets(compiled(before).ruleset, compiled(after).ruleset);
  return renderTransaction(transaction, 8).trim().split('\n');
}

const pods = ['10.42.3.5', '10.42.4.9'].map((ip) => ({ ip, port: 8080 }));

test('a host without services: the whole table in one transaction', () => {
  const text = renderTransaction(diffRulesets(undefined, compiled([]).ruleset), 7);
  assert.equal(
    text,
    `add table ip berth
delete table ip berth
table ip berth {
  set generation { type mark; }
  map affinity { type ipv4_addr . ipv4_addr . inet_proto . inet_service : mark; size 262144; flags dynamic, timeout; comment "clients, and the endpoint that each keeps"; }
  map endpoint-ids { type ipv4_addr . inet_proto . inet_service . mark : mark; comment "the lasting numbers of endpoints, where clients keep theirs"; }
  map endpoints { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; comment "the endpoints of each cluster address and port"; }
  set hairpin { type ipv4_addr . ipv4_addr; comment "pods of this host that may meet themselves behind a service"; }
  map host-address-ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; comment "ports of pods on one address of the host"; }
  map host-ports { type inet_proto . inet_service : ipv4_addr . inet_service; comment "ports of pods on every address of the host"; }
  map node-port-affinity { type ipv4_addr . inet_proto . inet_service : mark; size 262144; flags dynamic, timeout; comment "clients of node ports, and the endpoint that each keeps"; }
  map node-port-endpoint-ids { type inet_proto . inet_service . mark : mark; comment "the lasting numbers of endpoints of node ports, where clients keep theirs"; }
  map node-port-endpoints { type inet_proto . inet_service . mark : ipv4_addr . inet_service; comment "the endpoints of each node port"; }
  map node-ports { type inet_proto . inet_service : verdict; comment "node port to the chain for its number of endpoints"; }
  map services { type ipv4_addr . inet_proto . inet_service : verdict; comment "cluster address and port to the chain for its number of endpoints"; }
  chain dispatch {
    ip daddr . meta l4proto . th dport vmap @services
    ip daddr 10.43.0.0/16 ip daddr . meta l4proto . th dport vmap @services comment "once more, before it is refused"
    ip daddr 10.43.0.0/16 goto refuse comment "no such service or port"
    fib daddr type local ip daddr != 127.0.0.0/8 goto local comment "node ports and host ports"
    fib daddr type local ip saddr != 127.0.0.0/8 goto host-port comment "host ports on loopback: no pod could answer a loopback address"
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ip saddr 10.42.3.0/24 accept
    ip daddr 10.42.3.0/24 accept
  }
  chain host-port {
    meta l4proto { sctp, tcp, udp } dnat ip to ip daddr . meta l4proto . th dport map @host-address-ports
    meta l4proto { sctp, tcp, udp } dnat ip to meta l4proto . th dport map @host-ports
  }
  chain local {
    meta l4proto . th dport vmap @node-ports
    meta l4proto . th dport vmap @node-ports
    goto host-port
  }
  chain output {
    type nat hook output priority -100; policy accept;
    jump dispatch
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    meta mark & 0x40000000 == 0x40000000 ip saddr != 10.42.0.0/16 oifname != "berth0" meta mark set 0x0 masquerade fully-random comment "from no pod, through a service, to an endpoint elsewhere"
    ip saddr . ip daddr @hairpin masquerade fully-random comment "a pod that meets itself behind a service"
    ip saddr 10.42.3.0/24 ip daddr != 10.42.0.0/16 oifname != "berth0" masquerade fully-random comment "from pods to the outside; never from pod to pod"
  }
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    jump dispatch
  }
  chain refuse {
    meta l4proto tcp reject with tcp reset
    reject with icmp type port-unreachable
  }
}
add element ip berth generation { 7 }
`,
  );
});

test('a service: its elements, and a chain for its number of endpoints', () => {
  const text = renderTransaction(
    diffRulesets(undefined, compiled([service('web', '10.43.0.10', { endpoints: pods })]).ruleset),
    7,
  );
  assert.ok(
    text.includes(`  chain service-2 {
    meta mark set numgen random mod 2 offset 0x40000000 meta l4proto { sctp, tcp, udp } dnat ip to ip daddr . meta l4proto . th dport . meta mark map @endpoints
    meta mark set 0x40000000 meta l4proto { sctp, tcp, udp } dnat ip to ip daddr . meta l4proto . th dport . meta mark map @endpoints
    goto refuse
  }`),
    text,
  );
  assert.deepEqual(elementLines([service('web', '10.43.0.10', { endpoints: pods })]), [
    'add element ip berth endpoints {',
    '  10.43.0.10 . tcp . 80 . 0x40000000 : 10.42.3.5 . 8080,',
    '  10.43.0.10 . tcp . 80 . 0x40000001 : 10.42.4.9 . 8080,',
    '}',
    'add element ip berth hairpin {',
    '  10.42.3.5 . 10.42.3.5,',
    '}',
    'add element ip berth services {',
    '  10.43.0.10 . tcp . 80 : goto service-2,',
    '}',
    'add element ip berth generation { 7 }',
  ]);
});

test('a service without endpoints is refused, on its node port too', () => {
  assert.deepEqual(elementLines([service('web', '10.43.0.10', { nodePort: 30080 })]), [
    'add element ip berth node-ports {',
    '  tcp . 30080 : goto refuse,',
    '}',
    'add element ip berth services {',
    '  10.43.0.10 . tcp . 80 : goto refuse,',
    '}',
    'add element ip berth generation { 7 }',
  ]);
});

test('a node port of UDP with one endpoint elsewhere', () => {
  const dns = service('dns', '10.43.0.53', {
    protocol: 'UDP',
    port: 53,
    nodePort: 30053,
    endpoints: pods.slice(1),
  });
  assert.deepEqual(elementLines([dns]), [
    'add element ip berth endpoints {',
    '  10.43.0.53 . udp . 53 . 0x40000000 : 10.42.4.9 . 8080,',
    '}',
    'add element ip berth node-port-endpoints {',
    '  udp . 30053 . 0x40000000 : 10.42.4.9 . 8080,',
    '}',
    'add element ip berth node-ports {',
    '  udp . 30053 : goto node-port-1,',
    '}',
    'add element ip berth services {',
    '  10.43.0.53 . udp . 53 : goto service-1,',
    '}',
    'add element ip berth generation { 7 }',
  ]);
});

test('host ports, on every address and on one', () => {
  const port: HostPort = { protocol: 'TCP', hostPort: 80, podIP: '10.42.3.5', containerPort: 8080 };
  assert.deepEqual(elementLines([], [port, { ...port, hostIP: '192.0.2.1', hostPort: 81 }]), [
    'add element ip berth hairpin {',
    '  10.42.3.5 . 10.42.3.5,',
    '}',
    'add element ip berth host-address-ports {',
    '  192.0.2.1 . tcp . 81 : 10.42.3.5 . 8080,',
    '}',
    'add element ip berth host-ports {',
    '  tcp . 80 : 10.42.3.5 . 8080,',
    '}',
    'add element ip berth generation { 7 }',
  ]);
});

test('an endpoint goes: elements change, a chain comes and the unused one goes last', () => {
  const before = service('web', '10.43.0.10', { endpoints: pods });
  const after = service('web', '10.43.0.10', { endpoints: pods.slice(0, 1) });
  assert.deepEqual(changeLines([before], [after]), [
    'table ip berth {',
    '  chain service-1 {',
    '    meta mark set 0x40000000 meta l4proto { sctp, tcp, udp } dnat ip to ip daddr . meta l4proto . th dport . meta mark map @endpoints',
    '    meta mark set 0x40000000 meta l4proto { sctp, tcp, udp } dnat ip to ip daddr . meta l4proto . th dport . meta mark map @endpoints',
    '    goto refuse',
    '  }',
    '}',
    'delete element ip berth endpoints {',
    '  10.43.0.10 . tcp . 80 . 0x40000001,',
    '}',
    'delete element ip berth services {',
    '  10.43.0.10 . tcp . 80,',
    '}',
    'add element ip berth services {',
    '  10.43.0.10 . tcp . 80 : goto service-1,',
    '}',
    'delete chain ip berth service-2',
    'flush set ip berth generation',
    'add element ip berth generation { 8 }',
  ]);
});

test('another pod range: rules are replaced within their chains', () => {
  const { ruleset } = compiled([]);
  const moved = compile({
    network: { ...network, podCidr: '10.42.9.0/24' },
    services: new Map(),
    hostPorts: [],
  });
  const lines = renderTransaction(diffRulesets(ruleset, moved.ruleset), 8).split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    'flush chain ip berth forward',
    'add rule ip berth forward ip saddr 10.42.9.0/24 accept',
    'add rule ip berth forward ip daddr 10.42.9.0/24 accept',
  ]);
  assert.equal(lines[3], 'flush chain ip berth postrouting');
});

test('a value that is not what it should be never becomes text', () => {
  const refused = (set: SetName, element: Element): void => {
    const commands = [{ command: 'add-elements' as const, set, elements: [element] }];
    assert.throws(() => renderTransaction({ type: 'change', commands }, 1), UnrenderableValue);
  };
  refused('hairpin', { key: ['10.0.0.1', '10.0.0.1; flush ruleset'] });
  refused('hairpin', { key: ['10.0.0.1'] });
  refused('services', { key: ['10.0.0.1', 'tcp', 0], value: { goto: 'refuse' } });
  refused('services', { key: ['10.0.0.1', 'tcp', 65_536], value: { goto: 'refuse' } });
  refused('services', { key: ['10.0.0.1', 'icmp', 80], value: { goto: 'refuse' } });
  refused('services', { key: ['10.0.0.1', 'tcp', 80], value: { goto: 'refuse }' } });
  refused('services', { key: ['10.0.0.1', 'tcp', 80], value: ['10.0.0.2', 80] });
  refused('host-ports', { key: ['tcp', 80], value: { goto: 'refuse' } });
  refused('endpoints', { key: ['10.0.0.1', 'tcp', 80, -1], value: ['10.0.0.2', 80] });
  assert.throws(() => renderTransaction({ type: 'change', commands: [] }, 2 ** 32), UnrenderableValue);
});

test('a chain that is new is there before anything leads to it', () => {
  const one = service('web', '10.43.0.10', { endpoints: pods.slice(0, 1) });
  const two = service('web', '10.43.0.10', { endpoints: pods });
  const transaction = diffRulesets(compiled([one]).ruleset, compiled([two]).ruleset);
  const steps = stepsOf(transaction).map((step) => renderTransaction(step, 8).split('\n'));
  const leadsTo = (lines: readonly string[]): boolean =>
    lines.some((line) => line.includes('goto service-2'));
  const makes = (lines: readonly string[]): boolean =>
    lines.some((line) => line.includes('chain service-2 {'));
  assert.deepEqual(steps.map(makes), [true, false]);
  assert.deepEqual(steps.map(leadsTo), [false, true]);
});
