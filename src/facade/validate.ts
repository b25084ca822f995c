/**
 * Facade layer: argument checks, worded and ordered as lib/internal/validators.js
 * and lib/internal/fs/utils.js have them. Owns no state; each check throws
 * Node's error or returns the canonical value that the engine takes.
 */

import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import {
  asBindingError,
  bindingError,
  describeReceived,
  invalidArgType,
  invalidArgValue,
  outOfRange,
} from './node-errors.js';
import { nodeAtLeast } from './running-node.js';

// `node:util` is there; `node:util/types` Node 20 has yet to load.
const { isArrayBufferView, isDate } = types;
export const { isUint8Array } = types;

export type View = NodeJS.ArrayBufferView;
export type Callback = (...args: unknown[]) => void;

export const isView = (value: unknown): value is View => isArrayBufferView(value);
/** As Node asks it, by `value | 0`; of a text that would parse a number, an eighth of the time of a small write. */
export const isInt32 = (value: unknown): value is number =>
  typeof value !== 'string' && value === ((value as number) | 0);

export function validateFunction(value: unknown, name: string): asserts value is Callback {
  if (typeof value !== 'function') throw invalidArgType(name, 'Function', value);
}

export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'boolean', value);
}

export function validateString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgType(name, 'string', value);
}

/** An object that is not an array; null passes where Node says so. */
export function validateObject(value: unknown, name: string, allowNull = false): asserts value is object {
  if (value === null && allowNull) return;
  if (value === null || Array.isArray(value) || typeof value !== 'object') throw invalidArgType(name, 'Object', value);
}

export function validateInteger(
  value: unknown,
  name: string,
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

export function validateInt32(
  value: unknown,
  name: string,
  min = -2147483648,
  max = 2147483647,
): asserts value is number {
  validateInteger(value, name, min, max);
}

export function validateUint32(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, 0, 4294967295);
}

export function validateOneOf(value: unknown, name: string, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  const words = allowed.map((word) => (typeof word === 'string' ? `'${word}'` : String(word))).join(', ');
  throw invalidArgValue(name, value, `must be one of: ${words}`);
}

export function validateAbortSignal(value: unknown, name: string): asserts value is AbortSignal | undefined {
  if (value === undefined) return;
  if (value === null || typeof value !== 'object' || !('aborted' in value)) {
    throw invalidArgType(name, 'AbortSignal', value);
  }
}

const viewWords = ['Buffer', 'TypedArray', 'DataView'];

export function validateView(value: unknown, name = 'buffer'): asserts value is View {
  if (!isArrayBufferView(value)) throw invalidArgType(name, viewWords, value);
}

export function validateViews(value: unknown, name = 'buffers'): asserts value is View[] {
  if (!Array.isArray(value) || !value.every(isArrayBufferView)) throw invalidArgType(name, 'ArrayBufferView[]', value);
}

/** Text where a view would have done too. */
export function validateText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgType(name, ['string', ...viewWords], value);
}

/** A descriptor: an int32 that is not negative. Node takes -0 for 0. */
export function validateFd(value: unknown, name = 'fd'): number {
  if (Object.is(value, -0)) return 0;
  validateInteger(value, name, 0, 2147483647);
  return value;
}

/** The same check where Node's C++ side makes it: the error is a plain one. */
export function bindingFd(value: unknown): number {
  if (typeof value !== 'number') {
    const received = bindingReceived(value);
    const message = `The "fd" argument must be of type number. Received ${received}`;
    throw bindingError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
  }
  if (!Number.isInteger(value)) throw asBindingError(RangeError, outOfRange('fd', 'an integer', value));
  if (value < 0 || value > 2147483647)
    throw asBindingError(RangeError, outOfRange('fd', '>= 0 && <= 2147483647', value));
  return value + 0;
}

/** The C++ side words a few values its own way. */
function bindingReceived(value: unknown): string {
  if (typeof value === 'bigint') return `type bigint (${value})`;
  if (typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return 'function';
  return describeReceived(value);
}

const octal = /^[0-7]+$/;

/** A mode as number or octal string. */
export function parseMode(value: unknown, name: string, fallback?: number): number {
  const mode = value ?? fallback;
  if (typeof mode === 'string') {
    if (!octal.test(mode)) {
      throw invalidArgValue(name, mode, 'must be a 32-bit unsigned integer or an octal string');
    }
    const parsed = Number.parseInt(mode, 8);
    validateUint32(parsed, name);
    return parsed;
  }
  validateUint32(mode, name);
  return mode + 0;
}

const BIG_MAX = 2n ** 63n - 1n;

/** A read position: an integer or bigint, -1 for the shared offset. Beyond 2^53 nothing is stored, so a double is exact enough. */
export function validatePosition(position: unknown, name: string, length: number): number {
  if (typeof position === 'number') {
    validateInteger(position, name, -1);
    return position;
  }
  if (typeof position !== 'bigint') throw invalidArgType(name, ['integer', 'bigint'], position);
  const low = positionsCountLength ? -1n : -(2n ** 63n);
  const high = positionsCountLength ? BIG_MAX - BigInt(length) : BIG_MAX;
  if (position < low || position > high) throw outOfRange(name, `>= ${low} && <= ${high}`, position);
  if (position + BigInt(length) > BIG_MAX) return 2 ** 63;
  // Beyond any file, and where doubles are exact enough for the length to be added.
  return Math.min(Number(position), 2 ** 62);
}
const positionsCountLength = nodeAtLeast(22);

export function validateReadRange(offset: number, length: number, byteLength: number): void {
  if (offset < 0) throw outOfRange('offset', '>= 0', offset);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  if (offset + length > byteLength) throw outOfRange('length', `<= ${byteLength - offset}`, length);
}

export function validateWriteRange(offset: number, length: number, byteLength: number): void {
  if (offset > byteLength) throw outOfRange('offset', `<= ${byteLength}`, offset);
  if (length > byteLength - offset) throw outOfRange('length', `<= ${byteLength - offset}`, length);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  validateInt32(length, 'length', 0);
}

/** Node's `validateEncoding`: hex text must have whole bytes. Unknown encodings pass here and count as utf8. */
export function validateTextEncoding(text: string, encoding: unknown): void {
  if (typeof encoding === 'string' && encoding.toLowerCase() === 'hex' && text.length % 2 !== 0) {
    throw invalidArgValue('encoding', encoding, `is invalid for data of length ${text.length}`);
  }
}

const MAX_ID = 2 ** 32 - 1;

/** A uid or gid: -1 leaves it as it is. */
export function validateId(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, -1, MAX_ID);
}

/** A time argument (number, numeric string or Date) in seconds since the epoch. */
export function toUnixTimestamp(time: unknown, name = 'time'): number {
  // Node compares with ==: '1e3' is a time, '' is one too.
  // biome-ignore lint/suspicious/noDoubleEquals: Node's own rule for numeric strings
  if (typeof time === 'string' && (+time as unknown) == time) return +time;
  if (typeof time === 'number' && Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time;
  if (isDate(time)) return time.getTime() / 1000;
  throw invalidArgType(name, ['Date', 'Time in seconds'], time);
}

/** A path argument as Node takes it (string, Buffer, Uint8Array or file URL) as text or bytes. */
export function validatePath(value: unknown, name = 'path'): string | Uint8Array {
  const path = fromUrl(value);
  if (typeof path === 'string') {
    if (!path.includes('\0')) return path;
  } else if (isUint8Array(path)) {
    if (!path.includes(0)) return path;
  } else {
    throw invalidArgType(name, ['string', 'Buffer', 'URL'], path);
  }
  throw invalidArgValue(name, path, 'must be a string, Uint8Array, or URL without null bytes');
}

/** Node's own test: anything with an href and a protocol that is not a legacy url.parse() result. */
export function isUrl(value: unknown): value is URL {
  if (typeof value !== 'object' || value === null) return false;
  const url: Partial<Record<'href' | 'protocol' | 'auth' | 'path', unknown>> = value;
  return Boolean(url.href && url.protocol) && url.auth === undefined && url.path === undefined;
}

/** The path of a file URL; anything else unchanged. */
export const fromUrl = (value: unknown): unknown => (isUrl(value) ? fileURLToPath(value) : value);
