/** Policy rules in short: how the default roles are written down. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';

function words(text: string): readonly string[] {
  return text.split(' ');
}

/**
 * `rule('get list', 'core apps', 'pods deployments')`: words apart by blanks; `core` is the group without a name.
 * `names` restricts it to objects of these names.
 */
export function rule(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
    verbs: words(verbs),
  };
}

/** `urls('get', '/healthz /version')`. */
export function urls(verbs: string, paths: string): PolicyRule {
  return { nonResourceURLs: words(paths), verbs: words(verbs) };
}

/** What every component may do with events. */
export const eventRule: PolicyRule = rule('create patch update', 'core events.k8s.io', 'events');

export const readVerbs = 'get list watch';
export const writeVerbs = 'create delete deletecollection patch update';
