import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ServiceEntry, ServiceEntryPort } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { type Compiled, type CompilerInput, compile, InvalidNetwork } from './compile.ts';
import { diffRulesets, stepsOf } from './diff.ts';
import type { Ranges } from './layout.ts';
import { renderTransaction } from './render.ts';
import { elementId, type Ruleset, type SetName, type Transaction } from './ruleset.ts';

/** Small ranges of everything, so that entries collide. */
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const);
const podIP = fc.integer({ min: 1, max: 4 }).map((last) => `10.42.${last % 2}.${last}`);
const endpoint = fc.record({ ip: podIP, port: fc.integer({ min: 8080, max: 8081 }) });
const servicePort: fc.Arbitrary<ServiceEntryPort> = fc
  .record({
    name: fc.constant(''),
    protocol,
    port: fc.integer({ min: 80, max: 82 }),
    nodePort: fc.option(fc.integer({ min: 30_000, max: 30_002 }), { nil: undefined }),
    endpoints: fc.array(endpoint, { maxLength: 4 }),
  })
  .map(({ nodePort, ...port }) => (nodePort === undefined ? port : { ...port, nodePort }));
const key = fc.constantFrom('service/a/a' as const, 'service/a/b' as const, 'service/b/a' as const);
const service: fc.Arbitrary<ServiceEntry> = fc
  .record({
    key,
    type: fc.constant('service' as const),
    clusterIPs: fc.array(fc.constantFrom('10.43.0.1', '10.43.0.2', 'fd00::1'), { maxLength: 2 }),
    affinitySeconds: fc.constantFrom(undefined, 5, 10_800),
    ports: fc.array(servicePort, { maxLength: 3 }),
  })
  .map(({ affinitySeconds, ...entry }) =>
    affinitySeconds === undefined ? entry : { ...entry, affinitySeconds },
  );
const hostPort: fc.Arbitrary<HostPort> = fc.record({
  protocol,
  hostPort: fc.integer({ min: 80, max: 81 }),
  hostIP: fc.constantFrom('', '192.0.2.1'),
  podIP,
  containerPort: fc.constant(8080),
});
const ranges: fc.Arbitrary<Ranges> = fc.record({
  podCidr: fc.constantFrom('10.42.0.0/24', '10.42.1.0/24'),
  clusterCidr: fc.constant('10.42.0.0/16'),
  serviceCidr: fc.constant('10.43.0.0/16'),
});
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ set: service }) },
  { weight: 2, arbitrary: fc.record({ remove: key }) },
  { weight: 2, arbitrary: fc.record({ hostPorts: fc.array(hostPort, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ network: ranges }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(
  desired: CompilerInput,
  changes: readonly Change[],
): { desired: CompilerInput; keys: Set<string> } {
  const services = new Map(desired.services);
  const keys = new Set<string>();
  let { network, hostPorts } = desired;
  for (const one of changes) {
    if ('set' in one) services.set(one.set.key, one.set);
    else if ('remove' in one) services.delete(one.remove);
    else if ('network' in one) network = one.network;
    else hostPorts = one.hostPorts;
    keys.add(
      'set' in one ? one.set.key : 'remove' in one ? one.remove : 'network' in one ? 'network' : 'hostPorts',
    );
  }
  return { desired: { network, services, hostPorts }, keys };
}

/** The table as the kernel would hold it; refuses what the kernel would refuse. */
class KernelTable {
  readonly #chains = new Map<string, string>();
  readonly #elements = new Map<string, string>();

  apply(transaction: Transaction): void {
    if (transaction.type === 'replace') {
      this.#replace(transaction.ruleset);
      return;
    }
    for (const command of transaction.commands) {
      switch (command.command) {
        case 'add-chain':
          assert.ok(!this.#chains.has(command.chain.name), 'the chain is there already');
          this.#chains.set(command.chain.name, JSON.stringify(command.chain));
          break;
        case 'replace-rules':
          assert.ok(this.#chains.has(command.chain.name), 'no such chain');
          this.#chains.set(command.chain.name, JSON.stringify(command.chain));
          break;
        case 'delete-chain':
          for (const [id, value] of this.#elements) {
            assert.ok(!value.includes(`"${command.name}"`), `${id} points to ${command.name}`);
          }
          assert.ok(this.#chains.delete(command.name), 'no such chain');
          break;
        case 'delete-elements':
          for (const { key: parts } of command.elements) {
            assert.ok(
              this.#elements.delete(`${command.set} ${elementId(parts)}`),
              `no element ${elementId(parts)}`,
            );
          }
          break;
        case 'add-elements':
          for (const element of command.elements) this.#add(command.set, element.key, element.value);
          break;
        default:
          command satisfies never;
      }
    }
  }

  content(): object {
    const sorted = (map: Map<string, string>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return { chains: sorted(this.#chains), elements: sorted(this.#elements) };
  }

  #replace(ruleset: Ruleset): void {
    this.#chains.clear();
    this.#elements.clear();
    for (const chain of ruleset.chains.values()) this.#chains.set(chain.name, JSON.stringify(chain));
    for (const [name, elements] of Object.entries(ruleset.sets)) {
      for (const [, [claim]] of elements.entries()) {
        if (claim !== undefined) this.#add(name as SetName, claim.element.key, claim.element.value);
      }
    }
  }

  #add(set: SetName, parts: readonly (string | number)[], value: object | undefined): void {
    const id = `${set} ${elementId(parts)}`;
    assert.ok(!this.#elements.has(id), `${id} is there already`);
    if (value !== undefined && 'goto' in value)
      assert.ok(this.#chains.has(String(value.goto)), 'no such chain');
    this.#elements.set(id, JSON.stringify(value ?? null));
  }
}

const start: CompilerInput = {
  network: { podCidr: '10.42.0.0/24', clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' },
  services: new Map(),
  hostPorts: [],
};
const history = fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 12 });

test('step by step gives what a compilation of everything gives', () => {
  fc.assert(
    fc.property(history, (steps) => {
      let desired = start;
      let compiled: Compiled = compile(desired);
      for (const changes of steps) {
        const next = changed(desired, changes);
        desired = next.desired;
        compiled = compile(desired, compiled, next.keys);
        const whole = compile(desired);
        assert.equal(
          renderTransaction(diffRulesets(undefined, compiled.ruleset), 1),
          renderTransaction(diffRulesets(undefined, whole.ruleset), 1),
        );
      }
    }),
  );
});

test('the transactions lead the kernel from each ruleset to the next', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const kernel = new KernelTable();
      let desired = start;
      let compiled: Compiled = compile(desired);
      kernel.apply(diffRulesets(undefined, compiled.ruleset));
      for (const changes of steps) {
        const next = changed(desired, changes);
        desired = next.desired;
        const following = compile(desired, compiled, next.keys);
        for (const step of stepsOf(diffRulesets(compiled.ruleset, following.ruleset))) kernel.apply(step);
        compiled = following;
        const expected = new KernelTable();
        expected.apply(diffRulesets(undefined, compile(desired).ruleset));
        assert.deepEqual(kernel.content(), expected.content());
      }
    }),
  );
});

test('compiling the same twice leaves nothing to do', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const { desired } = changed(start, steps.flat());
      const once = compile(desired);
      assert.deepEqual(stepsOf(diffRulesets(once.ruleset, compile(desired, once).ruleset)), []);
      assert.deepEqual(stepsOf(diffRulesets(once.ruleset, compile(desired).ruleset)), []);
    }),
  );
});

test('a change of one service does not touch the elements of others', () => {
  const entries = Array.from({ length: 500 }, (_, index): [string, ServiceEntry] => {
    const clusterIP = `10.43.${index >> 8}.${index & 255}`;
    const endpoints = [1, 2, 3].map((last) => ({ ip: `10.42.7.${last}`, port: 8080 }));
    const ports = [{ name: '', protocol: 'TCP' as const, port: 80, endpoints }];
    return [
      `service/a/${index}`,
      { key: `service/a/${index}`, type: 'service', clusterIPs: [clusterIP], ports },
    ];
  });
  const services = new Map(entries);
  const before = compile({ ...start, services });
  const one = services.get('service/a/77');
  assert.ok(one);
  services.set(one.key, {
    ...one,
    ports: one.ports.map((port) => ({ ...port, endpoints: port.endpoints.slice(0, 2) })),
  });
  const after = compile({ ...start, services }, before, new Set([one.key]));
  const transaction = diffRulesets(before.ruleset, after.ruleset);
  assert.equal(transaction.type, 'change');
  const touched = renderTransaction(transaction, 1)
    .split('\n')
    .filter((line) => line.startsWith('  10.'));
  assert.deepEqual(touched, [
    '  10.43.0.77 . tcp . 80 . 0x40000002,',
    '  10.43.0.77 . tcp . 80,',
    '  10.43.0.77 . tcp . 80 : goto service-2,',
  ]);
});

test('says which range is none', () => {
  assert.throws(
    () => compile({ ...start, network: { ...start.network, podCidr: '10.42.0.1/24' } }),
    new InvalidNetwork(
      "network entry: podCidr: expected an IPv4 range such as 10.42.3.0/24, got '10.42.0.1/24'",
    ),
  );
});
