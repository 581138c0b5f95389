import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { GitSourceError } from './git-source-error.ts';
import type { GitLimits } from './git-limits.ts';
import { type GitSource, type GitSourceOptions, openGitSource } from './git-source.ts';
import { type GitHttpServer, type Interceptor, serveGit } from './testing/git-http-server.ts';
import { ScratchRepository } from './testing/scratch-repository.ts';

const password = 'hunter2-very-secret';
const expectedAuthorization = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

async function served(
  run: (
    open: (options?: Partial<GitSourceOptions>) => GitSource,
    scratch: ScratchRepository,
    server: GitHttpServer,
  ) => Promise<void>,
  intercept?: Interceptor,
): Promise<void> {
  using scratch = new ScratchRepository();
  await using server = await serveGit(scratch.root, intercept);
  const repository = `${server.origin}/shop.git`;
  const open = (options: Partial<GitSourceOptions> = {}): GitSource =>
    openGitSource({ repository, ref: 'main', subpath: '', cacheDirectory: scratch.cache, ...options });
  await run(open, scratch, server);
}

async function fails(
  work: Promise<unknown>,
  kind: 'retry' | 'stalled',
  reason: string,
  says: RegExp,
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof GitSourceError, String(error));
    assert.deepEqual([error.kind, error.reason], [kind, reason], error.message);
    assert.match(error.message, says);
    assert.ok(!error.message.includes(password), 'the message holds the password');
    return true;
  });
}

/** Answers every request with this status. */
function answering(status: number, headers: Record<string, string> = {}): Interceptor {
  return (_request, response) => {
    response.writeHead(status, headers).end('no');
    return true;
  };
}

const protectedServer: Interceptor = (request, response) => {
  if (request.headers.authorization === expectedAuthorization) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  return true;
};

test('credentials come from the URL, as options, or as a token, and are never told', () =>
  served(async (open, scratch, server) => {
    const commit = scratch.push({ 'a.yaml': '1' });
    const withAuth = server.origin.replace('//', `//me:${password}@`);
    const ways: Partial<GitSourceOptions>[] = [
      { repository: `${withAuth}/shop.git` },
      { credentials: { username: 'me', password } },
      { credentials: { username: 'me', token: password } },
    ];
    for (const way of ways) {
      assert.deepEqual(await open(way).resolve(), { commit });
      assert.equal((await open(way).readTree(commit)).files.length, 1);
    }
    await fails(
      open().resolve(),
      'stalled',
      'AuthenticationFailed',
      /answered 401 Unauthorized: it needs credentials/u,
    );
    const wrong = `${withAuth.replace('//me', '//you')}/shop.git`;
    await fails(
      open({ repository: wrong }).resolve(),
      'stalled',
      'AuthenticationFailed',
      /refuses these credentials/u,
    );
  }, protectedServer));

test('a token without a user name is sent with the name that forges take', () =>
  served(async (open, scratch, server) => {
    scratch.push({ 'a.yaml': '1' });
    await open({ credentials: { token: 'abc' } }).resolve();
    assert.equal(
      Buffer.from(server.authorizations[0]?.slice('Basic '.length) ?? '', 'base64').toString(),
      'git:abc',
    );
  }));

test('a repository that is not there, and a server that is none of Git, stall', async () => {
  await served(async (open, _scratch, server) => {
    await fails(
      open({ repository: `${server.origin}/none.git` }).resolve(),
      'stalled',
      'RepositoryNotFound',
      /none\.git answered 404/u,
    );
  });
  const page: Interceptor = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
    return true;
  };
  await served(
    (open) => fails(open().resolve(), 'stalled', 'NotAGitServer', /not as a Git server does/u),
    page,
  );
  await served(
    (open) => fails(open().resolve(), 'stalled', 'UnexpectedResponse', /answered 418/u),
    answering(418),
  );
});

test('what may pass by itself is tried again', async () => {
  for (const status of [429, 500, 502, 503]) {
    await served(
      (open) => fails(open().resolve(), 'retry', 'ServerError', new RegExp(`answered ${status}`, 'u')),
      answering(status),
    );
  }
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, 'close');
  await served(async (open) => {
    const at = (repository: string): Promise<unknown> => open({ repository }).resolve();
    await fails(
      at(`http://me:${password}@127.0.0.1:${port}/a.git`),
      'retry',
      'NetworkFailed',
      /cannot be reached: .*ECONNREFUSED/u,
    );
    await fails(at('http://no-such-host.invalid/a.git'), 'retry', 'NetworkFailed', /cannot be reached/u);
  });
});

test('a server that does not answer in time is tried again, and abort does not wait for it', async () => {
  await served(
    async (open) => {
      await fails(
        open({ limits: { requestMs: 50 } }).resolve(),
        'retry',
        'Timeout',
        /did not answer within 50 ms/u,
      );
      const abort = new AbortController();
      const waiting = open().resolve(abort.signal);
      abort.abort(new Error('no longer wanted'));
      await assert.rejects(waiting, /no longer wanted/u);
    },
    () => true,
  );
});

test('redirects are followed within the origin, and refused to any other', async () => {
  const within: Interceptor = (request, response) => {
    if (request.url?.startsWith('/old.git') !== true) return false;
    response.writeHead(308, { location: request.url.replace('/old.git', '/shop.git') }).end();
    return true;
  };
  await served(async (open, scratch, server) => {
    const commit = scratch.push({ 'a.yaml': '1' });
    const source = open({ repository: `${server.origin}/old.git` });
    assert.deepEqual(await source.resolve(), { commit });
    assert.equal((await source.readTree(commit)).files.length, 1);
  }, within);

  await served(async (_open, scratch, elsewhere) => {
    scratch.push({ 'a.yaml': 'planted' });
    const away: Interceptor = (request, response) => {
      response.writeHead(302, { location: `${elsewhere.origin}${request.url}` }).end();
      return true;
    };
    await served(async (open) => {
      const source = open({ credentials: { username: 'me', password } });
      await fails(
        source.resolve(),
        'stalled',
        'RedirectRefused',
        /redirects to http:\/\/127\.0\.0\.1:\d+; redirects to elsewhere/u,
      );
    }, away);
    assert.deepEqual(elsewhere.requests, []);
  });
  await served(
    (open) => fails(open().resolve(), 'stalled', 'RedirectRefused', /more than 5 times/u),
    (request, response) => {
      response.writeHead(302, { location: request.url ?? '' }).end();
      return true;
    },
  );
});

test('a pack is held to its bounds before it is unfolded', () =>
  served(async (open, scratch) => {
    scratch.push({ 'bomb.yaml': '0'.repeat(5_000_000), 'a.yaml': '1', 'b.yaml': '2' });
    const within = async (limits: Partial<GitLimits>): Promise<unknown> => {
      const source = open({ limits });
      return source.readTree((await source.resolve()).commit);
    };
    await fails(within({ packBytesMax: 1_000 }), 'stalled', 'ResponseTooLarge', /more bytes; at most 1000/u);
    await fails(
      within({ objectBytesMax: 1_000_000 }),
      'stalled',
      'ObjectTooLarge',
      /of 5000000 bytes; at most 1000000/u,
    );
    await fails(within({ totalBytesMax: 5_000_000 }), 'stalled', 'PackTooLarge', /more bytes of objects/u);
    await fails(within({ objectsMax: 4 }), 'stalled', 'PackTooLarge', /a pack of 5 objects; at most 4/u);
    await fails(within({ refsBytesMax: 20 }), 'stalled', 'ResponseTooLarge', /at most 20/u);
    await within({ packBytesMax: 100_000, totalBytesMax: 5_100_000, objectsMax: 5 });
  }));

test('a pack that is cut short on its way is tried again', () => {
  let cuts = 0;
  const cutting: Interceptor = (request, response) => {
    if (request.method !== 'POST' || cuts++ > 1) return false;
    const end = response.end.bind(response);
    response.end = ((body: Buffer) =>
      end(body.length > 200 ? body.subarray(0, -60) : body)) as typeof response.end;
    return false;
  };
  return served(async (open, scratch) => {
    const commit = scratch.push({ 'a.yaml': '1' });
    const source = open({ ref: commit });
    await assert.rejects(
      source.readTree(commit),
      (error) => error instanceof GitSourceError && error.kind === 'retry',
    );
    cuts = 2;
    assert.equal((await source.readTree(commit)).files.length, 1);
  }, cutting);
});
