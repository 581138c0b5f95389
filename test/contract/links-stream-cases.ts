import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import { connect, News, secret, type LinksCases } from './links-trial.ts';

const mebibyte = 1024 * 1024;

/** The same bytes each time: no chunk is like its neighbour. */
async function* archive(chunks: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; index < chunks; index += 1) yield Buffer.alloc(mebibyte, `chunk ${index}`);
}

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('line\n');
  await new Promise(() => undefined);
}

async function* inChunks(...chunks: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const dial: SessionAsk = { type: 'dial', address: '10.42.0.2', port: 80 };

/** Logs and images: streams beside the desired state. */
export const streamCases: LinksCases = {
  'a log comes as the bytes that it is': async (trial) => {
    trial.agent('one').logs.set('u1/web', Buffer.from('first\nsecond\nüber'));
    const { link } = await connect(trial, 'one');
    const log = await link.logs({ uid: 'u1', container: 'web' }, AbortSignal.timeout(5000));
    assert.equal(await read(log), 'first\nsecond\nüber');
  },

  'a log that does not exist is refused in the agent’s words': async (trial) => {
    const { link } = await connect(trial, 'one');
    await assert.rejects(link.logs({ uid: 'u1', container: 'no' }, AbortSignal.timeout(5000)), {
      name: 'LinkError',
      reason: 'ContainerNotFound',
      message: 'u1/no has no log',
    });
  },

  'a session carries bytes both ways, and the end of what goes in': async (trial) => {
    trial.agent('one').session = async function* (ask, input) {
      yield Buffer.from(`${ask.type}: `);
      yield* input;
      yield Buffer.from(' and the end');
    };
    const { link } = await connect(trial, 'one');
    const { output } = await link.session(dial, inChunks('some', ' input'), AbortSignal.timeout(5000));
    assert.equal(await read(output), 'dial: some input and the end');
  },

  'a session that is refused says why, though its input has no end': async (trial) => {
    const { link } = await connect(trial, 'one');
    await assert.rejects(link.session(dial, endless(), AbortSignal.timeout(5000)), {
      name: 'LinkError',
      reason: 'NotFound',
      message: 'pod does not exist',
    });
  },

  'sessions that the host ends, and refusals, follow each other': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    for (let count = 0; count < 5; count += 1) {
      agent.session = async function* () {
        yield Buffer.from('short');
      };
      const { output } = await link.session(dial, endless(), AbortSignal.timeout(5000));
      assert.equal(await read(output), 'short');
      agent.session = undefined;
      await assert.rejects(link.session(dial, endless(), AbortSignal.timeout(5000)), {
        reason: 'NotFound',
      });
    }
  },

  'a session ends with its signal, quietly': async (trial) => {
    trial.agent('one').session = () => endless();
    const { link } = await connect(trial, 'one');
    const stop = new AbortController();
    const { output } = await link.session(dial, endless(), stop.signal);
    for await (const chunk of output) {
      assert.equal(Buffer.from(chunk).toString(), 'line\n');
      stop.abort();
    }
  },

  'a followed log ends with its signal': async (trial) => {
    trial.agent('one').logs.set('u1/web', endless());
    const { link } = await connect(trial, 'one');
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const chunk of await link.logs({ uid: 'u1', container: 'web', follow: true }, stop.signal)) {
      seen.push(Buffer.from(chunk).toString('utf8'));
      stop.abort();
    }
    assert.deepEqual(seen, ['line\n']);
  },

  'a log that nobody reads on holds up nothing else, and is not gathered': async (trial) => {
    const agent = trial.agent('one');
    let taken = 0;
    async function* flood(): AsyncGenerator<Uint8Array, void, undefined> {
      for (; taken < 256; taken += 1) yield Buffer.alloc(mebibyte, taken);
    }
    agent.logs.set('u1/web', flood());
    const { link } = await connect(trial, 'one');
    const stop = new AbortController();
    const log = (await link.logs({ uid: 'u1', container: 'web' }, stop.signal))[Symbol.asyncIterator]();
    assert.equal((await log.next()).done, false);
    for (let count = 1; count <= 50; count += 1) {
      link.update({ upserts: [secret('a', `${count}`)], removes: [] });
      await agent.until(({ updates }) => updates.length === count);
      assert.deepEqual(agent.entries.get('secret/default/a'), secret('a', `${count}`));
    }
    assert.deepEqual(await link.images(AbortSignal.timeout(5000)), []);
    assert.ok(taken < 32, `${taken} MiB left the agent although nobody reads`);
    stop.abort();
    let rest = await log.next();
    while (rest.done !== true) rest = await log.next();
  },

  'an image of 64 MiB arrives whole and is listed': async (trial) => {
    const { link } = await connect(trial, 'one');
    const digest = await digestOf(archive(64));
    const signal = AbortSignal.timeout(50_000);
    const expected = [{ id: digest, names: [], sizeBytes: 64 * mebibyte }];
    assert.deepEqual(await link.importImage(digest, archive(64), signal), expected);
    assert.deepEqual(await link.images(signal), expected);
  },

  'an image with another digest is refused': async (trial) => {
    const { link } = await connect(trial, 'one');
    const wrong = `sha256:${'0'.repeat(64)}`;
    await assert.rejects(link.importImage(wrong, archive(1), AbortSignal.timeout(5000)), {
      name: 'LinkError',
      reason: 'DigestMismatch',
    });
  },

  'an archive that cannot be read to its end is not imported': async (trial) => {
    async function* torn(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.alloc(mebibyte);
      throw new Error('the disk is gone');
    }
    const { link } = await connect(trial, 'one');
    const digest = await digestOf(archive(1));
    await assert.rejects(link.importImage(digest, torn(), AbortSignal.timeout(5000)), /the disk is gone/);
    assert.deepEqual(await link.images(AbortSignal.timeout(5000)), []);
  },

  'without a connection nothing can be asked': async (trial) => {
    await trial.cut('one');
    const news = new News();
    const link = trial.links.open(trial.target('one'), news);
    await news.reached('one', 'unreachable');
    const signal = AbortSignal.timeout(5000);
    const notConnected = { name: 'LinkError', reason: 'NotConnected' };
    await assert.rejects(link.logs({ uid: 'u1', container: 'web' }, signal), notConnected);
    await assert.rejects(link.images(signal), notConnected);
    await assert.rejects(link.importImage('sha256:0', archive(1), signal), notConnected);
  },
};
