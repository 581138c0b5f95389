/** The kinds that CustomResourceDefinitions add to the table: one per served version. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindInfo, SubresourceInfo } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

export function isCustomResourceDefinition(object: KubeObject): object is CustomResourceDefinition {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion === 'apiextensions.k8s.io/v1';
}

/** Rows of the table of kinds, oldest version first; none where the names were not accepted. */
export function customKinds(definition: CustomResourceDefinition): readonly KindInfo[] {
  const accepted = definition.status?.conditions?.find(({ type }) => type === 'NamesAccepted');
  if (accepted?.status === 'False') return [];
  return definition.spec.versions
    .filter((version) => version.served)
    .map((version) => kindInfo(definition, version))
    .reverse();
}

function kindInfo({ spec }: CustomResourceDefinition, version: CustomResourceDefinitionVersion): KindInfo {
  const { names, group } = spec;
  const body = { group, version: version.name, kind: names.kind };
  const subresources: SubresourceInfo[] = [];
  if (version.subresources?.scale !== undefined)
    subresources.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      definition: 'io.k8s.api.autoscaling.v1.Scale',
      verbs: subresourceVerbs,
    });
  if (version.subresources?.status !== undefined)
    subresources.push({ name: 'status', ...body, verbs: subresourceVerbs });
  return {
    ...body,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    definition: `custom:${group}/${version.name}/${names.kind}`,
    listKind: names.listKind ?? `${names.kind}List`,
    verbs: objectVerbs,
    subresources,
  };
}
