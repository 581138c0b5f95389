/**
 * The peer of `bench -- services`: the same services in the layout that kube-proxy gives nftables, with a chain for
 * each service and each endpoint, written for this comparison.
 */
import type { ServiceEntry } from '../schemas/wire/messages.ts';

interface Port {
  readonly id: string;
  readonly key: string;
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
}

/** Everything in one transaction that replaces what was there. */
export function chainRuleset(services: readonly ServiceEntry[]): string {
  const ports = services.flatMap(portsOf);
  return [
    'add table ip peer',
    'delete table ip peer',
    'table ip peer {',
    '  map services { type ipv4_addr . inet_proto . inet_service : verdict; }',
    '  chain mark-it { meta mark set meta mark | 0x4000; }',
    ...ports.flatMap((port) => [...endpointChains(port), serviceChain(port)]),
    '  chain prerouting {',
    '    type nat hook prerouting priority -100; policy accept;',
    '    ip daddr . meta l4proto . th dport vmap @services',
    '  }',
    '}',
    'add element ip peer services {',
    ...ports.map(({ id, key }) => `  ${key} : goto service-${id},`),
    '}',
    '',
  ].join('\n');
}

/** Only what a change of one service needs: its chain's rules, and the chains of endpoints that come or go. */
export function chainChange(before: ServiceEntry, after: ServiceEntry): string {
  const former = portsOf(before).map(({ endpoints }) => endpoints.length);
  const lines = portsOf(after).flatMap((port, index) => {
    const [had, has] = [former[index] ?? 0, port.endpoints.length];
    const gone = Array.from({ length: Math.max(0, had - has) }, (_, extra) =>
      endpointChainName(port, has + extra),
    );
    return [
      `flush chain ip peer service-${port.id}`,
      'table ip peer {',
      ...endpointChains(port).slice(had),
      serviceChain(port),
      '}',
      ...gone.map((name) => `delete chain ip peer ${name}`),
    ];
  });
  return [...lines, ''].join('\n');
}

function portsOf({ key, clusterIPs, ports }: ServiceEntry): readonly Port[] {
  const name = key.replace(/.*\//, '');
  return clusterIPs.flatMap((ip) =>
    ports.map(({ protocol, port, endpoints }) => ({
      id: `${name}-${port}`,
      key: `${ip} . ${protocol.toLowerCase()} . ${port}`,
      endpoints,
    })),
  );
}

function serviceChain(port: Port): string {
  const branches = port.endpoints.map((_, index) => `${index} : goto ${endpointChainName(port, index)}`);
  const pick = `numgen random mod ${branches.length} vmap { ${branches.join(', ')} }`;
  return `  chain service-${port.id} { ip saddr != 10.42.0.0/16 jump mark-it; ${pick}; }`;
}

function endpointChains(port: Port): readonly string[] {
  return port.endpoints.map((endpoint, index) => {
    const translate = `meta l4proto tcp dnat to ${endpoint.ip}:${endpoint.port}`;
    return `  chain ${endpointChainName(port, index)} { ip saddr ${endpoint.ip} jump mark-it; ${translate}; }`;
  });
}

function endpointChainName({ id }: Port, index: number): string {
  return `endpoint-${id}-${index}`;
}
