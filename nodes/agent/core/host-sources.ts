/** The desired state as pods' sources. */
import type { ServiceEntry } from '../../../schemas/wire/messages.ts';
import type { DesiredState } from './desired-state.ts';
import { mentionsOf } from './mentions.ts';
import type { PodSources } from './sources.ts';

/** `entries` gives the newest state; `isFinished` says whether a pod has ended, though it is still desired. */
export function sourcesOf(
  entries: () => DesiredState['entries'],
  isFinished: (uid: string) => boolean,
): PodSources {
  return {
    configMap: (namespace, name) => {
      const entry = entries().get(`configmap/${namespace}/${name}`);
      return entry?.type === 'configmap' ? entry : undefined;
    },
    secret: (namespace, name) => {
      const entry = entries().get(`secret/${namespace}/${name}`);
      return entry?.type === 'secret' ? entry : undefined;
    },
    claim: (namespace, name) => {
      const entry = entries().get(`claim/${namespace}/${name}`);
      return entry?.type === 'claim' ? entry : undefined;
    },
    isClaimTaken: (namespace, name, uid) =>
      isClaimTaken(entries(), `claim/${namespace}/${name}`, uid, isFinished),
    token: (uid) => {
      const entry = entries().get(`token/${uid}`);
      return entry?.type === 'token' ? entry : undefined;
    },
    services: (namespace) => servicesOf(entries(), namespace),
  };
}

/** The first that came has it; equally old ones go by uid. */
function isClaimTaken(
  entries: DesiredState['entries'],
  key: string,
  uid: string,
  isFinished: (uid: string) => boolean,
): boolean {
  const turnOf = (podUid: string): string => {
    const entry = entries.get(`pod/${podUid}`);
    return entry?.type === 'pod' ? `${entry.pod.metadata.creationTimestamp ?? ''} ${podUid}` : '';
  };
  const own = turnOf(uid);
  for (const entry of entries.values()) {
    if (entry.type !== 'pod') continue;
    const other = entry.pod.metadata.uid ?? '';
    if (other === uid || isFinished(other) || !mentionsOf(entry.pod).includes(key)) continue;
    if (turnOf(other) < own) return true;
  }
  return false;
}

function servicesOf(entries: DesiredState['entries'], namespace: string): ReadonlyMap<string, ServiceEntry> {
  const prefix = `service/${namespace}/`;
  const services = new Map<string, ServiceEntry>();
  for (const [key, entry] of entries)
    if (entry.type === 'service' && key.startsWith(prefix)) services.set(key.slice(prefix.length), entry);
  return new Map([...services].sort(([a], [b]) => (a < b ? -1 : 1)));
}
