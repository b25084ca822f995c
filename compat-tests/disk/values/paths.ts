/**
 * Compat tests, disk: random paths and link targets, as source text. The names are few, so that operations meet each
 * other's results. No absolute path outside the working tree is ever produced, and '..' climbs one level at a time.
 */
import type { Prng } from '../prng.js';
import { type Choose, quoted } from './choose.js';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'l', 'm'];
const ODD_NAMES = [
  "'é'",
  "'sp ace'",
  "'.dot'",
  "'..x'",
  "'日本語'",
  "'#h%41?q'",
  "'back\\\\slash'",
  "'A'",
  "'e\\u0301'",
  "'new\\nline'",
  "'x.txt'",
  "'y.js'",
  "'n'.repeat(255)",
  "'n'.repeat(256)",
  "'é'.repeat(127)",
  "'é'.repeat(128)",
  "'__proto__'",
  "'constructor'",
  "'\\ud800'",
  "'\\u{1F600}'",
  "'a\\0b'",
  "'a/' + 'n'.repeat(4090)",
];
const ENDINGS = ['/', '//', '/.', '/..', '/./', '/../'];
const LINK_ENDINGS = ['/../', '/./', '//'];

export const name = (r: Prng): string => {
  const first = r.pick(NAMES);
  const depth = r.below(10);
  if (depth < 5) return quoted(first);
  const second = r.pick(NAMES);
  const joint = r.chance(6) ? r.pick(LINK_ENDINGS) : '/';
  if (depth < 8) return quoted(`${first}${joint}${second}`);
  if (depth < 9) return quoted(`${first}/${second}/${r.pick(NAMES)}`);
  return r.pick(ODD_NAMES);
};

/** A path that names something below the root, without dots at its end: safe for recursive removal. */
export const plainPath: Choose = (r) => (r.chance(4) ? `q(${name(r)})` : `p(${name(r)})`);

/** Any form of path that Node takes. */
export const path: Choose = (r) => {
  if (r.chance(78)) return plainPath(r);
  const base = name(r);
  switch (r.below(9)) {
    case 0:
    case 1:
    case 2:
      return `p(${base} + ${quoted(r.pick(ENDINGS))})`;
    case 3:
      return `Buffer.from(p(${base}))`;
    case 4:
      return `new TextEncoder().encode(p(${base}))`;
    case 5:
      return `url(p(${base}))`;
    case 6:
      return `url(p(${base})).href`;
    case 7:
      return "p('')";
    default:
      return `p(${base})`;
  }
};

const BAD_PATHS = [
  'undefined',
  'null',
  '-1',
  '1.5',
  'true',
  '{}',
  '[]',
  '() => {}',
  "Symbol('s')",
  '3n',
  "''",
  'Buffer.alloc(0)',
  "p('a\\0')",
  "Buffer.from(p('a\\0b'))",
  "new URL('http://h/a')",
  "new URL('file://host/a')",
  "new URL('file:///a%2Fb')",
  "new URL('file:///a%00b')",
  'new Uint16Array([97])',
  "new String(p('a'))",
  'new Date(0)',
  'NaN',
  "{ href: 'file:///a', protocol: 'file:' }",
  'new DataView(new ArrayBuffer(2))',
];
export const badPath: Choose = (r) => r.pick(BAD_PATHS);

const TARGETS = [
  "'a'",
  "'b'",
  "'d'",
  "'l'",
  "'m'",
  "'./c'",
  "'../a'",
  "'../d/e'",
  "'d/e'",
  "'e/'",
  "'nowhere'",
  "'.'",
  "'a/../b'",
  "'n'.repeat(256)",
];
export const linkTarget: Choose = (r) => {
  if (r.chance(10))
    return r.pick([
      "''",
      "Buffer.from('a')",
      "p('a/')",
      "url(p('b'))",
      "'x'.repeat(70)",
      "'y'.repeat(4095)",
      "'y'.repeat(4096)",
      "'é'",
      "'t\\0'",
    ]);
  return r.chance(75) ? r.pick(TARGETS) : plainPath(r);
};
