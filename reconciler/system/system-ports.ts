/** The machine's own clock, randomness and log, behind the ports that the core and the loop know. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { destination, pino } from 'pino';
import type { Clock, Logger, Random } from '../core/ports.ts';

/** setTimeout takes no longer delay than this. */
const timerMaxMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, timerMaxMs));
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = { next: () => Math.random(), uuid: () => randomUUID() };

/** JSON lines in `directory/berth.log`. */
export function fileLogger(directory: string): Logger {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: join(directory, 'berth.log'), mkdir: true, sync: true, mode: 0o600 }),
  );
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
