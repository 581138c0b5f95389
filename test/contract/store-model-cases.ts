import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CompactedError } from '../../reconciler/core/ports.ts';
import type { Store, StoreWrite } from '../../reconciler/core/ports.ts';
import { StoreModel } from './store-model.ts';
import { batchLine, line, put, remove, watched } from './store-trial.ts';
import type { StoreCases } from './store-trial.ts';

const runs = 60;
const keys = ['/a', '/a/1', '/a/2', '/b/\u{1f680}', '/b/\u{ffee}', '/c'];
const prefixes = ['', '/a', '/a/', '/b/', '/none'];

/** Which mod revision a write expects: none at all, the right one, or some other. */
type Expectation = 'none' | 'right' | number;

type Step =
  | {
      readonly type: 'commit';
      readonly writes: readonly { key: string; kind: 'put' | 'delete' | 'check'; expects: Expectation }[];
    }
  | { readonly type: 'compact'; readonly share: number }
  | { readonly type: 'read'; readonly share: number; readonly prefix: string; readonly limit: number };

const expectation = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Expectation>('none') },
  { weight: 4, arbitrary: fc.constant<Expectation>('right') },
  { weight: 1, arbitrary: fc.nat(6) },
);
const write = fc.record({
  key: fc.constantFrom(...keys),
  kind: fc.constantFrom('put' as const, 'put' as const, 'delete' as const, 'check' as const),
  expects: expectation,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      writes: fc.uniqueArray(write, { selector: ({ key }) => key, minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('compact' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('read' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      prefix: fc.constantFrom(...prefixes),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

/** Any sequence of commits, compactions and reads answers as a plain map per revision does. */
export const modelCases: StoreCases = {
  'any sequence of steps agrees with a simple model': async (_trial, factory) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const trial = await factory.open();
        try {
          const model = new StoreModel();
          for (const [index, each] of steps.entries()) await take(each, index, trial.store, model);
          const store = (await trial.reopen?.()) ?? trial.store;
          await compareAll(store, model);
        } finally {
          await trial.dispose();
        }
      }),
      { numRuns: runs },
    );
  },
};

async function take(each: Step, index: number, store: Store, model: StoreModel): Promise<void> {
  switch (each.type) {
    case 'commit': {
      const writes = each.writes.map(({ key, kind, expects }): StoreWrite => {
        const expected =
          expects === 'none' ? undefined : expects === 'right' ? model.modRevision(key) : expects;
        if (kind === 'check') return { type: 'check', key, expected: expected ?? model.modRevision(key) };
        return kind === 'put' ? put(key, `${index}`, expected) : remove(key, expected);
      });
      assert.deepEqual(await store.commit(writes), model.commit(writes));
      return;
    }
    case 'compact': {
      const revision = Math.floor(each.share * model.revision);
      await store.compact(revision);
      model.compact(revision);
      return;
    }
    case 'read':
      await compareList(store, model, { ...each, revision: Math.floor(each.share * model.revision) });
  }
}

async function compareList(
  store: Store,
  model: StoreModel,
  asked: { readonly prefix: string; readonly revision: number; readonly limit: number },
): Promise<void> {
  const { prefix, revision, limit } = asked;
  if (revision < model.compacted) {
    await assert.rejects(store.list(prefix, { revision }), CompactedError);
    return;
  }
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.list(prefix, { revision, limit, ...(after === undefined ? {} : { after }) });
    assert.equal(page.revision, revision);
    assert.ok(page.records.length <= limit);
    seen.push(...page.records.map(line));
    if (page.next === undefined) break;
    after = page.next;
  }
  assert.deepEqual(seen, model.list(prefix, revision).map(line));
}

async function compareAll(store: Store, model: StoreModel): Promise<void> {
  assert.equal(await store.revision(), model.revision);
  for (let revision = model.compacted; revision <= model.revision; revision++) {
    await compareList(store, model, { prefix: '', revision, limit: 3 });
    for (const key of keys)
      assert.equal(line(await store.get(key, { revision })), line(model.get(key, revision)));
  }
  for (const prefix of prefixes) {
    const expected = model.batches(prefix, model.compacted).map(batchLine);
    assert.deepEqual(await watched(store, prefix, model.compacted, expected.length), expected);
  }
}
