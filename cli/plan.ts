/** `berth plan`: what a ref would change, without changing it. */
import { Command } from 'commander';
import { apiClient } from './client.ts';
import { outputFormat, print } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface PlanAnswer {
  readonly commit: string;
  readonly problems: readonly string[];
  readonly text: string;
  readonly plan: unknown;
}

export function planCommand(): Command {
  return new Command('plan')
    .description('print the difference between a ref and the cluster; changes nothing')
    .argument('[application]', 'the Application to plan (default: the only one)')
    .option('--ref <ref>', "branch, tag or commit (default: the Application's)")
    .addHelpText(
      'after',
      '\nExits with 1 where the ref has errors.\n\nExamples:\n  berth plan\n  berth plan shop --ref feature/two-replicas',
    )
    .action(async (application: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { ref?: string }>();
      const client = apiClient(socketPath(options));
      const name = application ?? (await onlyApplication(client));
      const query = options.ref === undefined ? '' : `?ref=${encodeURIComponent(options.ref)}`;
      const answer = await client.get<PlanAnswer>(
        `/apis/berth.dev/v1alpha1/applications/${encodeURIComponent(name)}/plan${query}`,
      );
      print(outputFormat(options.output), answer, () =>
        answer.problems.length > 0 ? answer.problems.join('\n') : answer.text.trimEnd(),
      );
      if (answer.problems.length > 0) process.exitCode = 1;
    });
}

async function onlyApplication(client: ReturnType<typeof apiClient>): Promise<string> {
  const list = await client.get<{ items: { metadata: { name: string } }[] }>(
    '/apis/berth.dev/v1alpha1/applications',
  );
  const names = list.items.map((item) => item.metadata.name);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new Error(
    names.length === 0
      ? "there is no Application yet; start one with 'berth up --repo …'"
      : `name one of the Applications: ${names.join(', ')}`,
  );
}
