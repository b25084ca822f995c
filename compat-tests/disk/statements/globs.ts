/**
 * Compat tests, disk: glob with any pattern (braces, extended and POSIX classes, `**` before and behind links, dots,
 * spellings of the root of the search) and any option.
 */
import nodeFs from 'node:fs';
import type { Prng } from '../prng.js';
import * as v from '../values/index.js';
import { callback, type Forms } from './common.js';

const PARTS = [
  '*',
  '**',
  '**',
  'a',
  'b',
  'd',
  'l',
  '?',
  '??',
  '[a-c]',
  '[!a]',
  '[^ab]',
  '[]a]',
  '[a',
  '[[:alpha:]]',
  '[[:upper:][:digit:]]*',
  '{a,b}',
  '{a,b,d/**}',
  '{d/e,l/*}',
  '{a..e}',
  '{1..3}',
  '{a}',
  '{}',
  '{a,}x',
  '@(a|b)',
  '+(a|b)',
  '?(a)b',
  '*(a|d)',
  '!(a|b)',
  '!(a)*',
  '*(a|!(b))',
  '@()',
  '.*',
  '.',
  '..',
  '.dot',
  '*.txt',
  '*.{js,txt}',
  'a*',
  '*a',
  '**b',
  'b**',
  '***',
  '#*',
  'a\\\\b',
  'é',
  '*é*',
  'A',
  '[A-Z]',
  '~',
  ' ',
  'm',
  'e',
];
const STARTS = ['', '', '', '', '', './', './/', '../w/', '!', '././'];
const ENDS = ['', '', '', '', '/', '//', '/.', '/..', '/**', '/'];

const pattern = (r: Prng): string => {
  const parts = Array.from({ length: 1 + r.below(4) }, () => r.pick(PARTS));
  const joined = parts.join(r.chance(6) ? '//' : '/');
  // A search that climbs must not go down everywhere from there.
  const climbs = joined.split('..').length > 2;
  const text = `'${r.pick(STARTS)}${climbs ? joined.replaceAll('..', '.') : joined}${r.pick(ENDS)}'`;
  return r.chance(8) ? `p(${text})` : text;
};

const patterns: v.Choose = (r) => {
  if (r.chance(3)) return r.pick(["''", '[]', '1', 'null', 'undefined', "['a', 1]", '{}', "Buffer.from('*')"]);
  return r.chance(70) ? pattern(r) : `[${pattern(r)}, ${pattern(r)}]`;
};

const exclude: v.Choose = (r) => {
  const list = r.chance(50) ? `[${pattern(r)}]` : `[${pattern(r)}, ${pattern(r)}]`;
  return r.pick([
    list,
    list,
    list,
    "(x) => (x.name ?? x) === 'b'",
    "(x) => String(x.name ?? x).startsWith('d')",
    '() => true',
    '() => false',
    '(x) => typeof x',
    '[]',
    "'a'",
    '1',
    'null',
    '[1]',
    "() => { throw new Error('excluded'); }",
  ]);
};

const ROOTS = [
  "p('')",
  "p('')",
  "p('.')",
  "p('d')",
  "p('l')",
  "p('a')",
  "p('nowhere')",
  "url(p(''))",
  "url(p('d'))",
  "q('')",
  "p('d/..')",
];

const isNew = Number(process.versions.node.split('.')[0]) >= 26;

export const onGlob = (r: Prng, forms: Forms): string => {
  if (!('globSync' in nodeFs)) return 'tree()';
  const choices: Record<string, v.Choose> = { withFileTypes: v.bool, exclude };
  if (isNew) choices.followSymlinks = v.bool;
  const given = v.options(r, choices, 35);
  const rooted = `{ cwd: ${r.pick(ROOTS)}, ${given.startsWith('{ ') ? given.slice(2) : '}'}`;
  const args = [patterns(r), rooted].join(', ');
  const how = forms === 'sync' ? 'sync' : r.weighted({ sync: 50, callback: 25, promise: 25 });
  const call =
    how === 'sync'
      ? `sorted(fs.globSync(${args}))`
      : how === 'callback'
        ? `sorted(${callback('fs.glob', [args])})`
        : `sorted(collect(fs.promises.glob(${args})))`;
  return `loops() ? 'skipped' : ${call}`;
};
