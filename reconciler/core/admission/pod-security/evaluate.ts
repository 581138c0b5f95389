/** A pod against a level of the Pod Security Standards. */
import { baselineChecks } from './baseline-checks.ts';
import type { Check, Rule, Subject, Violation } from './check.ts';
import { type LevelVersion, levelVersionText } from './policy.ts';
import { restrictedChecks } from './restricted-checks.ts';

/** Everything that the level forbids and the pod does: baseline first, each level by the id of its checks. */
export function violationsOf(subject: Subject, at: LevelVersion): readonly Violation[] {
  return rulesOf(at).flatMap((rule) => rule(subject) ?? []);
}

function rulesOf({ level, minor }: LevelVersion): readonly Rule[] {
  if (level === 'privileged') return [];
  const baseline = baselineChecks.map((check) => ({ id: check.id, version: versionAt(check, minor) }));
  const restricted = level === 'baseline' ? [] : restrictedChecks.map((check) => versionAt(check, minor));
  const replaced = new Set(restricted.map((version) => version?.replaces));
  return [
    ...baseline.filter(({ id }) => !replaced.has(id)).map(({ version }) => version),
    ...restricted,
  ].flatMap((version) => version?.rule ?? []);
}

function versionAt({ versions }: Check, minor: LevelVersion['minor']): Check['versions'][number] | undefined {
  return versions.findLast(({ since, onlyNamed }) =>
    minor === 'latest' ? onlyNamed !== true : since <= minor,
  );
}

/** `PodSecurity "restricted:latest": privileged (container "a" must not …), …` */
export function violationText(violations: readonly Violation[], at: LevelVersion): string {
  const details = violations.map(({ reason, detail }) => `${reason} (${detail})`);
  return `PodSecurity ${JSON.stringify(levelVersionText(at))}: ${details.join(', ')}`;
}
