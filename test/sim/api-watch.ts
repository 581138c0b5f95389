/** A watch on a trial's API whose events are taken one at a time. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { ApiTrial } from './api-trial.ts';

export interface WatchedEvent<T> {
  readonly type: string;
  readonly object: T;
}

export interface WatchStream<T> {
  /** The next event; undefined where the server has ended the watch. */
  readonly next: () => Promise<WatchedEvent<T> | undefined>;
  readonly stop: () => void;
}

/** Begins a watch, which the server has to take. `T` is the caller's promise of what is in its events. */
export async function watchStream<T>(
  { socketPath }: ApiTrial,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WatchStream<T>> {
  const outgoing = request({ socketPath, path, headers, agent: false });
  outgoing.on('error', () => undefined);
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 200);
  const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await lines.next();
      return done === true ? undefined : (JSON.parse(String(value)) as WatchedEvent<T>);
    },
    stop: () => outgoing.destroy(),
  };
}
