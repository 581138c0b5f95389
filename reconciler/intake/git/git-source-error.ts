/** What cannot be read from Git, and whether waiting helps. Messages name URLs without their credentials. */
export class GitSourceError extends Error {
  override readonly name = 'GitSourceError';
  /** `retry` may pass by itself; `stalled` waits for a person, or for a push. */
  readonly kind: 'retry' | 'stalled';
  /** CamelCase, for conditions: `RefNotFound`, `AuthenticationFailed`, … */
  readonly reason: string;
  constructor(kind: 'retry' | 'stalled', reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.reason = reason;
  }
}
