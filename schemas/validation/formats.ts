/**
 * Text formats by name, with the wording of Kubernetes' validation (apimachinery `util/validation`). Each gives
 * nothing for good text, and what is wrong otherwise. All patterns are linear: they may be run on hostile input.
 */
import { isIPv4, isIPv6 } from './ip.ts';
import { quantityRule, quantityValue } from './quantity.ts';

export type Format = (text: string) => string | undefined;

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const label1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const configKeyPattern = /^[-._a-zA-Z0-9]+$/;
const envNamePattern = /^[ -<>-~]+$/;
const portNamePattern = /^[-a-z0-9]+$/;
const percentPattern = /^[0-9]+%$/;
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;
const fingerprintPattern = /^SHA256:[A-Za-z0-9+/]{43}=?$/;
const timePattern = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
  "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
  "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const underscoreSubdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '.' or '_', and must start " +
  "and end with an alphanumeric character or '_' (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*')";
const label1035Rule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
  "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
  "'[a-z]([-a-z0-9]*[a-z0-9])?')";
const qualifiedNameRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const configKeyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  " +
  "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function matching(pattern: RegExp, rule: string, charactersMax: number): Format {
  return (text) => {
    if (text.length > charactersMax) return `must be no more than ${charactersMax} bytes`;
    return pattern.test(text) ? undefined : rule;
  };
}

const dns1123Subdomain = matching(subdomainPattern, subdomainRule, 253);
const underscoreSubdomain = matching(
  /^[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*$/,
  underscoreSubdomainRule,
  253,
);

/** `name` or `prefix/name`: label keys, annotation keys, taints, finalizers. */
function qualifiedName(text: string): string | undefined {
  const slash = text.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, text] : [text.slice(0, slash), text.slice(slash + 1)];
  if (name.includes('/')) {
    return `a qualified name must consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  if (prefix === '') return 'prefix part must be non-empty';
  const prefixProblem = prefix === undefined ? undefined : dns1123Subdomain(prefix);
  if (prefixProblem !== undefined) return `prefix part ${prefixProblem}`;
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  return namePattern.test(name) ? undefined : qualifiedNameRule;
}

function pathSegment(text: string): string | undefined {
  if (text === '.' || text === '..') return `may not be '${text}'`;
  const bad = ['/', '%'].find((character) => text.includes(character));
  return bad === undefined ? undefined : `may not contain '${bad}'`;
}

function portName(text: string): string | undefined {
  if (text.length > 15) return 'must be no more than 15 bytes';
  if (!portNamePattern.test(text))
    return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  if (!/[a-z]/.test(text)) return 'must contain at least one letter (a-z)';
  if (text.includes('--')) return 'must not contain consecutive hyphens';
  return text.startsWith('-') || text.endsWith('-') ? 'must not begin or end with a hyphen' : undefined;
}

function configKey(text: string): string | undefined {
  if (text.length > 253) return 'must be no more than 253 bytes';
  if (text === '.') return "must not be '.'";
  if (text === '..' || text.startsWith('..'))
    return text === '..' ? "must not be '..'" : "must not start with '..'";
  return configKeyPattern.test(text) ? undefined : configKeyRule;
}

function cidr(text: string): string | undefined {
  const rule = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  const [address, bits, ...more] = text.split('/');
  if (address === undefined || bits === undefined || more.length > 0 || !/^\d{1,3}$/.test(bits)) return rule;
  const bitsMax = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return Number(bits) <= bitsMax ? undefined : rule;
}

function isIp(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

/** A path below a folder, which must not climb out of it. */
function relativePath(text: string): string | undefined {
  if (text.startsWith('/')) return 'must be a relative path';
  return text.split('/').includes('..') ? "must not contain '..'" : undefined;
}

/** A path of a file in a volume: names that start with two dots belong to the kubelet. */
function localPath(text: string): string | undefined {
  return relativePath(text) ?? (text.startsWith('..') ? "must not start with '..'" : undefined);
}

function time(text: string): string | undefined {
  const valid = timePattern.test(text) && !Number.isNaN(Date.parse(text));
  return valid ? undefined : 'must be an RFC 3339 time such as "2024-05-01T12:00:00Z"';
}

function base64(text: string): string | undefined {
  const stripped = text.includes('\n') ? text.replace(/[\r\n]/g, '') : text;
  const valid = stripped.length % 4 === 0 && base64Pattern.test(stripped);
  return valid ? undefined : 'must be base64 (write plain text into stringData instead)';
}

export const formats = {
  dns1123Label: matching(labelPattern, labelRule, 63),
  dns1123Subdomain,
  dns1035Label: matching(label1035Pattern, label1035Rule, 63),
  /** A CronJob's name leaves eleven characters for the time that its jobs' names end with. */
  cronJobName: (text) => (text.length > 52 ? 'must be no more than 52 characters' : dns1123Subdomain(text)),
  wildcardSubdomain: (text) => dns1123Subdomain(text.startsWith('*.') ? text.slice(2) : text),
  qualifiedName,
  /** Annotation keys may have capitals in their prefix. */
  annotationKey: (text) => qualifiedName(text.toLowerCase()),
  labelValue: (text) => (text === '' ? undefined : matching(namePattern, labelValueRule, 63)(text)),
  pathSegment,
  portName,
  configKey,
  envName: matching(
    envNamePattern,
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
    Number.POSITIVE_INFINITY,
  ),
  ip: (text) => (isIp(text) ? undefined : 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  cidr,
  clusterIp: (text) =>
    text === 'None' || text === '' || isIp(text) ? undefined : "must be empty, 'None', or a valid IP address",
  absolutePath: (text) => (text.startsWith('/') ? undefined : 'must be an absolute path'),
  relativePath,
  localPath,
  /** A host path, which may be absolute but must not climb. */
  pathNoBacksteps: (text) => (text.split('/').includes('..') ? "must not contain '..'" : undefined),
  /** One of dnsConfig's search domains: a dot at its end, underscores, or a dot alone. */
  searchDomain: (text) =>
    text === '.' ? undefined : underscoreSubdomain(text.endsWith('.') ? text.slice(0, -1) : text),
  httpHeaderName: matching(
    /^[-A-Za-z0-9]+$/,
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
    Number.POSITIVE_INFINITY,
  ),
  domainPrefixedPath: (text) => {
    const slash = text.indexOf('/');
    if (slash <= 0 || slash === text.length - 1)
      return 'must be a domain-prefixed path (such as "acme.io/foo")';
    return dns1123Subdomain(text.slice(0, slash));
  },
  percent: (text) =>
    percentPattern.test(text)
      ? undefined
      : "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
  quantity: (text) => (quantityValue(text) === undefined ? quantityRule : undefined),
  nonNegativeQuantity: (text) => {
    const value = quantityValue(text);
    if (value === undefined) return quantityRule;
    return value < 0 ? 'must be greater than or equal to 0' : undefined;
  },
  fingerprint: (text) =>
    fingerprintPattern.test(text)
      ? undefined
      : "must be a SHA-256 fingerprint as `ssh-keygen -l` prints it (e.g. 'SHA256:' and 43 characters of base64)",
  time,
  base64,
} satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;
