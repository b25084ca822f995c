/** build/commonjs.ts: the bundler's CommonJS made plain. */
import { describe, expect, it } from 'vitest';
import { plain } from '../../build/commonjs.js';

const lines = (code: string): string[] =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

describe('plain CommonJS', () => {
  it('exports values, not getters, as one object', () => {
    const code = `exports.a = a;
Object.defineProperty(exports, "b", {
  enumerable: true,
  get: function() {
    return inner$1;
  }
});`;
    expect(lines(plain(code, false))).toEqual(['module.exports = { a: a,b: inner$1 };']);
    expect(lines(plain(code, false, new Map([['a', 'e']])))).toEqual(['module.exports = { e: a,b: inner$1 };']);
    expect(lines(plain(code, true))).toEqual(['exports.a = a;', 'exports.b = inner$1;']);
  });

  it('refuses an export of another form', () => {
    expect(() => plain('Object.defineProperty(exports, "c", { get: () => c });', false)).toThrow('an unknown export');
    expect(() => plain('exports.d = () => 1;', false)).toThrow('an unknown export');
    expect(() => plain('let later;\nexports.d = later;', false)).toThrow('d is exported before it is set');
  });

  it('calls what other files export directly, and leaves other commas', () => {
    expect(plain('(0, chunk.f)((0, chunk.g)(1)); (0, h)(); (1, chunk.f)();', false)).toBe(
      'chunk.f(chunk.g(1)); (0, h)(); (1, chunk.f)();',
    );
  });

  it('takes built-in modules as they are, and no file that is not used', () => {
    const code = `const runtime = require("./runtime.cjs");
require("./side.cjs");
let node_timers = require("node:timers");
let node_timers$1 = runtime.a(node_timers, 1);
node_timers = runtime.a(node_timers);
use(node_timers$1.default.setTimeout);
const now = node_timers.default.setImmediate;
(0, node_timers.default.setImmediate)(other.default);`;
    expect(lines(plain(code, false))).toEqual([
      'let node_timers = require("node:timers");',
      'const node_timers$1 = node_timers;',
      'use(node_timers$1.setTimeout);',
      'const now = node_timers.setImmediate;',
      'node_timers.setImmediate(other.default);',
    ]);
  });
});
