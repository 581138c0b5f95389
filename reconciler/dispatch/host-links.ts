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
      const former = links.get(target.name);
      if (former?.closing === false)
        throw new LinkError('AlreadyOpen', `host ${target.name} has a link already`);
      const link = new Link(bounded, target, events, former?.ended);
      links.set(target.name, link);
      const forget = (): void => {
        if (links.get(target.name) === link) links.delete(target.name);
      };
      link.ended.then(forget, forget);
      return link;
    },
    scan(address: string, port: number, signal: AbortSignal): Promise<readonly HostKey[]> {
      return scanHostKeys(address, port, signal);
    },
    async reset(target: HostTarget, progress: (message: string) => void, signal: AbortSignal): Promise<void> {
      const { name: _, agent: __, ...ssh } = target;
      const job = { type: 'reset', target: ssh, containers: true } as const;
      const result = await bounded.bootstrap(job, ({ message }) => progress(message), signal);
      if (!result.ok) throw new LinkError(result.reason, result.message);
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...links.values()].map((link) => link.close()));
    },
  };
}
