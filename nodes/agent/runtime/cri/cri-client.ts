/** Calls of the Container Runtime Interface over gRPC on a unix socket. */
import { Client, credentials, Metadata, type ServiceError, status as grpcStatus } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { RuntimeProblem } from '../../core/runtime-problem.ts';
import { type CriMethod, type CriResponses, criMethods } from './cri-messages.ts';
import { containerdEventsProto, criProto } from './cri-proto.ts';

/** The kubelet's bound for calls that answer at once. */
const callTimeoutMs = 120_000;

const cri = protobuf.parse(criProto).root;
const events = protobuf.parse(containerdEventsProto).root;

const decodeOptions: protobuf.IConversionOptions = {
  longs: Number,
  defaults: true,
  arrays: true,
  objects: true,
};

/** Encodes and decodes one message type. */
interface Codec {
  readonly encode: (value: Readonly<Record<string, unknown>>) => Buffer;
  readonly decode: (bytes: Uint8Array) => Record<string, unknown>;
}

function codecOf(root: protobuf.Root, name: string): Codec {
  const type = root.lookupType(name);
  return {
    encode: (value) => Buffer.from(type.encode(type.create(value)).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), decodeOptions),
  };
}

const codecs = new Map<string, Codec>();

function criCodec(name: string): Codec {
  const known = codecs.get(name);
  if (known !== undefined) return known;
  const codec = codecOf(cri, `runtime.v1.${name}`);
  codecs.set(name, codec);
  return codec;
}

const subscribeRequest = codecOf(events, 'containerd.services.events.v1.SubscribeRequest');
const envelope = codecOf(events, 'containerd.services.events.v1.Envelope');
const taskEvent = codecOf(events, 'containerd.services.events.v1.TaskEvent');

export interface ContainerdEvent {
  readonly namespace: string;
  readonly topic: string;
  readonly containerId: string;
  /** Of the process; equal to the container's id for its first one, empty where the event is not about a process. */
  readonly processId: string;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export class CriClient {
  readonly #client: Client;

  constructor(socket: string) {
    this.#client = new Client(`unix://${socket}`, credentials.createInsecure(), {
      // containerd refuses the escaped socket path that gRPC would send as authority.
      'grpc.default_authority': 'localhost',
      // A list of all containers grows with the host.
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
      'grpc.max_send_message_length': 16 * 1024 * 1024,
      'grpc.enable_retries': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
    });
  }

  /** One unary call; rejects with a RuntimeProblem. */
  call<M extends CriMethod>(
    method: M,
    request: Readonly<Record<string, unknown>>,
    options: CallOptions = {},
  ): Promise<CriResponses[M]> {
    const info = criMethods[method];
    const requestCodec = criCodec(info.request);
    const responseCodec = criCodec(info.response);
    const deadline = Date.now() + (options.timeoutMs ?? callTimeoutMs);
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        `/runtime.v1.${info.service}/${method}`,
        requestCodec.encode,
        (bytes: Buffer) => responseCodec.decode(bytes) as unknown as CriResponses[M],
        request,
        new Metadata(),
        { deadline },
        (error, response) => {
          options.signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(problemOf(method, error));
          else if (response === undefined) reject(new RuntimeProblem('Internal', `${method}: empty answer`));
          else resolve(response);
        },
      );
      const cancel = (): void => call.cancel();
      options.signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** containerd's events that match any of `filters`, until the connection ends or `signal` aborts. */
  async *subscribe(filters: readonly string[], signal: AbortSignal): AsyncGenerator<ContainerdEvent> {
    const stream = this.#client.makeServerStreamRequest(
      '/containerd.services.events.v1.Events/Subscribe',
      subscribeRequest.encode,
      envelope.decode,
      { filters },
      new Metadata(),
    );
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream as AsyncIterable<Record<string, unknown>>) yield eventOf(message);
    } catch (error) {
      if (!signal.aborted) throw problemOf('Subscribe', error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  /** Resolves when the runtime's socket is connected; rejects after `timeoutMs`. */
  connected(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.waitForReady(Date.now() + timeoutMs, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(new RuntimeProblem('Unavailable', error.message));
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

function eventOf(message: Record<string, unknown>): ContainerdEvent {
  const { namespace, topic, event } = message as {
    namespace: string;
    topic: string;
    event: { value: Uint8Array } | null;
  };
  const body = topic.startsWith('/tasks/') && event !== null ? taskEvent.decode(event.value) : {};
  const { containerId = '', id = '' } = body as { containerId?: string; id?: string };
  return { namespace, topic, containerId, processId: topic === '/tasks/exit' ? id : '' };
}

function problemOf(method: string, error: ServiceError): RuntimeProblem {
  const message = error.details === '' ? error.message : error.details;
  switch (error.code) {
    case grpcStatus.NOT_FOUND:
      return new RuntimeProblem('NotFound', message);
    case grpcStatus.UNAVAILABLE:
      return new RuntimeProblem('Unavailable', message);
    case grpcStatus.CANCELLED:
      return new RuntimeProblem('Cancelled', `${method}: cancelled`);
    case grpcStatus.DEADLINE_EXCEEDED:
      return new RuntimeProblem('Timeout', `${method}: ${message}`);
    default:
      return new RuntimeProblem('Internal', message);
  }
}
