import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Answer, type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';
import type { TestContext } from '../../../test/sim/memory-cluster.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';

interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

async function withMaps(context: TestContext, ...names: readonly string[]): Promise<ApiTrial> {
  const trial = await servedApi(context);
  for (const name of names) await create(trial, name);
  return trial;
}

async function create({ call }: ApiTrial, name: string): Promise<void> {
  const body = { metadata: { name, labels: { first: name.slice(0, 1) } }, data: { name } };
  assert.equal((await call(maps, { method: 'POST', body })).code, 201);
}

function names({ body }: Answer): readonly string[] {
  return (body['items'] as readonly ConfigMap[]).map(({ metadata }) => metadata.name ?? '');
}

const metaOf = ({ body }: Answer): ListMeta => body['metadata'] as ListMeta;

/** Code, reason and message of a Status. */
function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['status'], body['code']], ['Status', 'Failure', code]);
  return [code, body['reason'], body['message']];
}

test('pages are of one revision, whatever happens in between', async (context) => {
  const trial = await withMaps(context, 'a', 'b', 'c', 'd');
  const first = await trial.call(`${maps}?limit=2`);
  assert.deepEqual(names(first), ['a', 'b']);
  assert.equal(metaOf(first).remainingItemCount, 2);
  await create(trial, 'bb');
  await trial.call(`${maps}/c`, { method: 'DELETE' });
  const second = await trial.call(`${maps}?limit=1&continue=${metaOf(first).continue ?? ''}`);
  assert.deepEqual(names(second), ['c']);
  assert.equal(metaOf(second).resourceVersion, metaOf(first).resourceVersion);
  const third = await trial.call(`${maps}?limit=1&continue=${metaOf(second).continue ?? ''}`);
  assert.deepEqual([names(third), metaOf(third).continue], [['d'], undefined]);
  assert.deepEqual(names(await trial.call(maps)), ['a', 'b', 'bb', 'd']);
});

test('pages of a selection tell nothing of what remains', async (context) => {
  const { call } = await withMaps(context, 'a1', 'a2', 'a3', 'b1');
  const page = await call(`${maps}?limit=2&labelSelector=first%3Da`);
  assert.deepEqual([names(page), metaOf(page).remainingItemCount], [['a1', 'a2'], undefined]);
  const rest = await call(`${maps}?limit=2&labelSelector=first%3Da&continue=${metaOf(page).continue ?? ''}`);
  assert.deepEqual([names(rest), metaOf(rest).continue], [['a3'], undefined]);
});

test('a token that has expired brings one that goes on with what is there now', async (context) => {
  const trial = await withMaps(context, 'a', 'b', 'c');
  const first = await trial.call(`${maps}?limit=1`);
  await trial.call(`${maps}/b`, { method: 'DELETE' });
  await create(trial, 'd');
  await trial.store.compact(trial.cluster.view.revision);
  const expired = await trial.call(`${maps}?limit=1&continue=${metaOf(first).continue ?? ''}`);
  assert.deepEqual(refusal(expired).slice(0, 2), [410, 'Expired']);
  const next = await trial.call(`${maps}?continue=${metaOf(expired).continue ?? ''}`);
  assert.deepEqual(names(next), ['c', 'd']);
});

test('a list is exact, recent or not older than asked', async (context) => {
  const trial = await withMaps(context, 'a', 'b');
  const old = metaOf(await trial.call(maps)).resourceVersion;
  await create(trial, 'c');
  for (const [query, expected] of [
    [`resourceVersion=${old}&resourceVersionMatch=Exact`, ['a', 'b']],
    [`resourceVersion=${old}&resourceVersionMatch=NotOlderThan`, ['a', 'b', 'c']],
    [`resourceVersion=${old}`, ['a', 'b', 'c']],
    ['resourceVersion=0', ['a', 'b', 'c']],
    [`resourceVersion=${old}&limit=9`, ['a', 'b']],
    ['limit=-1', ['a', 'b', 'c']],
  ] as const)
    assert.deepEqual(names(await trial.call(`${maps}?${query}`)), expected, query);
});

const invalidOptions = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ';

for (const [query, code, message] of [
  [
    'resourceVersionMatch=Exact',
    422,
    `${invalidOptions}Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
  ],
  [
    'resourceVersion=0&resourceVersionMatch=Exact',
    422,
    `${invalidOptions}Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"`,
  ],
  [
    'resourceVersion=1&resourceVersionMatch=Newest',
    422,
    `${invalidOptions}Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""`,
  ],
  [
    'resourceVersion=99999&resourceVersionMatch=Exact',
    504,
    /^Timeout: Too large resource version: 99999, current: \d+$/,
  ],
  ['limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['continue=x', 400, /^continue key is not valid: /],
] as const)
  test(`a list with ${query} is refused with ${String(code)}`, async (context) => {
    const { call } = await servedApi(context);
    const [told, , text] = refusal(await call(`${maps}?${query}`));
    assert.equal(told, code);
    if (typeof message === 'string') assert.equal(text, message);
    else assert.match(String(text), message);
  });

test('a revision that never comes is waited for, and then is too large', async (context) => {
  const { call, clock } = await servedApi(context);
  const answer = call(`${maps}?resourceVersion=99999`);
  let waits = true;
  void answer.then(() => {
    waits = false;
  });
  while (waits) await clock.pass(1000);
  assert.deepEqual(refusal(await answer).slice(0, 2), [504, 'Timeout']);
  const { causes } = (await answer).body['details'] as { readonly causes: readonly object[] };
  assert.deepEqual(causes, [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]);
});

interface Table {
  readonly kind: string;
  readonly apiVersion: string;
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object?: { readonly kind: string };
  }[];
}

test('a table has the columns of its kind and a row for each object', async (context) => {
  const { call } = await withMaps(context, 'a', 'b');
  const table = async (path: string): Promise<Table> =>
    (await call(path, { headers: { accept: tableType } })).body as object as Table;
  const list = await table(maps);
  assert.deepEqual([list.kind, list.apiVersion], ['Table', 'meta.k8s.io/v1']);
  assert.deepEqual(
    list.columnDefinitions.map(({ name }) => name),
    ['Name', 'Data', 'Age'],
  );
  assert.deepEqual(
    list.rows.map(({ cells, object }) => [...cells, object?.kind]),
    [
      ['a', 1, '0s', 'PartialObjectMetadata'],
      ['b', 1, '0s', 'PartialObjectMetadata'],
    ],
  );
  const one = await table(`${maps}/a?includeObject=Object`);
  assert.deepEqual(
    one.rows.map(({ cells, object }) => [...cells, object?.kind]),
    [['a', 1, '0s', 'ConfigMap']],
  );
  const bare = await table(`${maps}?includeObject=None`);
  assert.deepEqual(
    bare.rows.map(({ object }) => object),
    [null, null],
  );
  assert.equal((await call(`${maps}?includeObject=All`, { headers: { accept: tableType } })).code, 400);
});

test('metadata is given alone where only that is asked for', async (context) => {
  const { call } = await withMaps(context, 'a');
  const accept = (as: string): object => ({
    headers: { accept: `application/json;as=${as};v=v1;g=meta.k8s.io` },
  });
  const one = await call(`${maps}/a`, accept('PartialObjectMetadata'));
  assert.deepEqual(
    [one.body['kind'], one.body['apiVersion'], one.body['data']],
    ['PartialObjectMetadata', 'meta.k8s.io/v1', undefined],
  );
  const list = await call(maps, accept('PartialObjectMetadataList'));
  assert.deepEqual([list.body['kind'], names(list)], ['PartialObjectMetadataList', ['a']]);
});

test('what cannot be given is not acceptable, and the next best is given', async (context) => {
  const { call, exchange } = await withMaps(context, 'a');
  for (const accept of [
    'text/html',
    'application/json;as=Chair;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v9;g=meta.k8s.io',
  ])
    assert.deepEqual(refusal(await call(maps, { headers: { accept } })).slice(0, 2), [406, 'NotAcceptable']);
  const fallback = await call(maps, { headers: { accept: 'text/html, application/json;q=0.5' } });
  assert.equal(fallback.body['kind'], 'ConfigMapList');
  const yaml = await exchange(`${maps}/a`, { headers: { accept: 'application/yaml' } });
  assert.match(yaml.bytes.toString(), /^kind: ConfigMap$/m);
});

test('protobuf is answered where only protobuf is taken', async (context) => {
  const { exchange } = await withMaps(context, 'a');
  const accept = 'application/vnd.kubernetes.protobuf';
  for (const path of [maps, `${maps}/a`, `${maps}/none`]) {
    const { headers, bytes } = await exchange(path, { headers: { accept } });
    assert.equal(headers['content-type'], path.endsWith('none') ? 'application/json' : accept);
    if (!path.endsWith('none')) assert.equal(bytes.subarray(0, 4).toString(), 'k8s\0');
  }
});
