import { test } from 'node:test';
import { commitCases } from './store-commit-cases.ts';
import { durabilityCases } from './store-durability-cases.ts';
import { modelCases } from './store-model-cases.ts';
import { readCases } from './store-read-cases.ts';
import type { StoreFactory } from './store-trial.ts';
import { watchCases } from './store-watch-cases.ts';

/** Holds one implementation of the Store port to every sentence of the port's doc comments. */
export function storeContract(factory: StoreFactory): void {
  const volatile = { ...commitCases, ...readCases, ...watchCases, ...modelCases };
  const cases = factory.durable ? { ...volatile, ...durabilityCases } : volatile;
  for (const [title, check] of Object.entries(cases)) {
    test(`${factory.name} store: ${title}`, async () => {
      const trial = await factory.open();
      try {
        await check(trial, factory);
      } finally {
        await trial.dispose();
      }
    });
  }
}
