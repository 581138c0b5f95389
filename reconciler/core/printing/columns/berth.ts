/** Columns of Berth's own kinds. */
import type { Application, Host, RevisionStatus } from '../../../../schemas/berth/types.ts';
import { ageColumn, type ColumnTable, columnTable, nameColumn, text, wide } from '../column.ts';
import { ageOf } from '../duration.ts';
import { none } from '../texts.ts';

/** As many digits of a commit as people compare. */
const commitDigits = 10;

const hosts = columnTable<Host>([
  nameColumn,
  text('Status', 'Where the host stands on its way to a node.', ({ status }) => status?.phase ?? 'Pending'),
  text('Address', 'Where SSH reaches it.', ({ spec }) =>
    spec.port === undefined || spec.port === 22 ? spec.address : `${spec.address}:${spec.port}`,
  ),
  text('Agent', 'Version of the agent that runs there.', ({ status }) => status?.agentVersion ?? none),
  text('Last Seen', 'Time since it was last heard of.', ({ status }, nowMs) =>
    status?.lastSeen === undefined ? none : ageOf(status.lastSeen, nowMs),
  ),
  ageColumn,
  wide('User', 'SSH user.', ({ spec }) => spec.user ?? 'root'),
  wide('Runtime', 'What runs its containers.', ({ spec }) => spec.runtime?.type ?? 'containerd'),
  wide('Message', 'Why it is in its state.', ({ status }) => status?.message ?? ''),
]);

const applications = columnTable<Application>([
  nameColumn,
  text('Status', 'What became of the newest commit.', ({ spec, status }) =>
    spec.suspend === true ? 'Suspended' : (status?.latest?.phase ?? 'Pending'),
  ),
  text('Applied', 'Commit that the cluster follows.', ({ status }) => commit(status?.applied)),
  text('Latest', 'Newest commit.', ({ status }) => commit(status?.latest)),
  text('Last Run', 'Time since the repository was last looked at.', ({ status }, nowMs) =>
    status?.lastRun === undefined ? none : ageOf(status.lastRun, nowMs),
  ),
  ageColumn,
  wide('Repository', 'Where the manifests come from.', ({ spec }) => spec.repository),
  wide('Ref', 'Branch, tag or commit.', ({ spec }) => spec.ref ?? 'main'),
  wide('Path', 'Folder inside the repository.', ({ spec }) => spec.path ?? '.'),
  wide('Message', 'What went wrong.', ({ status }) => status?.latest?.message ?? ''),
]);

export const berthColumns: Readonly<Record<string, ColumnTable>> = {
  'berth.dev/Application': applications,
  'berth.dev/Host': hosts,
};

function commit(revision: RevisionStatus | undefined): string {
  return revision === undefined ? none : revision.commit.slice(0, commitDigits);
}
