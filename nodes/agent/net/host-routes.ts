/** The host's routes that bear our protocol number, read and changed through `ip`. */
import { type HostRoute, type RouteCommand, renderRouteCommands, routeProtocol } from '../core/net/routes.ts';
import { runCommand } from './command.ts';

export async function observeRoutes(): Promise<readonly HostRoute[]> {
  const shown = ['-4', '-json', 'route', 'show', 'proto', String(routeProtocol)];
  const { exitCode, stdout, stderr } = await runCommand('ip', shown);
  if (exitCode !== 0) throw new Error(`ip ${shown.join(' ')}: ${stderr.trim()}`);
  const routes = JSON.parse(stdout.trim() || '[]') as readonly {
    readonly dst: string;
    readonly gateway?: string;
  }[];
  return routes.map(({ dst, gateway }) => ({ destination: dst, via: gateway ?? '' }));
}

/** All that can be changed is changed. Answers what could not be, each with the reason. */
export async function changeRoutes(commands: readonly RouteCommand[]): Promise<readonly string[]> {
  if (commands.length === 0) return [];
  const { exitCode, stderr } = await runCommand(
    'ip',
    ['-4', '-force', '-batch', '-'],
    renderRouteCommands(commands),
  );
  if (exitCode === 0) return [];
  return describeFailures(stderr, commands);
}

/** `ip` writes one or more lines of reasons, then `Command failed -:LINE`. */
export function describeFailures(stderr: string, commands: readonly RouteCommand[]): readonly string[] {
  const failures: string[] = [];
  let reasons: string[] = [];
  for (const text of stderr.split('\n')) {
    const failed = /^Command failed -:(\d+)$/.exec(text.trim());
    if (failed === null) {
      if (text.trim() !== '') reasons.push(text.trim());
      continue;
    }
    const command = commands[Number(failed[1]) - 1];
    const what = command === undefined ? 'a route' : `${command.route.destination} via ${command.route.via}`;
    failures.push(
      `route ${what}: ${command?.command ?? 'change'} failed: ${reasons.join(' ') || 'no reason given'}`,
    );
    reasons = [];
  }
  return failures.length > 0 ? failures : [`ip: ${stderr.trim() || 'failed without a message'}`];
}
