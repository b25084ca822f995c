/**
 * D-MemFS layer: what the parts of one file system share. The synchronous and
 * the asynchronous class are two doors to one context.
 */
import { createVolume, type Engine, STAT_LENGTH } from '../core/index.js';
import { atEdge } from './errors.js';
import { FileLocks } from './locks.js';
import { checkOptions, type MemoryFileSystemOptions } from './options.js';

export interface MfsContext {
  readonly engine: Engine;
  readonly locks: FileLocks;
  /** Milliseconds, Infinity for ever. */
  readonly lockTimeoutMs: number;
  readonly warn: (message: string) => void;
  /** Filled by each `stat`, read at once, never kept. */
  readonly stat: Float64Array;
}

/** One for the process: it is read before anything else can run, and a typed array is dear to make. */
const scratch = new Float64Array(STAT_LENGTH);

export function createContext(options: MemoryFileSystemOptions): MfsContext {
  const { volume, lockTimeoutMs, warn } = checkOptions(options);
  const engine = atEdge('new MemoryFileSystem', () => createVolume(volume));
  return { engine, locks: new FileLocks(), lockTimeoutMs, warn, stat: scratch };
}
