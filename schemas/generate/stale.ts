/**
 * Tells whether schemas/kubernetes/ is what the generator would write today. The manifest beside the output records
 * digests of the generator's sources, of its inputs and of every file written, so that a change of either side is
 * seen on machines that do not have the inputs; where they are present, everything is generated again and compared.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type InputTexts, generateFiles } from './output.ts';

export const manifestName = 'generated.json';

export interface Manifest {
  /** Digest over all sources of the generator. */
  readonly generator: string;
  readonly inputs: Readonly<Record<keyof InputTexts, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Names of the input files of a release, in the order of the command's arguments. */
export const inputNames: Readonly<Record<keyof InputTexts, string>> = {
  openapi: 'openapi-1.36.json',
  structuredMerge: 'structured-merge-1.36.json',
  protobuf: 'protobuf-1.36.json',
};

const generatorFolder = import.meta.dirname;
const outputFolder = join(import.meta.dirname, '..', 'kubernetes');
const inputFolder = join(import.meta.dirname, '..', '..', '..', 'shared', 'k8s');
const regenerate = 'run `npm run generate -- OPENAPI STRUCTURED_MERGE PROTOBUF`';

/** Findings, one a line; none when the output is fresh. The folders are arguments for the tests' sake. */
export async function checkGenerated(folder = outputFolder, inputs = inputFolder): Promise<string[]> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) return [`${folder}/${manifestName} is missing: ${regenerate}`];
  const findings: string[] = [];
  if (manifest.generator !== (await generatorDigest())) {
    findings.push(`schemas/generate has changed since schemas/kubernetes was generated: ${regenerate}`);
  }
  const found = await outputTexts(folder);
  for (const [name, expected] of Object.entries(manifest.outputs)) {
    const text = found.get(name);
    if (text === undefined) findings.push(`schemas/kubernetes/${name} is missing: ${regenerate}`);
    else if (digest(text) !== expected)
      findings.push(`schemas/kubernetes/${name} was edited by hand: ${regenerate}`);
  }
  for (const name of found.keys()) {
    if (!Object.hasOwn(manifest.outputs, name))
      findings.push(`schemas/kubernetes/${name} is not generated: remove it`);
  }
  return [...findings, ...(await compareWithInputs(inputs, found, manifest))];
}

/** The manifest of an output. */
export async function manifestFor(
  inputs: InputTexts,
  outputs: ReadonlyMap<string, string>,
): Promise<Manifest> {
  return {
    generator: await generatorDigest(),
    inputs: {
      openapi: digest(inputs.openapi),
      structuredMerge: digest(inputs.structuredMerge),
      protobuf: digest(inputs.protobuf),
    },
    outputs: Object.fromEntries([...outputs].map(([name, text]) => [name, digest(text)])),
  };
}

async function compareWithInputs(
  folder: string,
  found: ReadonlyMap<string, string>,
  manifest: Manifest,
): Promise<string[]> {
  const present = await readInputs(folder);
  if (present === undefined) return [];
  const same = Object.entries(manifest.inputs).every(
    ([name, expected]) => digest(present[name as keyof InputTexts]) === expected,
  );
  if (!same)
    return [`schemas/kubernetes was generated from other inputs than those in ${folder}: ${regenerate}`];
  return [...generateFiles(present)]
    .filter(([name, text]) => found.get(name) !== text)
    .map(([name]) => `schemas/kubernetes/${name} is stale: ${regenerate}`);
}

/** The input files of a folder, or nothing when it has none of them (most machines). */
async function readInputs(folder: string): Promise<InputTexts | undefined> {
  const entries = await readdir(folder).catch(ifMissing<string[]>([]));
  if (!Object.values(inputNames).every((name) => entries.includes(name))) return undefined;
  return {
    openapi: await readFile(join(folder, inputNames.openapi), 'utf8'),
    structuredMerge: await readFile(join(folder, inputNames.structuredMerge), 'utf8'),
    protobuf: await readFile(join(folder, inputNames.protobuf), 'utf8'),
  };
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(ifMissing(undefined));
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}

async function outputTexts(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const texts = await Promise.all(
    paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const),
  );
  return new Map(texts.filter(([name]) => name !== manifestName));
}

async function generatorDigest(): Promise<string> {
  const names = (await readdir(generatorFolder)).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const hash = createHash('sha256');
  for (const name of names.sort())
    hash.update(`${name}\n${await readFile(join(generatorFolder, name), 'utf8')}\n`);
  return hash.digest('hex');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function ifMissing<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return fallback;
    throw error;
  };
}
