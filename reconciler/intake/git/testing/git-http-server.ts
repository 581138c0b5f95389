import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface GitHttpServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly origin: string;
  /** What was asked, as `GET /shop.git/info/refs?service=git-upload-pack`. */
  readonly requests: string[];
  /** The Authorization headers that came. */
  readonly authorizations: string[];
}

/** Answers a request itself and returns true, or leaves it to git. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves the repositories below `root` as any server does: through git's own CGI program. */
export async function serveGit(root: string, intercept: Interceptor = () => false): Promise<GitHttpServer> {
  const program = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  const requests: string[] = [];
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== undefined) authorizations.push(request.headers.authorization);
    if (!intercept(request, response)) runProgram(program, root, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    authorizations,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** CGI, as in RFC 3875: the request in the environment and on standard input, headers and body on standard output. */
function runProgram(program: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const child = spawn(program, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const headerEnd = output.indexOf('\r\n\r\n');
    const headers = output.toString('latin1', 0, headerEnd).split('\r\n');
    const pairs = headers.map(
      (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
    );
    const status = pairs.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(pairs.filter(([name]) => name !== 'Status')),
    );
    response.end(output.subarray(headerEnd + 4));
  });
}
