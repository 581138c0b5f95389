/** `berth kubeconfig`: what kubectl and its kin need to reach this cluster. */
import { Command } from 'commander';
import { dump } from 'js-yaml';
import { apiClient } from './client.ts';
import { type Kubeconfig, kubeconfigPath, mergeKubeconfig } from './kubeconfig-file.ts';
import { outputFormat } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface KubeconfigOptions extends GlobalOptions {
  readonly merge?: boolean;
  readonly user?: string;
  readonly group?: readonly string[];
  readonly server?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly days?: string;
}

export function kubeconfigCommand(): Command {
  return new Command('kubeconfig')
    .description('print a kubeconfig for this cluster, or merge it into your own')
    .option('--merge', 'add it to $KUBECONFIG or ~/.kube/config and make it the current context')
    .option('--user <name>', 'a certificate for somebody else (default: the administrator)')
    .option('--group <name...>', 'groups of that user')
    .option('--server <url>', "the API's address as its user reaches it")
    .option('--context <name>', 'name of cluster and context', 'berth')
    .option('--namespace <name>', "the context's namespace")
    .option('--days <number>', 'how long the certificate is good', '365')
    .addHelpText(
      'after',
      '\nThe file holds a private key: keep it to yourself. Rights of other users are given by RoleBindings.\n\nExamples:\n  berth kubeconfig --merge && kubectl get nodes\n  berth kubeconfig --user jane --group developers --server https://api.example.org:6443 > jane.yaml',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<KubeconfigOptions>();
      const format = outputFormat(options.output);
      const path = `/apis/berth.dev/v1alpha1/kubeconfig?${queryOf(options).toString()}`;
      const made = await apiClient(socketPath(options)).get<Kubeconfig>(path);
      if (options.merge !== true) {
        process.stdout.write(format === 'json' ? `${JSON.stringify(made, undefined, 2)}\n` : dump(made));
        return;
      }
      const file = kubeconfigPath(process.env);
      await mergeKubeconfig(file, made);
      process.stderr.write(`${file}: the current context is now ${made['current-context']}\n`);
    });
}

function queryOf(options: KubeconfigOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of ['user', 'server', 'context', 'namespace', 'days'] as const) {
    const value = options[field];
    if (value !== undefined) query.set(field, value);
  }
  for (const group of options.group ?? []) query.append('group', group);
  return query;
}
