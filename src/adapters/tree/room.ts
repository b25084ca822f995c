/**
 * Adapters, trees: the quota, asked before work begins. The file system refuses
 * by itself in the end; asking first saves unpacking what cannot fit.
 */
import { QuotaExceededError, QuotaFault } from '../../core/index.js';
import type { WritableFs } from './fs-like.js';

/** TMPFS_MAGIC: file systems whose numbers are exact. Others make theirs up, or count for many users. */
const TMPFS_MAGIC = 0x01021994;

/**
 * @param directory an existing path on the volume
 * @param bytes contents that are about to be written
 * @param path what the error names
 * @param nodes files, directories and links that are about to be made
 * @throws QuotaExceededError (ENOSPC) when they cannot fit
 */
export function demandRoom(fs: WritableFs, directory: string, bytes: number, path: string, nodes = 0): void {
  const { type, bsize, blocks, bavail, files, ffree } = fs.statfsSync(directory);
  if (type !== TMPFS_MAGIC) return;
  if (nodes > ffree) {
    const refusal = new QuotaFault('nodes', nodes, ffree, files);
    throw new QuotaExceededError(`ENOSPC: no space left on device, open '${path}'`, refusal, { syscall: 'open', path });
  }
  // Free space is told in whole blocks, rounded down.
  if (bytes < (bavail + 1) * bsize) return;
  const refusal = new QuotaFault('bytes', bytes, bavail * bsize, blocks * bsize);
  throw new QuotaExceededError(`ENOSPC: no space left on device, write '${path}'`, refusal, { syscall: 'write', path });
}
