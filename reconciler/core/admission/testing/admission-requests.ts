/** Requests to admission as tests make them. */
import { kindOf, type KubeObject, refOf } from '../../model/object.ts';
import type { UserInfo } from '../../model/user.ts';
import { MutableView } from '../../model/view.ts';
import type { AdmissionRequest } from '../admission-request.ts';

/** 2026-11-23, nine in the morning (UTC), in milliseconds since the Unix epoch. */
export const nowMs = 1_795_424_400_000;

export function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 7);
  return view;
}

export interface Asked {
  readonly view?: MutableView;
  readonly before?: KubeObject;
  readonly subresource?: string;
  readonly user?: UserInfo;
  readonly operation?: AdmissionRequest['operation'];
}

/** A creation, or with `before` an update, unless `operation` says otherwise. */
export function requestFor(object: KubeObject, asked: Asked = {}): AdmissionRequest {
  const view = asked.view ?? viewOf();
  return {
    operation: asked.operation ?? (asked.before === undefined ? 'CREATE' : 'UPDATE'),
    info: kindOf(object, view.kinds),
    subresource: asked.subresource ?? '',
    object,
    before: asked.before,
    user: asked.user,
    view,
    newNamespaces: new Set(),
    nowMs,
  };
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A pod of one container `a` in the namespace `shop`; `spec` adds to it or replaces its containers. */
export function pod(spec: object = {}, metadata: object = {}): KubeObject {
  const whole = { containers: [{ name: 'a', image: 'nginx' }], ...spec };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: whole,
  } as KubeObject;
}
