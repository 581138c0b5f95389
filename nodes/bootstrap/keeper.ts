/** What keeps the agent running on a host: a systemd unit, or a small supervisor where systemd is not. */
import type { HostFacts } from '../../schemas/wire/bootstrap.ts';
import { hostPaths } from '../../schemas/wire/messages.ts';
import { readScript } from './command.ts';

export interface Keeper {
  readonly kind: 'systemd' | 'supervisor';
  /** Where its file goes on the host. */
  readonly path: string;
  readonly text: string;
}

export const unitPath = '/etc/systemd/system/berth-agent.service';
export const supervisorPath = `${hostPaths.state}/supervise.sh`;

/**
 * KillMode=process: whatever the agent started outlives it. OOMScoreAdjust: better that the kernel takes a
 * container than what looks after containers; systemd passes over it where it is not allowed to.
 */
const unit = `[Unit]
Description=Berth agent
After=network-online.target containerd.service crio.service docker.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=${hostPaths.agents}/current/berth-agent
Restart=always
RestartSec=500ms
KillMode=process
TimeoutStopSec=10
OOMScoreAdjust=-900
RuntimeDirectory=berth
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
`;

export function keeperFor(facts: HostFacts): Keeper {
  if (facts.init === 'systemd') return { kind: 'systemd', path: unitPath, text: unit };
  return { kind: 'supervisor', path: supervisorPath, text: readScript('supervise') };
}
