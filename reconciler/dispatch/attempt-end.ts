/** How an attempt to serve a host ended, and what that means for the next one. A table; pure. */
import { LinkError } from '../core/ports.ts';
import type { RetryPace } from './backoff.ts';

export interface AttemptEnd {
  readonly reason: string;
  readonly message: string;
  readonly verdict: RetryPace | 'refuse';
  /** Whether the host was connected in between. */
  readonly served: boolean;
}

/** What only a changed Host, or another reconciler's end, can mend. */
const refusing: ReadonlySet<string> = new Set(['HostKeyMismatch', 'WeakKeyExchange', 'StaleEpoch']);

/** What a person has to mend on the host or here; trying every few seconds would not help. */
const lasting: ReadonlySet<string> = new Set([
  'AgentFailed',
  'AuthenticationFailed',
  'BootstrapCrashed',
  'BuildFailed',
  'DesiredStateTooLarge',
  'HostUnfit',
  'IdentityUnreadable',
  'InvalidJob',
  'PackagesFailed',
  'ProtocolError',
]);

/** The last words of an agent that did not start, in a message for people. */
const logLinesMax = 10;

export function attemptEndOf(why: {
  readonly reason: string;
  readonly message: string;
  readonly agentLog?: readonly string[];
}): AttemptEnd {
  const { reason, agentLog = [] } = why;
  const verdict = refusing.has(reason) ? 'refuse' : lasting.has(reason) ? 'slowly' : 'soon';
  const message = [why.message, ...agentLog.slice(-logLinesMax)].join('\n');
  return { reason, message, verdict, served: false };
}

/** What a host that follows a later epoch means. */
export function anotherLeads(held: number, own: number): LinkError {
  return new LinkError(
    'StaleEpoch',
    `the host follows epoch ${held}, this reconciler has ${own}: another reconciler leads`,
  );
}
