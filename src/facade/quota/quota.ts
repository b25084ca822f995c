/**
 * Facade layer: the volume behind an fs object. `node:fs` has no place for its quota, so it
 * is asked for by the object: `quotaOf(fs)`.
 */
import type { AuditReport, Engine, Pressure, QuotaUsage } from '../../core/index.js';
import { describeTree, describeUse, makeQuota } from '../late.js';
import { invalidArgValue } from '../node-errors.js';

/** What an application can ask of and tell a volume about its quota. */
export interface Quota {
  /** `maxQuota`, bytes. */
  readonly limit: number;
  /** Bytes charged. */
  readonly used: number;
  /** Bytes data may still take. */
  readonly available: number;
  /** Most bytes charged at any time. */
  readonly peak: number;
  /**
   * Who uses what below `path`, as du(1), with the numbers of the whole volume.
   * @throws ENOENT and the other errors of `stat`
   */
  usage(path?: string): QuotaUsage;
  /**
   * Sets a new limit. Growing works at once.
   * @param maxQuota bytes
   * @throws ENOSPC when more than that is used already, ERR_OUT_OF_RANGE
   */
  resize(maxQuota: number): void;
  /**
   * Calls `listener` soon (never inside a file system call) after use first reaches a share of the limit,
   * and again only after it fell below. A listener is billed 384 bytes until it is ended.
   * @param share 0 to 1, for example 0.8
   * @returns a function that ends it
   * @throws ENOSPC when not even that fits
   */
  onPressure(share: number, listener: (pressure: Pressure) => void): () => void;
  /** Recomputes the bill and the structure of the volume: an fsck. */
  audit(): AuditReport;
}

/**
 * Functions know their volume, so that a copy (`{ ...fs }`) is known too. Several of them, as any one may be patched.
 */
const marked = ['lstatSync', 'openSync', 'accessSync', 'lstat'] as const;

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: a private field lands on what a constructor returns
    return object;
  }
}

/** Keeps the engine in a private field of a function: who prints the function would see the whole engine otherwise. */
class Mark extends Given {
  readonly #engine: Engine;

  constructor(member: object, engine: Engine) {
    super(member);
    this.#engine = engine;
  }

  static engineOf(member: unknown): Engine | undefined {
    return typeof member === 'function' && #engine in member ? member.#engine : undefined;
  }
}

/** Notes the engine behind an fs object or its promises object on some of its functions. */
export function rememberEngine(members: object, engine: Engine): void {
  for (const name of marked) {
    const member: unknown = Reflect.get(members, name);
    if (typeof member === 'function') new Mark(member, engine);
  }
}

/**
 * The engine behind an fs object of ours, or undefined for any other.
 * @param fs what `createFs` or `MemoryFileSystem#fs` gave, its `promises`, or a copy with the same functions
 */
export function engineOf(fs: object): Engine | undefined {
  for (const name of marked) {
    const engine = Mark.engineOf(Reflect.get(fs, name));
    if (engine !== undefined) return engine;
  }
  return undefined;
}

/**
 * The quota of an fs object.
 * @param fs what `createFs` or `MemoryFileSystem#fs` gave, or a copy of it
 * @throws ERR_INVALID_ARG_VALUE for an fs object that is none of ours
 */
export function quotaOf(fs: object): Quota {
  const engine = engineOf(fs);
  if (engine === undefined) throw invalidArgValue('fs', fs, 'is not a quotafs file system');
  return quotaOfEngine(engine);
}

/** The quota of an engine; see {@link quotaOf}. Paths are absolute. */
export const quotaOfEngine = (engine: Engine): Quota => makeQuota(engine);

/** How full a volume is, and the first lines of its tree. */
export const describeVolume = (engine: Engine): string => describeTree(engine);

const inspected: PropertyDescriptor = {
  value(this: object, depth: number): string {
    const engine = engineOf(this);
    if (engine === undefined) return 'quotafs';
    return depth < 0 ? `[quotafs: ${describeUse(engine)}]` : describeVolume(engine);
  },
  configurable: true,
  writable: true,
};

/**
 * Makes `console.log` and `util.inspect` of an fs object show its volume. The property is a symbol that cannot be
 * enumerated: the object keeps the members of `node:fs` and no other.
 */
export function showVolume(fs: object): void {
  Object.defineProperty(fs, Symbol.for('nodejs.util.inspect.custom'), inspected);
}
