/** Content negotiation: which form of an answer the client wants, as kube-apiserver reads its Accept header. */
import { ApiError } from './api-error.ts';
import { BoundedMap } from '../core/model/bounded-map.ts';

export type Encoding = 'json' | 'yaml' | 'protobuf';

/** The form and the encoding of an answer. `version` is that of meta.k8s.io. */
export interface AnswerForm {
  readonly encoding: Encoding;
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version?: 'v1' | 'v1beta1';
}

export const mediaTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

const encodings: Readonly<Record<string, Encoding>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
};

const metaForms: ReadonlySet<string> = new Set([
  'Table',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
]);

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const anything: readonly MediaRange[] = [{ type: '*/*', parameters: new Map(), quality: 1 }];
/** Clients send the same few headers with every request. */
const parsedRanges = new BoundedMap<string, readonly MediaRange[]>(100);

/** The ranges of an Accept header, best first; equals stay in their order. */
export function acceptedRanges(header: string | undefined): readonly MediaRange[] {
  if (header === undefined || header.trim() === '') return anything;
  const known = parsedRanges.get(header);
  if (known !== undefined) return known;
  const ranges = parseRanges(header);
  parsedRanges.set(header, ranges);
  return ranges;
}

function parseRanges(header: string): readonly MediaRange[] {
  return header
    .split(',')
    .map((part): MediaRange => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
      const parameters = new Map(
        rest.map((piece): [string, string] => {
          const equals = piece.indexOf('=');
          return equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
        }),
      );
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? '1') };
    })
    .sort((a, b) => b.quality - a.quality);
}

/** What can be given: in which encodings, and whether whole objects have a protobuf form as their metadata has. */
export interface Offer {
  readonly encodings: readonly Encoding[];
  readonly hasMessage: boolean;
}

/** The first form asked for that can be given. 406 where there is none. */
export function answerForm(
  header: string | undefined,
  forms: readonly AnswerForm['as'][],
  { encodings: only, hasMessage }: Offer,
): AnswerForm {
  for (const { type, parameters } of acceptedRanges(header)) {
    const encoding = encodings[type];
    if (encoding === undefined || !only.includes(encoding)) continue;
    const as = parameters.get('as');
    if (as === undefined && encoding === 'protobuf' && !hasMessage) continue;
    if (as === undefined) return { encoding };
    const version = parameters.get('v');
    const known = parameters.get('g') === 'meta.k8s.io' && metaForms.has(as);
    if (!known || (version !== 'v1' && version !== 'v1beta1')) continue;
    // Their cells have no protobuf form.
    if (as === 'Table' && encoding === 'protobuf') continue;
    if (forms.includes(as as AnswerForm['as']))
      return { encoding, as: as as NonNullable<AnswerForm['as']>, version };
  }
  const given = only.filter((encoding) => encoding !== 'protobuf' || hasMessage);
  const accepted = given.map((encoding) => mediaTypes[encoding]).join(', ');
  throw new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${accepted}`,
  });
}
