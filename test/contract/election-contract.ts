import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaderElection, Leadership, Store } from '../../reconciler/core/ports.ts';
import { commit, put } from './store-trial.ts';

/** Candidates on one store. */
export interface ElectionTrial {
  readonly store: Store;
  readonly candidate: (identity: string) => LeaderElection;
  /** Ends the term of whoever leads, without its doing: as when its lease runs out. */
  readonly depose: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

type ElectionCase = (trial: ElectionTrial, signal: AbortSignal) => Promise<void>;

const cases: Readonly<Record<string, ElectionCase>> = {
  'who campaigns alone leads, in epoch 1': async ({ candidate }, signal) => {
    const a = candidate('a');
    assert.equal(await a.leader(), undefined);
    const term = await a.campaign(signal);
    assert.equal(term.epoch, 1);
    assert.equal(await a.leader(), 'a');
    assert.equal(term.lost.aborted, false);
  },

  'a second candidate leads when the first resigns, in the next epoch': async ({ candidate }, signal) => {
    const [a, b] = [candidate('a'), candidate('b')];
    const first = await a.campaign(signal);
    const waiting = b.campaign(signal);
    assert.equal(await b.leader(), 'a');
    await first.resign();
    const second = await waiting;
    assert.equal(second.epoch, 2);
    assert.equal(await a.leader(), 'b');
    assert.equal(first.lost.aborted, true);
    assert.equal(second.lost.aborted, false);
  },

  'of many candidates one leads at a time, each in an epoch of its own': async ({ candidate }, signal) => {
    const names = ['a', 'b', 'c', 'd'];
    let leading = 0;
    const epochs: number[] = [];
    const turn = async (name: string): Promise<void> => {
      const term = await candidate(name).campaign(signal);
      leading++;
      assert.equal(leading, 1);
      epochs.push(term.epoch);
      await new Promise((resolve) => setImmediate(resolve));
      leading--;
      await term.resign();
    };
    await Promise.all(names.map(turn));
    assert.deepEqual(epochs, [1, 2, 3, 4]);
  },

  'a term that is over fences its commits off, a term that lasts does not': async (trial, signal) => {
    const { store, candidate, depose } = trial;
    const first = await candidate('a').campaign(signal);
    await commit(store, checkOf(first), put('/written', 'in the first term'));
    await depose();
    const result = await store.commit([checkOf(first), put('/written', 'too late')]);
    assert.equal(result.ok, false);
    const second = await candidate('b').campaign(signal);
    assert.equal(second.epoch, 2);
    await commit(store, checkOf(second), put('/written', 'in the second term'));
    assert.equal((await store.commit([checkOf(first), put('/written', 'far too late')])).ok, false);
  },

  'who is deposed hears of it': async ({ candidate, depose }, signal) => {
    const { lost } = await candidate('a').campaign(signal);
    const heard = new Promise((resolve) => lost.addEventListener('abort', resolve, { once: true }));
    await depose();
    if (!lost.aborted) await heard;
  },

  'a campaign ends with its signal': async ({ candidate }, signal) => {
    await candidate('a').campaign(signal);
    const abort = new AbortController();
    const waiting = candidate('b').campaign(abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/u);
    await assert.rejects(candidate('c').campaign(abort.signal), /enough/u);
  },
};

function checkOf({ key, modRevision }: Leadership): {
  readonly type: 'check';
  readonly key: string;
  readonly expected: number;
} {
  return { type: 'check', key, expected: modRevision };
}

/** Holds one implementation of the LeaderElection port to the port's doc comments. */
export function electionContract(name: string, open: () => Promise<ElectionTrial>): void {
  for (const [title, check] of Object.entries(cases)) {
    test(`${name} election: ${title}`, async (context) => {
      const trial = await open();
      try {
        await check(trial, context.signal);
      } finally {
        await trial.dispose();
      }
    });
  }
}
