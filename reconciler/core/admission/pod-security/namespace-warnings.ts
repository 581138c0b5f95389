/** What a namespace's new level means for the pods that it has: they stay, and whoever sets it hears of them. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../../model/view.ts';
import { violationsOf } from './evaluate.ts';
import { compareLevels, type LevelVersion, levelVersionText } from './policy.ts';

/** So many pods are looked at; a request has to end. */
const checkedPodsMax = 3000;

/** Whether pods that were allowed so far could be forbidden now. */
export function tightens(now: LevelVersion, before: LevelVersion): boolean {
  if (now.level === 'privileged') return false;
  return now.minor !== before.minor || compareLevels(now.level, before.level) > 0;
}

/** Texts of warnings; none where all pods would be allowed. */
export function existingPodWarnings(
  namespace: string,
  enforce: LevelVersion,
  view: ClusterView,
): readonly string[] {
  const pods = view.list<Pod>('v1', 'Pod', namespace);
  const checked = oneOfEachFirst(pods).slice(0, checkedPodsMax);
  const violators = new Map<string, string[]>();
  for (const { metadata, spec } of checked) {
    if (spec === undefined) continue;
    const violations = violationsOf({ annotations: metadata.annotations ?? {}, spec }, enforce);
    if (violations.length === 0) continue;
    const reasons = violations.map(({ reason }) => reason).join(', ');
    violators.set(reasons, [...(violators.get(reasons) ?? []), metadata.name ?? '']);
  }
  const warnings: string[] = [];
  if (checked.length < pods.length)
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
    );
  if (violators.size === 0) return warnings;
  const level = JSON.stringify(levelVersionText(enforce));
  warnings.push(
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${level}`,
  );
  const told = [...violators].map(([reasons, names]) => `${podsText(names)}: ${reasons}`);
  return [...warnings, ...told.sort()];
}

/** Of pods with the same controller the first one comes with all others; the rest, much the same, at the end. */
function oneOfEachFirst(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const alike: Pod[] = [];
  const first = pods.filter((pod) => {
    const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
    if (controller === undefined) return true;
    if (seen.has(controller)) {
      alike.push(pod);
      return false;
    }
    seen.add(controller);
    return true;
  });
  return [...first, ...alike];
}

function podsText(names: readonly string[]): string {
  const [first = ''] = names.toSorted();
  if (names.length === 1) return first;
  return names.length === 2 ? `${first} (and 1 other pod)` : `${first} (and ${names.length - 1} other pods)`;
}
