/** get: one object, from the view. */
import type { KubeObject } from '../../core/model/object.ts';
import { notFound } from '../../core/registry/status-error.ts';
import type { AnswerForm } from '../accept.ts';
import type { Answer } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { awaitFreshness, freshnessOf } from '../resource-version.ts';
import { shownAs, storedRef } from '../versions.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { ReadPorts } from './list.ts';
import { renderObject, tableOptions } from './rendering.ts';

/** The stored object that a request names. 404 where there is none. */
export function storedObject(request: ResourceRequest, view: ClusterView): KubeObject {
  const { info, namespace, name } = request;
  const ref = storedRef(info, namespace, name);
  const object = view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  if (object === undefined) throw new ApiError(notFound(refOfRequest(request), view.kinds));
  return object;
}

export async function getObject(
  request: ResourceRequest,
  form: AnswerForm,
  { cluster, clock }: ReadPorts,
): Promise<Answer> {
  await awaitFreshness(freshnessOf(request.query, false), cluster, clock);
  const { info, query } = request;
  const object = shownAs(storedObject(request, cluster.view), info, cluster.view);
  const options = () => tableOptions(query, form, clock.now());
  return { code: 200, body: renderObject(object, info, cluster.view, form, options) };
}
