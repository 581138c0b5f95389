/** What one object of the repository needs: a step, nothing, patience, or somebody's attention. */
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { groupOf } from '../../../schemas/kinds.ts';
import { problemText } from '../../../schemas/validation/field-problem.ts';
import { applyConfiguration } from '../apply/apply.ts';
import { dropNulls } from '../apply/drop-nulls.ts';
import { extractFields } from '../apply/extract.ts';
import { type FieldSet, hasPath, pathsOf, setOf } from '../apply/field-set.ts';
import { shapeOfKind } from '../apply/merge-shape.ts';
import { removeFields } from '../apply/remove.ts';
import { customMergeOf } from '../custom/merge-shape.ts';
import { asServed } from '../custom/versions.ts';
import { desiredProblems } from '../custom/desired-problems.ts';
import { type KubeObject, kindOf, type ObjectRef, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { isCustom } from '../registry/halves.ts';
import { diffFields, type FieldDiff } from './field-diff.ts';
import { handedOver } from './ignored-fields.ts';
import { immutableFields } from './immutable-fields.ts';
import { applicationsOf, disown, inherit, managerOf } from './ownership.ts';

/** `"true"` lets an object be deleted and made anew where a field that cannot change has to. */
const replaceAnnotation = 'berth.dev/replace';

interface SourceLocation {
  readonly path: string;
  readonly line: number;
}

export interface DesiredObject {
  readonly object: KubeObject;
  readonly source: SourceLocation;
}

/** `replace` deletes; the object is created by the next plan, once it is gone. */
export type SyncAction = 'create' | 'change' | 'replace' | 'prune';

export interface SyncStep {
  readonly action: SyncAction;
  readonly ref: ObjectRef;
  /** Absent for what the repository no longer holds. */
  readonly source?: SourceLocation;
  /** What the applier commits. Holds Secrets in the clear: never shown. */
  readonly change: Change;
  /** What changes, without any Secret's values. Empty where only the ownership of fields does. */
  readonly fields: readonly FieldDiff[];
}

export interface SyncProblem {
  readonly reason: 'ownership' | 'immutable' | 'namespace' | 'invalid' | 'kind';
  readonly ref: ObjectRef;
  readonly source: SourceLocation;
  /** The field it is about. */
  readonly field?: string;
  readonly message: string;
  /** `path:line: field: message`, or without the field. */
  readonly text: string;
}

/** An object that is left for now or for good, and why. */
export interface SyncNote {
  readonly ref: ObjectRef;
  readonly reason: string;
}

export type Outcome =
  | { readonly type: 'step'; readonly step: SyncStep }
  | { readonly type: 'unchanged' }
  | { readonly type: 'waiting'; readonly note: SyncNote }
  | { readonly type: 'problem'; readonly problem: SyncProblem };

export interface PlanContext {
  readonly application: string;
  readonly manager: string;
  readonly view: ClusterView;
  readonly now: string;
  /** Identities of the objects of the repository. */
  readonly ids: ReadonlySet<string>;
  /** CustomResourceDefinitions of the repository. */
  readonly definitions: readonly CustomResourceDefinition[];
  /** Namespaces that the repository holds. */
  readonly namespaces: ReadonlySet<string>;
  /** Autoscalers, of the repository and live. */
  readonly scalers: readonly KubeObject[];
}

export function planObject(desired: DesiredObject, context: PlanContext): Outcome {
  const ref = refOf(desired.object);
  const unserved = kindOutcome(desired, ref, context);
  if (unserved !== undefined) return unserved;
  const live = liveObject(ref, context.view);
  const blocked = namespaceOutcome(desired, ref, live, context);
  if (blocked !== undefined) return blocked;
  if (live?.metadata.deletionTimestamp !== undefined) {
    return {
      type: 'waiting',
      note: { ref, reason: 'it is being deleted, and is made anew when it is gone' },
    };
  }
  const others =
    live === undefined ? [] : applicationsOf(live).filter((name) => name !== context.application);
  const owners = others.filter(
    (name) => context.view.get('berth.dev/v1alpha1', 'Application', '', name) !== undefined,
  );
  if (owners.length > 0) {
    const message = `${nameOf(ref)} belongs to application ${owners.join(' and ')}, and application ${context.application} wants it too: remove it from one of the repositories`;
    return problem('ownership', desired, message);
  }
  if (live === undefined) return planApply(desired, undefined, context);
  // What an Application that is no more had applied is taken over as if this one had.
  return planApply(
    desired,
    others.length === 0 ? live : inherit(live, context.manager, others.map(managerOf)),
    context,
  );
}

/** The live object in the version that the repository has it in. */
function liveObject(ref: ObjectRef, view: ClusterView): KubeObject | undefined {
  const live = view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  return live === undefined ? undefined : asServed(live, kindOf(ref, view.kinds), view);
}

/** An object of a kind that the cluster does not serve (yet), or that its definition refuses. */
function kindOutcome(desired: DesiredObject, ref: ObjectRef, context: PlanContext): Outcome | undefined {
  const { view, definitions } = context;
  const info = view.kinds.byGvk(ref.apiVersion, ref.kind);
  if (info !== undefined) {
    const [found] = isCustom(info) ? desiredProblems(desired.object, info, view) : [];
    return found === undefined ? undefined : problem('invalid', desired, problemText(found), found.path);
  }
  const definition = definitions.find((one) => defines(one, ref));
  if (definition !== undefined) {
    const reason = `its kind is not served until CustomResourceDefinition ${definition.metadata.name ?? ''} is established`;
    return { type: 'waiting', note: { ref, reason } };
  }
  const message = `no kind ${ref.kind} in ${ref.apiVersion}: neither the cluster nor the repository has a CustomResourceDefinition that serves it`;
  return problem('kind', desired, message, 'kind');
}

function defines({ spec }: CustomResourceDefinition, { apiVersion, kind }: ObjectRef): boolean {
  return (
    spec.group === groupOf(apiVersion) &&
    spec.names.kind === kind &&
    spec.versions.some((version) => version.served && `${spec.group}/${version.name}` === apiVersion)
  );
}

function namespaceOutcome(
  desired: DesiredObject,
  ref: ObjectRef,
  live: KubeObject | undefined,
  { view, namespaces }: PlanContext,
): Outcome | undefined {
  if (live !== undefined || !kindOf(ref, view.kinds).namespaced) return undefined;
  const namespace = view.get<KubeObject>('v1', 'Namespace', '', ref.namespace);
  if (namespace?.metadata.deletionTimestamp !== undefined) {
    return { type: 'waiting', note: { ref, reason: `its namespace ${ref.namespace} is being deleted` } };
  }
  if (namespace !== undefined || namespaces.has(ref.namespace)) return undefined;
  const message = `the namespace ${ref.namespace} does not exist: add a Namespace ${ref.namespace} to the repository, or create it`;
  return problem('namespace', desired, message, 'metadata.namespace');
}

function planApply(desired: DesiredObject, live: KubeObject | undefined, context: PlanContext): Outcome {
  const { object: config, source } = desired;
  const { manager, now } = context;
  const ref = refOf(config);
  const ignored = handedOver(config, context.scalers);
  const before = live === undefined ? undefined : disown(live, manager, ignored);
  const custom = customMergeOf(kindOf(ref, context.view.kinds), context.view);
  const result = applyConfiguration({
    ...(custom === undefined ? {} : { custom }),
    ...(before === undefined ? {} : { live: before }),
    config: before === undefined ? config : withoutIgnored(config, before, ignored),
    manager,
    force: true,
    now,
  });
  if (!result.ok) return problem('invalid', desired, result.message);
  const object = disown(result.object, manager, ignored);
  const stored = liveObject(ref, context.view);
  if (stored === undefined) {
    const fields = diffFields(undefined, object);
    return {
      type: 'step',
      step: { action: 'create', ref, source, change: { type: 'create', object }, fields },
    };
  }
  if (!result.changed && before === stored) return { type: 'unchanged' };
  const fields = diffFields(stored, object);
  const [refused] = immutableFields(stored, fields);
  if (refused === undefined) {
    return {
      type: 'step',
      step: { action: 'change', ref, source, change: { type: 'update', scope: 'spec', object }, fields },
    };
  }
  if (config.metadata.annotations?.[replaceAnnotation] === 'true') {
    return { type: 'step', step: { action: 'replace', ref, source, change: deletion(stored), fields } };
  }
  const message = `cannot be changed on the existing ${nameOf(ref)}: restore it, give the object another name, or annotate it with ${replaceAnnotation}: "true" to have it deleted and made anew`;
  return problem('immutable', desired, message, refused);
}

const withoutIgnoredConfigs = new WeakMap<KubeObject, Map<string, KubeObject>>();

/** The configuration without those ignored fields that the live object has; the others are applied once. */
function withoutIgnored(config: KubeObject, live: KubeObject, ignored: FieldSet): KubeObject {
  if (ignored.size === 0) return config;
  const shape = shapeOfKind(config.apiVersion, config.kind);
  const liveFields = extractFields(live, shape);
  const present = pathsOf(ignored).filter((path) => hasPath(liveFields, path));
  const key = JSON.stringify(present);
  const known = withoutIgnoredConfigs.get(config) ?? new Map<string, KubeObject>();
  const before = known.get(key);
  if (before !== undefined) return before;
  const rest = dropNulls(removeFields(config, setOf(present), shape), shape);
  withoutIgnoredConfigs.set(config, known.set(key, rest));
  return rest;
}

/** Deletion as kubectl asks for it: what it owns goes after it. */
export function deletion(object: KubeObject): Change {
  return { type: 'delete', ref: refOf(object), uid: object.metadata.uid ?? '', propagation: 'Background' };
}

function problem(
  reason: SyncProblem['reason'],
  { object, source }: DesiredObject,
  message: string,
  field?: string,
): Outcome {
  const place = `${source.path}:${source.line}: `;
  const text = `${place}${field === undefined ? '' : `${field}: `}${message}`;
  return {
    type: 'problem',
    problem: { reason, ref: refOf(object), source, ...(field === undefined ? {} : { field }), message, text },
  };
}

/** `Deployment shop/web` */
export function nameOf(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`;
}
