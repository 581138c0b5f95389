/** Everything that a user may do in a namespace, as SelfSubjectRulesReview lists it. */
import type {
  NonResourceRule,
  ResourceRule,
  SubjectRulesReviewStatus,
} from '../../../schemas/kubernetes/types/authorization-v1.ts';
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { isMaster } from './authorize.ts';
import { nodeNameOf } from './node-authorizer.ts';
import { missingRules } from './rule-coverage.ts';
import { aggregateText, grantsOf } from './role-rules.ts';

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** The user's rules in `namespace`; `incomplete` where an authorizer cannot list what it allows. */
export function rulesFor(user: UserInfo, namespace: string, view: ClusterView): SubjectRulesReviewStatus {
  const { grants, errors } = grantsOf(user, namespace, view);
  const granted = grants.flatMap((grant) => grant.rules);
  // Masters are bound to everything; where somebody took that binding away, they still may.
  const unbound = isMaster(user) && missingRules(granted, everything).length > 0;
  const rules = unbound ? [...everything, ...granted] : granted;
  const isNode = nodeNameOf(user) !== undefined;
  const problems = isNode ? ['node authorizer does not support user rule resolution', ...errors] : errors;
  return {
    resourceRules: rules.flatMap(resourceRule),
    nonResourceRules: rules.flatMap(nonResourceRule),
    incomplete: isNode,
    ...(problems.length === 0 ? {} : { evaluationError: aggregateText(problems) }),
  };
}

function resourceRule({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
}: PolicyRule): ResourceRule[] {
  if (resources.length === 0) return [];
  return [{ verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) }];
}

function nonResourceRule({ verbs, nonResourceURLs = [] }: PolicyRule): NonResourceRule[] {
  return nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }];
}
