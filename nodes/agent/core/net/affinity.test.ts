import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceEntry } from '../../../../schemas/wire/messages.ts';
import { type Compiled, compile } from './compile.ts';
import { diffRulesets } from './diff.ts';
import { renderTransaction } from './render.ts';

const network = { podCidr: '10.42.3.0/24', clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };
const pods = ['10.42.3.5', '10.42.4.9', '10.42.5.1'].map((ip) => ({ ip, port: 8080 }));

function compiled(endpoints: typeof pods, affinitySeconds?: number): Compiled {
  const entry: ServiceEntry = {
    key: 'service/shop/web',
    type: 'service',
    clusterIPs: ['10.43.0.10'],
    ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: 30080, endpoints }],
  };
  return compile({ network, services: new Map([[entry.key, entry]]), hostPorts: [] });
}

/** The endpoints of the cluster address by their numbers. */
function endpointsOf({ ruleset }: Compiled): ReadonlyMap<unknown, unknown> {
  const elements = [...ruleset.sets.endpoints.entries()].flatMap(([, [claim]]) => claim?.element ?? []);
  return new Map(elements.map(({ key, value }) => [key[3], JSON.stringify(value)]));
}

test('a client finds its endpoint again, and an unknown one is given one and remembered', () => {
  const text = renderTransaction(diffRulesets(undefined, compiled(pods.slice(0, 2), 60).ruleset), 7);
  const client = 'ip saddr . ip daddr . meta l4proto . th dport';
  const service = 'ip daddr . meta l4proto . th dport . meta mark';
  const remember = `update @affinity { ${client} timeout 60s : meta mark } dnat ip to ${service} map @endpoints`;
  const protocols = 'meta l4proto { sctp, tcp, udp }';
  const expected = `  chain service-2-affinity-60 {
    ${protocols} meta mark set ${client} map @affinity ${remember}
    ${protocols} meta mark set numgen random mod 2 offset 0x40000000 meta mark set ${service} map @endpoint-ids delete @affinity { ${client} : meta mark } ${remember}
    meta mark set numgen random mod 2 offset 0x40000000 ${protocols} dnat ip to ${service} map @endpoints
    meta mark set 0x40000000 ${protocols} dnat ip to ${service} map @endpoints
    goto refuse
  }`;
  assert.ok(text.includes(expected), text);
  assert.ok(text.includes('  tcp . 30080 : goto node-port-2-affinity-60,'), text);
});

test('every number that can be drawn has a lasting number that leads to the same endpoint', () => {
  const result = compiled(pods, 60);
  const endpoints = endpointsOf(result);
  assert.equal(endpoints.size, 6);
  for (const [, [claim]] of result.ruleset.sets['endpoint-ids'].entries()) {
    const id = (claim?.element.value as readonly unknown[])[0];
    assert.equal(endpoints.get(id), endpoints.get(claim?.element.key[3]));
  }
});

test('lasting numbers outlive other endpoints, and are not there without affinity', () => {
  const lasting = (result: Compiled): ReadonlyMap<unknown, unknown> =>
    new Map([...endpointsOf(result)].filter(([number]) => Number(number) >= 3));
  const before = lasting(compiled(pods, 60));
  const after = lasting(compiled(pods.slice(1), 60));
  assert.equal(after.size, 2);
  for (const [number, endpoint] of after) assert.equal(before.get(number), endpoint);
  assert.equal(lasting(compiled(pods)).size, 0);
});
