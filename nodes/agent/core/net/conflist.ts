/**
 * CNI's network configuration of a host: pods hang on a bridge and get addresses from the host's pod range.
 * Masquerading and host ports are left to our own rules, so neither `ipMasq` nor the portmap plugin is there.
 * Format: CNI specification 1.0.0, which Debian's plugins 1.1.1 and containerd 1.6 read.
 */
import type { NetworkEntry } from '../../../../schemas/wire/messages.ts';
import { bridgeName } from './layout.ts';

/** host-local keeps the addresses in use here; on disk, as sandboxes outlive a reboot in the runtime's books. */
const addressesFolder = '/var/lib/berth/cni';

/** The file's text. `mtu` undefined: that of the bridge's other ports. */
export function renderConflist(network: NetworkEntry, mtu?: number): string {
  const bridge = {
    type: 'bridge',
    bridge: bridgeName,
    isGateway: true,
    // A host that comes back with another pod range keeps its bridge: its address must follow.
    forceAddress: true,
    ipMasq: false,
    // A pod that meets itself behind a service: the answer leaves by the port that it came in by.
    hairpinMode: true,
    promiscMode: false,
    ...(mtu === undefined ? {} : { mtu }),
    ipam: {
      type: 'host-local',
      dataDir: addressesFolder,
      ranges: [[{ subnet: network.podCidr }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  return `${JSON.stringify({ cniVersion: '1.0.0', name: 'berth', plugins: [bridge] }, null, 2)}\n`;
}
