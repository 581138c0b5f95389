/**
 * Turns the public description of a Kubernetes release into what Berth keeps under schemas/kubernetes/:
 * node schemas/generate/main.ts OPENAPI STRUCTURED_MERGE PROTOBUF [--out DIR]
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type InputTexts, generateFiles } from './output.ts';
import { manifestFor, manifestName } from './stale.ts';

const usage = 'usage: node schemas/generate/main.ts OPENAPI STRUCTURED_MERGE PROTOBUF [--out DIR]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const [openapi, structuredMerge, protobuf, ...more] = positionals;
  if (openapi === undefined || structuredMerge === undefined || protobuf === undefined || more.length > 0) {
    throw new Error(usage);
  }
  const inputs: InputTexts = {
    openapi: await readFile(openapi, 'utf8'),
    structuredMerge: await readFile(structuredMerge, 'utf8'),
    protobuf: await readFile(protobuf, 'utf8'),
  };
  const out = values.out ?? join(import.meta.dirname, '..', 'kubernetes');
  const files = generateFiles(inputs);
  await rm(join(out, 'types'), { recursive: true, force: true });
  for (const [name, text] of files) await write(join(out, name), text);
  await write(join(out, manifestName), `${JSON.stringify(await manifestFor(inputs, files), undefined, 1)}\n`);
  console.log(`wrote ${files.size} files to ${out}`);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

await main();
