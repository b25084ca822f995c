/**
 * Facade layer: the `ignore` option of watchers. Owns its check and its meaning:
 * glob patterns (matched against the base name when they hold no slash), regular
 * expressions and functions, one or a list.
 */
import { isRegExp } from 'node:util/types';
import { Minimatch } from './minimatch.js';
import { invalidArgType, invalidArgValue } from './node-errors.js';

export type Ignore = (name: string) => boolean;

function checkElement(value: unknown, name: string): void {
  if (typeof value === 'string') {
    if (value.length === 0) throw invalidArgValue(name, value, 'must be a non-empty string');
    return;
  }
  if (isRegExp(value) || typeof value === 'function') return;
  throw invalidArgType(name, ['string', 'RegExp', 'Function'], value);
}

function matcher(value: unknown): Ignore {
  if (typeof value === 'string') {
    const pattern = new Minimatch(value, {
      windowsPathsNoEscape: true,
      nonegate: true,
      nocomment: true,
      optimizationLevel: 2,
      matchBase: true,
      platform: 'linux',
    });
    return (name) => pattern.match(name);
  }
  if (isRegExp(value)) return (name) => value.exec(name) !== null;
  return (name) => Boolean((value as (name: string) => unknown)(name));
}

/** The check and the matcher of `options.ignore`. Matches nothing when there is none. */
export function parseIgnore(value: unknown, name = 'options.ignore'): Ignore {
  if (value === null || value === undefined) return () => false;
  if (!Array.isArray(value)) {
    checkElement(value, name);
    return matcher(value);
  }
  for (const [index, element] of value.entries()) checkElement(element, `${name}[${index}]`);
  const matchers = value.map(matcher);
  return (file) => matchers.some((matches) => matches(file));
}
