/** An object of the repository as it is applied: with its namespace, its secret text encoded, without what the server sets. */
import { builtInKinds, type KindTable } from '../../../schemas/kinds.ts';
import { dropNulls } from '../apply/drop-nulls.ts';
import { extractFields } from '../apply/extract.ts';
import { difference } from '../apply/field-set.ts';
import { strippedFields } from '../apply/managers.ts';
import { type MapShape, shapeOfKind } from '../apply/merge-shape.ts';
import type { KubeObject } from '../model/object.ts';
import { foldStringData } from '../registry/secret-data.ts';

/** The namespace of an object that names none, as kubectl's without a context. */
const defaultNamespace = 'default';

/** Remembered by identity, so that what is planned again and again is prepared once for each scope of its kind. */
const prepared = new WeakMap<KubeObject, Map<boolean | undefined, KubeObject>>();

/** The object as it is applied. `table` says whether its kind has namespaces; one that it lacks stays where it says. */
export function desiredObject(source: KubeObject, table: KindTable = builtInKinds): KubeObject {
  const namespaced = table.byGvk(source.apiVersion, source.kind)?.namespaced;
  const known = prepared.get(source) ?? new Map<boolean | undefined, KubeObject>();
  const before = known.get(namespaced);
  if (before !== undefined) return before;
  const shape = shapeOfKind(source.apiVersion, source.kind);
  const object = ownable(dropNulls(foldStringData(withPlace(source, namespaced)), shape), shape);
  prepared.set(source, known.set(namespaced, object));
  return object;
}

/** An object of nothing but a name has no field to be owned by; its empty labels are one. */
function ownable(object: KubeObject, shape: MapShape): KubeObject {
  const fields = difference(extractFields(object, shape), strippedFields);
  return fields.size > 0 ? object : { ...object, metadata: { ...object.metadata, labels: {} } };
}

function withPlace(object: KubeObject, isNamespaced: boolean | undefined): KubeObject {
  const {
    managedFields: _managedFields,
    uid: _uid,
    resourceVersion: _resourceVersion,
    creationTimestamp: _creationTimestamp,
    generation: _generation,
    namespace,
    ...metadata
  } = object.metadata;
  const namespaced = isNamespaced ?? namespace !== undefined;
  return {
    ...object,
    metadata: { ...metadata, ...(namespaced ? { namespace: namespace ?? defaultNamespace } : {}) },
  };
}
