/** All generated files from the three input documents; pure, so that staleness can be checked by comparing. */
import { interfaceFiles } from './interfaces.ts';
import { jsonSchemas } from './json-schemas.ts';
import { kindTable } from './kind-table.ts';
import { type StructuredMerge, mergeDocument } from './merge-types.ts';
import type { OpenApi } from './openapi.ts';
import { type ProtobufNode, stableMessages } from './protobuf.ts';

/** The texts of the three input files. */
export interface InputTexts {
  readonly openapi: string;
  readonly structuredMerge: string;
  readonly protobuf: string;
}

/** Path under schemas/kubernetes/ to content, sorted by path. */
export function generateFiles(inputs: InputTexts): ReadonlyMap<string, string> {
  const openapi = JSON.parse(inputs.openapi) as OpenApi;
  const structuredMerge = JSON.parse(inputs.structuredMerge) as StructuredMerge;
  const protobuf = JSON.parse(inputs.protobuf) as ProtobufNode;
  return new Map([
    ['json-schemas.json', oneLinePerEntry(jsonSchemas(openapi))],
    ['kinds.json', jsonLines(kindTable(openapi))],
    ['merge.json', oneLinePerEntry(mergeDocument(openapi, structuredMerge))],
    ['protobuf.json', `${JSON.stringify(stableMessages(protobuf))}\n`],
    ...[...interfaceFiles(openapi)].map(([name, text]) => [`types/${name}`, text] as const),
  ]);
}

/** `{section: {name: value}}` with a line for each name: compact, and a change of one definition is one line of diff. */
function oneLinePerEntry(document: Readonly<Record<string, unknown>>): string {
  const sections = Object.entries(document).map(([section, entries]) => {
    const lines = Object.entries(entries as object).map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
    return `${JSON.stringify(section)}:{\n${lines.join(',\n')}\n}`;
  });
  return `{${sections.join(',\n')}}\n`;
}

function jsonLines(items: readonly unknown[]): string {
  return `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`;
}
