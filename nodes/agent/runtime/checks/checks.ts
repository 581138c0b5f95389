/** Carries out the actions of probes and hooks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckAction } from '../../core/check-action.ts';
import type { CheckResult, Checks, Runtime } from '../../core/ports.ts';
import { RuntimeProblem } from '../../core/runtime-problem.ts';
import { checkGrpc } from './grpc-check.ts';
import { checkHttp, checkTcp } from './network-checks.ts';

export class HostChecks implements Checks {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async run(action: CheckAction, containerId: string, timeoutMs: number): Promise<CheckResult> {
    switch (action.type) {
      case 'http':
        return checkHttp(action, timeoutMs);
      case 'tcp':
        return checkTcp(action, timeoutMs);
      case 'grpc':
        return checkGrpc(action, timeoutMs);
      case 'sleep':
        await sleep(Math.min(timeoutMs, action.seconds * 1000));
        return { ok: true, output: '' };
      case 'exec':
        return this.#exec(action.command, containerId, timeoutMs);
    }
  }

  async #exec(command: readonly string[], containerId: string, timeoutMs: number): Promise<CheckResult> {
    try {
      const { exitCode, stdout, stderr } = await this.#runtime.execSync(containerId, command, timeoutMs);
      return { ok: exitCode === 0, output: `${stdout}${stderr}`.trim() };
    } catch (error) {
      if (error instanceof RuntimeProblem) return { ok: false, output: error.message };
      throw error;
    }
  }
}
