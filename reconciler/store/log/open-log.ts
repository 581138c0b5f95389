import { join } from 'node:path';
import type { Logger } from '../../core/ports.ts';
import { AcknowledgedMark, encodeMark, markFile } from './acknowledged-mark.ts';
import type { StoreState } from './location.ts';
import type { LogIndex } from './log-index.ts';
import { Log } from './log.ts';
import { recover } from './recovery.ts';
import { createDurably, createSegment } from './segment-files.ts';

/**
 * Reads the log in `directory` into `index`, and opens it to be written to; makes an empty one at revision `initial`
 * where there is none. Throws StoreFailedError where what is there cannot be trusted.
 */
export async function openLog(
  directory: string,
  index: LogIndex,
  options: {
    readonly segmentBytesMax: number;
    readonly initial: StoreState;
    readonly logger: Logger | undefined;
  },
): Promise<Log> {
  const { segmentBytesMax, initial, logger } = options;
  let recovered = await recover(directory, index, logger);
  if (recovered === undefined) {
    await createDurably(join(directory, markFile), encodeMark({ sequence: 0, revision: initial.revision }));
    await createSegment(directory, { ...initial, segment: 1, firstFrame: 1, oldest: 1 });
    recovered = await recover(directory, index, logger);
  }
  if (recovered === undefined) throw new Error(`a log was made in ${directory}, and is not there`);
  index.loaded();
  const mark = new AcknowledgedMark(directory);
  mark.write({ sequence: recovered.sequence, revision: index.state.revision });
  mark.sync();
  return new Log({ directory, mark, segmentBytesMax, ...recovered });
}
