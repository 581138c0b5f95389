/** A container's environment: envFrom, env with references, and `$(VAR)` in values, commands and arguments. */
import type { Container, EnvVar, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { fieldValue, type HostCapacity, type PodAddresses, resourceFieldValue } from './downward.ts';
import { serviceEnvironment } from './service-environment.ts';
import { contentText, type PodSources, type SourceKind, sourceData } from './sources.ts';

export interface EnvironmentContext {
  readonly pod: Pod;
  readonly sources: PodSources;
  readonly addresses: PodAddresses;
  readonly capacity: HostCapacity;
}

export interface Environment {
  readonly values: ReadonlyMap<string, string>;
  /** Why the container cannot start yet, in the kubelet's words. */
  readonly problem: string | undefined;
}

/** Later entries win over earlier ones; `env` wins over `envFrom`, and both over what is said of services. */
export function environmentOf(context: EnvironmentContext, container: Container): Environment {
  const values = new Map(serviceEnvironment(context.pod, context.sources));
  for (const from of container.envFrom ?? []) {
    const reference = from.configMapRef ?? from.secretRef;
    if (reference === undefined) continue;
    const kind: SourceKind = from.configMapRef === undefined ? 'secret' : 'configmap';
    const data = sourceData(
      context.sources,
      kind,
      context.pod.metadata.namespace ?? '',
      reference.name ?? '',
    );
    if (data === undefined && reference.optional === true) continue;
    if (data === undefined)
      return { values, problem: `${kind} ${JSON.stringify(reference.name ?? '')} not found` };
    for (const [key, content] of data) values.set(`${from.prefix ?? ''}${key}`, contentText(content));
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(context, container, variable, values);
    if (value.problem !== undefined) return { values, problem: value.problem };
    if (value.text !== undefined) values.set(variable.name, value.text);
  }
  return { values, problem: undefined };
}

interface Value {
  /** undefined without a problem: an optional reference to what is not there. */
  readonly text: string | undefined;
  readonly problem?: string;
}

function valueOf(
  context: EnvironmentContext,
  container: Container,
  variable: EnvVar,
  values: ReadonlyMap<string, string>,
): Value {
  const from = variable.valueFrom;
  if (from === undefined) return { text: expand(variable.value ?? '', values) };
  if (from.configMapKeyRef !== undefined) return keyValue(context, 'configmap', from.configMapKeyRef);
  if (from.secretKeyRef !== undefined) return keyValue(context, 'secret', from.secretKeyRef);
  if (from.fieldRef !== undefined) {
    const text = fieldValue(context.pod, from.fieldRef, context.addresses);
    return text === undefined
      ? { text, problem: `unsupported fieldPath: ${from.fieldRef.fieldPath}` }
      : { text };
  }
  if (from.resourceFieldRef !== undefined) {
    const containers = [...(context.pod.spec?.containers ?? []), ...(context.pod.spec?.initContainers ?? [])];
    const text = resourceFieldValue(containers, container, from.resourceFieldRef, context.capacity);
    return text === undefined
      ? { text, problem: `unsupported resource: ${from.resourceFieldRef.resource}` }
      : { text };
  }
  return { text: undefined, problem: `env ${variable.name}: this kind of valueFrom is not built yet` };
}

function keyValue(
  context: EnvironmentContext,
  kind: SourceKind,
  selector: { readonly name?: string; readonly key: string; readonly optional?: boolean },
): Value {
  const namespace = context.pod.metadata.namespace ?? '';
  const name = selector.name ?? '';
  const data = sourceData(context.sources, kind, namespace, name);
  const content = data?.get(selector.key);
  if (content !== undefined) return { text: contentText(content) };
  if (selector.optional === true) return { text: undefined };
  if (data === undefined) return { text: undefined, problem: `${kind} ${JSON.stringify(name)} not found` };
  const owner = kind === 'configmap' ? 'ConfigMap' : 'Secret';
  return { text: undefined, problem: `couldn't find key ${selector.key} in ${owner} ${namespace}/${name}` };
}

/** `$(NAME)` becomes the variable's value, `$$` a dollar sign; an unknown name stays as it is written. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (written, name: string | undefined) =>
    name === undefined ? '$' : (values.get(name) ?? written),
  );
}

/** As `expand`, where every name has to be known: a path must not come to mean another one. */
export function expandStrictly(
  text: string,
  values: ReadonlyMap<string, string>,
): string | { readonly problem: string } {
  const missing = [...text.matchAll(/\$(?:\$|\(([^()]*)\))/g)].find(
    ([, name]) => name !== undefined && !values.has(name),
  );
  if (missing !== undefined) return { problem: `missing value for ${JSON.stringify(missing[1])}` };
  return expand(text, values);
}
