/** Fills ClusterRoles that have an aggregationRule with the rules of the ClusterRoles that it selects. */
import type { ClusterRole, PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Controller } from '../model/controller.ts';
import { sameJson } from '../model/json.ts';
import { selects } from '../model/label-selector.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import { emptyPlan, type Plan } from '../model/plan.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';

export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  keysFor,
  plan,
};

/** Any ClusterRole may be selected by any other: those that aggregate are few. */
function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.kind !== 'ClusterRole' || change.ref.apiVersion !== apiVersion) return [];
  return view.list<ClusterRole>(apiVersion, 'ClusterRole').filter(aggregates).map(refOf);
}

function aggregates(role: ClusterRole): boolean {
  return (role.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const role = view.get<ClusterRole>(apiVersion, 'ClusterRole', '', key.name);
  if (role === undefined || !aggregates(role) || role.metadata.deletionTimestamp !== undefined)
    return emptyPlan;
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const sources = view
    .list<ClusterRole>(apiVersion, 'ClusterRole')
    .filter(
      (one) =>
        one.metadata.name !== role.metadata.name &&
        selectors.some((selector) => selects(selector, one.metadata.labels)),
    );
  const rules = distinct(sources.flatMap((one) => one.rules ?? []));
  if (sameJson(rules, role.rules ?? [])) return emptyPlan;
  return {
    changes: [{ type: 'update', scope: 'spec', object: { ...role, rules } as ClusterRole }],
    events: [],
  };
}

/** Each rule once, where it comes first. */
function distinct(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const text = canonicalJson(rule);
    return !seen.has(text) && seen.add(text);
  });
}
