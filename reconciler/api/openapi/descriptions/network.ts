/** Services, ingresses and network policies. */
import { core, networking } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

export const networkDescriptions: Descriptions = {
  [core('ServiceSpec')]: {
    self: 'What a service should be.',
    fields: {
      allocateLoadBalancerNodePorts: 'Whether a load balancer gets node ports.',
      clusterIP: 'Address of the service; None for a headless one.',
      clusterIPs: 'Addresses of the service, one per family.',
      externalIPs: 'Addresses of nodes that lead to the service too.',
      externalName: 'DNS name that a service of type ExternalName stands for.',
      externalTrafficPolicy: 'Whether traffic from outside stays on its node.',
      healthCheckNodePort: 'Port by which load balancers see which nodes have pods.',
      internalTrafficPolicy: 'Whether traffic from inside stays on its node.',
      ipFamilies: 'Families of the addresses.',
      ipFamilyPolicy: 'Whether the service has one family or two.',
      loadBalancerClass: 'Who provides the load balancer.',
      loadBalancerIP: 'Deprecated: address that the load balancer should have.',
      loadBalancerSourceRanges: 'Who may use the load balancer.',
      ports: 'Ports of the service.',
      publishNotReadyAddresses: 'Whether pods count before they are ready.',
      selector: 'Pods that serve, by labels.',
      sessionAffinity: 'ClientIP keeps each client at one pod.',
      trafficDistribution: 'Which pods are preferred.',
      type: 'ClusterIP, NodePort, LoadBalancer or ExternalName.',
    },
  },
  [core('ServicePort')]: {
    self: 'A port of a service.',
    fields: {
      appProtocol: 'What is spoken on the port.',
      name: 'Name of the port; needed where there are several.',
      nodePort: 'Port on every node that leads to the service.',
      port: 'Port of the service.',
      protocol: 'TCP, UDP or SCTP; TCP unless given.',
      targetPort: 'Number or name of the pods’ port; port unless given.',
    },
  },
  [networking('IngressSpec')]: {
    self: 'Which requests go where.',
    fields: {
      defaultBackend: 'Where requests go that no rule is for.',
      ingressClassName: 'Class that serves the ingress.',
      rules: 'Hosts and paths, and where they lead.',
      tls: 'Certificates of the hosts.',
    },
  },
  [networking('IngressRule')]: {
    self: 'Where requests for one host go.',
    fields: { host: 'The host; all unless given.', http: 'Paths, and where they lead.' },
  },
  [networking('HTTPIngressPath')]: {
    self: 'Where requests for one path go.',
    fields: {
      backend: 'Where the requests go.',
      path: 'The path.',
      pathType: 'Exact, Prefix or ImplementationSpecific.',
    },
  },
  [networking('NetworkPolicySpec')]: {
    self: 'Who may talk to the selected pods, and to whom they may talk.',
    fields: {
      egress: 'To whom they may talk.',
      ingress: 'Who may talk to them.',
      podSelector: 'Pods that the policy is for; all of the namespace where it is empty.',
      policyTypes: 'Ingress, Egress or both.',
    },
  },
};
