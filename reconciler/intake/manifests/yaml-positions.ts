/** Where each node of a document stands: from a field path to an offset in the text. */
import { EVENT_ID, type Event, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import { type FieldPath, segmentKey } from '../../../schemas/validation/field-path.ts';
import { afterNode, nodeAt, nodeOffset } from './yaml-events.ts';

/** A node's place; its children are looked up by key or index. */
interface PositionNode {
  /** Offset of the value; of its key where the value is not written in place (empty, block text). */
  readonly value: number;
  /** Offset of the key, or of the item. */
  readonly key: number;
  readonly children: ReadonlyMap<string | number, PositionNode>;
}

/** Builds the tree of positions of the document whose DOCUMENT event stands at `index`. */
export function documentPositions(
  source: string,
  events: readonly Event[],
  index: number,
  aliasTargets: ReadonlyMap<number, number>,
): PositionNode {
  const read = (at: number, key: number): PositionNode => {
    const target = aliasTargets.get(at) ?? at;
    const event = nodeAt(events, target);
    const start = nodeOffset(nodeAt(events, at)) ?? key;
    if (event.type === EVENT_ID.SEQUENCE) return { value: start, key, children: items(target + 1) };
    if (event.type === EVENT_ID.MAPPING) return { value: start, key, children: pairs(target + 1) };
    return { value: isBlock(event) ? key : start, key, children: new Map() };
  };
  const items = (first: number): PositionNode['children'] => {
    const children = new Map<string | number, PositionNode>();
    for (let at = first; events[at]?.type !== EVENT_ID.POP; at = afterNode(events, at)) {
      children.set(children.size, read(at, nodeOffset(nodeAt(events, at)) ?? 0));
    }
    return children;
  };
  const pairs = (first: number): PositionNode['children'] => {
    const children = new Map<string | number, PositionNode>();
    const merged: PositionNode[] = [];
    for (let at = first; events[at]?.type !== EVENT_ID.POP; ) {
      const key = nodeAt(events, aliasTargets.get(at) ?? at);
      const valueAt = afterNode(events, at);
      const child = read(valueAt, nodeOffset(nodeAt(events, at)) ?? 0);
      const text = key.type === EVENT_ID.SCALAR ? getScalarValue(source, key) : undefined;
      if (text === '<<') merged.push(child);
      else if (text !== undefined && !children.has(text)) children.set(text, child);
      at = afterNode(events, valueAt);
    }
    for (const child of merged.flatMap(mergedMaps)) {
      for (const [name, entry] of child.children) if (!children.has(name)) children.set(name, entry);
    }
    return children;
  };
  return read(index + 1, nodeOffset(nodeAt(events, index + 1)) ?? 0);
}

/** The offset of a field: of its value, or of its key. A field that is not there: the key of what should hold it. */
export function locate(root: PositionNode, path: FieldPath, at: 'key' | 'value'): number {
  let node = root;
  for (const segment of path) {
    const child = node.children.get(segmentKey(segment));
    if (child === undefined) return node.key;
    node = child;
  }
  return at === 'key' ? node.key : node.value;
}

function isBlock(event: { readonly type: number; readonly style?: number }): boolean {
  return (
    event.type === EVENT_ID.SCALAR &&
    (event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK)
  );
}

/** `<<: *a` merges one map, `<<: [*a, *b]` several. */
function mergedMaps(node: PositionNode): readonly PositionNode[] {
  return node.children.has(0) ? [...node.children.values()] : [node];
}
