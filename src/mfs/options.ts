/**
 * D-MemFS layer: the constructor's options, checked before anything is built.
 * Every value is either taken at its word or refused with its name in the
 * message; a name that is not an option is refused too, since a quota that was
 * misspelled is no quota.
 */
import type { GuardOptions, StoragePolicy, VolumeOptions } from '../core/index.js';
import { hostVolumeOptions, memoryProbe, warnResource } from '../host/index.js';
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
const STORAGES = ['auto', 'sequential', 'random-access'] as const;
const GUARDS = ['none', 'init', 'per-write'] as const;
const ACTIONS = ['warn', 'raise'] as const;
const NAMES: readonly (keyof MemoryFileSystemOptions)[] = [
  'maxQuota',
  'maxNodes',
  'defaultStorage',
  'promotionHardLimit',
  'chunkOverheadOverride',
  'defaultLockTimeout',
  'memoryGuard',
  'memoryGuardAction',
  'memoryGuardInterval',
  'memoryProbe',
  'warn',
];

/**
 * Checks the constructor's options.
 *
 * @throws TypeError ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE.
 */
export function checkOptions(options: MemoryFileSystemOptions): CheckedOptions {
  checkNames('options', options, NAMES);
  const {
    maxQuota = 256 * MIB,
    defaultStorage = 'auto',
    promotionHardLimit = 512 * MIB,
    memoryGuard = 'none',
    memoryGuardAction = 'warn',
    memoryGuardInterval = 1,
  } = options;
  const maxNodes = limit('maxNodes', options.maxNodes, 1);
  const warn = functionOr('warn', options.warn, warnResource);
  const guard: GuardOptions = {
    mode: oneOf('memoryGuard', memoryGuard, GUARDS),
    action: oneOf('memoryGuardAction', memoryGuardAction, ACTIONS),
    intervalMs: seconds('memoryGuardInterval', memoryGuardInterval),
    probe: functionOr('memoryProbe', options.memoryProbe, memoryProbe),
    warn,
  };
  const volume: VolumeOptions = {
    ...hostVolumeOptions(),
    maxQuota: count('maxQuota', maxQuota),
    // The root is a node here, as in D-MemFS, and not one to the engine.
    maxNodes: maxNodes === undefined ? undefined : maxNodes - 1,
    defaultStorage: oneOf('defaultStorage', defaultStorage, STORAGES),
    promotionHardLimit: limit('promotionHardLimit', promotionHardLimit),
    chunkOverheadOverride: optionalCount('chunkOverheadOverride', options.chunkOverheadOverride),
    guard,
  };
  return { volume, lockTimeoutMs: lockTimeoutMs('defaultLockTimeout', options.defaultLockTimeout, 30_000), warn };
}

/** Refuses what is not a plain options object, and names it does not know. */
export function checkNames(argument: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalidType(argument, 'an object', options);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw invalidArgument(argument, `has no option of that name (it knows ${names.join(', ')})`, name);
  }
}

/** Seconds, or null (or Infinity) for ever, as milliseconds. Node's timers reach no further than 2^31 − 1 of them. */
export function lockTimeoutMs(name: string, value: number | null | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  return value === null || value === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : seconds(name, value);
}

/** A whole number of bytes or things, from `least` on. */
export function count(name: string, value: number, least = 0): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
  if (!Number.isSafeInteger(value) || value < least) throw outOfRange(name, `a whole number from ${least} on`, value);
  return value;
}

/** True or false, false when absent. */
export function flag(name: string, value: boolean | undefined): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw invalidType(name, 'a boolean', value);
  return value ?? false;
}

/** A count; absent or Infinity for no limit. */
const limit = (name: string, value: number | undefined, least = 0): number | undefined =>
  value === Number.POSITIVE_INFINITY ? undefined : optionalCount(name, value, least);

const optionalCount = (name: string, value: number | undefined, least = 0): number | undefined =>
  value === undefined ? undefined : count(name, value, least);

function seconds(name: string, value: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number of seconds', value);
  if (!(value >= 0 && value * 1000 < 2 ** 31)) throw outOfRange(name, 'from 0 to 2147483 seconds', value);
  return value * 1000;
}

function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw invalidArgument(name, `must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
}

function functionOr<F extends (...args: never) => unknown>(name: string, value: F | undefined, otherwise: F): F {
  if (value === undefined) return otherwise;
  if (typeof value !== 'function') throw invalidType(name, 'a function', value);
  return value;
}
