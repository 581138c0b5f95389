/** Berth's own kinds. */
import { berth } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

export const ownDescriptions: Descriptions = {
  [berth('ApplicationSpec')]: {
    fields: {
      path: 'Folder inside the repository; its root unless given.',
      prune: 'Whether objects that left the repository are deleted; true unless given.',
      ref: 'Branch, tag, full ref or commit; main unless given.',
      repository: 'URL or local path of the repository.',
      schedule:
        'Cron expression of five fields by which the repository is looked at; every minute unless given.',
      suspend: 'Stops syncing while true; what runs stays.',
    },
  },
  [berth('ApplicationStatus')]: {
    fields: {
      applied: 'The commit that the cluster follows.',
      lastRun: 'When the repository was last looked at.',
      latest: 'The newest commit seen, good or bad.',
    },
  },
  [berth('HostRuntime')]: {
    self: 'What runs containers on a host.',
    fields: {
      socket: 'Path of the runtime’s unix socket; the usual one of its type unless given.',
      type: 'containerd unless given.',
    },
  },
  [berth('HostSpec')]: {
    fields: {
      address: 'IP address or DNS name that SSH goes to.',
      hostKeys: 'Host keys that are trusted, as ssh-keygen -l prints them.',
      identity: 'Name of the private key among those of the reconciler; default unless given.',
      internalAddress: 'Address by which other hosts and pods reach this one; address unless given.',
      labels: 'Labels of the node that is made of the host.',
      port: 'SSH port; 22 unless given.',
      runtime: 'What runs containers on the host.',
      taints: 'Taints of the node that is made of the host.',
      user: 'SSH user; root unless given. Others need sudo without a password.',
    },
  },
  [berth('HostStatus')]: {
    fields: {
      agentDigest: 'SHA-256 of the agent that runs there.',
      agentVersion: 'Version of the agent that runs there.',
      appliedGeneration: 'Desired generation that the agent has applied.',
      lastSeen: 'When the host was last heard of.',
      phase: 'Where the host stands on its way to a node.',
    },
  },
  [berth('RevisionStatus')]: {
    self: 'What became of one commit.',
    fields: {
      changed: 'Objects that were changed.',
      commit: 'The commit.',
      created: 'Objects that were created.',
      finishedAt: 'When its application ended.',
      phase: 'How far it has come.',
      problems: 'What is wrong with its manifests, each with file, line and column.',
      pruned: 'Objects that were deleted.',
      startedAt: 'When its application began.',
    },
  },
};
