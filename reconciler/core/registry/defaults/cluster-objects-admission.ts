/** Kubernetes' defaults of webhooks and policies that judge writes. */
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../../schemas/kubernetes/types/admissionregistration-v1.ts';
import type { APIService } from '../../../../schemas/kubernetes/types/apiregistration-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill, replace } from './unset-fields.ts';

const httpsPort = 443;

export const admissionDefaulters: Defaulters = {
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': (object) => {
    const configuration = object as ValidatingWebhookConfiguration;
    return replace(configuration, 'webhooks', eachOf(configuration.webhooks, hookDefaults));
  },
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': (object) => {
    const configuration = object as MutatingWebhookConfiguration;
    const hooks = eachOf(configuration.webhooks, (hook) =>
      fill(hookDefaults(hook), { reinvocationPolicy: 'Never' }),
    );
    return replace(configuration, 'webhooks', hooks);
  },
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': (object) => {
    const policy = object as ValidatingAdmissionPolicy;
    if (policy.spec === undefined) return policy;
    return { ...policy, spec: matching(fill(policy.spec, { failurePolicy: 'Fail' }), 'matchConstraints') };
  },
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': (object) => {
    const policy = object as MutatingAdmissionPolicy;
    if (policy.spec === undefined) return policy;
    return { ...policy, spec: matching(fill(policy.spec, { failurePolicy: 'Fail' }), 'matchConstraints') };
  },
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': (object) => {
    const binding = object as ValidatingAdmissionPolicyBinding;
    return binding.spec === undefined
      ? binding
      : { ...binding, spec: matching(binding.spec, 'matchResources') };
  },
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': (object) => {
    const binding = object as MutatingAdmissionPolicyBinding;
    return binding.spec === undefined
      ? binding
      : { ...binding, spec: matching(binding.spec, 'matchResources') };
  },
  'apiregistration.k8s.io/v1/APIService': (object) => {
    const service = object as APIService;
    if (service.spec?.service === undefined) return service;
    return {
      ...service,
      spec: { ...service.spec, service: fill(service.spec.service, { port: httpsPort }) },
    };
  },
};

function hookDefaults<T extends ValidatingWebhook | MutatingWebhook>(given: T): T {
  const hook = fill<ValidatingWebhook | MutatingWebhook>(given, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  const service = hook.clientConfig?.service;
  const addressed =
    service === undefined || service === null
      ? hook
      : { ...hook, clientConfig: { ...hook.clientConfig, service: fill(service, { port: httpsPort }) } };
  return replace(addressed, 'rules', eachOf(addressed.rules, scoped)) as T;
}

function scoped<R extends { readonly scope?: string }>(rule: R): R {
  return fill<{ readonly scope?: string }>(rule, { scope: '*' }) as R;
}

/** The spec with what it matches complete. */
function matching<S extends object, K extends keyof S>(spec: S, key: K): S {
  const match = spec[key] as MatchResources | null | undefined;
  if (match === undefined || match === null) return spec;
  const filled = fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  const ruled = replace(filled, 'resourceRules', eachOf(filled.resourceRules, scoped));
  return {
    ...spec,
    [key]: replace(ruled, 'excludeResourceRules', eachOf(ruled.excludeResourceRules, scoped)),
  };
}
