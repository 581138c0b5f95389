/** The protobuf messages that typed clients send: stable versions and the machinery that they lean on. */
import { byName } from './openapi.ts';

/** A namespace, a message or an enum, in protobuf.js' JSON form. */
export interface ProtobufNode {
  readonly nested?: Readonly<Record<string, ProtobufNode>>;
  readonly [key: string]: unknown;
}

const droppedVersion = /^v[0-9]+(alpha|beta)[0-9]+$/;

/** The same tree without alpha and beta packages, with sorted names. */
export function stableMessages(node: ProtobufNode): ProtobufNode {
  const entries = Object.entries(node)
    .sort(byName)
    .map(([key, value]) => [key, key === 'nested' ? stableNested(node.nested ?? {}) : value] as const);
  return Object.fromEntries(entries);
}

function stableNested(
  nested: Readonly<Record<string, ProtobufNode>>,
): Readonly<Record<string, ProtobufNode>> {
  const kept = Object.entries(nested)
    .filter(([name]) => !droppedVersion.test(name))
    .sort(byName);
  return Object.fromEntries(kept.map(([name, child]) => [name, stableMessages(child)]));
}
