/** The query of `GET /v1/logs`, read and checked. */
import type { LogQuery } from '../../../schemas/wire/messages.ts';

const numbers = ['tailLines', 'sinceSeconds', 'limitBytes'] as const;
const flags = ['follow', 'previous', 'timestamps'] as const;

/** A text says what is wrong with the query. */
export function parseLogQuery(parameters: URLSearchParams): LogQuery | string {
  const uid = parameters.get('uid') ?? '';
  const container = parameters.get('container') ?? '';
  if (!/^[\w.-]+$/.test(uid)) return 'uid: a pod uid is needed';
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(container)) return 'container: a container name is needed';
  const query: Record<string, unknown> = { uid, container };
  for (const name of numbers) {
    const text = parameters.get(name);
    if (text === null) continue;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0)
      return `${name}: ${JSON.stringify(text)} is not a whole number`;
    query[name] = value;
  }
  for (const name of flags) {
    const text = parameters.get(name);
    if (text === null) continue;
    if (text !== 'true' && text !== 'false')
      return `${name}: ${JSON.stringify(text)} is neither true nor false`;
    query[name] = text === 'true';
  }
  return query as unknown as LogQuery;
}
