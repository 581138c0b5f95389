/** Lines of container logs as CRI runtimes write them: `TIME stdout|stderr F|P CONTENT`. */

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Whether the line ends here; runtimes break very long ones. */
  readonly full: boolean;
  readonly content: string;
}

/** undefined where `text` (without its newline) is not such a line. */
export function parseLogLine(text: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP])(?::\S*)? (.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, time = '', stream, tag, content = ''] = match;
  return { time, stream: stream as LogLine['stream'], full: tag === 'F', content };
}
