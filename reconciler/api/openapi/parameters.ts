/** Parameters of operations: those of the path, and the queries that the verbs understand. */

interface ParameterShape {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

const shapes = {
  allowWatchBookmarks: { type: 'boolean', description: 'Whether a watch may bear bookmarks.' },
  container: { type: 'string', description: 'Container whose log is read.' },
  continue: { type: 'string', description: 'Where the former part of the list ended.' },
  dryRun: { type: 'string', description: 'With All, everything is done but the write itself.' },
  fieldManager: { type: 'string', description: 'Who owns the fields that are written.' },
  fieldSelector: { type: 'string', description: 'Fields that objects must have.' },
  fieldValidation: {
    type: 'string',
    description: 'What becomes of unknown and duplicate fields: Ignore, Warn or Strict.',
  },
  follow: { type: 'boolean', description: 'Whether the log is followed.' },
  force: { type: 'boolean', description: 'Whether an apply takes fields from their owners.' },
  gracePeriodSeconds: { type: 'integer', description: 'Seconds that the object has to end.' },
  insecureSkipTLSVerifyBackend: {
    type: 'boolean',
    description: 'Whether the node’s certificate is trusted unseen.',
  },
  labelSelector: { type: 'string', description: 'Labels that objects must have.' },
  limit: { type: 'integer', description: 'Most objects in one part of the list.' },
  limitBytes: { type: 'integer', description: 'Most bytes of the log.' },
  orphanDependents: { type: 'boolean', description: 'Deprecated: use propagationPolicy.' },
  previous: { type: 'boolean', description: 'Whether the log of the former run is read.' },
  propagationPolicy: {
    type: 'string',
    description: 'What becomes of dependents: Orphan, Background or Foreground.',
  },
  resourceVersion: { type: 'string', description: 'Revision that the answer must have reached.' },
  resourceVersionMatch: {
    type: 'string',
    description: 'How resourceVersion is meant: Exact or NotOlderThan.',
  },
  sendInitialEvents: { type: 'boolean', description: 'Whether a watch begins with all objects.' },
  sinceSeconds: { type: 'integer', description: 'Age in seconds at which the log begins.' },
  stream: { type: 'string', description: 'All, Stdout or Stderr.' },
  tailLines: { type: 'integer', description: 'Lines at the end of the log.' },
  timeoutSeconds: { type: 'integer', description: 'Seconds that a list or watch may take.' },
  timestamps: { type: 'boolean', description: 'Whether lines bear their time.' },
  watch: { type: 'boolean', description: 'Whether changes follow.' },
} satisfies Readonly<Record<string, ParameterShape>>;

export type ParameterName = keyof typeof shapes;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

/** A query parameter. */
export function queryParameter(name: ParameterName): Parameter {
  return { name, in: 'query', required: false, ...shapes[name] };
}

/** The parameters that a path's braces name. */
export function pathParameters(path: string): readonly Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    type: 'string',
    description: name === 'namespace' ? 'Namespace of the objects.' : 'Name of the object.',
  }));
}

/** Names of all query parameters, sorted. */
export const queryParameterNames = Object.keys(shapes).sort() as readonly ParameterName[];
