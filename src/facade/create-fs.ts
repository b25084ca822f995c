/**
 * Facade layer: the two ways to make a file system, and their options. What is
 * not given is taken from the process: identity, umask, clock, working directory.
 */
import type nodeFs from 'node:fs';
import { createVolume, type Engine, type StoragePolicy } from '../core/index.js';
import { hostGuard, hostVolumeOptions } from '../host/index.js';
import { createContext } from './context.js';
import { makeFs } from './fs-object.js';
import { rememberEngine } from './quota.js';

type Fs = typeof nodeFs;

/** What the object needs to know about its surroundings. */
export interface FacadeOptions {
  /** Directory that relative paths start from; a function is asked at each call. Default: `process.cwd`. */
  readonly cwd?: string | (() => string);
}

/** Options of {@link createFs}. Sizes are bytes. */
export interface CreateFsOptions extends FacadeOptions {
  /** Hard limit on the memory of the volume: contents, names, inodes and all bookkeeping. Default 256 MiB. */
  readonly maxQuota?: number;
  /** Limit on files, directories and links together; the root counts not. Default: none. */
  readonly maxNodes?: number;
  /** How new files are stored; 'auto' begins sequential and is promoted by the first out-of-order write. */
  readonly defaultStorage?: StoragePolicy;
  /** Files larger than this are never promoted: the out-of-order write fails with ENOTSUP. Default: none. */
  readonly promotionHardLimit?: number;
  /** Replaces the price of one chunk's bookkeeping. */
  readonly chunkOverheadOverride?: number;
  /** Whether the machine's free memory is checked: never, when the volume is made, or before growth too. Default 'none'. */
  readonly memoryGuard?: 'none' | 'init' | 'per-write';
  /** What a failed check does. Default 'warn'. */
  readonly memoryGuardAction?: 'warn' | 'raise';
  /** Seconds between two checks of 'per-write'. Default 1. */
  readonly memoryGuardInterval?: number;
  /** Owner of new files, and the identity that permissions are checked for. Default: the process's. */
  readonly uid?: number;
  readonly gid?: number;
  /** Bits taken from the mode of new files. Default: the process's umask. */
  readonly umask?: number | (() => number);
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Makes a file system in memory with the whole of `node:fs`, in the version of the running Node.
 *
 * The volume holds nothing but '/': make the directories you need, the working directory
 * (`mkdirSync(process.cwd(), { recursive: true })`) and `os.tmpdir()` among them.
 * What does not fit into `maxQuota` is refused whole with a `QuotaExceededError` (`code: 'ENOSPC'`).
 *
 * @example
 * const fs = createFs({ maxQuota: 16 * 1024 * 1024 });
 * fs.writeFileSync('/hello.txt', 'hi');
 */
export function createFs(options: CreateFsOptions = {}): Fs {
  return createFsFromEngine(createVolume(volumeOptions(options)), options);
}

function volumeOptions(options: CreateFsOptions): Parameters<typeof createVolume>[0] {
  const { memoryGuard = 'none', memoryGuardAction = 'warn', memoryGuardInterval = 1, umask, uid, gid } = options;
  const host = hostVolumeOptions();
  return {
    ...host,
    maxQuota: options.maxQuota,
    maxNodes: options.maxNodes,
    defaultStorage: options.defaultStorage,
    promotionHardLimit: options.promotionHardLimit,
    chunkOverheadOverride: options.chunkOverheadOverride,
    guard: hostGuard(memoryGuard, memoryGuardAction, memoryGuardInterval * 1000),
    uid: uid ?? host.uid,
    gid: gid ?? host.gid,
    umask: typeof umask === 'number' ? () => umask : (umask ?? host.umask),
    clock: options.clock ?? host.clock,
  };
}

function workingDirectory(cwd: FacadeOptions['cwd']): () => string {
  if (typeof cwd === 'function') return cwd;
  if (typeof cwd === 'string') return () => cwd;
  return () => process.cwd();
}

/**
 * Makes the `node:fs` object over an engine of your own, for volumes that are shared with another surface.
 * @param engine the volume
 */
export function createFsFromEngine(engine: Engine, options: FacadeOptions = {}): Fs {
  const ctx = createContext(engine, { cwd: workingDirectory(options.cwd) });
  const fs = makeFs(ctx);
  ctx.fs = fs;
  rememberEngine(fs, engine);
  return fs;
}
