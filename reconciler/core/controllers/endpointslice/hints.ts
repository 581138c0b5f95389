/** Where an endpoint's traffic should come from, as `trafficDistribution` of its Service asks (KEP-4444, KEP-3015). */
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointHints } from '../../../../schemas/kubernetes/types/discovery-v1.ts';

type Hints = (nodeName: string | undefined, zone: string | undefined) => EndpointHints | undefined;

const sameZone: Hints = (_nodeName, zone) =>
  zone === undefined ? undefined : { forZones: [{ name: zone }] };

/** By the distribution's name; the first is the older name of the second. */
const distributions: Readonly<Record<string, Hints>> = {
  PreferClose: sameZone,
  PreferSameZone: sameZone,
  PreferSameNode: (nodeName, zone) => {
    if (nodeName === undefined) return sameZone(nodeName, zone);
    return { forNodes: [{ name: nodeName }], ...sameZone(nodeName, zone) };
  },
};

/** The hints of a ready endpoint; undefined for a Service whose traffic goes anywhere. */
export function hintsOf(
  { spec }: Service,
  nodeName: string | undefined,
  zone: string | undefined,
): EndpointHints | undefined {
  return distributions[spec?.trafficDistribution ?? '']?.(nodeName, zone);
}
