/**
 * Host layer: text that something open keeps, as a copy of its own. V8 makes a
 * part of a string by pointing into it, so a path of twenty characters may hold
 * the megabyte it was cut from, which nobody is billed for.
 */

/** Up to this length V8 copies what it cuts. */
const COPIED = 12;
const beyondLatin = /[^\0-\xff]/;

/** The same text in memory of its own. */
export function detached<T>(text: T): T;
export function detached(text: unknown): unknown {
  if (typeof text !== 'string' || text.length <= COPIED) return text;
  const encoding = beyondLatin.test(text) ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}

/** Bytes of a text that is kept; what is none is its caller's. */
export const textBytes = (text: unknown): number =>
  typeof text === 'string' ? text.length * (beyondLatin.test(text) ? 2 : 1) : 0;
