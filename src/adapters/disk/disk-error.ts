/** Adapter, disk: why a tree does not go to or come from the disk. */
import { type Reason, TransferError } from '../tree/index.js';

/**
 * | `code` ERR_DISK_… | an entry … |
 * |---|---|
 * | EXISTS | is on the disk already, and `overwrite` is not set |
 * | CONFLICT | would put a file where a directory is, or the other way round |
 * | LINK | is a symbolic link that leads out, or is below a symbolic link |
 * | TYPE | is neither file, directory nor symbolic link |
 * | NAME | has a name that is not UTF-8 |
 * | CHANGED | changed while it was read |
 */
export type DiskErrorCode = `ERR_DISK_${Reason | 'EXISTS'}`;

/** A tree that is not transferred. `code` says why (see {@link DiskErrorCode}), `entry` which path. */
export class DiskError extends TransferError {
  declare readonly code: DiskErrorCode;
}
Object.defineProperty(DiskError.prototype, 'name', { value: 'DiskError', configurable: true, writable: true });

export function refuse(reason: Reason | 'EXISTS', message: string, entry: string): DiskError {
  return new DiskError(`ERR_DISK_${reason}`, message, entry);
}
