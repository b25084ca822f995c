/**
 * Build: terser, with what its defaults would spoil. Its code is 3 % smaller in the tarball than that of the bundlers' own
 * minifiers. Invariants: kept names stay (names.ts), and functions stay where they are: as closures within others they
 * would be made at each call.
 */
import { minify } from 'terser';
import { MEMBERS, SHOWN_CLASSES } from './names.js';

/** Names in one order for all files: those that terser makes from the letters of each file take 600 bytes more of the tarball. */
const LETTERS = 'etnisroalcdupmfhgbyvwkxjqzSTECADNFILROPM$_UBGHKQVWJXYZ';
export const SHORT_NAMES = {
  get(index: number): string {
    const rest = Math.floor(index / LETTERS.length) - 1;
    return (rest < 0 ? '' : SHORT_NAMES.get(rest)) + LETTERS[index % LETTERS.length];
  },
};

const anyOf = (names: readonly string[]): RegExp => new RegExp(`^(?:${names.join('|')})$`);
const kept = { keep_fnames: anyOf(MEMBERS), keep_classnames: anyOf(SHOWN_CLASSES) };

export async function minified(code: string): Promise<string> {
  const [shebang = ''] = /^#!.*\n/.exec(code) ?? [];
  const { code: small = '' } = await minify(code.slice(shebang.length), {
    module: true,
    ecma: 2020,
    compress: { passes: 3, reduce_funcs: false, inline: 1, ...kept },
    mangle: { nth_identifier: SHORT_NAMES, ...kept },
    // Node prints the line of an error that nobody catches: it must not be the whole file. 1000 take 400 bytes more.
    // One character beyond Latin-1 would make V8 keep the whole file with two bytes for each.
    format: { max_line_len: 2000, ascii_only: true },
  });
  // What was a module is strict.
  return `${shebang}"use strict";${calledAtOnce(small)}`;
}

/** In parentheses a function is compiled at once; else V8 would read it twice, to find its end and then at its call. */
const calledAtOnce = (code: string): string =>
  code.replace(/^module\.exports=(function\b[\s\S]*\});?\s*$/, 'module.exports=($1);');
