/** Where workloads keep the pods that they make. */
import type { PodTemplateSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { groupKind } from '../../registry/halves.ts';
import type { Subject } from './check.ts';

interface Templated {
  readonly template?: PodTemplateSpec;
  readonly spec?: {
    readonly template?: PodTemplateSpec;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
  };
}

type TemplateOf = (workload: Templated) => PodTemplateSpec | undefined;

const inSpec: TemplateOf = ({ spec }) => spec?.template;

/** By `group/Kind`. */
const templates: Readonly<Record<string, TemplateOf>> = {
  '/PodTemplate': ({ template }) => template,
  '/ReplicationController': inSpec,
  'apps/DaemonSet': inSpec,
  'apps/Deployment': inSpec,
  'apps/ReplicaSet': inSpec,
  'apps/StatefulSet': inSpec,
  'batch/CronJob': ({ spec }) => spec?.jobTemplate?.spec?.template,
  'batch/Job': inSpec,
};

/** `group/Kind` of what makes pods. */
export const workloadKinds: readonly string[] = Object.keys(templates);

/** The pods that a workload would make; nothing where it has no template. */
export function templateSubject(workload: KubeObject): Subject | undefined {
  const template = templates[groupKind(workload)]?.(workload as Templated);
  if (template?.spec === undefined) return undefined;
  return { annotations: template.metadata?.annotations ?? {}, spec: template.spec };
}
