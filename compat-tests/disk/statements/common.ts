/**
 * Compat tests, disk: what the rows and statements share: forms of a call, options of reading and writing, arguments spoiled.
 */
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';

export type Row = (r: Prng) => string[];

export const maybe = (r: Prng, path: v.Choose = v.path): string => (r.chance(2) ? v.badPath(r) : path(r));

export const readOptions = (r: Prng): string =>
  r.chance(35) ? v.encoding(r) : v.options(r, { encoding: v.encoding, flag: v.flag, signal: v.signal }, 25);
export const writeOptions = (r: Prng): string =>
  r.chance(25)
    ? v.encoding(r)
    : v.options(r, { encoding: v.encoding, mode: v.mode, flag: v.flag, flush: v.bool, signal: v.signal }, 25);
/** Up to Node 24 a name that is no text in its encoding leads a recursive listing back to the same directory, for ever. */
const NO_TEXT = /utf16le|ucs2/;
export const endingTree = (options: string): string =>
  NO_TEXT.test(options) ? options.replace(/recursive: \S+/, 'recursive: false') : options;

export type Forms = 'sync' | 'all';

/** Breaks one argument now and then, or the number of them: validation is part of the surface. */
export const spoil = (r: Prng, args: string[], from = 0): string[] => {
  if (!r.chance(2) || args.length <= from) return args;
  const at = from + r.below(args.length - from);
  if (r.chance(30)) return args.slice(0, at);
  return args.map((arg, i) => (i !== at ? arg : i === 0 ? v.badPath(r) : v.junk(r)));
};

export const form = (r: Prng, forms: Forms): 'sync' | 'callback' | 'promise' => {
  if (forms === 'sync') return 'sync';
  return r.weighted({ sync: 40, callback: 25, promise: 35 });
};

export const callback = (call: string, args: string[]): string => `cb(k => ${call}(${[...args, 'k'].join(', ')}))`;

/** What is copied, to where, and how, whatever arguments there are. */
export const copied = (args: string[]): string => [0, 1, 2].map((at) => args[at] ?? 'undefined').join(', ');

/** cpSync, unless it would end the oracle's process. */
export const copySync = (args: string[]): string => {
  const call = `copyingTree(${copied(args)}, () => fs.cpSync(${args.join(', ')}))`;
  return args.length < 2 || Number(process.versions.node.split('.')[0]) < 22
    ? call
    : `abortsCp(${copied(args)}) ? 'skipped' : ${call}`;
};
