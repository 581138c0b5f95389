/** Errors that callers tell apart. */

/** There is no room on the disk for a new desired state; the old one stays in force. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull';
}

/** The disk did not confirm a write: nothing that this process believes about it is certain any more. */
export class SyncFailed extends Error {
  override readonly name = 'SyncFailed';
}

/** An image archive that cannot be imported. */
export class ImageProblem extends Error {
  override readonly name = 'ImageProblem';
  readonly reason: 'DigestMismatch' | 'InvalidDigest' | 'ImportFailed' | 'NoSpace';

  constructor(reason: ImageProblem['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A session that could not be begun: an HTTP status, a reason in CamelCase, and why. */
export class SessionProblem extends Error {
  override readonly name = 'SessionProblem';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}
