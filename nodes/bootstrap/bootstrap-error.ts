import type { BootstrapFailure } from '../../schemas/wire/bootstrap.ts';

/** Ends a job; `failure` is what the reconciler is told. */
export class BootstrapError extends Error {
  override readonly name = 'BootstrapError';
  readonly failure: BootstrapFailure;
  constructor(failure: Omit<BootstrapFailure, 'ok'>) {
    super(failure.message);
    this.failure = { ok: false, ...failure };
  }
}
