/** Patches that are none, that do not fit, or that want too much. */
import type { Malformed } from './malformed.ts';

const path = '/api/v1/namespaces/default/configmaps/kept';
const map = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"never"}}';

interface Patch {
  readonly name: string;
  readonly type: string;
  readonly body: string;
  readonly code: number;
  readonly query?: string;
}

const patch = (name: string, type: string, body: string, code: number, query = ''): Patch => ({
  name,
  type,
  body,
  code,
  query,
});
const operations = (count: number): string =>
  `[${Array(count).fill('{"op":"test","path":"/kind","value":"ConfigMap"}').join(',')}]`;

const patches: readonly Patch[] = [
  patch('a JSON patch that is an object', 'json-patch+json', '{}', 400),
  patch('a JSON patch that is cut off', 'json-patch+json', '[{"op":"add"', 400),
  patch('a JSON patch of an unknown operation', 'json-patch+json', '[{"op":"nope","path":"/a"}]', 422),
  patch('a JSON patch without an operation', 'json-patch+json', '[{}]', 422),
  patch('a JSON patch with a path that is none', 'json-patch+json', '[{"op":"remove","path":"data"}]', 422),
  patch('a JSON patch of what is not there', 'json-patch+json', '[{"op":"remove","path":"/data/none"}]', 422),
  patch(
    'a JSON patch into the prototype',
    'json-patch+json',
    '[{"op":"add","path":"/__proto__/polluted","value":"yes"}]',
    422,
  ),
  patch(
    'a JSON patch that tests in vain',
    'json-patch+json',
    '[{"op":"test","path":"/kind","value":"Pod"}]',
    422,
  ),
  patch('a JSON patch of 10,001 operations', 'json-patch+json', operations(10_001), 413),
  patch(
    'a JSON patch that copies what it copied',
    'json-patch+json',
    `[{"op":"add","path":"/data","value":{"a":"${'x'.repeat(1000)}"}},${Array(40).fill('{"op":"copy","from":"/data","path":"/data/b"}').join(',')}]`,
    422,
  ),
  patch('a merge patch that is a string', 'merge-patch+json', '"a"', 400),
  patch('a merge patch that is cut off', 'merge-patch+json', '{"data":', 400),
  patch('a merge patch with a wrong type', 'merge-patch+json', '{"data":{"a":1}}', 422),
  patch('a merge patch of a name', 'merge-patch+json', '{"metadata":{"name":"other"}}', 400),
  patch(
    'a merge patch very deep',
    'merge-patch+json',
    `{"data":${'{"a":'.repeat(10_001)}1${'}'.repeat(10_001)}}`,
    400,
  ),
  patch('a strategic patch that is a list', 'strategic-merge-patch+json', '[]', 400),
  patch(
    'a strategic patch with a bad directive',
    'strategic-merge-patch+json',
    '{"data":{"$patch":"nope"}}',
    400,
  ),
  patch('a strategic patch that is cut off', 'strategic-merge-patch+json', '{"a"', 400),
  patch('an apply without a manager', 'apply-patch+yaml', map, 422),
  patch(
    'an apply of another kind',
    'apply-patch+yaml',
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"kept"}}',
    400,
    '?fieldManager=a',
  ),
  patch('an apply of broken YAML', 'apply-patch+yaml', 'a: [', 400, '?fieldManager=a'),
  patch(
    'an apply with managedFields',
    'apply-patch+yaml',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept","managedFields":[{"manager":"a"}]}}',
    400,
    '?fieldManager=a',
  ),
  patch(
    'an apply of another name',
    'apply-patch+yaml',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"}}',
    400,
    '?fieldManager=a',
  ),
  patch('a merge patch that forces', 'merge-patch+json', '{}', 422, '?force=true'),
  patch('a patch of an unknown type', 'x-patch', '{}', 415),
];

export const malformedPatches: readonly Malformed[] = patches.map(
  ({ name, type, body, code, query = '' }) => ({
    name,
    code,
    request: {
      method: 'PATCH',
      path: `${path}${query}`,
      headers: [`Content-Type: application/${type}`],
      body,
    },
  }),
);
