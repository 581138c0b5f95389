/** The shape of an admission plugin: a pure function over one request. */
import type { Annotated } from '../model/audit-annotations.ts';
import type { UpdateChange } from '../model/plan.ts';
import { forbidden, type StatusProblem } from '../registry/status-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { AdmissionRequest } from './admission-request.ts';

/** What a plugin says. Nothing at all admits the object as it is. */
export interface Verdict extends Annotated {
  /** The object as the plugin wants it. */
  readonly object?: KubeObject;
  readonly warnings?: readonly string[];
  readonly alongside?: readonly UpdateChange[];
  /** Refuses the write. */
  readonly problem?: StatusProblem;
}

export interface AdmissionPlugin {
  /** Kubernetes' name of it. */
  readonly name: string;
  readonly operations: readonly AdmissionRequest['operation'][];
  /** `group/Kind`; absent for all kinds. */
  readonly kinds?: ReadonlySet<string>;
  /** Subresources whose writes it looks at besides the object's own. */
  readonly subresources?: ReadonlySet<string>;
  admit(request: AdmissionRequest): Verdict;
}

/** `pods "web" is forbidden: WHY` */
export function refuse({ object, view }: AdmissionRequest, why: string): Verdict {
  const { name, generateName, namespace } = object.metadata;
  const ref = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: namespace ?? '',
    name: name ?? generateName ?? '',
  };
  return { problem: forbidden(ref, why, view.kinds) };
}

export const admitted: Verdict = {};
