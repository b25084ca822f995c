/** build/names.ts, build/functions.ts and build/minify.ts: what users see keeps its name, and the rest gets short. */
import { minify } from 'terser';
import { describe, expect, it } from 'vitest';
import { plainFunctions } from '../../build/functions.js';
import { minified } from '../../build/minify.js';
import { keepNames } from '../../build/names.js';

const run = (code: string): Record<string, (given?: unknown) => object> => {
  const module = { exports: {} };
  new Function('module', code)(module);
  return module.exports;
};

describe('kept names', () => {
  const code = `const createFs = () => ({ stat: function stat(path) { return inner(path); } });
    const inner = (path) => new Fault$1(path).path + new Fault$1(1).path;
    var Fault$1 = class extends Error { constructor(path) { super(); this.path = path; } };
    var Dir = class { #own = 1; };
    var Unseen = class { own = inner; };
    module.exports = { createFs, fault: (path) => new Fault$1(path), dir: () => new Dir(), unseen: () => new Unseen(), inner };`;

  it('are those of exports, of members, of classes on others, and of classes that V8 shows', async () => {
    const { createFs, fault, dir, unseen, inner } = run(
      await minified(plainFunctions(keepNames(code, new Set(['createFs'])))),
    );
    expect(createFs?.name).toBe('createFs');
    expect(Reflect.get(createFs?.() ?? {}, 'stat')).toHaveProperty('name', 'stat');
    expect(fault?.(1).constructor.name).toBe('Fault');
    expect(Object.keys(fault?.(1).constructor ?? {})).toEqual([]);
    expect(`${dir?.().constructor}`).toMatch(/^class Dir\{/);
    expect(unseen?.().constructor.name).not.toBe('Unseen');
    expect(inner?.name).not.toBe('inner');
  });

  it('survive the minifier of a program that bundles the package', async () => {
    const { createFs, fault } = run(
      (await minify(keepNames(code, new Set(['createFs'])), { toplevel: true })).code ?? '',
    );
    expect(createFs?.name).toBe('createFs');
    expect(fault?.(1).constructor.name).toBe('Fault');
  });

  it('refuse a number in the code, which the bundler puts behind a name that several files have', () => {
    const none = new Set<string>();
    expect(() => keepNames('class Dir$2 extends Other {}', none)).toThrow('two of that name meet');
    expect(() => keepNames('const fs = { stat: function stat$1() {} };', none)).toThrow('two of that name meet');
    expect(keepNames('function stat$1() {}', none)).toBe('function stat$1() {}');
  });
});

describe('functions at the top of a file', () => {
  it('are declared, with the same parameters; all else stays', () => {
    expect(plainFunctions('const f = (a, { b } = {}, ...rest) => a + b;')).toBe(
      'function f(a,{ b } = {},...rest) {\n  return a + b;\n}',
    );
    expect(plainFunctions('var g = async () => { await 1; };')).toBe('async function g() { await 1; }');
    const others = 'const a = 1, b = () => 2; const c = function () {}; if (a) { const d = () => 1; }';
    expect(plainFunctions(others)).toBe(others);
  });
});

describe('a late part', () => {
  it('is a function in parentheses, which V8 compiles at once', async () => {
    const small = await minified('module.exports = function (base) { return { a: base.b }; };\n');
    expect(small).toBe('"use strict";module.exports=(function(e){return{a:e.b}});');
  });
});
