/** `berth image push`: images for hosts without a registry. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { apiClient } from './client.ts';
import { outputFormat, print, progressLine, table } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface ImageReport {
  readonly id: string;
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

interface PushResult {
  readonly host: string;
  readonly images: readonly ImageReport[];
}

export function imageCommand(): Command {
  const push = new Command('push')
    .description('send an OCI archive to the hosts that lack it')
    .argument('<file>', 'OCI image archive (tar)')
    .option('--hosts <names>', 'comma-separated hosts (default: all)')
    .addHelpText(
      'after',
      '\nExamples:\n  berth image push nginx.tar\n  berth image push nginx.tar --hosts node-1,node-2',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { hosts?: string }>();
      const results = await pushImage(file, options);
      print(outputFormat(options.output), { items: results }, () =>
        table(
          ['HOST', 'IMAGE', 'SIZE'],
          results.flatMap(({ host, images }) =>
            images.map((image) => [
              host,
              image.names.join(', ') || image.id,
              `${(image.sizeBytes / 1e6).toFixed(1)} MB`,
            ]),
          ),
        ),
      );
    });
  return new Command('image').description('images on hosts').addCommand(push);
}

async function pushImage(file: string, options: GlobalOptions & { hosts?: string }): Promise<PushResult[]> {
  const { size } = await stat(file);
  const digest = await sha256(file);
  const client = apiClient(socketPath(options));
  const known = await client.get<{ items: { metadata: { name: string } }[] }>(
    '/apis/berth.dev/v1alpha1/hosts',
  );
  const hosts = options.hosts?.split(',') ?? known.items.map((item) => item.metadata.name);
  if (hosts.length === 0)
    throw new Error("there are no hosts yet; add one with 'berth host add user@address'");
  const progress = progressLine();
  try {
    return await Promise.all(
      hosts.map(async (host) => {
        progress.show(`sending ${file} (${(size / 1e6).toFixed(1)} MB) to ${host}`);
        const path = `/apis/berth.dev/v1alpha1/hosts/${encodeURIComponent(host)}/images?digest=sha256:${digest}`;
        const answer = await client.upload<{ items: ImageReport[] }>(path, createReadStream(file));
        return { host, images: answer.items };
      }),
    );
  } finally {
    progress.clear();
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
