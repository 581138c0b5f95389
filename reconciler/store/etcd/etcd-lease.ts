/** Leases: keys that vanish with their owner. */
import { randomInt } from 'node:crypto';
import { status as grpc } from '@grpc/grpc-js';
import type { EtcdClient } from './etcd-client.ts';
import { EtcdError } from './etcd-error.ts';

/** A fresh id, chosen here because etcd's own are greater than a number can hold. */
export function newLeaseId(): number {
  return randomInt(1, 2 ** 48 - 1);
}

/** Renews a lease; the seconds that it lasts from now on, 0 or less where it is gone. Rejects with EtcdError. */
export async function keepAliveOnce(client: EtcdClient, id: number, timeoutMs: number): Promise<number> {
  const { stream, url } = await client.open('LeaseKeepAlive', timeoutMs);
  stream.on('error', () => undefined);
  try {
    stream.write({ id });
    for await (const { ttl } of stream as AsyncIterable<{ readonly ttl: number }>) return ttl;
    throw new EtcdError(grpc.UNAVAILABLE, 'the stream ended', url);
  } catch (error) {
    throw client.streamError(error, url);
  } finally {
    stream.cancel();
  }
}
