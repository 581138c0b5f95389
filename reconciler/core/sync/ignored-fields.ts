/** Fields that an object leaves to others: `berth.dev/ignore-fields` lists them, an autoscaler takes the replicas. */
import { fieldElement, type FieldPath, indexElement } from '../apply/field-path.ts';
import { emptySet, type FieldSet, setOf, union } from '../apply/field-set.ts';
import { type Shape, shapeOfEntry, shapeOfKind, shapeOfValue } from '../apply/merge-shape.ts';
import { isMap, itemElement } from '../apply/typed-value.ts';
import type { KubeObject } from '../model/object.ts';

/** JSON pointers or field paths, separated by commas or white space: `/spec/replicas, spec.template.spec.containers[name=web].image` */
const ignoreFieldsAnnotation = 'berth.dev/ignore-fields';

/** A step of a path: a field's name, or an item of a list by its index or by one of its keys. */
type Step = { readonly name: string } | { readonly key: string; readonly value: string };

/** What of `desired` is applied when the object is made and is nobody's business after that. */
export function ignoredFields(desired: KubeObject): FieldSet {
  const text = desired.metadata.annotations?.[ignoreFieldsAnnotation] ?? '';
  const shape = shapeOfKind(desired.apiVersion, desired.kind);
  const paths = splitPaths(text).map((path) => resolve(desired, parsePath(path), shape));
  return setOf(paths.filter((path) => path.length > 0));
}

const replicasField: FieldSet = setOf([['f:spec', 'f:replicas']]);

/** Whether `scaler` scales `object`. */
function scales(scaler: KubeObject, object: KubeObject): boolean {
  const { scaleTargetRef: target } =
    (scaler as { readonly spec?: { readonly scaleTargetRef?: { kind?: string; name?: string } } }).spec ?? {};
  return (
    target?.kind === object.kind &&
    target.name === object.metadata.name &&
    scaler.metadata.namespace === object.metadata.namespace
  );
}

/** Replicas that are not in Git belong to an autoscaler where there is one: they are not given back to the default. */
export function handedOver(desired: KubeObject, scalers: readonly KubeObject[]): FieldSet {
  const replicas = (desired as { readonly spec?: { readonly replicas?: unknown } }).spec?.replicas;
  const scaled = replicas === undefined && scalers.some((scaler) => scales(scaler, desired));
  return union(ignoredFields(desired), scaled ? replicasField : emptySet);
}

/** Commas inside brackets or quotes separate nothing. */
function splitPaths(text: string): readonly string[] {
  return text.match(/(?:\[[^\]]*\]|[^\s,[])+/g) ?? [];
}

function parsePath(text: string): readonly Step[] {
  if (text.startsWith('/')) {
    const parts = text.slice(1).split('/');
    return parts.map((part) => ({ name: part.replaceAll('~1', '/').replaceAll('~0', '~') }));
  }
  const steps = text.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return steps.map((step) => (step.startsWith('[') ? parseBracket(step.slice(1, -1)) : { name: step }));
}

function parseBracket(text: string): Step {
  const assignment = /^([A-Za-z]+)=(.*)$/.exec(text);
  const [, key, value] = assignment ?? [];
  return key === undefined || value === undefined
    ? { name: unquoted(text) }
    : { key, value: unquoted(value) };
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * The steps as a path in `object`. It ends at a value that is owned as a whole (a selector, an atomic list): ignoring
 * a part of it ignores it all. Items are found by index or by a key.
 */
function resolve(object: unknown, steps: readonly Step[], shape: Shape): FieldPath {
  const path: string[] = [];
  let value = object;
  let declared = shape;
  for (const step of steps) {
    const known = shapeOfValue(declared, value);
    if (known.kind === 'leaf' || (known.kind === 'map' && known.atomic)) return path;
    if (known.kind === 'map') {
      if (!('name' in step)) return [];
      path.push(fieldElement(step.name));
      value = isMap(value) ? value[step.name] : undefined;
      declared = shapeOfEntry(known, step.name);
      continue;
    }
    if (known.relation === 'atomic') return path;
    const item = Array.isArray(value) ? findItem(value as readonly unknown[], step) : undefined;
    if (item === undefined) return [];
    const found = itemElement(known, item);
    path.push('element' in found ? found.element : indexElement(0));
    value = item;
    declared = known.items;
  }
  return path;
}

function findItem(list: readonly unknown[], step: Step): unknown {
  if ('key' in step) return list.find((item) => isMap(item) && String(item[step.key]) === step.value);
  return /^\d+$/.test(step.name)
    ? list[Number(step.name)]
    : list.find((item) => isMap(item) && item['name'] === step.name);
}
