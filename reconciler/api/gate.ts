/** Who asks and whether they may: authentication, impersonation and authorization of one request. */
import type { IncomingMessage } from 'node:http';
import { authorize } from '../core/authorization/authorize.ts';
import {
  type Attributes,
  forbiddenProblem,
  pathAttributes,
  resourceAttributes,
} from '../core/authorization/attributes.ts';
import type { UserInfo } from '../core/model/user.ts';
import type { ClusterView } from '../core/model/view.ts';
import { ApiError } from './api-error.ts';
import type { RequestAttributes } from './request.ts';
import { selectedName, selectedValue } from './selectors/field-selector.ts';

/** Who proved what they are, and for whom the request is: the same, or whom they may act as. */
export interface Identity {
  readonly requester: UserInfo;
  readonly user: UserInfo;
}

/** Finds out who asks. Rejects with an ApiError: 401 for credentials that are no good, 403 for impersonation. */
export interface Authenticator {
  /** `local` requests came over the unix socket, which its file mode guards. */
  authenticate(request: IncomingMessage, local: boolean): Promise<Identity>;
}

/** What authorization is asked about a request. */
export function attributesOf(request: RequestAttributes, user: UserInfo): Attributes {
  const { resource, verb, path, query } = request;
  if (resource === undefined) return pathAttributes(user, verb, path);
  const { group, version, plural, namespace, subresource } = resource;
  const selects = verb === 'list' || verb === 'watch' || verb === 'deletecollection';
  const name =
    resource.name === '' && selects ? (selectedName(query.get('fieldSelector')) ?? '') : resource.name;
  return resourceAttributes(user, {
    verb,
    group,
    version,
    resource: plural,
    subresource,
    namespace,
    name,
    ...selectedFields(verb, query),
  });
}

/** Nodes may list the pods that are on them: the authorizer reads which ones are asked for. */
function selectedFields(verb: string, query: URLSearchParams): Pick<Attributes, 'fieldSelector'> {
  if (verb !== 'list' && verb !== 'watch') return {};
  const nodeName = selectedValue(query.get('fieldSelector'), 'spec.nodeName');
  return nodeName === undefined ? {} : { fieldSelector: { 'spec.nodeName': nodeName } };
}

/** 403 where the user may not. */
export function requireAllowed(request: RequestAttributes, user: UserInfo, view: ClusterView): void {
  const attributes = attributesOf(request, user);
  const decision = authorize(attributes, view);
  if (!decision.allowed) throw new ApiError(forbiddenProblem(attributes, decision.reason));
}
