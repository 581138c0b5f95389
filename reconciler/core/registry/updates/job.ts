/** Kubernetes' rules of updates of jobs. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { type Fields, fieldsOf, isEmpty, numberOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { reportImmutable, specOf, statusOf } from './immutable.ts';
import { jobStatusUpdate } from './job-status.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule } from './update-rule.ts';

const immutable = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];

/** An Indexed Job may grow and shrink where as many of its pods run at once as it has indexes (KEP-3715). */
function reportCompletions(after: Fields, before: Fields, report: Reporter): void {
  if (after['completionMode'] !== 'Indexed') {
    reportImmutable(after, before, ['completions'], ['spec'], report);
    return;
  }
  const completions = numberOf(after['completions']);
  if (completions === undefined || completions === before['completions']) return;
  if (completions !== numberOf(after['parallelism']))
    report.invalid(
      ['spec', 'completions'],
      completions,
      'can only be modified in tandem with spec.parallelism',
    );
}

/** The template with what decides where its pods run as it was before: free while a job waits to be started. */
function withOldDirectives(template: Fields, old: Fields): Fields {
  const [spec, before] = [fieldsOf(template['spec']), fieldsOf(old['spec'])];
  const { nodeAffinity: _, ...others } = fieldsOf(spec['affinity']);
  const { nodeAffinity } = fieldsOf(before['affinity']);
  const affinity = isEmpty(nodeAffinity) ? others : { ...others, nodeAffinity };
  const bare = Object.keys(affinity).length === 0 && before['affinity'] === undefined;
  const metadata = fieldsOf(template['metadata']);
  const kept = fieldsOf(old['metadata']);
  return {
    ...template,
    metadata: { ...metadata, labels: kept['labels'], annotations: kept['annotations'] },
    spec: {
      ...spec,
      affinity: bare ? undefined : affinity,
      nodeSelector: before['nodeSelector'],
      tolerations: before['tolerations'],
      schedulingGates: before['schedulingGates'],
    },
  };
}

export const jobUpdate: UpdateRule = (after, before, subresource) => {
  if (subresource === 'status') return jobStatusUpdate(after, before, subresource);
  if (subresource !== '') return [];
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [now, old] = [specOf(after), specOf(before)];
  reportCompletions(now, old, report);
  reportImmutable(now, old, immutable, ['spec'], report);
  const waiting = old['suspend'] === true && isEmpty(statusOf(before)['startTime']);
  const [template, was] = [fieldsOf(now['template']), fieldsOf(old['template'])];
  if (!semanticallyEqual(waiting ? withOldDirectives(template, was) : template, was))
    report.invalid(['spec', 'template'], template, 'field is immutable');
  return problems;
};
