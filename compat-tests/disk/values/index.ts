/**
 * Compat tests, disk: random argument values, as source text. A program is JavaScript from the start, so a failing
 * one prints as it ran.
 */

export * from './choose.js';
export * from './data.js';
export * from './numbers.js';
export * from './options.js';
export * from './paths.js';
export * from './views.js';
