/** Where a field lies in an object, as Kubernetes writes it: `spec.containers[0].image`, `data[my.key]`. */

/** A field's name, a list's index, or the key of a map (`labels[app]`), which is data and not a name. */
export type PathSegment = string | number | { readonly key: string };

export type FieldPath = readonly PathSegment[];

/** `['spec', 'containers', 0, 'image']` as `spec.containers[0].image`; empty for the object itself. */
export function renderPath(path: FieldPath): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (typeof segment === 'string') text += text === '' ? segment : `.${segment}`;
    else text += `[${segment.key}]`;
  }
  return text;
}

/** The property or index that a segment selects. */
export function segmentKey(segment: PathSegment): string | number {
  return typeof segment === 'object' ? segment.key : segment;
}
