/** Sessions as CRI asks for them. */
import type { RuntimeSession } from '../../core/ports.ts';

interface SessionCall {
  readonly method: 'Exec' | 'Attach' | 'PortForward';
  readonly request: Readonly<Record<string, unknown>>;
}

export function sessionCall(ask: RuntimeSession): SessionCall {
  switch (ask.type) {
    case 'exec': {
      const { containerId, command: cmd, stdin, stdout, stderr, tty } = ask;
      return { method: 'Exec', request: { containerId, cmd, stdin, stdout, stderr, tty } };
    }
    case 'attach': {
      const { containerId, stdin, stdout, stderr, tty } = ask;
      return { method: 'Attach', request: { containerId, stdin, stdout, stderr, tty } };
    }
    case 'portforward':
      // Each stream names its port; the list is for runtimes that would open them beforehand.
      return { method: 'PortForward', request: { podSandboxId: ask.sandboxId, port: [] } };
  }
}
