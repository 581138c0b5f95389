/** Bodies that are none, or not what their kind and their headers promise. */
import type { Malformed } from './malformed.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const json = 'Content-Type: application/json';
const yaml = 'Content-Type: application/yaml';
const protobuf = 'Content-Type: application/vnd.kubernetes.protobuf';
const bodyBytesMax = 3 * 1024 * 1024;

type Body = string | Buffer;
type Case = readonly [name: string, body: Body, code?: number];

const map = (rest: string): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never"}${rest}}`;
const nested = (open: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${close.repeat(depth)}`;
const envelope = (rest: Buffer | string): Buffer => Buffer.concat([Buffer.from('k8s\0'), Buffer.from(rest)]);

const jsonBodies: readonly Case[] = [
  ['nothing', '', 400],
  ['white space', ' \n', 400],
  ['a cut-off object', '{"metadata":{"name":"never"'],
  ['a cut-off string', '{"metadata":{"name":"nev'],
  ['a cut-off escape', '{"metadata":{"name":"\\u12'],
  ['two objects', `${map('')}${map('')}`],
  ['a trailing comma', map(',"data":{"a":"b",}')],
  ['a comment', `/* no */${map('')}`],
  ['single quotes', "{'kind':'ConfigMap'}"],
  ['a bare word', 'ConfigMap'],
  ['a number', '7'],
  ['a string', '"ConfigMap"'],
  ['true', 'true'],
  ['an array', `[${map('')}]`],
  ['NaN', map(',"data":{"a":NaN}')],
  ['a number with a leading zero', map(',"data":{"a":01}')],
  ['a control character in a string', map(',"data":{"a":"\u0001"}')],
  ['a raw line break in a string', map(',"data":{"a":"\n"}')],
  ['a byte order mark', `\ufeff${map('')}`],
  ['UTF-16', Buffer.from(map(''), 'utf16le')],
  ['bytes that are no UTF-8', Buffer.from(map(',"data":{"a":"\u00ff"}'), 'latin1')],
  [
    'a lone continuation byte',
    Buffer.concat([Buffer.from('{"metadata":{"name":"a'), Buffer.from([0x80]), Buffer.from('"}}')]),
  ],
  [
    'an overlong slash',
    Buffer.concat([Buffer.from('{"metadata":{"name":"a'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}}')]),
  ],
  ['random bytes', Buffer.from([0, 1, 2, 3, 250, 251, 252])],
  ['zip', Buffer.from([0x50, 0x4b, 3, 4])],
  ['XML', '<?xml version="1.0"?><ConfigMap/>'],
  ['arrays ten thousand deep', map(`,"data":${nested('[', ']', 10_001)}`)],
  ['objects ten thousand deep', map(`,"data":${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}`)],
  ['arrays a million deep, cut off', '['.repeat(1_000_000)],
  ['an array for a map', map(',"data":[]')],
  ['a number for a string', map(',"data":{"a":1}')],
  ['an object for a string', map(',"data":{"a":{}}')],
  ['a string for metadata', '{"metadata":"name"}'],
  ['an array for metadata', '{"metadata":[]}'],
  ['a number for a name', '{"metadata":{"name":7}}'],
  ['labels that are no strings', '{"metadata":{"name":"never","labels":{"a":1}}}'],
  ['finalizers that are no list', '{"metadata":{"name":"never","finalizers":"a"}}'],
  ['data that is no base64', map(',"binaryData":{"a":"!"}')],
  ['a time that is none', '{"metadata":{"name":"never","creationTimestamp":"yesterday"}}'],
  ['a number for a kind', '{"kind":7}'],
  ['another kind', '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"never"}}'],
  ['another version', '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"never"}}'],
  ['a version with two slashes', '{"apiVersion":"a/b/c","kind":"ConfigMap","metadata":{"name":"never"}}'],
  ['a list', '{"apiVersion":"v1","kind":"ConfigMapList","items":[]}'],
  ['another namespace', '{"metadata":{"name":"never","namespace":"other"}}'],
  ['a resource version', '{"metadata":{"name":"never","resourceVersion":"1"}}'],
  ['no name', '{"metadata":{}}', 422],
  ['a name with a slash', '{"metadata":{"name":"a/b"}}', 422],
  ['a name of two dots', '{"metadata":{"name":".."}}', 422],
  ['a name with a NUL', '{"metadata":{"name":"a\\u0000"}}', 422],
  ['a name of a thousand letters', `{"metadata":{"name":"${'a'.repeat(1000)}"}}`, 422],
  ['a key that climbs', map(',"data":{"../up":"a"}'), 422],
  ['a label key with a NUL', '{"metadata":{"name":"never","labels":{"a\\u0000":"b"}}}', 422],
  [
    'annotations above 256 KiB',
    `{"metadata":{"name":"never","annotations":{"a":"${'x'.repeat(300_000)}"}}}`,
    422,
  ],
  [
    'an owner without a name',
    '{"metadata":{"name":"never","ownerReferences":[{"apiVersion":"v1","kind":"Pod","uid":"a"}]}}',
    422,
  ],
  ['data above a mebibyte', map(`,"data":{"a":"${'x'.repeat(1_100_000)}"}`), 422],
];

const strictBodies: readonly Case[] = [
  ['an unknown field', map(',"dat":{}')],
  ['a repeated key', map(',"data":{"a":"1","a":"2"}')],
  ['a repeated field', map(',"data":{},"data":{}')],
  ['the key __proto__ of an object', map(',"__proto__":{"polluted":"yes"}')],
  ['the key constructor of an object', map(',"constructor":{"prototype":{"polluted":"yes"}}')],
  ['the key __proto__ of metadata', '{"metadata":{"name":"never","__proto__":{"polluted":"yes"}}}'],
  ['a field in another case', map(',"Data":{}')],
];

const podBodies: readonly Case[] = [
  [
    'an integer beyond 32 bits',
    '{"metadata":{"name":"never"},"spec":{"priority":4294967296,"containers":[]}}',
  ],
  [
    'a fraction for an integer',
    '{"metadata":{"name":"never"},"spec":{"activeDeadlineSeconds":1.5,"containers":[]}}',
  ],
  [
    'an integer beyond 64 bits',
    '{"metadata":{"name":"never"},"spec":{"activeDeadlineSeconds":99999999999999999999,"containers":[]}}',
  ],
  [
    'an exponent for an integer',
    '{"metadata":{"name":"never"},"spec":{"activeDeadlineSeconds":1e99,"containers":[]}}',
  ],
  [
    'a quantity that is none',
    '{"metadata":{"name":"never"},"spec":{"containers":[{"name":"a","image":"a","resources":{"limits":{"cpu":"much"}}}]}}',
  ],
  ['containers that are no list', '{"metadata":{"name":"never"},"spec":{"containers":{}}}'],
  ['a null container', '{"metadata":{"name":"never"},"spec":{"containers":[null]}}', 422],
  ['no containers', '{"metadata":{"name":"never"},"spec":{"containers":[]}}', 422],
  ['no spec', '{"metadata":{"name":"never"}}', 422],
];

const yamlBodies: readonly Case[] = [
  ['a tab', 'metadata:\n\tname: never\n'],
  ['an unclosed bracket', 'metadata: {name: never\n'],
  ['an alias without anchor', 'metadata: *none\n'],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`)
      .join('\n')}\n`,
  ],
  ['a key that is a list', '? [a, b]\n: c\n'],
  ['flow lists very deep', `a: ${nested('[', ']', 20_000)}\n`],
  ['a custom tag', 'metadata: !!js/function "x"\n'],
  ['bad UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe])],
  ['a text', 'just a text\n'],
];

const protobufBodies: readonly Case[] = [
  ['nothing', ''],
  ['no magic', Buffer.from([1, 2, 3, 4, 5, 6])],
  ['JSON', map('')],
  ['the magic alone', envelope(''), 422],
  ['a cut-off envelope', envelope(Buffer.from([0x0a, 0x7f, 0x0a]))],
  ['a length beyond 2 GiB', envelope(Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]))],
  ['an endless varint', envelope(Buffer.alloc(64, 0xff))],
  ['groups ten thousand deep', envelope(Buffer.alloc(10_000, 0x0b))],
  ['random bytes', envelope(Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 73) % 256)))],
];

const posted =
  (path: string, header: string) =>
  ([name, body, code = 400]: Case): Malformed => ({
    name: `${header.split('/').at(-1) ?? ''}: ${name}`,
    code,
    request: { method: 'POST', path, headers: [header], body },
  });

const contentTypes = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=a',
  'application',
  'a/b/c',
  '*/*',
  'application/json/',
];

const framings: readonly Malformed[] = [
  {
    name: 'a body that is announced too large',
    code: 413,
    request: { method: 'POST', path: maps, headers: [json, 'Content-Length: 99999999999'], body: '{' },
  },
  {
    name: 'a body of three mebibytes and a byte',
    code: 413,
    request: { method: 'POST', path: maps, headers: [json], body: Buffer.alloc(bodyBytesMax + 1, ' ') },
  },
  {
    name: 'a chunked body that does not end above the limit',
    code: 413,
    request: {
      method: 'POST',
      path: maps,
      headers: [json, 'Transfer-Encoding: chunked'],
      body: Buffer.concat([
        Buffer.from(`${(bodyBytesMax + 1).toString(16)}\r\n`),
        Buffer.alloc(bodyBytesMax + 1, ' '),
        Buffer.from('\r\n0\r\n\r\n'),
      ]),
    },
  },
  {
    name: 'a chunk of a length that is none',
    code: 400,
    request: {
      method: 'POST',
      path: maps,
      headers: [json, 'Transfer-Encoding: chunked'],
      body: 'zz\r\n{}\r\n0\r\n\r\n',
    },
  },
  {
    name: 'a length that is no number',
    code: 400,
    request: { method: 'POST', path: maps, headers: [json, 'Content-Length: many'], body: '{}' },
  },
  {
    name: 'a negative length',
    code: 400,
    request: { method: 'POST', path: maps, headers: [json, 'Content-Length: -1'], body: '{}' },
  },
  {
    name: 'two lengths',
    code: 400,
    request: {
      method: 'POST',
      path: maps,
      headers: [json, 'Content-Length: 2', 'Content-Length: 3'],
      body: '{}',
    },
  },
  {
    name: 'a length beside chunks',
    code: 400,
    request: {
      method: 'POST',
      path: maps,
      headers: [json, 'Content-Length: 2', 'Transfer-Encoding: chunked'],
      body: '0\r\n\r\n',
    },
  },
];

export const malformedBodies: readonly Malformed[] = [
  ...jsonBodies.map(posted(maps, json)),
  ...strictBodies.map(posted(`${maps}?fieldValidation=Strict`, json)),
  ...podBodies.map(posted(pods, json)),
  ...yamlBodies.map(posted(maps, yaml)),
  ...protobufBodies.map(posted(maps, protobuf)),
  ...contentTypes.map((type) => ({
    name: `the content type ${type}`,
    code: 415,
    request: { method: 'POST', path: maps, headers: [`Content-Type: ${type}`], body: map('') },
  })),
  ...framings,
];
