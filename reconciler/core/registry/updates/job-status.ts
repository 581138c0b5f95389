/** Kubernetes' rules of updates of a job's status: a finished job stays so, and its parts agree with each other. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { countIndexes } from '../../../../schemas/validation/index-intervals.ts';
import {
  type Fields,
  fieldsOf,
  isEmpty,
  itemsOf,
  listOf,
  numberOf,
  textOf,
} from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { parseTime } from '../../model/time.ts';
import { specOf, statusOf } from './immutable.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule } from './update-rule.ts';

/** A job's status with what the rules ask of it. */
interface Seen {
  readonly spec: Fields;
  readonly status: Fields;
  readonly is: (type: string) => boolean;
  readonly finished: boolean;
}

function seen(job: object): Seen {
  const status = statusOf(job);
  const is = (type: string): boolean =>
    itemsOf(status['conditions']).some(([, one]) => one['type'] === type && one['status'] === 'True');
  return { spec: specOf(job), status, is, finished: is('Complete') || is('Failed') };
}

/** A rule about conditions: what must not be, and when it is looked at. */
interface ConditionRule {
  readonly broken: (now: Seen, old: Seen) => boolean;
  readonly text: string;
}

const turned =
  (...types: readonly string[]) =>
  (now: Seen, old: Seen): boolean =>
    types.some((type) => now.is(type) !== old.is(type));

const conditionRules: readonly ConditionRule[] = [
  {
    broken: (now, old) => turned('Complete', 'Failed')(now, old) && now.is('Complete') && now.is('Failed'),
    text: 'cannot set Complete=True and Failed=true conditions',
  },
  {
    broken: (now, old) =>
      turned('Complete', 'FailureTarget')(now, old) && now.is('Complete') && now.is('FailureTarget'),
    text: 'cannot set Complete=True and FailureTarget=true conditions',
  },
  {
    broken: (now, old) =>
      turned('Failed', 'FailureTarget')(now, old) && now.is('Failed') && !now.is('FailureTarget'),
    text: 'cannot set Failed=True condition without the FailureTarget=true condition',
  },
  {
    broken: (now, old) =>
      turned('Complete', 'SuccessCriteriaMet')(now, old) &&
      now.is('Complete') &&
      !now.is('SuccessCriteriaMet'),
    text: 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  },
  {
    broken: (now) => now.is('SuccessCriteriaMet') && now.is('Failed'),
    text: 'cannot set SuccessCriteriaMet=True and Failed=true conditions',
  },
  {
    broken: (now) => now.is('SuccessCriteriaMet') && now.is('FailureTarget'),
    text: 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  },
  ...['Failed', 'Complete', 'FailureTarget'].map((type) => ({
    broken: (now: Seen, old: Seen) => old.is(type) && !now.is(type),
    text: `cannot disable the terminal ${type}=True condition`,
  })),
  {
    broken: (now, old) => old.is('SuccessCriteriaMet') && !now.is('SuccessCriteriaMet'),
    text: 'cannot disable the SuccessCriteriaMet=True condition',
  },
  {
    broken: (now, old) => old.is('Complete') && !old.is('SuccessCriteriaMet') && now.is('SuccessCriteriaMet'),
    text: 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
  },
];

const counters = ['active', 'succeeded', 'failed', 'ready', 'terminating'];

function reportCounters(now: Seen, old: Seen, report: Reporter): void {
  const count = (one: Seen, field: string): number => numberOf(one.status[field]) ?? 0;
  for (const field of counters) {
    if (count(now, field) < 0)
      report.invalid(['status', field], count(now, field), 'must be greater than or equal to 0');
  }
  if (count(now, 'failed') < count(old, 'failed'))
    report.invalid(['status', 'failed'], count(now, 'failed'), 'cannot decrease the failed counter');
  const { completionMode, completions, parallelism } = now.spec;
  const elastic = completionMode === 'Indexed' && completions === parallelism;
  if (!elastic && count(now, 'succeeded') < count(old, 'succeeded'))
    report.invalid(['status', 'succeeded'], count(now, 'succeeded'), 'cannot decrease the succeeded counter');
  const changed = (field: string): boolean => count(now, field) !== count(old, field);
  const ended = now.finished !== old.finished;
  for (const field of ['active', 'terminating']) {
    if ((ended || changed(field)) && now.finished && count(now, field) > 0)
      report.invalid(['status', field], count(now, field), `${field}>0 is invalid for finished job`);
  }
  if ((changed('ready') || changed('active')) && count(now, 'ready') > count(now, 'active'))
    report.invalid(['status', 'ready'], count(now, 'ready'), 'cannot set more ready pods than active');
}

function reportTimes(now: Seen, old: Seen, report: Reporter): void {
  const [start, end] = [textOf(now.status['startTime']), textOf(now.status['completionTime'])];
  const [oldStart, oldEnd] = [textOf(old.status['startTime']), textOf(old.status['completionTime'])];
  const [at, path] = [
    ['status', 'startTime'],
    ['status', 'completionTime'],
  ];
  if (now.is('Complete') !== old.is('Complete') || end !== oldEnd) {
    if (end !== undefined && !now.is('Complete'))
      report.invalid(path, end, 'cannot set completionTime when there is no Complete=True condition');
    if (end === undefined && now.is('Complete'))
      report.required(path, 'completionTime is required for Complete jobs');
  }
  if (start !== oldStart || end !== oldEnd) {
    if (start !== undefined && end !== undefined && (parseTime(end) ?? 0) < (parseTime(start) ?? 0))
      report.invalid(path, end, 'completionTime cannot be set before startTime');
  }
  if (end !== undefined && oldEnd !== undefined && end !== oldEnd)
    report.invalid(path, end, 'completionTime cannot be mutated');
  const nothingToDo = now.spec['suspend'] === true && now.spec['completions'] === 0;
  if ((now.finished !== old.finished || start !== oldStart) && !nothingToDo) {
    if (now.finished && start === undefined) report.required(at, 'startTime is required for finished job');
  }
  if (oldStart !== undefined && start !== oldStart && now.spec['suspend'] !== true)
    report.required(at, 'startTime cannot be removed for unsuspended job');
}

function reportIndexes(now: Seen, old: Seen, report: Reporter): void {
  const completions = numberOf(now.spec['completions']);
  const check = (field: string, needs: boolean, without: string): void => {
    const indexes = textOf(now.status[field]);
    if (indexes === undefined || indexes === old.status[field]) return;
    const wrong = completions === undefined ? 0 : countIndexes(indexes, completions);
    if (typeof wrong === 'string')
      report.invalid(['status', field], indexes, `error parsing ${field}: ${wrong}`);
    if (!needs && (field === 'failedIndexes' || indexes !== ''))
      report.invalid(['status', field], indexes, without);
  };
  check(
    'completedIndexes',
    now.spec['completionMode'] === 'Indexed',
    'cannot set non-empty completedIndexes when non-indexed completion mode',
  );
  check(
    'failedIndexes',
    !isEmpty(now.spec['backoffLimitPerIndex']),
    'cannot set non-null failedIndexes when backoffLimitPerIndex is null',
  );
}

function reportUncounted(now: Seen, old: Seen, report: Reporter): void {
  const path = ['status', 'uncountedTerminatedPods'];
  const uncounted = fieldsOf(now.status['uncountedTerminatedPods']);
  const seenUids = new Set<unknown>();
  for (const list of ['succeeded', 'failed']) {
    for (const [index, uid] of listOf(uncounted[list]).entries()) {
      if (uid === '') report.invalid([...path, list, index], uid, 'must not be empty');
      else if (seenUids.has(uid)) report.duplicate([...path, list, index], uid);
      seenUids.add(uid);
    }
  }
  const changed = !semanticallyEqual(uncounted, fieldsOf(old.status['uncountedTerminatedPods']));
  if (now.finished && seenUids.size > 0 && (changed || now.finished !== old.finished))
    report.invalid(path, uncounted, 'uncountedTerminatedPods needs to be empty for finished job');
}

export const jobStatusUpdate: UpdateRule = (after, before) => {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [now, old] = [seen(after), seen(before)];
  reportCounters(now, old, report);
  reportTimes(now, old, report);
  reportIndexes(now, old, report);
  reportUncounted(now, old, report);
  for (const { broken, text } of conditionRules)
    if (broken(now, old)) report.invalidHere(['status', 'conditions'], text);
  return problems;
};
