/** For tests: a view with one custom kind, and its OpenAPI documents as data. */
import assert from 'node:assert/strict';
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { refOf } from '../../core/model/object.ts';
import { MutableView } from '../../core/model/view.ts';
import { OpenApi } from './openapi.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
  readonly definitions: Readonly<Record<string, Json>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly $ref?: string }[];
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': Json;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

export const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function widgets(size: Json): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A widget.',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size,
                    maybe: { type: 'string', nullable: true },
                    port: {
                      'x-kubernetes-int-or-string': true,
                      anyOf: [{ type: 'integer' }, { type: 'string' }],
                    },
                    open: {
                      type: 'object',
                      properties: { a: { type: 'string' } },
                      'x-kubernetes-preserve-unknown-fields': true,
                    },
                  },
                },
              },
            },
          },
        },
      ],
    },
    status: {
      acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True' },
      ],
      storedVersions: ['v1'],
    },
  };
}

export function served(size: Json = { type: 'integer' }): MutableView {
  const view = new MutableView();
  const definition = widgets(size);
  view.apply(refOf(definition), definition, 1);
  return view;
}

export const view = served();
export const openApi = new OpenApi();

export function read(path: string, from = view): Document {
  const document = openApi.document({ path, accept: 'application/json' }, from);
  assert.ok(document !== undefined, path);
  assert.equal(document.contentType, 'application/json');
  return JSON.parse(document.body.toString()) as Document;
}

export function index(from: MutableView): Readonly<Record<string, string>> {
  const { paths } = read('/openapi/v3', from) as unknown as {
    paths: Readonly<Record<string, { serverRelativeURL: string }>>;
  };
  return Object.fromEntries(Object.entries(paths).map(([name, entry]) => [name, entry.serverRelativeURL]));
}
