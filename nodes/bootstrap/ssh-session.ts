/** The one SSH connection of a job: commands, one upload, and channels to the agent's socket. */
import { readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Duplex } from 'node:stream';
import { Client, type SFTPWrapper } from 'ssh2';
import { openSsh } from '../../schemas/wire/ssh-open.ts';
import type { SshTarget } from '../../schemas/wire/ssh.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { renderCommand, type HostCommand } from './command.ts';

export interface CommandOutcome {
  /** The exit code; -1 when the command was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script prints some lines; apt prints some hundreds. The last ones are kept. */
const outputCharactersMax = 128 * 1024;

/** Opening a channel takes a round trip; this is for hosts under heavy load. */
const channelDeadlineMs = 10_000;

/** An upload must move at least every so often. */
const uploadStallMs = 30_000;

export class SshSession {
  readonly #client: Client;
  readonly #address: string;
  /** Whether commands marked `asRoot` go through sudo. Known after the check. */
  sudo = false;

  private constructor(client: Client, address: string) {
    this.#client = client;
    this.#address = address;
  }

  /** Connects; throws BootstrapError when the host is away, unknown, weak or refuses the key. */
  static async open(target: SshTarget, signal: AbortSignal): Promise<SshSession> {
    const privateKey = await readFile(target.identityPath, 'utf8').catch((error: Error) => {
      throw new BootstrapError({ reason: 'IdentityUnreadable', message: error.message });
    });
    const opened = await openSsh(() => new Client(), target, privateKey, signal);
    if (!opened.ok) throw new BootstrapError(opened.failure);
    return new SshSession(opened.client, `${target.address}:${target.port}`);
  }

  /** Runs a command to its end, whatever its code. Throws BootstrapError past its deadline or without connection. */
  async run(command: HostCommand): Promise<CommandOutcome> {
    const line = renderCommand(command, this.sudo);
    const stdout = new Tail();
    const stderr = new Tail();
    const code = await this.#deadline<number>(
      command.deadlineMs,
      `run ${command.script}`,
      (done, onGiveUp) => {
        this.#client.exec(line, (error, channel) => {
          if (error !== undefined) return done(error);
          // All in this callback: a short command's output, code and end may be in the packet after it.
          let exitCode: number | undefined;
          onGiveUp(() => channel.close());
          channel.on('data', (chunk: Buffer) => stdout.add(chunk));
          channel.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
          channel.once('exit', (found: number | null) => (exitCode = found ?? -1));
          channel.once('close', () => {
            if (exitCode === undefined) done(new Error('its channel was closed before it ended'));
            else done(undefined, exitCode);
          });
          channel.end();
        });
      },
    );
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** As `run`, but any code other than 0 throws with what the command printed last. */
  async expect(command: HostCommand): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code === 0) return stdout;
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n');
    throw new BootstrapError({
      reason: 'CommandFailed',
      message: `${this.#address}: ${command.script} ended with code ${code}: ${said}`,
    });
  }

  /** Uploads a file over SFTP; `onProgress` hears of bytes sent and their total. */
  async upload(
    localPath: string,
    remotePath: string,
    onProgress: (sent: number, total: number) => void,
  ): Promise<void> {
    const sftp = await this.#deadline<SFTPWrapper>(channelDeadlineMs, 'open SFTP', (done) =>
      this.#client.sftp(done),
    );
    try {
      await this.#deadline<true>(uploadStallMs, 'upload the agent', (done, _onGiveUp, moved) => {
        const step = (sent: number, _chunk: number, total: number): void => {
          moved();
          onProgress(sent, total);
        };
        sftp.fastPut(localPath, remotePath, { step, mode: 0o600 }, (error) => done(error ?? undefined, true));
      });
    } finally {
      sftp.end();
    }
  }

  /** A byte stream to a unix socket of the host; undefined when nothing accepts there. */
  async openSocket(path: string): Promise<Duplex | undefined> {
    return this.#deadline<Duplex | undefined>(channelDeadlineMs, `connect to ${path}`, (done) => {
      this.#client.openssh_forwardOutStreamLocal(path, (error, channel) => {
        if (error === undefined) done(undefined, channel);
        else if ('reason' in error) done(undefined, undefined);
        else done(error);
      });
    });
  }

  close(): void {
    this.#client.end();
    this.#client.destroy();
  }

  /**
   * Turns a callback into a promise that ends in any case: by the callback, the connection's end, or the
   * deadline, which `moved` sets anew.
   */
  async #deadline<Value>(
    deadlineMs: number,
    what: string,
    start: (
      done: (error?: Error, value?: Value) => void,
      onGiveUp: (run: () => void) => void,
      moved: () => void,
    ) => void,
  ): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      let giveUp = (): void => undefined;
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#client.off('close', onClose);
        act();
      };
      const fail = (reason: 'ConnectionLost' | 'CommandTimedOut' | 'CommandFailed', message: string): void =>
        settle(() => reject(new BootstrapError({ reason, message: `${this.#address}: ${message}` })));
      const onClose = (): void => fail('ConnectionLost', `the connection was lost while trying to ${what}`);
      const onTimeout = (): void => {
        giveUp();
        fail('CommandTimedOut', `${deadlineMs / 1000} s were not enough to ${what}`);
      };
      const timer = setTimeout(onTimeout, deadlineMs);
      this.#client.once('close', onClose);
      const done = (error?: Error, value?: Value): void => {
        if (error !== undefined) fail('CommandFailed', `could not ${what}: ${error.message}`);
        else settle(() => resolve(value as Value));
      };
      try {
        start(
          done,
          (run) => (giveUp = run),
          () => timer.refresh(),
        );
      } catch (error) {
        // ssh2 throws 'Not connected' where the connection is gone already.
        fail('ConnectionLost', error instanceof Error ? error.message : String(error));
      }
    });
  }
}

/** The end of a stream of text. */
class Tail {
  readonly #decoder = new StringDecoder('utf8');
  #text = '';

  add(chunk: Buffer): void {
    this.#text = (this.#text + this.#decoder.write(chunk)).slice(-outputCharactersMax);
  }

  text(): string {
    return this.#text;
  }
}
