/** A new object, complete as it will be stored: server-set metadata, defaults, admission, validation, addresses. */
import type { Namespace } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import { admit, judge } from '../admission/admission.ts';
import type { AdmissionRequest } from '../admission/admission-request.ts';
import { completeCustom, creationProblem, customProblems, storedCustom } from '../custom/custom-writes.ts';
import { type KubeObject, kindOf, refOf } from '../model/object.ts';
import { formatTime } from '../model/time.ts';
import { allocateService } from './allocate.ts';
import { creationProblems } from './creation-problems.ts';
import { applyDefaults } from './defaults/defaults.ts';
import {
  countsGenerations,
  groupKind,
  type Halves,
  hasStatusSubresource,
  isCustom,
  isPod,
  isService,
  withStatus,
} from './halves.ts';
import { bothRounds, type Prepared, type RegistryContext, refused } from './prepared.ts';
import { qosClassOf } from './qos.ts';
import { withRequester } from './signing-requester.ts';
import { forbidden, invalidFields, notFound, type StatusProblem } from './status-error.ts';
import { withTemplateGeneration } from './template-generation.ts';

export function prepareCreate(input: KubeObject, context: RegistryContext): Prepared {
  const { view } = context;
  const named = withName(input, context.random);
  const info = kindOf(named, view.kinds);
  const placed = info.namespaced ? namespaceProblem(named, context) : undefined;
  if (placed !== undefined) return refused(placed);
  const closed = isCustom(info) ? creationProblem(info, view) : undefined;
  if (closed !== undefined) return refused(closed);
  const identified = withFirstStatus(withIdentity(named, info, context), info);
  const asked = withRequester(identified, context.user);
  const fresh = isCustom(info)
    ? completeCustom(asked, info, view)
    : withTemplateGeneration(applyDefaults(asked), undefined);
  const request: AdmissionRequest = {
    operation: 'CREATE',
    info,
    subresource: '',
    object: fresh,
    before: undefined,
    user: context.user,
    view,
    newNamespaces: context.newNamespaces,
    nowMs: context.nowMs,
  };
  const admitted = admit(request);
  if (admitted.type === 'refused') return admitted;
  let { object } = admitted;
  if (isPod(object)) object = withStatus(object, { ...object.status, qosClass: qosClassOf(object) });
  const problems = isCustom(info)
    ? customProblems(object, undefined, info, '', view)
    : [...validateObject(object), ...creationProblems(object)];
  if (problems.length > 0) return refused(invalidFields(refOf(object), problems));
  const judged = judge({ ...request, object });
  if (judged.type === 'refused') return judged;
  if (isService(object)) {
    const allocated = allocateService(object, view, context.settings, context.random);
    if ('code' in allocated) return refused(allocated);
    object = allocated;
  }
  if (isCustom(info)) object = storedCustom(object, info, view);
  return { type: 'write', object, before: undefined, ...bothRounds(admitted, judged) };
}

/** Objects are made in a namespace that is there and stays. */
function namespaceProblem(object: KubeObject, context: RegistryContext): StatusProblem | undefined {
  const ref = refOf(object);
  if (context.newNamespaces.has(ref.namespace)) return undefined;
  const namespace = context.view.get<Namespace>('v1', 'Namespace', '', ref.namespace);
  if (namespace === undefined)
    return notFound({ apiVersion: 'v1', kind: 'Namespace', namespace: '', name: ref.namespace });
  if (namespace.metadata.deletionTimestamp === undefined) return undefined;
  const why = `unable to create new content in namespace ${ref.namespace} because it is being terminated`;
  const message = `namespace ${ref.namespace} is being terminated`;
  const causes = [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }];
  return { ...forbidden(ref, why, context.view.kinds), causes };
}

const nameSuffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

function withName(object: KubeObject, random: () => number): KubeObject {
  const { name, generateName } = object.metadata;
  if ((name !== undefined && name !== '') || generateName === undefined || generateName === '') return object;
  let suffix = '';
  for (let index = 0; index < 5; index++)
    suffix += nameSuffixLetters[Math.floor(random() * nameSuffixLetters.length)] ?? '';
  return { ...object, metadata: { ...object.metadata, name: generateName.slice(0, 58) + suffix } };
}

/** What only the server sets; an object's life begins here. */
function withIdentity(object: KubeObject, info: KindInfo, context: RegistryContext): KubeObject {
  const {
    resourceVersion: _,
    deletionTimestamp: __,
    deletionGracePeriodSeconds: ___,
    generation: ____,
    selfLink: _____,
    ...rest
  } = object.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    uid: context.uuid(),
    creationTimestamp: formatTime(context.nowMs),
    ...(countsGenerations(info) ? { generation: 1 } : {}),
  };
  return { ...object, metadata };
}

/** Kinds that begin with a status, and those whose creator may bring one (a Node that registers itself). */
const firstStatus: Readonly<Record<string, (object: Halves) => unknown>> = {
  '/Pod': () => ({ phase: 'Pending', qosClass: 'BestEffort' }),
  '/Namespace': () => ({ phase: 'Active' }),
  '/Node': (object) => object.status,
  '/PersistentVolume': () => ({ phase: 'Pending' }),
  '/PersistentVolumeClaim': () => ({ phase: 'Pending' }),
  '/Service': () => ({ loadBalancer: {} }),
  'networking.k8s.io/Ingress': () => ({ loadBalancer: {} }),
};

function withFirstStatus(object: KubeObject, info: KindInfo): KubeObject {
  if (!hasStatusSubresource(info)) return object;
  return withStatus(object, firstStatus[groupKind(object)]?.(object));
}
