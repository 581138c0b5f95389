/**
 * The one way in which Kubernetes writes an amount of a resource: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`.
 * As apimachinery's Quantity after its rounding up to thousandths, which every list of resources goes through.
 */

const pattern =
  /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?[0-9]{1,4}))?$/;

const decimalSuffixes: ReadonlyMap<number, string> = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const decimalExponents = new Map([...decimalSuffixes].map(([exponent, suffix]) => [suffix, exponent]));
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

type Format = 'binary' | 'decimal' | 'exponent';

/** Amounts repeat: a cluster has some hundreds. Beyond this they are worked out anew. */
const knownMax = 5_000;
const known = new Map<string, string>();

/** `quantity` as Kubernetes stores it in a list of resources; itself where it is none. A number is its decimal text. */
export function canonicalResource(quantity: unknown): unknown {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return quantity;
  const text = String(quantity);
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  const canonical = written(text) ?? quantity;
  if (typeof canonical !== 'string') return canonical;
  if (known.size >= knownMax) known.clear();
  known.set(text, canonical);
  return canonical;
}

function written(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', suffix = '', exponentText] = pattern.exec(text) ?? [];
  if (`${whole}${fraction}` === '') return undefined;
  const format: Format =
    exponentText !== undefined ? 'exponent' : suffix.endsWith('i') ? 'binary' : 'decimal';
  const exponent = Number(exponentText ?? decimalExponents.get(suffix) ?? 0);
  const power = format === 'binary' ? 10n * BigInt(binarySuffixes.indexOf(suffix)) : 0n;
  const mantissa = BigInt(`${whole}${fraction}`) << power;
  const thousandths = roundedUp(mantissa, exponent - fraction.length + 3, sign === '-');
  if (thousandths === undefined) return undefined;
  if (thousandths === 0n) return '0';
  const digits = inFormat(thousandths, format);
  return sign === '-' ? `-${digits}` : digits;
}

/** Whole thousandths, away from zero; undefined for an amount beyond all measure. */
function roundedUp(mantissa: bigint, exponent: number, negative: boolean): bigint | undefined {
  if (exponent > 30) return mantissa === 0n ? 0n : undefined;
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  const down = mantissa / divisor;
  return down * divisor === mantissa || (negative && down === 0n && mantissa === 0n) ? down : down + 1n;
}

function inFormat(thousandths: bigint, format: Format): string {
  if (format === 'binary' && thousandths % 1000n === 0n && thousandths >= 1_024_000n)
    return scaled(thousandths / 1000n, 1024n, (place) => binarySuffixes[place]);
  return scaled(thousandths, 1000n, (place) => {
    const exponent = 3 * (place - 1);
    if (format === 'exponent') return exponent === 0 ? '' : `e${exponent}`;
    return decimalSuffixes.get(exponent);
  });
}

/** The shortest whole number, with the suffix of as many steps as it was divided by. */
function scaled(amount: bigint, step: bigint, suffixOf: (place: number) => string | undefined): string {
  let rest = amount;
  let place = 0;
  while (rest % step === 0n && suffixOf(place + 1) !== undefined) {
    rest /= step;
    place++;
  }
  return `${rest}${suffixOf(place) ?? ''}`;
}
