/**
 * How the fields of protobuf messages are called in JSON. Nearly all bear the same name; these tables hold the rest:
 * Go structs embedded in another one, whose fields stand in the outer JSON object, and names that Go spells
 * otherwise on the two sides.
 */
import type { ProtoField } from './protobuf-descriptor.ts';

/** Last part of a message's name, to the field that is an embedded struct. */
const embedded: Readonly<Record<string, string>> = {
  ConfigMapEnvSource: 'localObjectReference',
  ConfigMapKeySelector: 'localObjectReference',
  ConfigMapProjection: 'localObjectReference',
  ConfigMapVolumeSource: 'localObjectReference',
  DeviceAllocationConfiguration: 'deviceConfiguration',
  DeviceClaimConfiguration: 'deviceConfiguration',
  DeviceClassConfiguration: 'deviceConfiguration',
  EphemeralContainer: 'ephemeralContainerCommon',
  IngressRule: 'ingressRuleValue',
  NamedRuleWithOperations: 'ruleWithOperations',
  PersistentVolumeSpec: 'persistentVolumeSource',
  Probe: 'handler',
  RuleWithOperations: 'rule',
  SecretEnvSource: 'localObjectReference',
  SecretKeySelector: 'localObjectReference',
  SecretProjection: 'localObjectReference',
  Volume: 'volumeSource',
};

const renamed: Readonly<Record<string, string>> = {
  'BoundObjectReference.uID': 'uid',
  'IngressClassParametersReference.aPIGroup': 'apiGroup',
  'JSONSchemaProps.ref': '$ref',
  'JSONSchemaProps.schema': '$schema',
  'MutatingWebhookConfiguration.Webhooks': 'webhooks',
  'ValidatingWebhookConfiguration.Webhooks': 'webhooks',
  'Validation.Expression': 'expression',
  'Variable.Expression': 'expression',
  'Variable.Name': 'name',
};

const extension = /^xKubernetes[A-Z]/;

/** Whether the fields of this message-typed field stand in the JSON object of the message itself. */
export function isEmbedded(message: string, field: ProtoField): boolean {
  return embedded[lastPart(message)] === field.name;
}

/** `xKubernetesListType` is `x-kubernetes-list-type`; most are called as they are. */
export function jsonName(message: string, field: ProtoField): string {
  const name = renamed[`${lastPart(message)}.${field.name}`];
  if (name !== undefined) return name;
  if (!extension.test(field.name)) return field.name;
  return field.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function lastPart(message: string): string {
  return message.slice(message.lastIndexOf('.') + 1);
}
