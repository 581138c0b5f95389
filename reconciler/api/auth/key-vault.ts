/** Where keys of the cluster are kept: made once, read by every reconciler, never written again. */

export interface KeyVault {
  /** What was saved under `name`; undefined where nothing was. */
  load(name: string): Promise<Uint8Array | undefined>;
  /** Saves `bytes` where nothing is kept under `name` yet, and gives what is kept then: these bytes, or the earlier ones. */
  saveOnce(name: string, bytes: Uint8Array): Promise<Uint8Array>;
}

/** Lower-case words joined by dashes, dots and digits: names become file names and store keys. */
const namePattern = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/** Throws for a name that no vault takes. */
export function assertVaultName(name: string): void {
  if (!namePattern.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a key`);
}

/** What is kept under `name`, made by `make` where nothing is. Of several makers at once one wins, for all of them. */
export async function loadOrMake(
  vault: KeyVault,
  name: string,
  make: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  return (await vault.load(name)) ?? vault.saveOnce(name, await make());
}
