/** What a probe or a lifecycle hook does, and how often. */
import { core } from './definition-names.ts';
import { type Fields, isFields, itemsOf, numberOf } from './loose.ts';
import type { Check, Constraints, Rule } from './rule.ts';

const atLeastZero: Rule = { min: 0 };
const port: Rule = { min: 1, max: 65535, zero: 'checked' };
const namedPort: Rule = { required: true, min: 1, max: 65535, format: 'portName' };
const handlers = { none: 'must specify a handler type', many: 'may not specify more than 1 handler type' };
const graceSecondsDefault = 30;

/** The pod's spec among the structs around a value: the one that has containers. */
export function podSpecOf(ancestors: readonly Fields[]): Fields | undefined {
  return ancestors.findLast((ancestor) => Array.isArray(ancestor['containers']));
}

/** A hook that sleeps longer than the pod may take to end would be cut short. */
const sleepWithinGrace: Check = (handler, report, ancestors) => {
  const sleep = handler['sleep'];
  if (!isFields(sleep)) return;
  const seconds = numberOf(sleep['seconds']) ?? 0;
  const grace = numberOf(podSpecOf(ancestors)?.['terminationGracePeriodSeconds']) ?? graceSecondsDefault;
  if (seconds >= 0 && seconds <= grace) return;
  report.invalid(
    ['sleep'],
    seconds,
    `must be non-negative and less than terminationGracePeriodSeconds (${grace})`,
  );
};

const headerNames: Check = (action, report) => {
  for (const [index, header] of itemsOf(action['httpHeaders'])) {
    report.showing(['httpHeaders']).format(['httpHeaders', index, 'name'], header['name'], 'httpHeaderName');
  }
};

export const handlerConstraints: Constraints = {
  [core('Probe')]: {
    fields: {
      initialDelaySeconds: atLeastZero,
      timeoutSeconds: atLeastZero,
      periodSeconds: atLeastZero,
      successThreshold: atLeastZero,
      failureThreshold: atLeastZero,
      terminationGracePeriodSeconds: { min: 1, outOfBounds: 'must be greater than 0' },
    },
    exactlyOne: {
      ...handlers,
      except: [
        'failureThreshold',
        'initialDelaySeconds',
        'periodSeconds',
        'successThreshold',
        'terminationGracePeriodSeconds',
        'timeoutSeconds',
      ],
    },
  },
  [core('LifecycleHandler')]: { exactlyOne: handlers, checks: [sleepWithinGrace] },
  [core('HTTPGetAction')]: {
    fields: { port: namedPort, scheme: { oneOf: ['HTTP', 'HTTPS'] } },
    checks: [headerNames],
  },
  [core('TCPSocketAction')]: { fields: { port: namedPort } },
  [core('GRPCAction')]: { fields: { port } },
  [core('ExecAction')]: { fields: { command: { required: true } } },
};
