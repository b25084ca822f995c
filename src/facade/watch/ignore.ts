/**
 * Facade layer: the `ignore` option of watchers. Owns its check, its meaning
 * (glob patterns, matched against the base name when they hold no slash, regular
 * expressions and functions, one or a list) and what its matchers are billed.
 */
import { isRegExp } from 'node:util/types';
import { Minimatch } from '../minimatch.js';
import { invalidArgType, invalidArgValue } from '../node-errors.js';

export type Ignore = (name: string) => boolean;

function checkElement(value: unknown, name: string): void {
  if (typeof value === 'string') {
    if (value.length === 0) throw invalidArgValue(name, value, 'must be a non-empty string');
    return;
  }
  if (isRegExp(value) || typeof value === 'function') return;
  throw invalidArgType(name, ['string', 'RegExp', 'Function'], value);
}

/** Bytes of a compiled pattern: each alternative of its braces is a row, and V8 compiles its regular expressions (measured). */
function priceOf({ set, pattern }: Minimatch): number {
  let price = 1024 + 4 * pattern.length + 256 * set.length;
  for (const part of set.flat()) price += 64 + (part instanceof RegExp ? 1100 + 24 * part.source.length : 0);
  return price;
}

/** Names to leave out, and the bytes that a watch which keeps it is billed. */
export interface Ignored {
  readonly matches: Ignore;
  readonly price: number;
}

const MATCHER_PRICE = 128;
const NONE: Ignored = { matches: () => false, price: 0 };

function matcher(value: unknown): Ignored {
  if (typeof value === 'string') {
    const pattern = new Minimatch(value, {
      windowsPathsNoEscape: true,
      nonegate: true,
      nocomment: true,
      optimizationLevel: 2,
      matchBase: true,
      platform: 'linux',
    });
    return { matches: (name) => pattern.match(name), price: priceOf(pattern) };
  }
  if (isRegExp(value)) return { matches: (name) => value.exec(name) !== null, price: MATCHER_PRICE };
  return { matches: (name) => Boolean((value as (name: string) => unknown)(name)), price: MATCHER_PRICE };
}

/** The check and the matcher of `options.ignore`. Matches nothing when there is none. */
export function parseIgnore(value: unknown, name = 'options.ignore'): Ignored {
  if (value === null || value === undefined) return NONE;
  if (!Array.isArray(value)) {
    checkElement(value, name);
    return matcher(value);
  }
  for (const [index, element] of value.entries()) checkElement(element, `${name}[${index}]`);
  const all = value.map(matcher);
  return {
    matches: (file) => all.some(({ matches }) => matches(file)),
    price: all.reduce((sum, { price }) => sum + price, MATCHER_PRICE),
  };
}
