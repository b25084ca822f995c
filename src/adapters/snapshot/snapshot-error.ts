/** Adapter, snapshots: what is wrong with a snapshot, as codes to branch on. */

/**
 * | `code` | the snapshot … |
 * |---|---|
 * | ERR_SNAPSHOT_DAMAGED | is no snapshot, cut off, changed on its way, or makes no sense |
 * | ERR_SNAPSHOT_VERSION | was written by a later version of this package |
 * | ERR_SNAPSHOT_DISPOSED | has been disposed of |
 */
export type SnapshotErrorCode = 'ERR_SNAPSHOT_DAMAGED' | 'ERR_SNAPSHOT_VERSION' | 'ERR_SNAPSHOT_DISPOSED';

/** A snapshot that cannot be used. `code` says why (see {@link SnapshotErrorCode}). */
export class SnapshotError extends Error {
  declare readonly code: SnapshotErrorCode;

  constructor(code: SnapshotErrorCode, message: string) {
    super(message);
    Object.defineProperty(this, 'code', { value: code, enumerable: true });
  }
}
Object.defineProperty(SnapshotError.prototype, 'name', { value: 'SnapshotError', configurable: true, writable: true });
