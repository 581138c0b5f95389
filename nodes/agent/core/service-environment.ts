/** What containers are told of services by environment variables, in the form of Docker's links too. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ServiceEntry } from '../../../schemas/wire/messages.ts';
import type { PodSources } from './sources.ts';

/** The API is told to every pod, whatever its namespace and even where it wants no links. */
const api = { namespace: 'default', name: 'kubernetes' } as const;

export function serviceEnvironment(
  pod: Pod,
  sources: Pick<PodSources, 'services'>,
): ReadonlyMap<string, string> {
  const services = new Map<string, ServiceEntry>();
  const ofApi = sources.services(api.namespace).get(api.name);
  if (ofApi !== undefined) services.set(api.name, ofApi);
  if (pod.spec?.enableServiceLinks !== false)
    for (const [name, service] of sources.services(pod.metadata.namespace ?? '')) services.set(name, service);
  const values = new Map<string, string>();
  for (const [name, service] of services) addService(values, name, service);
  return values;
}

function addService(values: Map<string, string>, name: string, { clusterIPs, ports }: ServiceEntry): void {
  const [address] = clusterIPs;
  const [first] = ports;
  if (address === undefined || first === undefined) return;
  const prefix = variableName(name);
  values.set(`${prefix}_SERVICE_HOST`, address);
  values.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const port of ports)
    if (port.name !== '') values.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  const host = address.includes(':') ? `[${address}]` : address;
  const url = ({ protocol, port }: ServiceEntry['ports'][number]): string =>
    `${protocol.toLowerCase()}://${host}:${port}`;
  values.set(`${prefix}_PORT`, url(first));
  for (const port of ports) {
    const link = `${prefix}_PORT_${port.port}_${port.protocol}`;
    values.set(link, url(port));
    values.set(`${link}_PROTO`, port.protocol.toLowerCase());
    values.set(`${link}_PORT`, String(port.port));
    values.set(`${link}_ADDR`, address);
  }
}

function variableName(text: string): string {
  return text.toUpperCase().replaceAll('-', '_');
}
