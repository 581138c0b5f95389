/** Which protobuf message holds the objects of a kind. */
import { apiVersionOf, bodyDefinition, kinds } from '../../../schemas/kinds.ts';
import { protoFields } from './protobuf-descriptor.ts';

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** Kinds of meta/v1 that clients send, and are sent, under the version of any group: `DeleteOptions` of `apps/v1`. */
const metaKinds: ReadonlySet<string> = new Set([
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
  'PatchOptions',
  'Status',
  'UpdateOptions',
]);

const lists = new Map(
  kinds.flatMap((info) =>
    info.listKind === undefined
      ? []
      : [[`${apiVersionOf(info)} ${info.listKind}`, `${packageOf(info.definition)}.${info.listKind}`]],
  ),
);

/** Full name of the message; undefined for kinds that have no protobuf form (Berth's own, custom resources). */
export function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const definition = bodyDefinition(apiVersion, kind) ?? lists.get(`${apiVersion} ${kind}`);
  const message = definition === undefined ? metaMessage(kind) : messageOfDefinition(definition);
  return message !== undefined && protoFields(message) !== undefined ? message : undefined;
}

/** Definitions are named by the host name turned round, messages by the host name with `_` for `-`. */
export function messageOfDefinition(definition: string): string {
  return definition.replace(/^io\.k8s\./, 'k8s.io.').replaceAll('-', '_');
}

function metaMessage(kind: string): string | undefined {
  return metaKinds.has(kind) ? `${metaPackage}.${kind}` : undefined;
}

function packageOf(definition: string): string {
  return definition.slice(0, definition.lastIndexOf('.'));
}
