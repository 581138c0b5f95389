/** Audit policies (audit.k8s.io/v1 Policy): which requests are recorded, and how much of them. */
import { load } from 'js-yaml';
import type { UserInfo } from '../../core/model/user.ts';

export const levels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof levels)[number];

export const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof stages)[number];

export interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  /** The empty one stands for what has no namespace. */
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
  readonly rules: readonly PolicyRule[];
}

/** What a policy decides by. */
export interface AuditedRequest {
  /** Undefined where nobody was recognized. */
  readonly user: UserInfo | undefined;
  readonly verb: string;
  /** Of a request about a resource; a path otherwise. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly path: string;
}

export interface AuditDecision {
  readonly level: Level;
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

/** Who changed what, and who read secrets; neither reads nor what components do every few seconds. */
export const defaultPolicy: AuditPolicy = {
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    {
      level: 'None',
      nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version*', '/openapi*', '/api*', '/metrics'],
    },
    {
      level: 'None',
      resources: [
        { resources: ['events'] },
        { group: 'events.k8s.io' },
        { group: 'coordination.k8s.io', resources: ['leases'] },
        { group: 'authorization.k8s.io' },
        { group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] },
      ],
    },
    { level: 'Metadata', resources: [{ resources: ['secrets'] }] },
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'Metadata' },
  ],
};

/** Resources whose bodies are secrets: `GROUP/RESOURCE[/SUBRESOURCE]`. No policy can have them recorded. */
const secretBodies: ReadonlySet<string> = new Set([
  '/secrets',
  '/serviceaccounts/token',
  'authentication.k8s.io/tokenreviews',
]);

/** What a policy says nothing of. */
const anything: readonly never[] = [];

/** What becomes of a request: the first rule that matches decides. */
export function decide(policy: AuditPolicy, request: AuditedRequest): AuditDecision {
  const rule = policy.rules.find((one) => matches(one, request));
  const level = rule?.level ?? 'None';
  return {
    level: level !== 'None' && holdsSecrets(request) ? 'Metadata' : level,
    omitStages: omittedStages(policy.omitStages, rule?.omitStages),
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

/** Stages that the whole policy leaves out, and those that the rule does. */
function omittedStages(
  all: readonly Stage[] = anything,
  ones: readonly Stage[] = anything,
): readonly Stage[] {
  return ones.length === 0 ? all : [...all, ...ones];
}

function holdsSecrets({ resource }: AuditedRequest): boolean {
  if (resource === undefined) return false;
  const name = `${resource.group}/${resource.resource}`;
  return secretBodies.has(name) || secretBodies.has(`${name}/${resource.subresource}`);
}

function matches(rule: PolicyRule, request: AuditedRequest): boolean {
  const {
    users = anything,
    userGroups = anything,
    verbs = anything,
    namespaces = anything,
    resources = anything,
    nonResourceURLs = anything,
  } = rule;
  if (users.length > 0 && !users.includes(request.user?.name ?? '')) return false;
  if (userGroups.length > 0 && !(request.user?.groups ?? []).some((group) => userGroups.includes(group)))
    return false;
  if (verbs.length > 0 && !verbs.includes(request.verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) return matchesResource(namespaces, resources, request);
  if (nonResourceURLs.length === 0) return true;
  return request.resource === undefined && nonResourceURLs.some((url) => matchesPath(url, request.path));
}

function matchesResource(
  namespaces: readonly string[],
  resources: readonly GroupResources[],
  { resource: asked }: AuditedRequest,
): boolean {
  if (asked === undefined) return false;
  if (namespaces.length > 0 && !namespaces.includes(asked.namespace)) return false;
  if (resources.length === 0) return true;
  const full = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  return resources.some(({ group = '', resources: names = [], resourceNames = [] }) => {
    if (group !== asked.group) return false;
    if (names.length === 0) return true;
    if (resourceNames.length > 0 && !resourceNames.includes(asked.name)) return false;
    return names.some(
      (name) =>
        name === '*' ||
        name === full ||
        (asked.subresource !== '' && name === `*/${asked.subresource}`) ||
        (asked.subresource !== '' && name === `${asked.resource}/*`),
    );
  });
}

function matchesPath(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('*') && path.startsWith(url.slice(0, -1));
}

/** Reads a policy file; throws with every field that is wrong. */
export function parsePolicy(text: string, file: string): AuditPolicy {
  const content: unknown = load(text, { filename: file });
  const problems: string[] = [];
  const policy = isFields(content) ? content : {};
  if (policy.apiVersion !== 'audit.k8s.io/v1' || policy.kind !== 'Policy')
    problems.push('apiVersion, kind: expected audit.k8s.io/v1 and Policy');
  const rules: readonly unknown[] = Array.isArray(policy.rules) ? policy.rules : [];
  if (rules.length === 0) problems.push('rules: Required value');
  checkStages(policy.omitStages, 'omitStages', problems);
  rules.forEach((rule, index) => checkRule(rule, `rules[${index}]`, problems));
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`);
  return policy as unknown as AuditPolicy;
}

const listFields = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs'] as const;
const ruleFields: readonly string[] = [
  ...listFields,
  'level',
  'resources',
  'omitStages',
  'omitManagedFields',
];

function checkRule(rule: unknown, at: string, problems: string[]): void {
  if (!isFields(rule)) {
    problems.push(`${at}: expected a map`);
    return;
  }
  for (const field of Object.keys(rule))
    if (!ruleFields.includes(field)) problems.push(`${at}.${field}: unknown field`);
  if (!levels.some((level) => level === rule.level))
    problems.push(`${at}.level: Unsupported value: supported values: ${levels.join(', ')}`);
  for (const field of listFields) checkTexts(rule[field], `${at}.${field}`, problems);
  checkStages(rule.omitStages, `${at}.omitStages`, problems);
  const resources = rule.resources ?? [];
  if (!Array.isArray(resources)) problems.push(`${at}.resources: expected a list`);
  else resources.forEach((one, index) => checkResources(one, `${at}.resources[${index}]`, problems));
  const aboutResources = (rule.namespaces ?? rule.resources) !== undefined;
  if (aboutResources && rule.nonResourceURLs !== undefined)
    problems.push(
      `${at}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`,
    );
}

function checkResources(value: unknown, at: string, problems: string[]): void {
  if (!isFields(value)) {
    problems.push(`${at}: expected a map`);
    return;
  }
  if (value.group !== undefined && typeof value.group !== 'string')
    problems.push(`${at}.group: expected a text`);
  checkTexts(value.resources, `${at}.resources`, problems);
  checkTexts(value.resourceNames, `${at}.resourceNames`, problems);
}

function checkTexts(value: unknown, at: string, problems: string[]): void {
  if (value === undefined) return;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    problems.push(`${at}: expected a list of texts`);
}

function checkStages(value: unknown, at: string, problems: string[]): void {
  checkTexts(value, at, problems);
  if (!Array.isArray(value)) return;
  for (const stage of value)
    if (!stages.some((one) => one === stage)) problems.push(`${at}: ${String(stage)}: no stage of a request`);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
