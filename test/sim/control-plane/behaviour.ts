/** What containers do, by the name of their image: the only thing that a simulated host knows of them. */
import type { SeededRandom } from './seeded-random.ts';

/** How one start of a container goes. */
export interface Course {
  /** From its start until it is ready, in milliseconds. */
  readonly readyAfterMs: number;
  /** From its start until it ends by itself; undefined where it does not. */
  readonly endsAfterMs: number | undefined;
  readonly exitCode: number;
}

type Draw = (random: SeededRandom, calm: boolean) => Course;

const runs = (readyAfterMs: number): Course => ({ readyAfterMs, endsAfterMs: undefined, exitCode: 0 });
const ends = (endsAfterMs: number, exitCode: number): Course => ({ readyAfterMs: 0, endsAfterMs, exitCode });

/** By the image's name without its tag. In calm times nothing fails any more. */
const courses: Readonly<Record<string, Draw>> = {
  fast: () => runs(0),
  web: (random) => runs(random.between(200, 3_000)),
  slow: (random) => runs(random.between(10_000, 30_000)),
  task: (random) => ends(random.between(500, 20_000), 0),
  coin: (random, calm) => ends(random.between(500, 8_000), calm || random.chance(0.5) ? 0 : 1),
  doomed: (random, calm) => ends(random.between(500, 5_000), calm ? 0 : 42),
  flaky: (random, calm) =>
    calm ? runs(500) : { ...ends(random.between(3_000, 90_000), 1), readyAfterMs: 800 },
  crash: (random, calm) => (calm ? runs(500) : ends(random.between(100, 2_000), 1)),
  absent: () => runs(500),
};

export function courseOf(image: string, random: SeededRandom, calm: boolean): Course {
  const draw = courses[nameOf(image)];
  if (draw === undefined) throw new Error(`no simulated container knows what the image ${image} does`);
  return draw(random, calm);
}

/** Whether the image can be had. */
export function isPullable(image: string, calm: boolean): boolean {
  return calm || nameOf(image) !== 'absent';
}

function nameOf(image: string): string {
  return image.split(':')[0] ?? '';
}
