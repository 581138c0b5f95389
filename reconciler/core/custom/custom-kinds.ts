/** The kinds that CustomResourceDefinitions add to the table: one per served version. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindInfo, SubresourceInfo } from '../../../schemas/kinds.ts';
import { hasCondition } from './definition.ts';
import { compareVersions } from './version-order.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** What is left while the definition and with it all objects are being deleted. */
const terminatingVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

/** Rows of the table of kinds, oldest version first; none before the names are accepted and the kind established. */
export function customKinds(definition: CustomResourceDefinition): readonly KindInfo[] {
  if (!hasCondition(definition, 'Established')) return [];
  return definition.spec.versions
    .filter((version) => version.served)
    .toSorted((a, b) => compareVersions(a.name, b.name))
    .map((version) => kindInfo(definition, version));
}

/** A row, with the names that were accepted: those that the spec asks for may still be somebody else's. */
function kindInfo(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): KindInfo {
  const { group, scope } = definition.spec;
  const names = definition.status?.acceptedNames ?? definition.spec.names;
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
    namespaced: scope === 'Namespaced',
    definition: `custom:${group}/${version.name}/${names.kind}`,
    listKind: names.listKind ?? `${names.kind}List`,
    verbs: hasCondition(definition, 'Terminating') ? terminatingVerbs : objectVerbs,
    subresources,
  };
}
