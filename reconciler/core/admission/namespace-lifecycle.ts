/** Namespaces that the cluster cannot do without are not deleted. */
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';

const immortal: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system']);

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['DELETE'],
  kinds: new Set(['/Namespace']),
  admit: (request) =>
    immortal.has(request.object.metadata.name ?? '')
      ? refuse(request, 'this namespace may not be deleted')
      : admitted,
};
