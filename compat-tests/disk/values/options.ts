/**
 * Compat tests, disk: random option objects, what stands in them, and values that belong nowhere, as source text.
 */
import type { Prng } from '../prng.js';
import type { Choose } from './choose.js';

const JUNK = [
  'undefined',
  'null',
  '0',
  '-1',
  '1.5',
  'NaN',
  'Infinity',
  "''",
  "'junk'",
  'true',
  'false',
  '{}',
  '[]',
  '() => {}',
  "Symbol('s')",
  '1n',
  'new Date(0)',
  'Buffer.alloc(0)',
  '2 ** 32',
  '2 ** 53',
  '-(2 ** 31)',
  "'0'",
  "['a']",
  '/x/',
];
/** Without -0: as a mode it aborts Node 20. */
export const junk: Choose = (r) => r.pick(JUNK);

const SIGNALS = [
  'AbortSignal.abort()',
  "AbortSignal.abort(new Error('why'))",
  'new AbortController().signal',
  'undefined',
  'null',
  '{}',
  "'x'",
];
export const signal: Choose = (r) => r.pick(SIGNALS);

const BOOLEANS = ['true', 'false', 'true', 'undefined'];
const BAD_BOOLEANS = ['1', "'yes'", 'null', '{}', '0'];
export const bool: Choose = (r) => (r.chance(4) ? r.pick(BAD_BOOLEANS) : r.pick(BOOLEANS));

/** `{ a: …, b: … }` with each option present `percent` times in a hundred; now and then no object at all. */
export const options = (r: Prng, choices: Readonly<Record<string, Choose>>, percent = 40): string => {
  if (r.chance(3)) return junk(r);
  const parts = Object.keys(choices)
    .filter(() => r.chance(percent))
    .map((key) => `${key}: ${choices[key](r)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
};

/** The arguments with the last one left out now and then. */
export const optional = (r: Prng, required: string[], last: Choose, percent = 60): string[] =>
  r.chance(percent) ? [...required, last(r)] : required;
