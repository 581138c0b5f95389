/** The settings `oidc` of berth.yaml. */
import { readFileSync } from 'node:fs';
import type { OidcSettings } from './oidc.ts';

const required = ['issuerUrl', 'clientId'] as const;
const optional = ['usernameClaim', 'usernamePrefix', 'groupsClaim', 'groupsPrefix'] as const;
const known: readonly string[] = [...required, ...optional, 'requiredClaims', 'caFile'];

/** Reads the map under `oidc`; undefined where there is none. Throws naming the field that is wrong. */
export function readOidcSettings(given: unknown): OidcSettings | undefined {
  if (given === undefined) return undefined;
  if (!isFields(given)) throw new Error(`oidc: expected a map, got ${JSON.stringify(given)}`);
  for (const field of Object.keys(given))
    if (!known.includes(field))
      throw new Error(`oidc.${field}: unknown setting, expected one of ${known.join(', ')}`);
  const text = (field: string): string | undefined => {
    const value = given[field];
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw new Error(`oidc.${field}: expected a text, got ${JSON.stringify(value)}`);
  };
  const [issuerUrl, clientId] = required.map((field) => {
    const value = text(field);
    if (value === undefined) throw new Error(`oidc.${field}: has to be given`);
    return value;
  }) as [string, string];
  const caFile = text('caFile');
  return {
    issuerUrl,
    clientId,
    ...Object.fromEntries(
      optional.flatMap((field) => {
        const value = text(field);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
    ...requiredClaims(given.requiredClaims),
    ...(caFile === undefined ? {} : { caPem: readCa(caFile) }),
  };
}

function requiredClaims(given: unknown): Pick<OidcSettings, 'requiredClaims'> {
  if (given === undefined) return {};
  if (!isFields(given) || !Object.values(given).every((value) => typeof value === 'string'))
    throw new Error(`oidc.requiredClaims: expected a map of texts, got ${JSON.stringify(given)}`);
  return { requiredClaims: given as Readonly<Record<string, string>> };
}

function readCa(file: string): string {
  const pem = readFileSync(file, 'utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`oidc.caFile: ${file} holds no certificate`);
  return pem;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
