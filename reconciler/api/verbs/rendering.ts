/** Objects in the form that the client asked for: whole, as rows of a Table, or their metadata alone. */
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { columnsOf } from '../../core/printing/columns.ts';
import {
  partialObjectMetadata,
  partialObjectMetadataList,
} from '../../core/printing/partial-object-metadata.ts';
import { type TableOptions, tableOf } from '../../core/printing/table.ts';
import type { AnswerForm } from '../accept.ts';
import { badRequest } from '../api-error.ts';

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

const includeObjects = ['None', 'Metadata', 'Object'] as const;

/** What a Table's rows carry, from the query. 400 where it is none of None, Metadata and Object. */
export function tableOptions(query: URLSearchParams, form: AnswerForm, nowMs: number): TableOptions {
  const given = query.get('includeObject') ?? '';
  const includeObject = given === '' ? 'Metadata' : includeObjects.find((one) => one === given);
  if (includeObject === undefined) throw badRequest(`unrecognized includeObject value: "${given}"`);
  return { nowMs, includeObject, version: form.version ?? 'v1' };
}

/** One object in the form asked for. */
export function renderObject(
  object: KubeObject,
  info: KindInfo,
  view: ClusterView,
  form: AnswerForm,
  options: () => TableOptions,
): object {
  if (form.as === 'Table') {
    const table = tableOf([object], columnsOf(info, view), options());
    return { ...table, metadata: { resourceVersion: object.metadata.resourceVersion ?? '' } };
  }
  if (form.as === 'PartialObjectMetadata') return partialObjectMetadata(object, form.version ?? 'v1');
  return object;
}

/** A list in the form asked for, but for whole objects, which are streamed. */
export function renderList(
  objects: readonly KubeObject[],
  info: KindInfo,
  metadata: ListMeta,
  view: ClusterView,
  form: AnswerForm,
  options: () => TableOptions,
): object {
  if (form.as === 'Table') return { ...tableOf(objects, columnsOf(info, view), options()), metadata };
  if (form.as === 'PartialObjectMetadataList')
    return partialObjectMetadataList(objects, metadata, form.version ?? 'v1');
  return { kind: listKindOf(info), apiVersion: apiVersionOf(info), metadata, items: objects };
}

export function listKindOf(info: KindInfo): string {
  return info.listKind ?? `${info.kind}List`;
}
