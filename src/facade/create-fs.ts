/**
 * Facade layer: the two ways to make a file system, and their options.
 * Invariant: options that are refused leave nothing behind.
 */
import type nodeFs from 'node:fs';
import { createVolume, type Engine, type StoragePolicy, type VolumeOptions } from '../core/index.js';
import { createContext } from './context.js';
import { readVolumeOptions, workingDirectory } from './create-options.js';
import { makeFs } from './fs-object.js';
import { membersOf } from './members.js';
import { rememberEngine, showVolume } from './quota/quota.js';
import { toNodeError } from './uv-exception.js';

type Fs = typeof nodeFs;

/** What the object needs to know about its surroundings. */
export interface FacadeOptions {
  /** Directory that relative paths start from, absolute; a function is asked at each call. Default: `process.cwd`. */
  readonly cwd?: string | (() => string);
}

/** Options of {@link createFs}. Sizes are bytes, in whole numbers. A name that is none of these is refused. */
export interface CreateFsOptions extends FacadeOptions {
  /** Hard limit on the memory of the volume: contents, names, inodes and all bookkeeping. Default 256 MiB; never Infinity. */
  readonly maxQuota?: number;
  /** Limit on files, directories and links together; the root counts not. Default: Infinity. */
  readonly maxNodes?: number;
  /** How new files are stored; 'auto' begins sequential and is promoted by the first out-of-order write. */
  readonly defaultStorage?: StoragePolicy;
  /** Files larger than this are never promoted: the out-of-order write fails with ENOTSUP. Default: Infinity. */
  readonly promotionHardLimit?: number;
  /** Replaces the price of one chunk's bookkeeping. */
  readonly chunkOverheadOverride?: number;
  /** Whether the machine's free memory is checked: never, when the volume is made, or before growth too. Default 'none'. */
  readonly memoryGuard?: 'none' | 'init' | 'per-write';
  /** What a failed check does: a `ResourceWarning`, or an error with code ENOMEM. Default 'warn'. */
  readonly memoryGuardAction?: 'warn' | 'raise';
  /** Seconds between two checks of 'per-write', from 0 to 2147483. Default 1. */
  readonly memoryGuardInterval?: number;
  /** Owner of new files, and the identity that permissions are checked for. Default: the process's. */
  readonly uid?: number;
  /** Group of new files, and of that identity. Default: the process's. */
  readonly gid?: number;
  /** Bits taken from the mode of new files, 0 to 0o777; a function is asked at each call. Default: the process's umask. */
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
 * @param options - `maxQuota` in bytes, and others; see {@link CreateFsOptions}
 * @returns an object with every member of the running Node's `node:fs`
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE or ERR_OUT_OF_RANGE for options that are unknown or impossible;
 *   ENOMEM when `memoryGuard` is 'init', finds too little memory, and `memoryGuardAction` is 'raise'
 * @example
 * const fs = createFs({ maxQuota: 16 * 1024 * 1024 });
 * fs.writeFileSync('/hello.txt', 'hi');
 */
export function createFs(options: CreateFsOptions = {}): Fs {
  try {
    const volume = readVolumeOptions(options);
    const cwd = workingDirectory(options.cwd);
    return createFsFromEngine(createVolume(volume), { cwd });
  } catch (error) {
    throw toNodeError(error, 'createFs', undefined, undefined, createFs);
  }
}

/**
 * `createFs` over another file system.
 * @param below what lies below the volume, and whether it may be changed
 */
export function createFsOver(options: CreateFsOptions, below: Pick<VolumeOptions, 'lower' | 'readOnly'>): Fs {
  const volume = readVolumeOptions(options);
  return createFsFromEngine(createVolume({ ...volume, ...below }), { cwd: workingDirectory(options.cwd) });
}

/**
 * Makes the `node:fs` object over an engine of your own, for volumes that are shared with another surface.
 * @param engine the volume
 */
export function createFsFromEngine(engine: Engine, options: FacadeOptions = {}): Fs {
  const ctx = createContext(engine, { cwd: workingDirectory(options.cwd) });
  const fs = makeFs(ctx);
  ctx.fs = fs;
  ctx.own = membersOf(fs);
  rememberEngine(fs, engine);
  showVolume(fs);
  return fs;
}
