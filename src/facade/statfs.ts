/**
 * Facade layer: StatFs objects from the engine's numbers. Own keys are those of
 * the running Node (`frsize` where it has it), on Node's own prototype.
 */
import type { FileSystemStats } from '../core/index.js';
import { statfsLooks } from './running-node.js';

/** TMPFS_MAGIC of statfs(2): a file system in memory. */
const TMPFS_MAGIC = 0x01021994;

/** Node's StatFs object; every number a bigint when `bigint` is the value true. */
export function makeStatFs(from: FileSystemStats, bigint: unknown): object {
  const convert = bigint === true ? BigInt : Number;
  const { prototype, hasFragmentSize } = statfsLooks();
  const stats = Object.create(prototype);
  stats.type = convert(TMPFS_MAGIC);
  stats.bsize = convert(from.blockSize);
  if (hasFragmentSize) stats.frsize = convert(from.blockSize);
  stats.blocks = convert(from.blocks);
  stats.bfree = convert(from.freeBlocks);
  stats.bavail = convert(from.freeBlocks);
  stats.files = convert(from.files);
  stats.ffree = convert(from.freeFiles);
  return stats;
}
