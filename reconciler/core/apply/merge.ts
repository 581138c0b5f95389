/**
 * A live value with a configuration laid over it. Nothing is removed: where both have a leaf, the configuration's
 * counts. Where nothing changes, the result is the very live value, so that identity tells equality.
 */
import { sameJson } from '../model/json.ts';
import { type ListShape, type MapShape, type Shape, shapeOfEntry, shapeOfValue } from './merge-shape.ts';
import { asList, asMap, isEmptyMap, itemElement, itemsByElement, type JsonMap } from './typed-value.ts';

export function mergeValues<T>(live: T, config: unknown, shape: MapShape): T {
  return merge(live, config, shape) as T;
}

function merge(live: unknown, config: unknown, declared: Shape): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const shape = shapeOfValue(declared, config);
  if (shape.kind === 'map' && !shape.atomic) {
    const [left, right] = [asMap(live), asMap(config)];
    if (!isEmptyMap(left) || !isEmptyMap(right)) return mergeMaps(left ?? {}, right ?? {}, shape);
  } else if (shape.kind === 'list' && shape.relation !== 'atomic') {
    const [left, right] = [asList(live) ?? [], asList(config) ?? []];
    if (left.length > 0 || right.length > 0) return mergeLists(left, right, shape);
  }
  return sameJson(live, config) ? live : config;
}

function mergeMaps(live: JsonMap, config: JsonMap, shape: MapShape): JsonMap {
  let result: Record<string, unknown> | undefined;
  for (const name in config) {
    const merged = merge(live[name], config[name], shapeOfEntry(shape, name));
    if (merged === live[name]) continue;
    result ??= { ...live };
    result[name] = merged;
  }
  return result ?? live;
}

/**
 * Items that only the live list has keep their place before the next item of both; items of both come in the
 * configuration's order; what follows of the configuration comes last.
 */
function mergeLists(
  live: readonly unknown[],
  config: readonly unknown[],
  shape: ListShape,
): readonly unknown[] {
  const liveItems = itemsByElement(shape, live);
  const configItems = itemsByElement(shape, config);
  const order = [...configItems.keys()];
  const result: unknown[] = [];
  let next = 0;
  const take = (until: number): void => {
    for (; next < until; next++) {
      const element = order[next] ?? '';
      const same = liveItems.get(element) ?? [];
      // Live items that share a key give way to the configuration's as a whole.
      result.push(merge(same.length === 1 ? same[0] : undefined, configItems.get(element)?.[0], shape.items));
    }
  };
  for (const item of live) {
    const found = itemElement(shape, item);
    if (!('element' in found) || !configItems.has(found.element)) result.push(item);
    else if (found.element === nextShared(order, next, liveItems))
      take(order.indexOf(found.element, next) + 1);
  }
  take(order.length);
  return result.length === live.length && result.every((item, index) => item === live[index]) ? live : result;
}

function nextShared(
  order: readonly string[],
  from: number,
  live: ReadonlyMap<string, unknown>,
): string | undefined {
  for (let index = from; index < order.length; index++) {
    const element = order[index];
    if (element !== undefined && live.has(element)) return element;
  }
  return undefined;
}
