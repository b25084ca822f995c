/**
 * Compat tests, disk: random contents and encodings, as source text.
 */
import { type Choose, quoted } from './choose.js';

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
