import { test } from 'node:test';
import { desiredCases } from './links-desired-cases.ts';
import { faultCases } from './links-fault-cases.ts';
import { streamCases } from './links-stream-cases.ts';
import type { LinksFactory } from './links-trial.ts';

/** A case that hangs has failed; the longest one waits 8 s for the keepalive. */
const caseTimeoutMs = 60_000;

/** Holds one implementation of the HostLinks port to its doc comments and to the rules of the wire. */
export function linksContract(factory: LinksFactory): void {
  for (const [title, check] of Object.entries({ ...desiredCases, ...faultCases, ...streamCases })) {
    test(`${factory.name} links: ${title}`, { timeout: caseTimeoutMs }, async () => {
      const trial = await factory.open();
      try {
        await check(trial);
      } finally {
        await trial.dispose();
      }
    });
  }
}
