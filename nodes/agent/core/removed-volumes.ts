const prefix = 'removed-volume/';

/** The volume whose folder an entry of this key has removed; undefined for other entries. */
export function removedVolumeName(key: string): string | undefined {
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}
