/** The hosts of the bench of controllers, all in this process: `controllers-agents.ts SOCKET`. They speak over one pipe. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { nodeReportIntervalMs } from '../schemas/wire/messages.ts';
import { systemClock } from '../reconciler/system/system-ports.ts';
import { SeededRandom } from '../test/sim/control-plane/seeded-random.ts';
import { SimAgent } from '../test/sim/control-plane/sim-agent.ts';
import type { FromHosts, ToHosts } from './controllers-wire.ts';

const socket = connect(process.argv[2] ?? '');
const random = new SeededRandom(1);
const agents = new Map<string, SimAgent>();

const send = (message: FromHosts): void => void socket.write(`${JSON.stringify(message)}\n`);

createInterface({ input: socket }).on('line', (line) => {
  const message = JSON.parse(line) as ToHosts;
  const { host } = message;
  const agent = agents.get(host) ?? started(host, message);
  if (message.type === 'open') {
    send({ type: 'opened', host, info: agent.info });
    agent.subscribe((report) => send({ type: 'report', host, report }));
    return;
  }
  const outcome = agent.put(message.update);
  if (outcome.ok) send({ type: 'accepted', host, accepted: outcome.accepted });
  else throw new Error(`${host} refused an update: ${outcome.refused.message}`);
});
socket.on('close', () => process.exit(0));

function started(host: string, message: ToHosts): SimAgent {
  const address = message.type === 'open' ? message.address : '';
  const allocatable = { cpu: '16', memory: '64Gi', pods: '110' };
  const agent = new SimAgent(
    { name: host, address, allocatable },
    {
      clock: systemClock,
      random: random.fork(),
      isCalm: () => true,
      reportIntervalMs: () => nodeReportIntervalMs,
      ranChanged: () => undefined,
    },
  );
  agents.set(host, agent);
  return agent;
}
