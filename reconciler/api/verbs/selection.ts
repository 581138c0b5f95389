/** Which of a kind's objects a list, a watch or a deletion of a collection is about. */
import type { KubeObject } from '../../core/model/object.ts';
import type { ResourceRequest } from '../request.ts';
import { fieldSelector, selectedName } from '../selectors/field-selector.ts';
import { labelSelector } from '../selectors/label-selector.ts';

export interface Selection {
  /** The one name that can match; undefined where any may. */
  readonly name: string | undefined;
  /** Undefined where everything matches. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
}

/** Reads the selectors of a request. The object tested is the one in the request's version. 400 where they are wrong. */
export function selectionOf(request: ResourceRequest, customFields: readonly string[] = []): Selection {
  const { query, info } = request;
  const labels = labelSelector(query.get('labelSelector'));
  const fields = fieldSelector(query.get('fieldSelector'), info, customFields);
  const name = request.name === '' ? selectedName(query.get('fieldSelector')) : request.name;
  if (labels === undefined && fields === undefined)
    return {
      name,
      matches: name === undefined ? undefined : (object) => object.metadata.name === name,
    };
  return {
    name,
    matches: (object) =>
      (name === undefined || object.metadata.name === name) &&
      (labels === undefined || labels(object.metadata.labels ?? {})) &&
      (fields === undefined || fields(object)),
  };
}
