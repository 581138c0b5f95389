/** A connection that can be broken in the middle: between a client and a server on this machine. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class TcpProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What passes: everything, what the client says alone, or nothing. */
  #passes: 'both ways' | 'requests' | 'nothing' = 'both ways';

  private constructor(target: number, server: Server) {
    this.#target = target;
    this.#server = server;
    server.on('connection', (client) => this.#join(client));
  }

  static async to(url: string): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(Number(new URL(url).port), server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on answers are lost, though requests arrive. */
  loseAnswers(): void {
    this.#passes = 'requests';
  }

  /** From now on nothing arrives, though connections stand. */
  loseEverything(): void {
    this.#passes = 'nothing';
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    this.#passes = 'both ways';
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    client.on('data', (chunk) => {
      if (this.#passes !== 'nothing') server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (this.#passes === 'both ways') client.write(chunk);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined); // A cut connection; its end follows.
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
