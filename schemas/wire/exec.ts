/**
 * Sessions in pods, as the reconciler asks an agent for them:
 *
 *   POST /v1/sessions?ask=SessionAsk (JSON) -> 200, then bytes in both directions, until either side ends
 *
 * `exec`, `attach` and `portforward` carry SPDY/3.1 as Kubernetes' streaming servers speak it, one stream per
 * channel, so that what the runtime serves itself needs no translation; the reconciler's side is the client. The
 * answer's header `sessionProtocolHeader` names the protocol that was agreed upon. `dial` carries a TCP connection
 * as it is.
 */

export type SessionAsk = ExecAsk | AttachAsk | PortForwardAsk | DialAsk;

/** Which of the container's streams the session has. `stderr` and `tty` exclude each other. */
export interface SessionStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ExecAsk extends SessionStreams {
  readonly type: 'exec';
  readonly uid: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Offered, best first, e.g. `v4.channel.k8s.io`. */
  readonly protocols: readonly string[];
}

export interface AttachAsk extends SessionStreams {
  readonly type: 'attach';
  readonly uid: string;
  readonly container: string;
  readonly protocols: readonly string[];
}

export interface PortForwardAsk {
  readonly type: 'portforward';
  readonly uid: string;
  readonly protocols: readonly string[];
}

/** A connection from the host itself, to a pod's or the host's own address. */
export interface DialAsk {
  readonly type: 'dial';
  readonly address: string;
  readonly port: number;
}

export const sessionProtocolHeader = 'x-stream-protocol-version';

export function sessionPath(ask: SessionAsk): string {
  return `/v1/sessions?ask=${encodeURIComponent(JSON.stringify(ask))}`;
}

/** The ask of such a path, or what is wrong with it. */
export function parseSessionAsk(json: string | null): SessionAsk | string {
  let value: unknown;
  try {
    value = JSON.parse(json ?? '');
  } catch {
    return 'ask: must be JSON';
  }
  if (typeof value !== 'object' || value === null) return 'ask: must be an object';
  const fields = new Map<string, unknown>(Object.entries(value));
  const type = fields.get('type');
  if (typeof type !== 'string' || !Object.hasOwn(fieldTypes, type)) return 'ask: unknown type';
  const wanted = fieldTypes[type as SessionAsk['type']];
  const wrong = Object.entries(wanted).find(([name, check]) => !check(fields.get(name)));
  return wrong === undefined ? (value as SessionAsk) : `ask: ${wrong[0]} is missing or of another type`;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isTexts: Check = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isPort: Check = (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
const streams = { stdin: isFlag, stdout: isFlag, stderr: isFlag, tty: isFlag };

const fieldTypes: Readonly<Record<SessionAsk['type'], Readonly<Record<string, Check>>>> = {
  exec: { uid: isText, container: isText, command: isTexts, protocols: isTexts, ...streams },
  attach: { uid: isText, container: isText, protocols: isTexts, ...streams },
  portforward: { uid: isText, protocols: isTexts },
  dial: { address: isText, port: isPort },
};
