/** What a pod asks for and may use at most, summed over its containers as KEP-753 does. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { addQuantities, compareQuantities } from '../quota/quantities.ts';
import type { Amounts } from './limit-bounds.ts';

type Side = 'requests' | 'limits';
type Sums = Map<string, string>;

/** Sums of what the containers say, or of the pod as a whole where it speaks for them; without its overhead. */
export function podAmounts(pod: Pod): Amounts {
  return {
    requests: Object.fromEntries(sums(pod, 'requests')),
    limits: Object.fromEntries(sums(pod, 'limits')),
  };
}

/** The same with what the sandbox costs; a limit that nobody set stays unset. */
export function podAmountsWithOverhead(pod: Pod): Amounts {
  const [requests, limits] = [sums(pod, 'requests'), sums(pod, 'limits')];
  for (const [name, quantity] of Object.entries(pod.spec?.overhead ?? {})) {
    add(requests, name, quantity);
    if (limits.has(name)) add(limits, name, quantity);
  }
  return { requests: Object.fromEntries(requests), limits: Object.fromEntries(limits) };
}

function sums(pod: Pod, side: Side): Sums {
  const { containers = [], initContainers = [], resources } = pod.spec ?? { containers: [] };
  const running: Sums = new Map();
  const sidecars: Sums = new Map();
  const starting: Sums = new Map();
  for (const container of containers) addAll(running, container, side);
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      addAll(running, container, side);
      addAll(sidecars, container, side);
      raise(starting, sidecars);
      continue;
    }
    const peak: Sums = new Map();
    addAll(peak, container, side);
    for (const [name, quantity] of sidecars) add(peak, name, quantity);
    raise(starting, peak);
  }
  raise(running, starting);
  for (const [name, quantity] of Object.entries(resources?.[side] ?? {})) running.set(name, quantity);
  return running;
}

function addAll(to: Sums, { resources }: Container, side: Side): void {
  for (const [name, quantity] of Object.entries(resources?.[side] ?? {})) add(to, name, quantity);
}

function add(to: Sums, name: string, quantity: string): void {
  to.set(name, addQuantities(name, to.get(name) ?? '0', String(quantity)));
}

function raise(to: Sums, least: Sums): void {
  for (const [name, quantity] of least) {
    const there = to.get(name);
    if (there === undefined || compareQuantities(name, quantity, there) > 0) to.set(name, quantity);
  }
}
