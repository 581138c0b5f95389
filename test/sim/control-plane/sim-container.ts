/** One container of a simulated pod, and its status. */
import type {
  Container,
  ContainerState,
  ContainerStatus,
} from '../../../schemas/kubernetes/types/core-v1.ts';

export interface SimContainer {
  readonly definition: Container;
  state: 'waiting' | 'running' | 'ended';
  waitingReason: string;
  ready: boolean;
  restarts: number;
  startedAt: string;
  last: ContainerState | undefined;
  exitCode: number;
  /** Raised with each change of state: what was planned before does not happen. */
  turn: number;
}

export function containerStatus(container: SimContainer): ContainerStatus {
  const { definition, state, restarts, ready, last, startedAt, waitingReason } = container;
  const { name, image = '' } = definition;
  const current: ContainerState =
    state === 'running'
      ? { running: { startedAt } }
      : state === 'ended' && last !== undefined
        ? last
        : { waiting: { reason: waitingReason } };
  return {
    ...{ name, image, imageID: `sha256:${image}`, restartCount: restarts, ready },
    started: state === 'running',
    state: current,
    ...(last === undefined || state === 'ended' ? {} : { lastState: last }),
  };
}
