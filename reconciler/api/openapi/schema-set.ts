/** The schemas that a document holds: those that its operations name, and all that these refer to. */
import type { KindInfo, KindTable } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { builtInSchema, isBuiltIn } from './built-in-schemas.ts';
import { customName, customSchema, definitionVersion, listSchema } from './custom-schemas.ts';
import { type ApiOperation, operationsOf } from './operations.ts';
import { type Dialect, type GroupVersionKind, refsOf, renderSchema, type Schema } from './schema-model.ts';
import { isCustom } from '../../core/registry/halves.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Machinery that belongs to every group: named for the core group, where clients look for it. */
const machineryKinds: readonly (readonly [definition: string, kind: string])[] = [
  [`${meta}.DeleteOptions`, 'DeleteOptions'],
  [`${meta}.Status`, 'Status'],
];

/** What a kind's schema is called. */
export function schemaNameOf(info: KindInfo): string {
  return isCustom(info) ? customName(info) : info.definition;
}

/** The operations of kinds, in the order of their paths. */
export function operationsOfKinds(kinds: readonly KindInfo[]): readonly ApiOperation[] {
  return kinds
    .flatMap((info) => operationsOf(info, schemaNameOf(info)))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Schemas by name, as one dialect writes them. Made from a view: a later one may know other custom kinds. */
export class SchemaSet {
  readonly #view: ClusterView;
  readonly #dialect: Dialect;
  readonly #custom: ReadonlyMap<string, KindInfo>;
  readonly #gvks: ReadonlyMap<string, readonly GroupVersionKind[]>;

  constructor(view: ClusterView, dialect: Dialect) {
    this.#view = view;
    this.#dialect = dialect;
    this.#custom = new Map(view.kinds.all.filter(isCustom).map((info) => [customName(info), info]));
    this.#gvks = kindsByDefinition(view.kinds);
  }

  /** Rendered schemas of everything that `roots` reach, sorted by name. */
  reachable(roots: Iterable<string>): readonly (readonly [name: string, schema: object])[] {
    const found = new Map<string, Schema>();
    const queue = [...new Set(roots)];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (found.has(name)) continue;
      const schema = this.#schemaOf(name);
      if (schema === undefined) continue;
      found.set(name, schema);
      for (const ref of refsOf(schema)) if (!found.has(ref)) queue.push(ref);
    }
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => [name, this.#rendered(name, schema)]);
  }

  #schemaOf(name: string): Schema | undefined {
    if (isBuiltIn(name)) return builtInSchema(name);
    const info = this.#custom.get(name);
    if (info !== undefined) return customSchema(definitionVersion(info, this.#view), this.#dialect);
    const item = name.endsWith('List') ? this.#custom.get(name.slice(0, -'List'.length)) : undefined;
    return item === undefined ? undefined : listSchema(customName(item));
  }

  #rendered(name: string, schema: Schema): object {
    const gvks = this.#gvks.get(name);
    const rendered = renderSchema(schema, this.#dialect);
    return gvks === undefined ? rendered : { ...rendered, 'x-kubernetes-group-version-kind': gvks };
  }
}

function kindsByDefinition(table: KindTable): ReadonlyMap<string, readonly GroupVersionKind[]> {
  const found = new Map<string, GroupVersionKind[]>();
  const add = (definition: string, gvk: GroupVersionKind): void => {
    const gvks = found.get(definition) ?? [];
    found.set(definition, gvks);
    const known = gvks.some(
      ({ group, version, kind }) => group === gvk.group && version === gvk.version && kind === gvk.kind,
    );
    if (!known) gvks.push(gvk);
  };
  for (const info of table.all) {
    const { group, version, kind, listKind } = info;
    add(schemaNameOf(info), { group, version, kind });
    if (listKind !== undefined) add(`${schemaNameOf(info)}List`, { group, version, kind: listKind });
    for (const body of info.subresources) {
      if (body.definition !== undefined && body.kind !== kind)
        add(body.definition, { group: body.group, version: body.version, kind: body.kind });
    }
  }
  for (const [definition, kind] of machineryKinds) add(definition, { group: '', version: 'v1', kind });
  return found;
}
