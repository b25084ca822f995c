/**
 * Host layer: the rules for the options of a volume, one set for `createFs` and
 * the D-MemFS API. Every value is taken at its word or refused; a name that is
 * not an option is refused too, since a quota that was misspelled is no quota.
 * How a refusal is worded is the caller's: each API has its own errors.
 */
import type { GuardOptions, StoragePolicy, VolumeOptions } from '../core/index.js';

/** Makes the errors of an API. Their codes are Node's. */
export interface Complaints {
  /** ERR_INVALID_ARG_TYPE. */
  type(name: string, expected: 'number' | 'boolean' | 'function' | 'object', received: unknown): Error;
  /** ERR_INVALID_ARG_VALUE. */
  value(name: string, problem: string, received: unknown): Error;
  /** ERR_OUT_OF_RANGE. */
  range(name: string, range: string, received: unknown): Error;
}

/** The options that both APIs have. */
export interface SharedOptions {
  readonly maxQuota?: number;
  readonly maxNodes?: number;
  readonly defaultStorage?: StoragePolicy;
  readonly promotionHardLimit?: number;
  readonly chunkOverheadOverride?: number;
  readonly memoryGuard?: GuardOptions['mode'];
  readonly memoryGuardAction?: GuardOptions['action'];
  /** Seconds. */
  readonly memoryGuardInterval?: number;
}

export const sharedOptionNames: readonly (keyof SharedOptions)[] = [
  'maxQuota',
  'maxNodes',
  'defaultStorage',
  'promotionHardLimit',
  'chunkOverheadOverride',
  'memoryGuard',
  'memoryGuardAction',
  'memoryGuardInterval',
];

/** {@link SharedOptions}, checked, in the units of the engine. Undefined is the engine's default. */
export interface CheckedShared {
  readonly volume: Pick<
    VolumeOptions,
    'maxQuota' | 'maxNodes' | 'defaultStorage' | 'promotionHardLimit' | 'chunkOverheadOverride'
  >;
  readonly guard: Pick<GuardOptions, 'mode' | 'action' | 'intervalMs'>;
}

const STORAGES = ['auto', 'sequential', 'random-access'] as const;
const GUARDS = ['none', 'init', 'per-write'] as const;
const ACTIONS = ['warn', 'raise'] as const;

/** The checks, complaining in the words of one API. Each returns the value, or the default when it is absent. */
export function createOptionChecks(complain: Complaints) {
  /** Refuses what is not a plain options object, and names it does not know. */
  function names(argument: string, options: unknown, known: readonly string[]): void {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw complain.type(argument, 'object', options);
    }
    for (const name of Object.keys(options)) {
      if (known.includes(name)) continue;
      throw complain.value(argument, `has no option of that name (it knows ${known.join(', ')})`, name);
    }
  }

  /** A whole number of bytes or things, from `least` on. */
  function count(name: string, value: number, least = 0): number {
    if (typeof value !== 'number') throw complain.type(name, 'number', value);
    if (!Number.isSafeInteger(value) || value < least) {
      throw complain.range(name, `a whole number from ${least} on`, value);
    }
    return value;
  }

  const optionalCount = (name: string, value: number | undefined, least = 0): number | undefined =>
    value === undefined ? undefined : count(name, value, least);

  /** A count; Infinity for no limit, which the engine knows too. */
  const limit = (name: string, value: number | undefined, least = 0): number | undefined =>
    value === Number.POSITIVE_INFINITY ? value : optionalCount(name, value, least);

  /** Seconds, fractions too, as milliseconds. Node's timers reach no further than 2^31 − 1 of them. */
  function seconds(name: string, value: number): number {
    if (typeof value !== 'number') throw complain.type(name, 'number', value);
    if (!(value >= 0 && value * 1000 < 2 ** 31)) throw complain.range(name, 'from 0 to 2147483 seconds', value);
    return value * 1000;
  }

  /** True or false, false when absent. */
  function flag(name: string, value: boolean | undefined): boolean {
    if (value !== undefined && typeof value !== 'boolean') throw complain.type(name, 'boolean', value);
    return value ?? false;
  }

  function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
    if (choices.includes(value)) return value;
    throw complain.value(name, `must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
  }

  function functionOr<F extends (...args: never) => unknown>(name: string, value: F | undefined, otherwise: F): F {
    if (value === undefined) return otherwise;
    if (typeof value !== 'function') throw complain.type(name, 'function', value);
    return value;
  }

  /**
   * @param options - their names were checked
   * @param prefix - put before the names in complaints
   * @param leastNodes - smallest `maxNodes`: 1 where the root counts
   */
  function shared(options: SharedOptions, prefix = '', leastNodes = 0): CheckedShared {
    const {
      defaultStorage = 'auto',
      memoryGuard = 'none',
      memoryGuardAction = 'warn',
      memoryGuardInterval = 1,
    } = options;
    const named = (name: keyof SharedOptions): string => prefix + name;
    return {
      volume: {
        // Without a limit it would not be this package: Infinity is no quota.
        maxQuota: optionalCount(named('maxQuota'), options.maxQuota),
        maxNodes: limit(named('maxNodes'), options.maxNodes, leastNodes),
        defaultStorage: oneOf(named('defaultStorage'), defaultStorage, STORAGES),
        promotionHardLimit: limit(named('promotionHardLimit'), options.promotionHardLimit),
        chunkOverheadOverride: optionalCount(named('chunkOverheadOverride'), options.chunkOverheadOverride),
      },
      guard: {
        mode: oneOf(named('memoryGuard'), memoryGuard, GUARDS),
        action: oneOf(named('memoryGuardAction'), memoryGuardAction, ACTIONS),
        intervalMs: seconds(named('memoryGuardInterval'), memoryGuardInterval),
      },
    };
  }

  return { names, count, seconds, flag, functionOr, shared };
}
