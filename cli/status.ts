/** `berth status`: applications, hosts and workloads at a glance. */
import { Command } from 'commander';
import { type ApiClient, apiClient } from './client.ts';
import { age, outputFormat, print, progressLine, table } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly creationTimestamp?: string;
}
interface Revision {
  readonly commit: string;
  readonly phase: string;
  readonly problems?: readonly string[];
  readonly message?: string;
}
interface Application {
  readonly metadata: Meta;
  readonly spec: { readonly repository: string; readonly ref?: string };
  readonly status?: { readonly latest?: Revision; readonly applied?: Revision };
}
interface Host {
  readonly metadata: Meta;
  readonly spec: { readonly address: string };
  readonly status?: { readonly phase?: string; readonly message?: string };
}
interface Condition {
  readonly type: string;
  readonly status: string;
}
interface Node {
  readonly metadata: Meta;
  readonly status?: { readonly conditions?: readonly Condition[] };
}
interface Pod {
  readonly metadata: Meta;
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

interface Status {
  readonly applications: readonly Application[];
  readonly hosts: readonly Host[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
}

const pollIntervalMs = 250;

export function statusCommand(): Command {
  return new Command('status')
    .description('applications, hosts and pods at a glance')
    .option('--wait', 'wait until every application is applied and every pod is ready')
    .option('--timeout <seconds>', 'how long --wait waits', '300')
    .addHelpText(
      'after',
      '\nExits with 1 where --wait runs out of time.\n\nExamples:\n  berth status\n  berth status --wait --timeout 60\n  berth status -o json',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { wait?: boolean; timeout: string }>();
      const client = apiClient(socketPath(options));
      const status = options.wait ? await settled(client, Number(options.timeout)) : await read(client);
      print(outputFormat(options.output), status, () => text(status));
      const missing = options.wait ? unsettled(status) : undefined;
      if (missing !== undefined) throw new Error(`not ready after ${options.timeout} s: ${missing}`);
    });
}

async function read(client: ApiClient): Promise<Status> {
  const list = async <T>(path: string): Promise<readonly T[]> =>
    (await client.get<{ items: readonly T[] }>(path)).items;
  const [applications, hosts, nodes, pods] = await Promise.all([
    list<Application>('/apis/berth.dev/v1alpha1/applications'),
    list<Host>('/apis/berth.dev/v1alpha1/hosts'),
    list<Node>('/api/v1/nodes'),
    list<Pod>('/api/v1/pods'),
  ]);
  return { applications, hosts, nodes, pods };
}

async function settled(client: ApiClient, timeoutSeconds: number): Promise<Status> {
  const progress = progressLine();
  const deadline = Date.now() + timeoutSeconds * 1000;
  try {
    for (;;) {
      const status = await read(client);
      const missing = unsettled(status);
      if (missing === undefined || Date.now() > deadline) return status;
      progress.show(`waiting: ${missing}`);
      await new Promise((resume) => setTimeout(resume, pollIntervalMs));
    }
  } finally {
    progress.clear();
  }
}

/** What is not as it should be yet; undefined where all is. */
function unsettled(status: Status): string | undefined {
  const open = status.applications.filter(
    (one) => one.status?.applied === undefined || one.status.latest?.commit !== one.status.applied.commit,
  );
  if (open.length > 0) return `application ${names(open)} not applied`;
  const waiting = status.pods.filter((pod) => pod.status?.phase !== 'Succeeded' && !isReady(pod));
  return waiting.length === 0
    ? undefined
    : `${waiting.length} of ${status.pods.length} pods not ready: ${names(waiting)}`;
}

function names(items: readonly { readonly metadata: Meta }[]): string {
  const shown = items.slice(0, 3).map((item) => item.metadata.name);
  return items.length > 3 ? `${shown.join(', ')} and ${items.length - 3} more` : shown.join(', ');
}

function conditionOf(conditions: readonly Condition[] | undefined, type: string): string {
  return conditions?.find((condition) => condition.type === type)?.status ?? 'Unknown';
}

function isReady(pod: Pod): boolean {
  return conditionOf(pod.status?.conditions, 'Ready') === 'True';
}

function text(status: Status): string {
  const now = Date.now();
  const nodes = new Map(status.nodes.map((node) => [node.metadata.name, node]));
  const sections = [
    table(
      ['APPLICATION', 'REPOSITORY', 'REF', 'APPLIED', 'LATEST'],
      status.applications.map(({ metadata, spec, status: state }) => [
        metadata.name,
        spec.repository,
        spec.ref ?? 'main',
        shortRevision(state?.applied),
        latestText(state?.latest),
      ]),
    ),
    table(
      ['HOST', 'ADDRESS', 'LINK', 'NODE', 'AGE', 'MESSAGE'],
      status.hosts.map(({ metadata, spec, status: state }) => [
        metadata.name,
        spec.address,
        state?.phase ?? 'Pending',
        nodeText(nodes.get(metadata.name)),
        age(metadata.creationTimestamp, now),
        state?.message ?? '',
      ]),
    ),
    table(
      ['NAMESPACE', 'POD', 'READY', 'STATUS', 'RESTARTS', 'IP', 'HOST', 'AGE'],
      status.pods.map((pod) => [
        pod.metadata.namespace ?? '',
        pod.metadata.name,
        readyText(pod),
        podText(pod),
        String(restarts(pod)),
        pod.status?.podIP ?? '',
        pod.spec.nodeName ?? '',
        age(pod.metadata.creationTimestamp, now),
      ]),
    ),
  ];
  const problems = status.applications.flatMap((one) => one.status?.latest?.problems ?? []);
  return [
    ...sections,
    ...(problems.length > 0
      ? [`The latest commit was not applied:\n${problems.map((line) => `  ${line}`).join('\n')}`]
      : []),
  ].join('\n\n');
}

function shortRevision(revision: Revision | undefined): string {
  return revision === undefined ? '' : revision.commit.slice(0, 10);
}

function latestText(revision: Revision | undefined): string {
  return revision === undefined ? '' : `${shortRevision(revision)} ${revision.phase}`;
}

function nodeText(node: Node | undefined): string {
  if (node === undefined) return '';
  return conditionOf(node.status?.conditions, 'Ready') === 'True' ? 'Ready' : 'NotReady';
}

function readyText(pod: Pod): string {
  const containers = pod.status?.containerStatuses ?? [];
  return `${containers.filter((one) => one.ready).length}/${containers.length}`;
}

function podText(pod: Pod): string {
  const waiting = pod.status?.containerStatuses?.find((one) => one.state?.waiting?.reason !== undefined);
  return waiting?.state?.waiting?.reason ?? pod.status?.phase ?? 'Pending';
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0);
}
