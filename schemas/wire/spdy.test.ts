import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createDeflate, createInflate, constants } from 'node:zlib';
import { dataFrame, pingFrame, rstStreamFrame, type SpdyFrame, SpdyFrameReader } from './spdy-frames.ts';
import { spdyDictionary, SpdyHeaderReader, SpdyHeaderWriter } from './spdy-headers.ts';
import { SpdySession, type SpdyStream } from './spdy-session.ts';

/** Both ends of one connection; streams that the client opens are handed to `onStream`. */
function connected(onStream: (stream: SpdyStream) => void): { client: SpdySession; server: SpdySession } {
  const [near, far] = duplexPair();
  return { client: new SpdySession(near, 'client'), server: new SpdySession(far, 'server', onStream) };
}

test('the dictionary is that of SPDY/3', async () => {
  const deflate = createDeflate({ dictionary: spdyDictionary });
  deflate.end('x');
  const [first] = (await deflate.toArray()) as Buffer[];
  assert.equal(first?.subarray(2, 6).toString('hex'), 'e3c6a7c2');
});

test('header blocks are read with the state that former blocks left, from any zlib', async () => {
  const reader = new SpdyHeaderReader();
  const deflate = createDeflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH });
  for (const streamtype of ['error', 'stdin', 'stdout']) {
    const plain = new SpdyHeaderWriter().write({ streamtype });
    const unfolded = await unfold(plain);
    const chunks: Buffer[] = [];
    deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise<void>((resolve) => deflate.write(unfolded, () => setImmediate(resolve)));
    deflate.removeAllListeners('data');
    assert.deepEqual(await reader.read(Buffer.concat(chunks)), { streamtype });
  }
  reader.close();
});

async function unfold(block: Buffer): Promise<Buffer> {
  const inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  inflate.end(block);
  return Buffer.concat((await inflate.toArray()) as Buffer[]);
}

test('blocks that are written one after the other are one zlib stream', async () => {
  const writer = new SpdyHeaderWriter();
  const reader = new SpdyHeaderReader();
  for (const headers of [{ streamtype: 'data', port: '80' }, {}, { Streamtype: 'error' }])
    assert.deepEqual(
      await reader.read(writer.write(headers)),
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    );
  reader.close();
});

test('a block that is no zlib is refused', async () => {
  await assert.rejects(new SpdyHeaderReader().read(Buffer.from('not compressed at all')));
});

test('frames are read however the bytes are cut', () => {
  const bytes = Buffer.concat([
    dataFrame(5, Buffer.from('hello'), false),
    pingFrame(7),
    dataFrame(5, Buffer.alloc(0), true),
    rstStreamFrame(3, 5),
  ]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const reader = new SpdyFrameReader();
    const frames: SpdyFrame[] = [];
    for (let at = 0; at < bytes.length; at += size)
      frames.push(...reader.read(bytes.subarray(at, at + size)));
    const data = frames.filter((frame) => frame.type === 'data');
    assert.equal(Buffer.concat(data.map(({ payload }) => payload)).toString(), 'hello');
    assert.deepEqual(
      data.map(({ fin }) => fin),
      [...data.slice(1).map(() => false), true],
    );
    assert.deepEqual(
      frames.filter((frame) => frame.type !== 'data'),
      [
        { type: 'ping', id: 7 },
        { type: 'rst-stream', streamId: 3, status: 5 },
      ],
    );
  }
});

test('bytes that are no SPDY are refused', () => {
  assert.throws(() => [...new SpdyFrameReader().read(Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]))], /version 2/);
  assert.throws(
    () => [...new SpdyFrameReader().read(Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0, 0]))],
    /control/,
  );
});

test('each direction of a stream ends on its own', async () => {
  const { client } = connected((stream) => {
    void text(stream.iterator({ destroyOnReturn: false })).then((all) => stream.end(`got ${all}`));
  });
  const stream = await client.open({ streamtype: 'stdin' });
  stream.end('all of it');
  assert.equal(await text(stream), 'got all of it');
  client.close();
  await client.ended;
});

test('a stream that nobody reads holds what comes in, and loses nothing', async () => {
  const megabytes = 4;
  let sent = 0;
  const { client } = connected((stream) => {
    void (async () => {
      for (let count = 0; count < megabytes * 16; count += 1) {
        if (!stream.write(Buffer.alloc(64 * 1024, count)))
          await new Promise((resolve) => stream.once('drain', resolve));
        sent += 64 * 1024;
      }
      stream.end();
    })();
  });
  const stream = await client.open({});
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(sent < 1024 * 1024, `${sent} bytes were taken without a reader`);
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
  assert.equal(bytes, megabytes * 1024 * 1024);
  client.destroy();
});

test('a reset stream reads as ended, with what came before', async () => {
  const { client } = connected((stream) => {
    stream.write('before');
    setImmediate(() => stream.destroy());
  });
  const stream = await client.open({});
  assert.equal(await text(stream.iterator({ destroyOnReturn: false })), 'before');
  client.destroy();
});

test('the end of the connection is an error of the streams that were open', async () => {
  const { client, server } = connected(() => undefined);
  const stream = await client.open({});
  server.destroy();
  await assert.rejects(text(stream));
  await assert.rejects(client.open({}));
});

test('a goodbye and the end of the connection end the streams that were open', async () => {
  const { client, server } = connected((stream) => stream.write('last words'));
  const stream = await client.open({});
  server.close();
  assert.equal(await text(stream.iterator({ destroyOnReturn: false })), 'last words');
  await client.ended;
});

test('streams are refused where none are expected', async () => {
  const [near, far] = duplexPair();
  const client = new SpdySession(near, 'client');
  const server = new SpdySession(far, 'server', () => undefined);
  await assert.rejects(server.open({}), /refused/);
  client.destroy();
});
