/**
 * Facade layer: option arguments in all the forms that Node takes (object,
 * encoding string, null, undefined, a callback in their place). Owns the
 * parsing of open flags. Nothing is copied when the caller gave an object.
 */
import { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } from '../core/index.js';
import { invalidArgType, invalidArgValue } from './node-errors.js';
import { nodeAtLeast } from './running-node.js';
import { validateAbortSignal, validateInt32 } from './validate.js';

/** Every option that some function reads; each function documents its own. */
export interface AnyOptions {
  readonly encoding?: unknown;
  readonly mode?: unknown;
  readonly flag?: unknown;
  readonly flush?: unknown;
  readonly signal?: unknown;
  readonly buffer?: unknown;
  readonly recursive?: unknown;
  readonly withFileTypes?: unknown;
  readonly bigint?: unknown;
  readonly throwIfNoEntry?: unknown;
  readonly bufferSize?: unknown;
}

const NONE: AnyOptions = Object.freeze({});

/**
 * Node's `getOptions`: checks encoding and signal and gives the options object.
 * Its properties are read by whoever needs them, as in Node.
 */
export function getOptions(options: unknown, defaults: AnyOptions = NONE): AnyOptions {
  if (options === null || options === undefined || typeof options === 'function') return defaults;
  if (typeof options === 'string') {
    validateEncoding(options);
    return { ...defaults, encoding: options };
  }
  if (typeof options !== 'object') throw invalidArgType('options', ['string', 'Object'], options);
  const given: AnyOptions = options;
  if (given.encoding !== 'buffer') validateEncoding(given.encoding);
  if (given.signal !== undefined) validateAbortSignal(given.signal, 'options.signal');
  return given;
}

/** Refuses encodings that Buffer does not know; a falsy one means none. 'buffer' is refused by callers that want text. */
export function validateEncoding(encoding: unknown): void {
  if (!encoding || encoding === 'buffer') return;
  if (typeof encoding === 'string' && Buffer.isEncoding(encoding)) return;
  throw invalidArgValue('encoding', encoding, 'is invalid encoding');
}

const W = O_TRUNC | O_CREAT | O_WRONLY;
const A = O_APPEND | O_CREAT | O_WRONLY;
const RW = O_TRUNC | O_CREAT | O_RDWR;
const RA = O_APPEND | O_CREAT | O_RDWR;

const flagWords = new Map<unknown, number>([
  ['r', O_RDONLY],
  ['rs', O_RDONLY | O_SYNC],
  ['sr', O_RDONLY | O_SYNC],
  ['r+', O_RDWR],
  ['rs+', O_RDWR | O_SYNC],
  ['sr+', O_RDWR | O_SYNC],
  ['w', W],
  ['wx', W | O_EXCL],
  ['xw', W | O_EXCL],
  ['w+', RW],
  ['wx+', RW | O_EXCL],
  ['xw+', RW | O_EXCL],
  ['a', A],
  ['ax', A | O_EXCL],
  ['xa', A | O_EXCL],
  ['as', A | O_SYNC],
  ['sa', A | O_SYNC],
  ['a+', RA],
  ['ax+', RA | O_EXCL],
  ['xa+', RA | O_EXCL],
  ['as+', RA | O_SYNC],
  ['sa+', RA | O_SYNC],
]);

/** Since Node 26 open, and what opens with it, looks at the path after flags and mode. */
export const opensPathLast = nodeAtLeast(26);

/** An open flag ('w', 'a+', a number, null) as Linux flag bits. */
export function parseFlags(flags: unknown, name = 'flags'): number {
  if (typeof flags === 'number') {
    validateInt32(flags, name);
    return flags + 0;
  }
  if (flags === null || flags === undefined) return O_RDONLY;
  const bits = flagWords.get(flags);
  if (bits === undefined) throw invalidArgValue('flags', flags);
  return bits;
}
