/** Where servers listen: a unix socket for its owner alone, and an address for everybody with credentials. */
import { chmodSync, existsSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

/** An IP address or name, and a port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What kube-apiserver listens on; the machine's own address until somebody asks for more. */
const defaultAddress: ListenAddress = { host: '127.0.0.1', port: 6443 };

/** Listens on a unix socket for its owner alone; one that nobody answers on is removed first. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    if (await answers(path)) throw new Error(`another reconciler already answers on ${path}`);
    unlinkSync(path);
  }
  const former = process.umask(0o177);
  try {
    await listening(server, () => server.listen(path));
  } finally {
    process.umask(former);
  }
  chmodSync(path, 0o600);
}

/** Listens on `address`. Rejects naming it where that cannot be. */
export async function listenOnAddress(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    await listening(server, () => server.listen({ host, port }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the API cannot listen on ${hostPort({ host, port })}: ${why}`, { cause: error });
  }
}

/**
 * The address for a reconciler whose settings name none: the one it had before, 127.0.0.1:6443, or where another
 * program is there, a free port, which is kept in `stateDirectory` so that kubeconfigs stay good.
 */
export async function chosenAddress(stateDirectory: string): Promise<ListenAddress> {
  const file = join(stateDirectory, 'api-address');
  const before = existsSync(file) ? parseAddress(readFileSync(file, 'utf8').trim()) : undefined;
  for (const address of [before ?? defaultAddress, { ...defaultAddress, port: 0 }]) {
    const port = await freePort(address);
    if (port === undefined) continue;
    const chosen = { ...address, port };
    writeFileSync(file, `${hostPort(chosen)}\n`, { mode: 0o600 });
    return chosen;
  }
  throw new Error(`no port is free on ${defaultAddress.host}`);
}

/** The address with a port that is free now, where it leaves the choice; for the port 0 of settings. */
export async function withFreePort(address: ListenAddress): Promise<ListenAddress> {
  return address.port === 0 ? { ...address, port: (await freePort(address)) ?? 0 } : address;
}

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT` for all addresses; undefined where it is none of them. */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? '::' : host, port };
}

/** The inverse of parseAddress. */
export function hostPort({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function freePort({ host, port }: ListenAddress): Promise<number | undefined> {
  const probe = createServer();
  try {
    await listening(probe, () => probe.listen({ host, port }));
    return (probe.address() as AddressInfo).port;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  } finally {
    await new Promise<void>((resolve) => probe.close(() => resolve()));
  }
}

async function listening(server: Server, start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
