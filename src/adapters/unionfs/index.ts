/**
 * Adapter, union: the subpath `quotafs/unionfs`. unionfs is an optional peer; an
 * fs object of ours works in it as it is, and here it comes with a disk that
 * cannot be changed.
 */
import { Union } from 'unionfs';
import { layered } from './layer.js';
import type { NodeFs } from './lower.js';

/** Options of {@link mountOver}. */
export interface MountOverOptions {
  /**
   * Whether what a change needs is brought into memory first: the directory of a new file, the content of a file that
   * is appended to, opened for writing or given other permissions. Without it a change of what only the disk has fails
   * with the upper layer's error, ENOENT. Default true.
   */
  readonly copyUp?: boolean;
}

/** A union with the whole of `node:fs`. */
export type UnionFs = InstanceType<typeof Union> & NodeFs;

/**
 * A union of memory over a real file system in which nothing ever reaches the disk: what looks sees both, memory first;
 * what changes happens in memory or fails there, with memory's error. A refused write is ENOSPC, never a write below.
 *
 * Deleting is memory's too: what only the disk has cannot be deleted (ENOENT), and a deleted copy shows the disk's again.
 * `use()` gives a new union, with this one as its lowest layer.
 *
 * @param realFs - `node:fs`; opened for reading only
 * @param ours - what `createFs` gave
 * @returns the union: errors of its calls are memory's, or the disk's own for what only the disk has
 * @example
 * const union = mountOver(fs, createFs({ maxQuota: 2 ** 24 }));
 * union.writeFileSync('/etc/hosts.new', union.readFileSync('/etc/hosts')); // in memory
 */
export function mountOver(realFs: NodeFs, ours: NodeFs, { copyUp = true }: MountOverOptions = {}): UnionFs {
  const fs = layered({ ...realFs, promises: { ...realFs.promises } } as NodeFs, ours, copyUp);
  const union = Object.assign(new Union().use(fs as never), fs);
  union.use = (next) => new Union().use(fs as never).use(next) as typeof union;
  return union as unknown as UnionFs;
}
