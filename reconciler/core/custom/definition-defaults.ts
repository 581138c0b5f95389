/** Kubernetes' defaults of CustomResourceDefinitions, and the part of their status that follows from the spec. */
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { Defaulters } from '../registry/defaults/defaulter.ts';

export const definitionDefaulters: Defaulters = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': (object) =>
    withDefaults(object as CustomResourceDefinition),
};

function withDefaults(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition as Partial<CustomResourceDefinition>;
  if (spec?.names === undefined || !Array.isArray(spec.versions)) return definition;
  const { names } = spec;
  const kind = names.kind as string | undefined;
  const { singular = '', listKind = '' } = names;
  const named = {
    ...names,
    singular: singular === '' ? (kind ?? '').toLowerCase() : singular,
    listKind: listKind === '' ? `${kind ?? ''}List` : listKind,
  };
  return {
    ...definition,
    spec: {
      ...spec,
      names: kind === undefined ? names : named,
      conversion: spec.conversion ?? { strategy: 'None' },
    },
    status: statusOf(definition),
  };
}

/** The storage version is among those that objects may be stored in from the moment that it is chosen. */
function statusOf({
  spec,
  status,
}: CustomResourceDefinition): NonNullable<CustomResourceDefinition['status']> {
  const storage = spec.versions.find((version) => version.storage)?.name;
  const stored = status?.storedVersions ?? [];
  return {
    acceptedNames: { kind: '', plural: '' },
    conditions: [],
    ...status,
    storedVersions: storage === undefined || stored.includes(storage) ? stored : [...stored, storage],
  };
}
