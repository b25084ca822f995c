/**
 * Index: the package's front door. It gathers the public API and joins the two
 * halves that may not know each other: a D-MemFS volume gets its `fs` here.
 */
import { createFsFromEngine, describeVolume, type Quota, quotaOfEngine } from './facade/index.js';
import {
  AsyncMemoryFileSystem as AsyncVolume,
  type MemoryFileSystemOptions,
  MemoryFileSystem as Volume,
} from './mfs/index.js';

export type { AuditReport, Pressure, QuotaUsage, StoragePolicy } from './core/index.js';
export { NodeLimitExceededError, QuotaExceededError } from './core/index.js';
export { type CreateFsOptions, createFs, type Quota, quotaOf } from './facade/index.js';
export {
  AsyncMemoryFileHandle,
  type Bytes,
  type ExportAsBufferOptions,
  type ExportTreeOptions,
  type FileSystemError,
  MemoryFileHandle,
  type MemoryFileSystemOptions,
  type MfsStat,
  type MfsStats,
  type MkdirOptions,
  type OpenMode,
  type OpenOptions,
  TextHandle,
  type TextHandleOptions,
  type Tree,
  type WalkEntry,
} from './mfs/index.js';

type NodeFs = typeof import('node:fs');

/** A volume with a hard quota and the API of D-MemFS; see `fs` for the same volume as `node:fs`. */
export class MemoryFileSystem extends Volume {
  #fs: NodeFs | undefined;

  /**
   * This volume with the whole of `node:fs`: the same files under the same quota, and one object for good.
   * It takes no locks: what is open through this API can still be changed through `fs`, as in POSIX.
   */
  get fs(): NodeFs {
    return (this.#fs ??= createFsFromEngine(this.engine));
  }

  /** The quota of this volume: use by path, a new limit, pressure, an fsck. */
  get quota(): Quota {
    return quotaOfEngine(this.engine);
  }

  /** How full the volume is, and the first lines of its tree. */
  override toString(): string {
    return describeVolume(this.engine);
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return describeVolume(this.engine);
  }
}

/** {@link MemoryFileSystem} with promises, for any number of concurrent callers. */
export class AsyncMemoryFileSystem extends AsyncVolume {
  declare readonly sync: MemoryFileSystem;

  /** @param source - options for a new volume, or a synchronous file system whose volume and locks are shared. */
  constructor(source: MemoryFileSystemOptions | MemoryFileSystem = {}) {
    super(source instanceof Volume ? source : new MemoryFileSystem(source));
  }

  /** This volume with the whole of `node:fs`; see {@link MemoryFileSystem.fs}. */
  get fs(): NodeFs {
    return this.sync.fs;
  }
}
