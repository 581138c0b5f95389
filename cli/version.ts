/** `berth version`: this program and the reconciler it talks to. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { apiClient, NotRunning } from './client.ts';
import { outputFormat, print } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

export function versionCommand(): Command {
  return new Command('version')
    .description('print the versions of berth and of the running reconciler')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
        version: string;
      };
      const server = await apiClient(socketPath(options))
        .get<{ gitVersion: string }>('/version')
        .catch((error: unknown) => {
          if (error instanceof NotRunning) return undefined;
          throw error;
        });
      const data = {
        berth: manifest.version,
        node: process.version,
        kubernetesApi: server?.gitVersion ?? null,
      };
      print(
        outputFormat(options.output),
        data,
        () =>
          `berth       ${data.berth}\nnode        ${data.node}\nreconciler  ${server?.gitVersion ?? 'not running'}`,
      );
    });
}
