import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DesiredUpdate, SecretEntry } from '../../schemas/wire/messages.ts';
import { MemoryAgent } from '../../test/sim/memory-agent.ts';
import { DesiredOutbox } from './desired-outbox.ts';

const epoch = 3;

function secret(name: string, value: string): SecretEntry {
  return { key: `secret/default/${name}`, type: 'secret', secretType: 'Opaque', data: { value } };
}

type Step =
  | {
      readonly do: 'change';
      readonly set: readonly (readonly [string, string])[];
      readonly drop: readonly string[];
    }
  | { readonly do: 'send' }
  | { readonly do: 'answer' }
  | { readonly do: 'lose-answer' }
  | { readonly do: 'reconnect' }
  | { readonly do: 'wipe-agent' };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('change' as const),
    set: fc.array(fc.tuple(name, fc.string({ maxLength: 2 })), { maxLength: 3 }),
    drop: fc.array(name, { maxLength: 2 }),
  }),
  fc.constantFrom<Step>(
    { do: 'send' },
    { do: 'answer' },
    { do: 'lose-answer' },
    { do: 'reconnect' },
    { do: 'wipe-agent' },
  ),
);

/** A reconciler, an agent and one update between them, for one run of steps. */
class Exchange {
  readonly outbox = new DesiredOutbox(epoch);
  readonly agent = new MemoryAgent();
  readonly wanted = new Map<string, SecretEntry>();
  #pending: { readonly update: DesiredUpdate; readonly answer: ReturnType<MemoryAgent['put']> } | undefined;

  take(step: Step): void {
    switch (step.do) {
      case 'change':
        return this.#change(step.set, step.drop);
      case 'send': {
        const update = this.outbox.next();
        if (update !== undefined) this.#pending = { update, answer: this.agent.put(update) };
        return;
      }
      case 'answer':
        return this.#answer();
      case 'lose-answer':
      case 'reconnect':
        this.#pending = undefined;
        return this.outbox.connected(this.agent.info);
      case 'wipe-agent':
        this.agent.epoch = 0;
        this.agent.generation = 0;
        this.agent.entries.clear();
        return;
      default:
        step satisfies never;
    }
  }

  #change(set: readonly (readonly [string, string])[], drop: readonly string[]): void {
    const dropped = drop.map((each) => `secret/default/${each}`);
    const upserts = [...new Map(set.map(([key, value]) => [key, secret(key, value)])).values()];
    for (const key of dropped) this.wanted.delete(key);
    for (const entry of upserts) this.wanted.set(entry.key, entry);
    this.outbox.change({ upserts, removes: dropped });
  }

  #answer(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    if (pending.answer.ok) this.outbox.accepted(pending.answer.accepted);
    else assert.equal(this.outbox.refused(pending.answer.refused), 'send-whole-state');
  }

  /** Answers and sends until there is nothing more to say. */
  settle(): void {
    for (let turns = 0; turns < 10; turns += 1) {
      this.take({ do: 'answer' });
      this.take({ do: 'send' });
      if (this.#pending === undefined) return;
    }
    assert.fail('the outbox does not come to rest');
  }
}

test('whatever is lost on the way, the agent ends up with what is wanted', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const exchange = new Exchange();
      exchange.take({ do: 'change', set: [], drop: [] });
      for (const each of steps) exchange.take(each);
      exchange.take({ do: 'reconnect' });
      exchange.settle();
      assert.deepEqual(new Map([...exchange.agent.entries].sort()), new Map([...exchange.wanted].sort()));
    }),
    { numRuns: 500 },
  );
});

test('generations only rise', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const exchange = new Exchange();
      for (const each of steps) exchange.take(each);
      const generations = exchange.agent.updates.map(({ generation }) => generation);
      assert.deepEqual(
        generations,
        [...new Set(generations)].sort((a, b) => a - b),
      );
    }),
  );
});

test('a quiet connection sends nothing', () => {
  const exchange = new Exchange();
  exchange.take({ do: 'change', set: [['a', '1']], drop: [] });
  exchange.settle();
  assert.equal(exchange.outbox.next(), undefined);
  const entry = exchange.wanted.get('secret/default/a');
  assert.ok(entry);
  exchange.outbox.change({ upserts: [entry], removes: ['secret/default/never'] });
  assert.equal(exchange.outbox.next(), undefined);
});

test('a whole state that is refused again and again is given up', () => {
  const outbox = new DesiredOutbox(epoch);
  outbox.change({ upserts: [], removes: [] });
  const refused = { reason: 'StaleGeneration', message: '', epoch, generation: 0 } as const;
  assert.equal(outbox.next()?.generation, 1);
  assert.equal(outbox.refused(refused), 'give-up');
});

test('an answer to an update of a former connection is passed over', () => {
  const outbox = new DesiredOutbox(epoch);
  outbox.change({ upserts: [secret('a', '1')], removes: [] });
  outbox.next();
  outbox.connected({ epoch: 0, generation: 0 });
  outbox.accepted({ epoch, generation: 1 });
  assert.equal(outbox.next()?.base, null);
});
