/** `berth logs`: what a container wrote. */
import { Command } from 'commander';
import { apiClient } from './client.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface LogOptions extends GlobalOptions {
  readonly namespace: string;
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tail?: string;
}

export function logsCommand(): Command {
  return new Command('logs')
    .description("print a container's log")
    .argument('<pod>', "the pod's name")
    .option('-n, --namespace <namespace>', "the pod's namespace", 'default')
    .option('-c, --container <name>', 'the container (default: the only one)')
    .option('-f, --follow', 'go on as it grows')
    .option('-p, --previous', 'the former instance of the container')
    .option('--timestamps', 'put the time before each line')
    .option('--tail <lines>', 'the last so many lines alone')
    .addHelpText(
      'after',
      '\nExamples:\n  berth logs -n shop web-5d8f7c9b6-abcde\n  berth logs -n shop -f --tail 20 web-5d8f7c9b6-abcde',
    )
    .action(async (pod: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const query = new URLSearchParams();
      if (options.container !== undefined) query.set('container', options.container);
      if (options.follow) query.set('follow', 'true');
      if (options.previous) query.set('previous', 'true');
      if (options.timestamps) query.set('timestamps', 'true');
      if (options.tail !== undefined) query.set('tailLines', options.tail);
      const path = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods/${encodeURIComponent(pod)}/log?${query.toString()}`;
      for await (const chunk of await apiClient(socketPath(options)).stream(path))
        process.stdout.write(chunk);
    });
}
