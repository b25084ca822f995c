/**
 * Facade layer: the range of a read or write (offset, length, position) in
 * Node's many forms, checked in the running Node's order.
 */

import { invalidArgValue } from '../node-errors.js';
import { nodeAtLeast } from '../running-node.js';
import { type View, validateInteger, validatePosition, validateReadRange, validateWriteRange } from '../validate.js';

/** The options object that read and write take in place of positional arguments. */
export interface RangeOptions {
  readonly buffer?: unknown;
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly position?: unknown;
}
export const NO_RANGE: RangeOptions = Object.freeze({});

export interface Range {
  readonly offset: number;
  readonly length: number;
  readonly position: number;
}

/** Checks what `read` was given, once its form is known. A `length` of 0 asks the engine for nothing. */
export function checkReadRange(buffer: View, offset: unknown, length: unknown, position: unknown): Range {
  let start = 0;
  if (offset !== null && offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    start = offset;
  }
  // Node coerces the length to an int32.
  const count = (length as number) | 0;
  const early = positionLast ? -1 : readPosition(position, count);
  if (count === 0) return { offset: start, length: 0, position: early };
  if (buffer.byteLength === 0) throw invalidArgValue('buffer', buffer, 'is empty and cannot be written');
  validateReadRange(start, count, buffer.byteLength);
  return { offset: start, length: count, position: positionLast ? readPosition(position, count) : early };
}

/** Up to Node 22 the position is looked at last, and not at all when nothing is to be read. */
const positionLast = !nodeAtLeast(24);

const readPosition = (position: unknown, length: number): number =>
  position === null || position === undefined ? -1 : validatePosition(position, 'position', length);

/** A write position: anything that is no safe integer means the shared offset, as in Node's binding. */
export const writePosition = (position: unknown): number =>
  Number.isSafeInteger(position) && (position as number) >= 0 ? (position as number) : -1;

/** Checks what a write of bytes was given. */
export function checkWriteRange(buffer: View, offset: unknown, length: unknown, position: unknown): Range {
  let start = 0;
  if (offset !== null && offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    start = offset;
  }
  const count = typeof length === 'number' ? length : buffer.byteLength - start;
  validateWriteRange(start, count, buffer.byteLength);
  return { offset: start, length: count, position: writePosition(position) };
}

/** Fills a range from an options object: `{ offset = 0, length = byteLength - offset, position = null }`. */
export function rangeOf(options: RangeOptions | null | undefined, byteLength: number): RangeOptions {
  const { offset = 0, length = byteLength - (offset as number), position = null } = options ?? NO_RANGE;
  return { offset, length, position };
}
