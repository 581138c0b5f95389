import { closeSync, ftruncateSync, openSync, readSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { StoreFailedError } from '../../core/ports.ts';

/** Where in each of LMDB's two first pages the fields of MDB_meta lie (mdb.c of lmdb-js 3.5, little-endian). */
const metaField = { magic: 24, version: 28, pageBytes: 48, lastPage: 144, transaction: 152 } as const;
const metaEnd = 160;

const lmdbMagic = 0xbeefc0de;
const lmdbVersion = 2;
const pageBytesMin = 4096;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
}

/**
 * Looks at the data file before LMDB maps it, because LMDB does not: opening a file that is none of its own kills
 * the process, and so does reading a mapped page that the file is too short for (SIGBUS). A short file is filled
 * up with zeros, which reads as damage instead; `short` says that every row must be verified before it is used,
 * since LMDB may also leave out last pages that are free.
 */
export function inspectDataFile(directory: string): 'new' | 'whole' | 'short' {
  const path = join(directory, 'data.mdb');
  const file = openIfThere(path);
  if (file === undefined) return 'new';
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'new';
    const first = readMeta(file, 0, path);
    const second = readMeta(file, first.pageBytes, path);
    const newest = first.transaction > second.transaction ? first : second;
    const expected = (newest.lastPage + 1) * first.pageBytes;
    if (size >= expected) return 'whole';
    ftruncateSync(file, expected);
    return 'short';
  } finally {
    closeSync(file);
  }
}

function readMeta(file: number, offset: number, path: string): Meta {
  const page = Buffer.alloc(metaEnd);
  const length = readSync(file, page, 0, metaEnd, offset);
  if (length < metaEnd || page.readUInt32LE(metaField.magic) !== lmdbMagic) {
    throw new StoreFailedError(`${path} is not the data file of a store`);
  }
  const version = page.readUInt32LE(metaField.version);
  if (version !== lmdbVersion) {
    throw new StoreFailedError(
      `${path} has LMDB's format ${version}; this Berth reads format ${lmdbVersion}`,
    );
  }
  const pageBytes = page.readUInt32LE(metaField.pageBytes);
  if (pageBytes < pageBytesMin || (pageBytes & (pageBytes - 1)) !== 0) {
    throw new StoreFailedError(`${path} is damaged: its first pages make no sense`);
  }
  return {
    pageBytes,
    lastPage: Number(page.readBigUInt64LE(metaField.lastPage)),
    transaction: page.readBigUInt64LE(metaField.transaction),
  };
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
