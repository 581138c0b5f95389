/**
 * Channels of exec and attach within one WebSocket: each message begins with the number of its channel. Which
 * subprotocol is spoken decides how that number is written and what the protocol can say.
 */

export const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export interface ChannelProtocol {
  readonly name: string;
  /** Text messages: the channel as a digit, then base64. */
  readonly base64: boolean;
  /** The outcome is a Status, also a good one; otherwise the message of a failure alone. */
  readonly status: boolean;
  /** A message on channel 255 closes the channel that it names. */
  readonly closes: boolean;
}

function protocol(name: string, traits: Partial<Omit<ChannelProtocol, 'name'>> = {}): ChannelProtocol {
  return { name, base64: false, status: false, closes: false, ...traits };
}

const known: readonly ChannelProtocol[] = [
  protocol('v5.channel.k8s.io', { status: true, closes: true }),
  protocol('v4.channel.k8s.io', { status: true }),
  protocol('v4.base64.channel.k8s.io', { status: true, base64: true }),
  protocol('channel.k8s.io'),
  protocol('base64.channel.k8s.io', { base64: true }),
];

/** What is spoken with a client that offers none. */
const unnamed = protocol('');

/** The first protocol offered that is served; undefined where none is. */
export function agreedProtocol(offered: readonly string[]): ChannelProtocol | undefined {
  if (offered.length === 0) return unnamed;
  return offered.flatMap((name) => known.filter((one) => one.name === name))[0];
}

export interface ChannelMessage {
  readonly channel: number;
  readonly payload: Buffer;
}

/** A message as it came; undefined where it is none of the protocol. */
export function readMessage(data: Buffer, { base64 }: ChannelProtocol): ChannelMessage | undefined {
  const [first] = data;
  if (first === undefined) return undefined;
  const payload = data.subarray(1);
  if (!base64) return { channel: first, payload };
  const digit = first - 0x30;
  if (digit < 0 || digit > 9) return undefined;
  return { channel: digit, payload: Buffer.from(payload.toString('latin1'), 'base64') };
}

/** A message as it is sent: text where the protocol is base64. */
export function writeMessage(
  { channel: number, payload }: { readonly channel: number; readonly payload: Uint8Array },
  { base64 }: ChannelProtocol,
): Buffer | string {
  if (base64) return `${number}${Buffer.from(payload).toString('base64')}`;
  return Buffer.concat([Buffer.from([number]), payload]);
}
