/** Nulls out of an object, as Go's typed structs leave them out; they mean "no value". */
import { type MapShape, type Shape, shapeOfEntry, shapeOfValue } from './merge-shape.ts';
import { isMap, type JsonMap } from './typed-value.ts';

/** The very object where it has none. Nulls in values of no declared structure stay: they may mean something there. */
export function dropNulls<T extends object>(object: T, shape: MapShape): T {
  return dropFromMap(object as unknown as JsonMap, shape) as T;
}

function drop(value: unknown, declared: Shape): unknown {
  if (declared.kind === 'deduced') return value;
  const shape = shapeOfValue(declared, value);
  if (shape.kind === 'map') return isMap(value) ? dropFromMap(value, shape) : value;
  if (shape.kind !== 'list' || !Array.isArray(value)) return value;
  const list = value as readonly unknown[];
  const result = list.map((item) => drop(item, shape.items));
  return result.every((item, index) => item === list[index]) ? list : result;
}

function dropFromMap(map: JsonMap, shape: MapShape): JsonMap {
  let result: Record<string, unknown> | undefined;
  for (const name in map) {
    const kept = map[name] === null ? undefined : drop(map[name], shapeOfEntry(shape, name));
    if (kept === map[name]) continue;
    result ??= { ...map };
    if (kept === undefined) delete result[name];
    else result[name] = kept;
  }
  return result ?? map;
}
