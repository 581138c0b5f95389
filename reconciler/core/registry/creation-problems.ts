/** What a new object may not have, though a stored one may come to have it. */
import type { FieldProblem } from '../../../schemas/validation/field-problem.ts';
import { type Fields, fieldsOf, isEmpty, isFields, textOf } from '../../../schemas/validation/loose.ts';
import { Reporter } from '../../../schemas/validation/rule.ts';
import { containersOf } from '../../../schemas/validation/security-constraints.ts';
import type { KubeObject } from '../model/object.ts';

/** An old annotation for what is a field now: where both are given they say the same. */
interface Annotated {
  readonly field: string;
  readonly prefix: string;
  readonly what: string;
  /** The annotation's words for each type of profile. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

const seccomp: Annotated = {
  field: 'seccompProfile',
  prefix: 'container.seccomp.security.alpha.kubernetes.io/',
  what: 'seccomp',
  values: { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default', 'docker/default'] },
};
const appArmor: Annotated = {
  field: 'appArmorProfile',
  prefix: 'container.apparmor.security.beta.kubernetes.io/',
  what: 'apparmor',
  values: { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default'] },
};
const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod';
const localhost = 'localhost/';

function reportMismatch(
  { field, what, values }: Annotated,
  context: unknown,
  annotation: unknown,
  path: readonly (string | number)[],
  report: Reporter,
): void {
  const profile = fieldsOf(context)[field];
  const text = textOf(annotation);
  if (!isFields(profile) || text === undefined) return;
  const at = [...path, 'securityContext', field];
  const type = textOf(profile['type']) ?? '';
  const same = type === 'Localhost' ? text.startsWith(localhost) : values[type]?.includes(text);
  if (same === false) report.forbidden([...at, 'type'], `${what} type in annotation and field must match`);
  else if (type === 'Localhost' && text.slice(localhost.length) !== profile['localhostProfile'])
    report.forbidden([...at, 'localhostProfile'], `${what} profile in annotation and field must match`);
}

function podProblems(pod: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const spec = fieldsOf(pod['spec']);
  if (!isEmpty(spec['ephemeralContainers']))
    report.forbidden(['spec', 'ephemeralContainers'], 'cannot be set on create');
  if (!isEmpty(spec['nodeName']) && !isEmpty(spec['schedulingGates']))
    report.forbidden(['spec', 'nodeName'], 'cannot be set until all schedulingGates have been cleared');
  const annotations = fieldsOf(fieldsOf(pod['metadata'])['annotations']);
  if (Object.keys(annotations).length === 0) return problems;
  const own = spec['securityContext'];
  reportMismatch(seccomp, own, annotations[seccompOfPod], ['spec'], report);
  for (const [path, container] of containersOf(spec)) {
    const [name, context] = [textOf(container['name']) ?? '', container['securityContext']];
    const at = ['spec', ...path];
    reportMismatch(seccomp, context, annotations[seccomp.prefix + name], at, report);
    const inherited = fieldsOf(context)['appArmorProfile'] === undefined ? own : context;
    reportMismatch(appArmor, inherited, annotations[appArmor.prefix + name], at, report);
  }
  return problems;
}

const rules: Readonly<Record<string, (object: Fields) => readonly FieldProblem[]>> = {
  'v1/Pod': podProblems,
};

/** What is wrong with making this object, besides what is wrong with it at any time. */
export function creationProblems(object: KubeObject): readonly FieldProblem[] {
  return rules[`${object.apiVersion}/${object.kind}`]?.(object as object as Fields) ?? [];
}
