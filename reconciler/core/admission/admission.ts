/**
 * Admission: what the cluster's own objects say about a write, in two rounds around validation. Each plugin is a pure
 * function over the view; those that change the object run before those that only judge it.
 */
import { type Annotated, annotatedBy } from '../model/audit-annotations.ts';
import type { UpdateChange } from '../model/plan.ts';
import { groupKind } from '../registry/halves.ts';
import type { AdmissionRequest, AdmissionResult } from './admission-request.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { mutatingPlugins, validatingPlugins } from './table.ts';

/** After defaulting, before validation: the object as it shall be judged. */
export function admit(request: AdmissionRequest): AdmissionResult {
  return asked(mutatingPlugins, request);
}

/** After validation: whether the object may be, what to warn of, and what is charged for it. */
export function judge(request: AdmissionRequest): AdmissionResult {
  return asked(validatingPlugins, request);
}

/** Asks every plugin in order; the first refusal counts. */
function asked(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): AdmissionResult {
  const kind = groupKind(request.object);
  const warnings: string[] = [];
  const alongside: UpdateChange[] = [];
  let annotated: Annotated = {};
  // The request of the plugin whose turn it is: the object as those before it left it.
  let current = request;
  for (const plugin of plugins) {
    if (!plugin.operations.includes(request.operation)) continue;
    if (plugin.kinds !== undefined && !plugin.kinds.has(kind)) continue;
    if (request.subresource !== '' && plugin.subresources?.has(request.subresource) !== true) continue;
    const verdict = plugin.admit(current);
    if (verdict.auditAnnotations !== undefined)
      annotated = annotatedBy(annotated.auditAnnotations, verdict.auditAnnotations);
    if (verdict.problem !== undefined) return { type: 'refused', problem: verdict.problem, ...annotated };
    if (verdict.object !== undefined) current = { ...current, object: verdict.object };
    if (verdict.warnings !== undefined) warnings.push(...verdict.warnings);
    if (verdict.alongside !== undefined) alongside.push(...verdict.alongside);
  }
  return { type: 'admitted', object: current.object, warnings, alongside, ...annotated };
}
