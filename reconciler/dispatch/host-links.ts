/** The reconciler's links to its hosts, over SSH. */
import {
  LinkError,
  type HostEvents,
  type HostKey,
  type HostLink,
  type HostLinks,
  type HostTarget,
} from '../core/ports.ts';
import { Link, type LinkPorts } from './link.ts';
import { scanHostKeys } from './scan.ts';
import { Slots } from './slots.ts';

/**
 * Bootstraps at a time: each is a process of 60 MB that pushes 50 MB. A host that goes silent meanwhile gives its
 * place back after the keepalive's 8 s.
 */
const bootstrapsMax = 16;

export type HostLinksPorts = LinkPorts;

export function createHostLinks(ports: HostLinksPorts): HostLinks {
  const slots = new Slots(bootstrapsMax);
  const bounded: LinkPorts = {
    ...ports,
    bootstrap: (job, onProgress, signal) => slots.run(() => ports.bootstrap(job, onProgress, signal), signal),
  };
  const links = new Map<string, Link>();
  let closed = false;
  return {
    open(target: HostTarget, events: HostEvents): HostLink {
      if (closed) throw new LinkError('Closed', 'the links are closed');
      if (links.has(target.name))
        throw new LinkError('AlreadyOpen', `host ${target.name} has a link already; close it first`);
      const link = new Link(bounded, target, events);
      links.set(target.name, link);
      return {
        update: (change) => link.update(change),
        logs: (query, signal) => link.logs(query, signal),
        images: (signal) => link.images(signal),
        importImage: (digest, archive, signal) => link.importImage(digest, archive, signal),
        close: async () => {
          await link.close();
          if (links.get(target.name) === link) links.delete(target.name);
        },
      };
    },
    scan(address: string, port: number, signal: AbortSignal): Promise<readonly HostKey[]> {
      return scanHostKeys(address, port, signal);
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...links.values()].map((link) => link.close()));
      links.clear();
    },
  };
}
