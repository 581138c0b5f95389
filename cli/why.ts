/** `berth why`: why a pod is, or is not, where it is; every node's answer, as the scheduler would give it now. */
import { Command } from 'commander';
import { apiClient } from './client.ts';
import { outputFormat, print, table } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface NodeAnswer {
  readonly node: string;
  readonly filter?: string;
  readonly reasons: readonly string[];
  readonly points: Readonly<Record<string, number>>;
  readonly total: number;
}

interface PodExplanation {
  readonly summary: string;
  readonly boundTo?: string;
  readonly nodes: readonly NodeAnswer[];
}

interface WhyOptions extends GlobalOptions {
  readonly namespace: string;
}

export function whyCommand(): Command {
  return new Command('why')
    .description('tell node by node why a pod may go there, or why not')
    .argument('<pod>', "the pod's name")
    .option('-n, --namespace <namespace>', "the pod's namespace", 'default')
    .addHelpText(
      'after',
      '\nA pod that runs is judged as if it had to be placed again.\n\nExamples:\n  berth why -n shop web-5d8f7c9b6-abcde\n  berth why -n shop db-0 -o json',
    )
    .action(async (pod: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<WhyOptions>();
      const path = `/apis/berth.dev/v1alpha1/namespaces/${encodeURIComponent(options.namespace)}/pods/${encodeURIComponent(pod)}/why`;
      const answer = await apiClient(socketPath(options)).get<PodExplanation>(path);
      print(outputFormat(options.output), answer, () => explanationText(pod, options.namespace, answer));
    });
}

/** One line about the pod, then the nodes: the best first, those that are refused last. */
export function explanationText(
  pod: string,
  namespace: string,
  { summary, boundTo, nodes }: PodExplanation,
): string {
  const head = `${namespace}/${pod} ${startsAsVerb(summary) ? summary : `goes nowhere: ${summary}`}`;
  if (nodes.length === 0) return head;
  const rows = nodes.map(({ node, filter, reasons, total, points }) => {
    const mark = node === boundTo ? `${node} *` : node;
    if (filter !== undefined) return [mark, '-', filter, reasons.join(', ')];
    const parts = Object.entries(points).map(([score, value]) => `${score} ${value}`);
    return [mark, String(total), '', parts.join(', ')];
  });
  return `${head}\n\n${table(['NODE', 'SCORE', 'REFUSED BY', 'BECAUSE'], rows)}`;
}

function startsAsVerb(summary: string): boolean {
  return /^(runs|ended|would|waits) /.test(summary);
}
