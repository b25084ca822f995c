/**
 * D-MemFS layer: the constructor's options, checked before anything is built.
 * The rules are the host layer's, the same for `createFs`; the words are ours.
 */
import type { GuardOptions, StoragePolicy, VolumeOptions } from '../core/index.js';
import { createOptionChecks, hostVolumeOptions, memoryProbe, sharedOptionNames, warnResource } from '../host/index.js';
import { invalidArgument, invalidType, outOfRange } from './errors.js';

/** What a {@link MemoryFileSystem} is made from. All are optional. */
export interface MemoryFileSystemOptions {
  /** Hard limit in bytes for everything the volume holds; default 256 MiB. */
  readonly maxQuota?: number;
  /** Limit on files, directories (the root counts) and links; default none. */
  readonly maxNodes?: number;
  /** Storage of new files; default 'auto': sequential until the first write out of order. */
  readonly defaultStorage?: StoragePolicy;
  /** Files larger than this many bytes are not promoted, the write out of order fails with ENOTSUP; default 512 MiB. */
  readonly promotionHardLimit?: number;
  /** Replaces the price in bytes of one chunk's bookkeeping. */
  readonly chunkOverheadOverride?: number;
  /** Seconds an asynchronous `open` waits for a lock; default 30, null waits for ever, 0 fails at once. */
  readonly defaultLockTimeout?: number | null;
  /** When the machine's memory is looked at: never (default), when the volume is made, or before writes too. */
  readonly memoryGuard?: GuardOptions['mode'];
  /** What a shortage does: a `ResourceWarning` (default), or an error with code ENOMEM. */
  readonly memoryGuardAction?: GuardOptions['action'];
  /** Seconds between two looks in 'per-write' mode; default 1. */
  readonly memoryGuardInterval?: number;
  /** Bytes of memory the process may still take, or undefined when unknown; default measures machine and container. */
  readonly memoryProbe?: () => number | undefined;
  /** Where warnings of the guard and about unclosed handles go; default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}

/** The options with every default filled in, in the units of the layer below. */
export interface CheckedOptions {
  readonly volume: VolumeOptions;
  readonly lockTimeoutMs: number;
  readonly warn: (message: string) => void;
}

const MIB = 1024 * 1024;
const NAMES: readonly (keyof MemoryFileSystemOptions)[] = [
  ...sharedOptionNames,
  'defaultLockTimeout',
  'memoryProbe',
  'warn',
];

const checks = createOptionChecks({
  type: (name, expected, received) => invalidType(name, `${expected === 'object' ? 'an' : 'a'} ${expected}`, received),
  value: invalidArgument,
  range: outOfRange,
});

export const { names: checkNames, count, flag } = checks;

/**
 * Checks the constructor's options.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE.
 */
export function checkOptions(options: MemoryFileSystemOptions): CheckedOptions {
  checkNames('options', options, NAMES);
  const shared = checks.shared(options, '', 1);
  const { maxNodes, promotionHardLimit = 512 * MIB } = shared.volume;
  const warn = checks.functionOr('warn', options.warn, warnResource);
  const probe = checks.functionOr('memoryProbe', options.memoryProbe, memoryProbe);
  const host = hostVolumeOptions();
  // Name by name: to spread them takes a good part of what a new volume costs.
  const volume: VolumeOptions = {
    uid: host.uid,
    gid: host.gid,
    groups: host.groups,
    umask: host.umask,
    clock: host.clock,
    descriptors: host.descriptors,
    defer: host.defer,
    maxQuota: shared.volume.maxQuota,
    // The root is a node here, as in D-MemFS, and not one to the engine.
    maxNodes: maxNodes === undefined ? undefined : maxNodes - 1,
    defaultStorage: shared.volume.defaultStorage,
    promotionHardLimit,
    chunkOverheadOverride: shared.volume.chunkOverheadOverride,
    guard: shared.guard.mode === 'none' ? undefined : { ...shared.guard, probe, warn },
  };
  return { volume, lockTimeoutMs: lockTimeoutMs('defaultLockTimeout', options.defaultLockTimeout, 30_000), warn };
}

/** Seconds, or null (or Infinity) for ever, as milliseconds. */
export function lockTimeoutMs(name: string, value: number | null | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  return value === null || value === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : checks.seconds(name, value);
}
