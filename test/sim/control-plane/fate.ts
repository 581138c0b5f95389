/** What befalls a run, as its seed decides: hosts, wires, clocks, the store and reconcilers. */
import type { SeededRandom } from './seeded-random.ts';
import type { Simulation } from './simulation.ts';
import { weighted } from './workloads.ts';

type Blow = (run: Simulation, random: SeededRandom) => void;

const minuteMs = 60_000;
const hostsMax = 6;

const blows: readonly (readonly [share: number, name: string, blow: Blow])[] = [
  [3, 'a host loses power', powerCut],
  [3, 'a host is cut off', (run, random) => away(run, random, 'cut')],
  [3, 'a host falls silent', (run, random) => away(run, random, 'frozen')],
  [2, 'a wire is slow', slowWire],
  [2, 'reports are repeated', (run, random) => someAgent(run, random)?.repeat()],
  [3, 'a container ends', containerEnds],
  [3, 'a probe fails', probeFails],
  [4, 'the clock is set', setClock],
  [4, 'a reconciler is killed', killReconciler],
  [2, 'the lead is lost', (run) => run.depose()],
  [2, 'the store ails', storeAils],
  [1, 'a host joins', join],
  [0.7, 'a host is deleted', deleteHost],
  [0.6, 'all hosts fall silent', allSilent],
];

/** One blow, and its end some time later. */
export function strike(run: Simulation, random: SeededRandom): void {
  const [name, blow] = weighted(random, blows);
  run.tell(`fate: ${name}`);
  blow(run, random);
}

function someAgent(run: Simulation, random: SeededRandom): ReturnType<Simulation['agent']> | undefined {
  const up = [...run.agents.values()].filter(({ isUp }) => isUp);
  return up.length === 0 ? undefined : random.pick(up);
}

/** Short ones mostly, now and then longer than any pod tolerates. */
function whileMs(random: SeededRandom): number {
  return random.chance(0.7) ? random.between(500, 50_000) : random.between(50_000, 420_000);
}

function powerCut(run: Simulation, random: SeededRandom): void {
  const agent = someAgent(run, random);
  if (agent === undefined) return;
  const { name } = agent.shape;
  agent.powerOff();
  run.setReach(name, random.pick(['cut', 'frozen']));
  run.later(whileMs(random), () => {
    if (agent.isUp) return;
    run.tell(`fate: ${name} has power again`);
    run.powerOn(agent);
  });
}

function away(run: Simulation, random: SeededRandom, reach: 'cut' | 'frozen'): void {
  const name = someAgent(run, random)?.shape.name;
  if (name === undefined) return;
  run.setReach(name, reach);
  run.later(whileMs(random), () => {
    if (run.agent(name).isUp) run.setReach(name, 'open');
  });
}

function slowWire(run: Simulation, random: SeededRandom): void {
  const name = someAgent(run, random)?.shape.name;
  if (name === undefined) return;
  run.network.setSlow(name, random.between(200, 5_000));
  run.later(whileMs(random), () => run.network.setSlow(name, undefined));
}

function containerEnds(run: Simulation, random: SeededRandom): void {
  const pods = [...(someAgent(run, random)?.simulated.values() ?? [])];
  if (pods.length > 0) random.pick(pods).exit(random.pick([0, 1, 137]));
}

function probeFails(run: Simulation, random: SeededRandom): void {
  const pods = [...(someAgent(run, random)?.simulated.values() ?? [])];
  if (pods.length > 0) random.pick(pods).waver();
}

function setClock(run: Simulation, random: SeededRandom): void {
  if (!run.people.traits.setsClock) return;
  const byMs =
    random.pick([1, -1]) * random.pick([1, 5, 60, 60, 24 * 60]) * minuteMs + random.between(-999, 999);
  run.tell(`fate: by ${byMs} ms`);
  run.clock.set(byMs);
}

/** At whatever step it has come to: events are counted, not time. */
function killReconciler(run: Simulation, random: SeededRandom): void {
  const [victim] = random.chance(0.8) ? run.reconcilers.filter(({ leads }) => leads) : run.reconcilers;
  if (victim === undefined) return;
  const leaseMs = random.pick([0, 0, 3_000, 15_000]);
  const awayMs = random.pick([0, 100, 5_000, 30_000]);
  run.later(random.below(300), () => {
    if (!run.reconcilers.includes(victim)) return;
    run.kill(victim, leaseMs);
    run.later(awayMs, () => void run.startReconciler());
  });
}

function storeAils(run: Simulation, random: SeededRandom): void {
  run.storeFaults = {
    delayMsMax: random.pick([2, 20, 200]),
    lostAnswers: random.pick([0, 0.05, 0.2]),
    lostRequests: random.pick([0, 0.05, 0.3]),
    watchHalts: random.pick([0, 0.1]),
  };
  run.later(random.between(500, 20_000), () => run.heal());
}

function join(run: Simulation): void {
  if (run.agents.size < hostsMax) run.addHost(run.agents.size);
}

/** The machine is given back; a while later it joins again under its name. */
function deleteHost(run: Simulation, random: SeededRandom): void {
  const hosts = run.hostObjects();
  const via = run.anyReconciler();
  if (hosts.length < 2 || via === undefined) return;
  const host = random.pick(hosts);
  void run.people.remove(via, host, 'Background');
  const index = Number((host.metadata.name ?? '').slice(1));
  run.later(random.between(30_000, 200_000), () => run.addHost(index));
}

function allSilent(run: Simulation, random: SeededRandom): void {
  const names = [...run.agents.keys()];
  for (const name of names) run.setReach(name, 'frozen');
  run.later(random.between(20_000, 500_000), () => {
    for (const name of names) if (run.agent(name).isUp) run.setReach(name, 'open');
  });
}
