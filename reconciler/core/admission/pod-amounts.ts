/** What a pod asks for and may use at most, summed over its containers as KEP-753 does, as quantities. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { amountOf } from '../scheduler/pod-requests.ts';
import type { Amounts } from './limit-bounds.ts';

type Side = 'requests' | 'limits';
type Sums = Map<string, number>;

export function podAmounts(pod: Pod): Amounts {
  return { requests: quantities(sums(pod, 'requests')), limits: quantities(sums(pod, 'limits')) };
}

function sums(pod: Pod, side: Side): Sums {
  const { containers = [], initContainers = [], resources, overhead } = pod.spec ?? { containers: [] };
  const running: Sums = new Map();
  const sidecars: Sums = new Map();
  const starting: Sums = new Map();
  for (const container of initContainers) {
    const own = amountsOf(container, side);
    const peak = new Map(sidecars);
    addTo(peak, own);
    if (container.restartPolicy === 'Always') addTo(sidecars, own);
    for (const [name, amount] of peak) starting.set(name, Math.max(starting.get(name) ?? 0, amount));
  }
  for (const container of containers) addTo(running, amountsOf(container, side));
  addTo(running, sidecars);
  for (const [name, amount] of starting) running.set(name, Math.max(running.get(name) ?? 0, amount));
  for (const [name, quantity] of Object.entries(resources?.[side] ?? {}))
    running.set(name, amountOf(name, quantity));
  for (const [name, quantity] of Object.entries(overhead ?? {}))
    if (side === 'requests' || running.has(name))
      running.set(name, (running.get(name) ?? 0) + amountOf(name, quantity));
  return running;
}

function amountsOf({ resources }: Container, side: Side): Sums {
  return new Map(
    Object.entries(resources?.[side] ?? {}).map(([name, quantity]) => [name, amountOf(name, quantity)]),
  );
}

function addTo(sum: Sums, more: Sums): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0) + amount);
}

function quantities(amounts: Sums): Readonly<Record<string, string>> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, quantityText(name, amount)]));
}

/** The inverse of `amountOf`: cpu in millicores where it is no whole number. */
export function quantityText(resource: string, amount: number): string {
  if (resource !== 'cpu') return String(amount);
  return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
}
