/**
 * Compat tests, disk: random argument values, as source text. A program is
 * JavaScript from the start, so a failing one prints as it ran. The names are
 * few, so that operations meet each other's results.
 *
 * Safe by construction: no descriptor below 3 and no absolute path outside the
 * working tree is ever produced, and '..' climbs one level at a time.
 */
import type { Prng } from './prng.js';

export type Choose = (r: Prng) => string;

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

const quoted = (text: string): string => `'${text}'`;

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

const BAD_FDS = [
  '-1',
  '987654',
  '1.5',
  'NaN',
  "'3'",
  'null',
  'undefined',
  '{}',
  '2 ** 31',
  '2 ** 32',
  'true',
  '5n',
  'Infinity',
];
export const badFd: Choose = (r) => r.pick(BAD_FDS);

export const fd: Choose = (r) => {
  const kind = r.below(50);
  if (kind === 0) return badFd(r);
  if (kind < 3) return `H[${r.below(2)}]?.fd`;
  return `S[${r.pick([0, 0, 0, 1, 1, 2])}]`;
};

const FLAGS = [
  'r',
  'r',
  'r+',
  'r+',
  'w',
  'w+',
  'w+',
  'a',
  'a+',
  'a+',
  'wx',
  'wx+',
  'ax',
  'ax+',
  'rs',
  'rs+',
  'sr',
  'as',
  'as+',
  'xw',
  'sa+',
];
const NUMERIC_FLAGS = [
  'C.O_RDONLY',
  'C.O_RDWR',
  'C.O_WRONLY',
  'C.O_RDWR | C.O_CREAT',
  'C.O_WRONLY | C.O_CREAT | C.O_EXCL',
  'C.O_RDONLY | C.O_CREAT',
  'C.O_WRONLY | C.O_APPEND',
  'C.O_RDWR | C.O_APPEND | C.O_CREAT',
  'C.O_RDWR | C.O_TRUNC',
  'C.O_RDONLY | C.O_TRUNC',
  'C.O_RDONLY | C.O_DIRECTORY',
  'C.O_RDONLY | C.O_NOFOLLOW',
  'C.O_RDWR | C.O_CREAT | C.O_NOFOLLOW',
  'C.O_RDWR | C.O_DIRECTORY',
  'C.O_WRONLY | C.O_CREAT | C.O_TRUNC',
  'C.O_RDONLY | C.O_NOATIME',
  'C.O_RDWR | C.O_SYNC',
  'C.O_RDWR | C.O_DSYNC | C.O_CREAT',
  'C.O_RDONLY | C.O_NONBLOCK',
  'C.O_RDONLY | C.O_CREAT | C.O_EXCL',
  'C.O_RDWR | C.O_CREAT | C.O_EXCL | C.O_NOFOLLOW',
  'C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW',
  'C.O_CREAT | C.O_DIRECTORY',
  'C.O_RDWR | C.O_CREAT | C.O_TRUNC | C.O_EXCL',
];
const BAD_FLAGS = ["'z'", "''", "'rw'", '1.5', '{}', 'true', "'R'", '2 ** 31', "'wxx'", '3n', 'null', 'undefined'];
export const flag: Choose = (r) => {
  if (r.chance(4)) return r.pick(BAD_FLAGS);
  return r.chance(70) ? quoted(r.pick(FLAGS)) : r.pick(NUMERIC_FLAGS);
};

const MODES = [
  '0o644',
  '0o600',
  '0o755',
  '0o777',
  '0o700',
  '0',
  "'644'",
  "'0777'",
  '0o4755',
  '0o1777',
  '0o7777',
  "'0o600'",
  'undefined',
  '0o20',
];
const BAD_MODES = ["'8'", "'abc'", '-1', '1.5', '2 ** 32', 'null', 'NaN', '{}', "''", 'true', '0o200000'];
export const mode: Choose = (r) => (r.chance(6) ? r.pick(BAD_MODES) : r.pick(MODES));

const POSITIONS = [
  '0',
  '0',
  '1',
  '3',
  '5',
  '20',
  'null',
  'null',
  'null',
  'undefined',
  '-1',
  '0n',
  '3n',
  '-1n',
  '100',
  '5000',
];
const BAD_POSITIONS = [
  "'x'",
  '1.5',
  'NaN',
  '2n ** 63n',
  '{}',
  'true',
  '-2',
  '-2n',
  "''",
  '-(2n ** 63n)',
  '2n ** 63n - 1n',
];
export const position: Choose = (r) => (r.chance(6) ? r.pick(BAD_POSITIONS) : r.pick(POSITIONS));

const LENGTHS = ['0', '1', '2', '3', '5', '8', '100', '5000', 'undefined', '0', '4096', '4097'];
/** None is a large size that a disk would take: copying it would write gigabytes. */
const BAD_LENGTHS = ['-1', '1.5', "'x'", 'null', 'NaN', '{}', '-(2 ** 40)', '2 ** 60', '5n', 'true'];
export const length: Choose = (r) => (r.chance(8) ? r.pick(BAD_LENGTHS) : r.pick(LENGTHS));

const TEXTS = [
  "'hello'",
  "'x'",
  "''",
  "'0123456789'",
  "'héllo wörld'",
  "'line\\nline\\n'",
  "'z'.repeat(5000)",
  "'🙂'",
  "'\\ud83d'",
];
const BYTES = [
  "Buffer.from('buffer')",
  'Buffer.alloc(3)',
  'new Uint8Array([1, 2, 3])',
  'new Uint16Array([1, 2, 300])',
  'Buffer.alloc(0)',
  'new DataView(new ArrayBuffer(4))',
  "Buffer.alloc(70_000, 'ab')",
  'new Float64Array([1.5])',
  "Buffer.from('abcdef').subarray(2, 4)",
  'new BigInt64Array([5n])',
  'new Uint8Array(new SharedArrayBuffer(4))',
  'new Uint8ClampedArray([256, 7])',
];
const BAD_DATA = [
  '1',
  'null',
  'undefined',
  '{}',
  '[]',
  'true',
  '() => {}',
  "Symbol('s')",
  '5n',
  "{ toString: () => 'str' }",
  "new String('s')",
  'new ArrayBuffer(4)',
];
export const text: Choose = (r) => r.pick(TEXTS);
export const data: Choose = (r) => (r.chance(5) ? r.pick(BAD_DATA) : r.chance(60) ? r.pick(TEXTS) : r.pick(BYTES));
export const view: Choose = (r) => (r.chance(5) ? r.pick([...BAD_DATA, "'text'"]) : r.pick(BYTES));

const ENCODINGS = [
  'utf8',
  'utf8',
  'latin1',
  'hex',
  'base64',
  'base64url',
  'ucs2',
  'utf16le',
  'ascii',
  'binary',
  'buffer',
  'UTF-8',
  'utf-8',
];
const BAD_ENCODINGS = ["'nope'", '1', 'true', '{}', "Symbol('s')", "''"];
export const encoding: Choose = (r) =>
  r.chance(5) ? r.pick(BAD_ENCODINGS) : r.chance(12) ? r.pick(['null', 'undefined']) : quoted(r.pick(ENCODINGS));
/** An encoding for names and paths: as argument or as option. */
export const encodingOption: Choose = (r) => (r.chance(50) ? encoding(r) : `{ encoding: ${encoding(r)} }`);

const TIMES = [
  '0',
  '1',
  '1.5',
  '1_000_000_000',
  "'1000000000'",
  'new Date(86_400_000)',
  '1_234_567_890.123',
  '-1',
  '-1.5',
  '0.001',
  '1_500_000_000.999',
  "new Date('2001-02-03T04:05:06.789Z')",
  "'12.5'",
  '946_684_800',
  '315_532_800.25',
];
const BAD_TIMES = [
  "'x'",
  'NaN',
  'null',
  'undefined',
  '{}',
  'true',
  'Infinity',
  '-Infinity',
  '5n',
  'new Date(NaN)',
  "''",
];
export const time: Choose = (r) => (r.chance(6) ? r.pick(BAD_TIMES) : r.pick(TIMES));

const OWNERS = ['0', '1000', '65534', '-1', '1', '2 ** 32 - 1'];
const BAD_OWNERS = ['-2', '1.5', "'1'", 'null', 'undefined', '2 ** 32', 'NaN', '{}'];
export const owner: Choose = (r) => (r.chance(8) ? r.pick(BAD_OWNERS) : r.pick(OWNERS));

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
