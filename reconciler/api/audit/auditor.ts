/** Records who did what: a policy decides, events go to `audit.log` in the state directory as JSON lines. */
import { join } from 'node:path';
import type { Clock, Logger, Random } from '../../core/ports.ts';
import { auditEvent, type RequestInfo, type ResponseInfo } from './audit-event.ts';
import { type AuditPolicy, decide, type Level, type Stage } from './policy.ts';
import { RotatingFile, rotationDefaults, type RotationLimits } from './rotating-file.ts';

export interface AuditorSettings {
  readonly directory: string;
  readonly policy: AuditPolicy;
  readonly limits?: RotationLimits;
}

/** The record of one request. Its calls never throw and never wait. */
export interface AuditEntry {
  /** For the `Audit-Id` header. */
  readonly auditId: string;
  /** `Request` and `RequestResponse` want bodies in `end`; the others ignore them. */
  readonly level: Level;
  /** The headers of an answer without an end have been sent: a watch, a followed log, an exec. */
  started(response: ResponseInfo): void;
  /** The answer is complete. */
  end(response: ResponseInfo): void;
}

export interface Auditor {
  begin(info: RequestInfo): AuditEntry;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** Longer ones, or with other letters, are not taken from clients: the id is a key for whoever reads the log. */
const auditIdPattern = /^[\w.:-]{1,64}$/;

export function createAuditor(
  settings: AuditorSettings,
  ports: { readonly clock: Clock; readonly random: Random; readonly logger: Logger },
): Auditor {
  const { policy, directory, limits = rotationDefaults } = settings;
  const { clock, random } = ports;
  const file = new RotatingFile(join(directory, 'audit.log'), limits, ports);
  const begin = (info: RequestInfo): AuditEntry => {
    const decision = decide(policy, info);
    const given = info.auditId ?? '';
    const auditId = auditIdPattern.test(given) ? given : random.uuid();
    if (decision.level === 'None') return { auditId, level: 'None', started: nothing, end: nothing };
    const receivedMs = clock.now();
    const record = (stage: Stage, response?: ResponseInfo): void => {
      if (decision.omitStages.includes(stage)) return;
      const times = { receivedMs, stageMs: clock.now() };
      file.write(JSON.stringify(auditEvent(auditId, stage, info, response, decision, times)));
    };
    record('RequestReceived');
    return {
      auditId,
      level: decision.level,
      started: (response) => record('ResponseStarted', response),
      end: (response) => record('ResponseComplete', response),
    };
  };
  return { begin, close: () => file.close() };
}

function nothing(): void {
  // The policy has nothing recorded of this request.
}
