/** What the labels of a namespace say about the security of its pods. */
import { type FieldProblem, invalid } from '../../../../schemas/validation/field-problem.ts';

export const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

/** A level of the Pod Security Standards as Kubernetes 1.`minor` defined it; `latest` is the newest known one. */
export interface LevelVersion {
  readonly level: Level;
  readonly minor: number | 'latest';
}

export type Mode = 'enforce' | 'audit' | 'warn';

export interface Policy extends Readonly<Record<Mode, LevelVersion>> {
  /** Labels that say what is no level or no version. */
  readonly problems: readonly FieldProblem[];
}

type Labels = Readonly<Record<string, string>>;
type Report = (problem: FieldProblem) => void;

/** Of the labels, and of the audit log's annotations. */
export const prefix = 'pod-security.kubernetes.io/';
const versionPattern = /^v1\.(0|[1-9][0-9]*)$/;
const privileged: LevelVersion = { level: 'privileged', minor: 'latest' };

/** `restricted:latest`, `baseline:v1.30` */
export function levelVersionText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === 'latest' ? minor : `v1.${minor}`}`;
}

/** Negative where `a` is laxer than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/**
 * The policy of a namespace. What the labels leave out is privileged; what they misspell is restricted where it
 * refuses pods, and privileged where it only tells. A namespace warns of at least what it enforces.
 */
export function policyOf(labels: Labels): Policy {
  const problems: FieldProblem[] = [];
  const report: Report = (problem) => problems.push(problem);
  const enforce = modeOf(labels, 'enforce', 'restricted', report);
  const audit = modeOf(labels, 'audit', 'privileged', report);
  const warn = modeOf(labels, 'warn', 'privileged', report);
  const follows = labels[`${prefix}warn`] === undefined && isLevel(labels[`${prefix}enforce`] ?? '');
  if (!follows || compareLevels(enforce.level, warn.level) <= 0) return { enforce, audit, warn, problems };
  const minor = labels[`${prefix}warn-version`] === undefined ? enforce.minor : warn.minor;
  return { enforce, audit, warn: { level: enforce.level, minor }, problems };
}

function modeOf(labels: Labels, mode: Mode, misspelt: Level, report: Report): LevelVersion {
  const level = labels[`${prefix}${mode}`];
  const version = labels[`${prefix}${mode}-version`];
  return {
    level: level === undefined ? privileged.level : levelOf(level, `${prefix}${mode}`, misspelt, report),
    minor: version === undefined ? privileged.minor : minorOf(version, `${prefix}${mode}-version`, report),
  };
}

function isLevel(text: string): text is Level {
  return (levels as readonly string[]).includes(text);
}

function levelOf(text: string, label: string, misspelt: Level, report: Report): Level {
  if (isLevel(text)) return text;
  report(invalid(['metadata', 'labels', { key: label }], text, `must be one of ${levels.join(', ')}`));
  return misspelt;
}

function minorOf(text: string, label: string, report: Report): LevelVersion['minor'] {
  if (text === 'latest') return text;
  const minor = versionPattern.exec(text)?.[1];
  if (minor !== undefined) return Number(minor);
  report(invalid(['metadata', 'labels', { key: label }], text, 'must be "latest" or "v1.x"'));
  return 'latest';
}
