/** Adapter, archives: what is wrong with an archive, as codes to branch on. */
import { type Reason, TransferError } from '../tree/index.js';

/**
 * | `code` ERR_ARCHIVE_… | the archive, or an entry of it, … |
 * |---|---|
 * | FORMAT | is in no format that is known, or one that this Node cannot read |
 * | CORRUPT | has a header, a record or compressed data that makes no sense |
 * | TRUNCATED | ends before its end |
 * | CHECKSUM | does not match its checksum |
 * | SIZE | is larger or smaller than it says |
 * | NAME | has a name that is absolute, climbs with '..', holds a NUL byte, is not UTF-8 or too long |
 * | LINK | is a link that leads out, or an entry is below a link |
 * | DUPLICATE | is there twice (zip) |
 * | OVERLAP | shares bytes with another entry (zip) |
 * | ENCRYPTED | is encrypted |
 * | METHOD | is compressed in an unknown way |
 * | TYPE | is neither file, directory nor link |
 * | CONFLICT | would put a file where a directory is, or the other way round |
 * | LIMIT | goes beyond one of `limits` |
 * | CHANGED | (export) changed while it was read |
 */
export type ArchiveErrorCode = `ERR_ARCHIVE_${Reason | ArchiveReason}`;

type ArchiveReason =
  | 'CHECKSUM'
  | 'CORRUPT'
  | 'DUPLICATE'
  | 'ENCRYPTED'
  | 'FORMAT'
  | 'LIMIT'
  | 'METHOD'
  | 'OVERLAP'
  | 'SIZE'
  | 'TRUNCATED';

/** An archive that is not taken. `code` says why (see {@link ArchiveErrorCode}), `entry` which entry. */
export class ArchiveError extends TransferError {
  declare readonly code: ArchiveErrorCode;
}
Object.defineProperty(ArchiveError.prototype, 'name', { value: 'ArchiveError', configurable: true, writable: true });

export function refuse(
  reason: Reason | ArchiveReason,
  message: string,
  entry?: string,
  options?: ErrorOptions,
): ArchiveError {
  return new ArchiveError(`ERR_ARCHIVE_${reason}`, message, entry, options);
}
