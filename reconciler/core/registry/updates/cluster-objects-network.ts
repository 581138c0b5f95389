/** Kubernetes' rules of updates of services and of the ranges that their addresses come from. */
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ServiceCIDR } from '../../../../schemas/kubernetes/types/networking-v1.ts';
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { KubeObject } from '../../model/object.ts';
import type { UpdateRules } from './update-rule.ts';

/** A service keeps its first family, and its load balancer whose it is. Addresses are kept where they are given out. */
function serviceUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, ['spec']);
  const [next, old] = [(after as Service).spec ?? {}, (before as Service).spec ?? {}];
  if (next.type === 'LoadBalancer' && old.type === 'LoadBalancer') {
    if ((next.loadBalancerClass ?? '') !== (old.loadBalancerClass ?? ''))
      report.invalid(['loadBalancerClass'], next.loadBalancerClass ?? null, 'may not change once set');
  }
  const [family, former] = [next.ipFamilies?.[0], old.ipFamilies?.[0]];
  const headless = next.clusterIP === 'None' && old.clusterIP === 'None';
  if (family !== undefined && former !== undefined && family !== former && !headless)
    report.invalid(['ipFamilies', 0], next.ipFamilies, 'may not change once set');
  return problems;
}

function rangesUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, ['spec', 'cidrs']);
  const [next, old] = [(after as ServiceCIDR).spec?.cidrs ?? [], (before as ServiceCIDR).spec?.cidrs ?? []];
  for (const [index, cidr] of old.entries())
    if (next[index] !== cidr) report.invalid([index], next[index] ?? null, 'field is immutable');
  return problems;
}

export const networkUpdateRules: UpdateRules = {
  'v1/Service': serviceUpdate,
  'networking.k8s.io/v1/ServiceCIDR': rangesUpdate,
};
