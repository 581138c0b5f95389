import { StringDecoder } from 'node:string_decoder';

/** Splits a stream of bytes into lines. Throws RangeError when one is longer than `charactersMax`. */
export async function* lines(
  bytes: AsyncIterable<Uint8Array>,
  charactersMax: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of bytes) {
    rest += decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let start = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > charactersMax)
      throw new RangeError(`a line is longer than ${charactersMax} characters`);
  }
  if (rest !== '') yield rest;
}
