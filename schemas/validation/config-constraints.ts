/** ConfigMaps, Secrets, and events. */
import { core, eventsApi } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, textOf } from './loose.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

/** Kubernetes' bound on a ConfigMap's or Secret's content. */
const contentBytesMax = 1024 * 1024;
const accountAnnotation = 'kubernetes.io/service-account.name';
const dockerKeys: Readonly<Record<string, string>> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};
const eventTypes = ['Normal', 'Warning'];
const eventNameBytesMax = 128;
const eventNoteBytesMax = 1024;

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Bytes behind base64; of text that is none, about as many. */
function decodedBytes(text: string): number {
  return Math.floor((text.replace(/[\r\n=]/g, '').length * 3) / 4);
}

function sizeOf(map: unknown, size: (text: string) => number): number {
  return Object.values(fieldsOf(map)).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? size(value) : 0),
    0,
  );
}

const configMapContent: Check = (configMap, report) => {
  const [data, binary] = [fieldsOf(configMap['data']), fieldsOf(configMap['binaryData'])];
  for (const key of Object.keys(binary)) {
    if (Object.hasOwn(data, key))
      report.invalid(['data', { key }], key, 'duplicate of key present in binaryData');
  }
  if (sizeOf(data, textBytes) + sizeOf(binary, decodedBytes) > contentBytesMax)
    report.tooLong([], contentBytesMax);
};

const secretContent: Check = (secret, report) => {
  const content = new Set([
    ...Object.keys(fieldsOf(secret['data'])),
    ...Object.keys(fieldsOf(secret['stringData'])),
  ]);
  const bytes = sizeOf(secret['data'], decodedBytes) + sizeOf(secret['stringData'], textBytes);
  if (bytes > contentBytesMax) report.tooLong(['data'], contentBytesMax);
  const demand = (...keys: readonly string[]): void => {
    for (const key of keys) if (!content.has(key)) report.required(['data', { key }]);
  };
  const type = textOf(secret['type']) ?? '';
  const dockerKey = dockerKeys[type];
  if (dockerKey !== undefined) {
    demand(dockerKey);
    reportDockerConfig(secret, dockerKey, report);
  } else if (type === 'kubernetes.io/tls') demand('tls.crt', 'tls.key');
  else if (type === 'kubernetes.io/ssh-auth') demand('ssh-privatekey');
  else if (type === 'kubernetes.io/basic-auth') {
    if (!content.has('username') && !content.has('password')) demand('username', 'password');
  } else if (type === 'kubernetes.io/service-account-token') {
    const account = fieldsOf(fieldsOf(secret['metadata'])['annotations'])[accountAnnotation];
    if (isEmpty(account)) report.required(['metadata', 'annotations', { key: accountAnnotation }]);
  }
};

/** The value itself stays out of the message. */
function reportDockerConfig(secret: Fields, key: string, report: Reporter): void {
  const encoded = fieldsOf(secret['data'])[key];
  const plain = fieldsOf(secret['stringData'])[key];
  const text = typeof plain === 'string' ? plain : typeof encoded === 'string' ? decode(encoded) : undefined;
  const wrong = text === undefined ? undefined : jsonMapProblem(text);
  if (wrong !== undefined) report.invalid(['data', { key }], '<secret contents redacted>', wrong);
}

function decode(encoded: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(encoded));
  } catch {
    // What is no base64 is told by its schema.
    return undefined;
  }
}

/** What keeps a text from being a JSON object, as Go's decoder says it. */
function jsonMapProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const start = text.trimStart().at(0);
    if (start === undefined) return 'unexpected end of JSON input';
    return /[[{"\-0-9tfn]/.test(start)
      ? 'unexpected end of JSON input'
      : `invalid character '${start}' looking for beginning of value`;
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
}

/** An event lies where its object does; events of cluster-wide objects in `default`. */
function eventNamespace(regarding: string): Check {
  return (event, report) => {
    const own = textOf(fieldsOf(event['metadata'])['namespace']) ?? '';
    const subject = textOf(fieldsOf(event[regarding])['namespace']) ?? '';
    const modern = !isEmpty(event['eventTime']);
    const homes = modern ? ['default', 'kube-system'] : ['', 'default'];
    const wrong = subject === '' ? !homes.includes(own) : !modern && own !== '' && own !== subject;
    if (wrong)
      report
        .showing(['involvedObject', 'namespace'])
        .invalid([regarding, 'namespace'], subject, 'does not match event.namespace');
  };
}

/** Events with an eventTime say who reports, and what was done. */
function modernEvent(controller: string, note: string): Check {
  return (event, report) => {
    if (isEmpty(event['eventTime'])) return;
    if (isEmpty(event[controller])) report.required([controller]);
    report.format([controller], event[controller], 'qualifiedName');
    for (const field of ['reportingInstance', 'action', 'reason']) {
      if (isEmpty(event[field])) report.required([field]);
      if (Buffer.byteLength(textOf(event[field]) ?? '') > eventNameBytesMax)
        report.invalid([field], '', `can have at most ${eventNameBytesMax} characters`);
    }
    if (Buffer.byteLength(textOf(event[note]) ?? '') > eventNoteBytesMax)
      report.showing(['message']).invalid([note], '', `can have at most ${eventNoteBytesMax} characters`);
  };
}

/** What only events of the core group may say, by the names that messages use. */
const newEvent: Check = (event, report) => {
  if (!eventTypes.includes(String(event['type']))) report.invalid(['type'], '', 'has invalid value');
  const legacy: Readonly<Record<string, string>> = {
    deprecatedFirstTimestamp: 'firstTimestamp',
    deprecatedLastTimestamp: 'lastTimestamp',
  };
  for (const [field, name] of Object.entries(legacy))
    if (!isEmpty(event[field])) report.showing([name]).invalid([field], '', 'needs to be unset');
  if ((event['deprecatedCount'] ?? 0) !== 0)
    report.showing(['count']).invalid(['deprecatedCount'], '', 'needs to be unset');
  if (Object.values(fieldsOf(event['deprecatedSource'])).some((value) => !isEmpty(value)))
    report.showing(['source']).invalid(['deprecatedSource'], '', 'needs to be unset');
};

export const configConstraints: Constraints = {
  [core('ConfigMap')]: {
    fields: { data: { keys: 'configKey' }, binaryData: { keys: 'configKey' } },
    checks: [configMapContent],
  },
  [core('Secret')]: {
    fields: { data: { keys: 'configKey' }, stringData: { keys: 'configKey' } },
    checks: [secretContent],
  },
  [core('Event')]: {
    checks: [eventNamespace('involvedObject'), modernEvent('reportingComponent', 'message')],
  },
  [eventsApi('Event')]: {
    checks: [eventNamespace('regarding'), modernEvent('reportingController', 'note'), newEvent],
  },
};
