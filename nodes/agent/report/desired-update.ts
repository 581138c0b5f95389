/** The body of `PUT /v1/desired`, checked as far as the agent's own safety needs it. */
import type { DesiredEntry, DesiredUpdate } from '../../../schemas/wire/messages.ts';

const keyPatterns: Readonly<Record<DesiredEntry['type'], RegExp>> = {
  network: /^network$/,
  peers: /^peers\/\d+$/,
  pod: /^pod\/[\w.-]+$/,
  configmap: /^configmap\/[^/]+\/[^/]+$/,
  secret: /^secret\/[^/]+\/[^/]+$/,
  service: /^service\/[^/]+\/[^/]+$/,
  claim: /^claim\/[^/]+\/[^/]+$/,
  token: /^token\/[\w.-]+$/,
  // The name becomes that of a folder to remove: nothing but a name may be in it.
  'removed-volume': /^removed-volume\/[a-z0-9][a-z0-9.-]*$/,
};

const volumeName = /^[a-z0-9][a-z0-9.-]*$/;

/** A text says what is wrong with it. */
export function parseDesiredUpdate(body: string): DesiredUpdate | string {
  let update: Partial<DesiredUpdate>;
  try {
    update = JSON.parse(body) as Partial<DesiredUpdate>;
  } catch {
    return 'the body is not JSON';
  }
  if (typeof update !== 'object' || update === null) return 'the body is not an object';
  const { epoch, generation, base, upserts, removes } = update;
  if (!isCount(epoch) || epoch === 0) return 'epoch: a whole number above 0 is needed';
  if (!isCount(generation) || generation === 0) return 'generation: a whole number above 0 is needed';
  if (base !== null && !isCount(base)) return 'base: a whole number or null is needed';
  if (!Array.isArray(removes) || !removes.every((key) => typeof key === 'string'))
    return 'removes: a list of keys is needed';
  if (!Array.isArray(upserts)) return 'upserts: a list of entries is needed';
  for (const [index, entry] of (upserts as readonly DesiredEntry[]).entries()) {
    const problem = entryProblem(entry);
    if (problem !== undefined) return `upserts[${String(index)}]: ${problem}`;
  }
  return update as DesiredUpdate;
}

function entryProblem(entry: DesiredEntry): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'an entry is needed';
  const pattern = Object.hasOwn(keyPatterns, entry.type) ? keyPatterns[entry.type] : undefined;
  if (pattern === undefined) return `unknown type ${JSON.stringify(entry.type)}`;
  if (typeof entry.key !== 'string' || !pattern.test(entry.key))
    return `key ${JSON.stringify(entry.key)} is not one of a ${entry.type}`;
  if (entry.type === 'claim' && entry.provisioned && !volumeName.test(entry.volumeName))
    return `volumeName ${JSON.stringify(entry.volumeName)} is no name of a folder`;
  if (entry.type !== 'pod') return undefined;
  const { metadata, spec } = entry.pod;
  if (`pod/${metadata.uid ?? ''}` !== entry.key) return `key ${entry.key} does not name the pod's uid`;
  if (metadata.name === undefined || metadata.namespace === undefined)
    return 'a pod needs a name and a namespace';
  return spec === undefined || spec.containers.length === 0 ? 'a pod needs containers' : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
