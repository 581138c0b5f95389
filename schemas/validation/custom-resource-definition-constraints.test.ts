import assert from 'node:assert/strict';
import { test } from 'node:test';
import certificates from '../../fixtures/custom/certificates.json' with { type: 'json' };
import crontabs from '../../fixtures/custom/crontabs.json' with { type: 'json' };
import gateways from '../../fixtures/custom/gateways.json' with { type: 'json' };
import { validateObject } from './validate.ts';

interface Version {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: object;
  [part: string]: unknown;
}

interface Definition {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    group: string;
    scope: string;
    names: Record<string, unknown>;
    versions: [Version, ...Version[]];
    [field: string]: unknown;
  };
}

function definition(): Definition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  } as Definition;
}

function problemsAfter(change: (definition: Definition) => void): readonly string[] {
  const changed = definition();
  change(changed);
  return validateObject(changed).map(({ path, problem }) => `${path}: ${problem}`);
}

const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

for (const golden of [crontabs, certificates, gateways]) {
  test(`${golden.metadata.name} is a good definition`, () => {
    assert.deepEqual(validateObject(golden), []);
  });
}

const cases: readonly (readonly [string, (definition: Definition) => void, readonly string[]])[] = [
  [
    'a name that is not plural.group',
    ({ metadata }) => (metadata.name = 'thing.example.com'),
    [`metadata.name: Invalid value: "thing.example.com": must be spec.names.plural+"."+spec.group`],
  ],
  [
    'a group without a dot',
    (one) => {
      one.spec.group = 'example';
      one.metadata.name = 'things.example';
    },
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  [
    'a scope',
    ({ spec }) => (spec.scope = 'Everywhere'),
    ['spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'a kind and a short name',
    ({ spec }) => Object.assign(spec.names, { kind: 'My Thing', shortNames: ['T'] }),
    [
      `spec.names.kind: Invalid value: "My Thing": may have mixed case, but should otherwise match: ${label}`,
      `spec.names.shortNames[0]: Invalid value: "T": ${label}`,
    ],
  ],
  [
    'kind and listKind alike',
    ({ spec }) => (spec.names['listKind'] = 'Thing'),
    ['spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same'],
  ],
  [
    'a version without a schema',
    ({ spec }) => delete spec.versions[0].schema,
    ['spec.versions[0].schema.openAPIV3Schema: Required value'],
  ],
  [
    'preserveUnknownFields',
    ({ spec }) => (spec['preserveUnknownFields'] = true),
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'conversion by webhook',
    ({ spec }) => (spec['conversion'] = { strategy: 'Webhook' }),
    [
      'spec.conversion.strategy: Forbidden: conversion by webhook is not built yet: use None, with versions that differ in their schemas alone',
    ],
  ],
  [
    'another conversion',
    ({ spec }) => (spec['conversion'] = { strategy: 'Magic' }),
    ['spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"'],
  ],
  [
    'a deprecation warning of a version that is not deprecated',
    ({ spec }) => (spec.versions[0]['deprecationWarning'] = 'old'),
    ['spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions'],
  ],
  [
    'paths of the scale subresource',
    ({ spec }) =>
      (spec.versions[0]['subresources'] = {
        scale: {
          specReplicasPath: '.status.replicas',
          statusReplicasPath: 'replicas',
          labelSelectorPath: '.x',
        },
      }),
    [
      'spec.subresources.scale.labelSelectorPath: Invalid value: ".x": should be a json path under either .spec or .status',
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Invalid value: "replicas": must be a simple json path starting with .',
    ],
  ],
  [
    'printer columns',
    ({ spec }) =>
      (spec.versions[0]['additionalPrinterColumns'] = [
        { name: '', type: 'text', format: 'int', jsonPath: 'spec.x' },
      ]),
    [
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.x": must be a simple json path starting with .',
      'spec.additionalPrinterColumns[0].format: Invalid value: "int": must be one of byte,date,date-time,double,float,int32,int64,password',
      'spec.additionalPrinterColumns[0].name: Required value',
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    ],
  ],
  [
    'selectable fields',
    ({ spec }) => {
      const properties = { spec: { type: 'object', properties: { list: { type: 'array', items: {} } } } };
      spec.versions[0].schema = {
        openAPIV3Schema: {
          type: 'object',
          properties: { ...properties, spec: { type: 'object', properties: { o: { type: 'object' } } } },
        },
      };
      spec.versions[0]['selectableFields'] = [
        { jsonPath: '.spec.gone' },
        { jsonPath: '.spec.o' },
        { jsonPath: '.metadata.name' },
      ];
    },
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.gone": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec.o": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[2].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
    ],
  ],
];

for (const [name, change, wanted] of cases) {
  test(`a definition is refused for ${name}`, () => {
    assert.deepEqual(problemsAfter(change), wanted);
  });
}

test('exactly one version is stored, and their names differ', () => {
  const found = problemsAfter(({ spec }) => spec.versions.push({ ...spec.versions[0] }));
  assert.deepEqual(
    found.map((line) => line.replace(/Invalid value: .*…: /, '')),
    [
      'spec.versions: must contain unique version names',
      'spec.versions: must have exactly one version marked as storage version',
    ],
  );
});

test('groups of the Kubernetes community need an approval', () => {
  const within = (value: string | undefined) => (one: Definition) => {
    one.spec.group = 'things.k8s.io';
    one.metadata.name = 'things.things.k8s.io';
    if (value !== undefined) one.metadata.annotations = { 'api-approved.kubernetes.io': value };
  };
  const path = 'metadata.annotations[api-approved.kubernetes.io]';
  const must = 'protected groups must have approval annotation "api-approved.kubernetes.io"';
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  assert.deepEqual(problemsAfter(within(undefined)), [`${path}: Required value: ${must}, ${see}`]);
  assert.deepEqual(problemsAfter(within('yes')), [
    `${path}: Invalid value: "yes": ${must} with either a URL or a reason starting with "unapproved", ${see}`,
  ]);
  assert.deepEqual(problemsAfter(within('unapproved, for a test')), []);
  assert.deepEqual(problemsAfter(within('https://example.com/pull/1')), []);
});

test('what versions do not share is told at each of them', () => {
  const found = problemsAfter(({ spec }) =>
    spec.versions.push({
      name: 'v2',
      served: true,
      storage: false,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } },
    }),
  );
  assert.deepEqual(found, [
    'spec.versions[1].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
  ]);
});

test('the steps of a problem lead to the version, whatever its path is called', () => {
  const changed = definition();
  changed.spec.versions[0].schema = { openAPIV3Schema: { type: 'object', properties: { spec: {} } } };
  const [problem] = validateObject(changed);
  assert.equal(problem?.path, 'spec.validation.openAPIV3Schema.properties[spec].type');
  assert.deepEqual(problem?.segments, [
    'spec',
    'versions',
    0,
    'schema',
    'openAPIV3Schema',
    'properties',
    { key: 'spec' },
    'type',
  ]);
});
