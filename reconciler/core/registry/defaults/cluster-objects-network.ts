/** Kubernetes' defaults of network policies and classes of ingresses. */
import type {
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../../../schemas/kubernetes/types/networking-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill, replace } from './unset-fields.ts';

export const networkDefaulters: Defaulters = {
  'networking.k8s.io/v1/NetworkPolicy': (object) => {
    const policy = object as NetworkPolicy;
    return policy.spec === undefined ? policy : { ...policy, spec: policyDefaults(policy.spec) };
  },
  'networking.k8s.io/v1/IngressClass': (object) => {
    const ingressClass = object as IngressClass;
    const { spec } = ingressClass;
    if (spec?.parameters === undefined) return ingressClass;
    return { ...ingressClass, spec: { ...spec, parameters: fill(spec.parameters, { scope: 'Cluster' }) } };
  },
};

/** A policy is about what comes in, and about what goes out where it says so. */
function policyDefaults(spec: NetworkPolicySpec): NetworkPolicySpec {
  const egress = spec.egress !== undefined && spec.egress.length > 0;
  const policyTypes = (spec.policyTypes ?? []).length > 0 ? spec.policyTypes : undefined;
  const typed = { ...spec, policyTypes: policyTypes ?? (egress ? ['Ingress', 'Egress'] : ['Ingress']) };
  const ported = replace(
    typed,
    'ingress',
    eachOf(spec.ingress, (rule) => replace(rule, 'ports', eachOf(rule.ports, portDefaults))),
  );
  return replace(
    ported,
    'egress',
    eachOf(spec.egress, (rule) => replace(rule, 'ports', eachOf(rule.ports, portDefaults))),
  );
}

function portDefaults(port: NetworkPolicyPort): NetworkPolicyPort {
  return fill(port, { protocol: 'TCP' });
}
