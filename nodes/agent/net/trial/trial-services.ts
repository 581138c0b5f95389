/** Services of the trial, and what their clients see. */
import type { ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { TrialNode } from './trial-lab.ts';
import type { Answer } from './trial-process.ts';

/** Port 80 of TCP and UDP at `clusterIP`, on pods that serve on 8080. */
export function trialService(
  name: string,
  clusterIP: string,
  pods: readonly TrialNode[],
  nodePort?: number,
): ServiceEntry {
  const endpoints = pods.map(({ address }) => ({ ip: address, port: 8080 }));
  const ports = (['TCP', 'UDP'] as const).map((protocol) => {
    const port = { name: protocol.toLowerCase(), protocol, port: 80, endpoints };
    return nodePort === undefined ? port : { ...port, nodePort };
  });
  return { key: `service/trial/${name}`, type: 'service', clusterIPs: [clusterIP], ports };
}

/** How often each answer came. */
export function tally(answers: readonly Answer[]): ReadonlyMap<Answer, number> {
  const counts = new Map<Answer, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return counts;
}

/** The answers that there were, sorted, each once. */
export function distinct(answers: readonly Answer[]): readonly Answer[] {
  return [...new Set(answers)].sort();
}
