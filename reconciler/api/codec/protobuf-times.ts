/** Points in time between protobuf (seconds and nanoseconds since 1970) and JSON (RFC 3339 in UTC). */
import type { Reader, Writer } from 'protobufjs';
import { ProtobufFault } from './protobuf-fault.ts';
import { endOf, readParts, tag, varint } from './protobuf-parts.ts';
import type { ValueCodec } from './protobuf-plan.ts';
import { readInt64, textOf } from './protobuf-scalars.ts';

const secondsTag = tag(1, varint);
const nanosTag = tag(2, varint);
const nanosPerMicro = 1000;
/** Years 0 to 9999, beyond which RFC 3339 has no form. */
const secondsRange = { min: -62_167_219_200, max: 253_402_300_799 };
const time = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** metav1.Time: whole seconds; what is finer is dropped, as Kubernetes does. */
export const timeCodec: ValueCodec = {
  wire: 2,
  read: (reader) => {
    const instant = readInstant(reader);
    return instant && secondsText(instant.seconds, 'Z');
  },
  write: (value, writer) => writeInstant({ ...parsed(value), nanos: 0 }, writer),
};

/** metav1.MicroTime: always six digits behind the second. */
export const microTimeCodec: ValueCodec = {
  wire: 2,
  read: (reader) => {
    const instant = readInstant(reader);
    if (instant === undefined) return undefined;
    const micros = Math.trunc(instant.nanos / nanosPerMicro);
    return secondsText(instant.seconds, `.${String(micros).padStart(6, '0')}Z`);
  },
  write: (value, writer) => {
    const { seconds, nanos } = parsed(value);
    writeInstant({ seconds, nanos: nanos - (nanos % nanosPerMicro) }, writer);
  },
};

/** An empty message is Go's zero time, which counts as absent; 1970 has its seconds written out. */
function readInstant(reader: Reader): Instant | undefined {
  const end = endOf(reader);
  if (reader.pos === end) return undefined;
  let [seconds, nanos] = [0, 0];
  readParts(reader, end, {
    [secondsTag]: () => {
      seconds = readInt64(reader);
    },
    [nanosTag]: () => {
      nanos = reader.int32();
    },
  });
  if (seconds < secondsRange.min || seconds > secondsRange.max || nanos < 0 || nanos > 999_999_999)
    throw new ProtobufFault('the time lies outside of the years 0 to 9999');
  return { seconds, nanos };
}

function secondsText(seconds: number, suffix: string): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length)}${suffix}`;
}

function parsed(value: unknown): Instant {
  const [, seconds, fraction = '', zone] = time.exec(textOf(value)) ?? [];
  const milliseconds = Date.parse(`${String(seconds)}${String(zone)}`);
  if (Number.isNaN(milliseconds)) throw new ProtobufFault('must be a time as in RFC 3339');
  return { seconds: milliseconds / 1000, nanos: Number(fraction.slice(0, 9).padEnd(9, '0')) };
}

function writeInstant({ seconds, nanos }: Instant, writer: Writer): void {
  writer.fork().uint32(secondsTag).int64(seconds).uint32(nanosTag).int32(nanos).ldelim();
}
