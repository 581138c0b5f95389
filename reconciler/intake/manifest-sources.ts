/** Git and manifests together: what the loop knows as a source. */
import type { ApplicationSpec } from '../../schemas/berth/types.ts';
import { type ManifestSource, type ManifestSources, SourceError } from '../core/ports.ts';
import { GitSourceError } from './git/git-source-error.ts';
import { type GitSource, openGitSource } from './git/git-source.ts';
import { parseManifests } from './manifests/parse-manifests.ts';
import { renderProblem } from './manifests/problem.ts';

export function manifestSources(options: { readonly cacheDirectory: string }): ManifestSources {
  return {
    open: (spec) => sourceOf(openGitSource({ ...locationOf(spec), cacheDirectory: options.cacheDirectory })),
  };
}

function locationOf(spec: ApplicationSpec): {
  readonly repository: string;
  readonly ref: string;
  readonly subpath: string;
} {
  return { repository: spec.repository, ref: spec.ref ?? 'main', subpath: spec.path ?? '' };
}

function sourceOf(git: GitSource): ManifestSource {
  return {
    resolve: (signal) => told(async () => (await git.resolve(signal)).commit),
    read: (commit, signal) =>
      told(async () => {
        const tree = await git.readTree(commit, signal);
        const parsed = parseManifests(tree.files);
        const refused = tree.problems.map((problem) => ({ text: `${problem.path}: ${problem.message}` }));
        const problems = [
          ...refused,
          ...parsed.problems.map((problem) => ({ text: renderProblem(problem) })),
        ];
        const objects = parsed.objects.map(({ object, path, line }) => ({ object, source: { path, line } }));
        return { objects, problems };
      }),
    changes: (signal) => git.changes(signal),
  };
}

/** Runs `work`; what Git cannot do becomes what the loop knows how to wait for. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GitSourceError) throw new SourceError(error.kind, error.reason, error.message);
    throw error;
  }
}
