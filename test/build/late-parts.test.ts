/** build/late-parts.ts: what is loaded by its first use, on small files. */
import { describe, expect, it } from 'vitest';
import { asPart, loadLate, namesOfParts } from '../../build/late-parts.js';

const names = namesOfParts([{ name: 'late', exports: ['makeRm', 'Lower'] }]);
const run = (code: string, require: (path: string) => unknown, base?: unknown): Record<string, unknown> => {
  const module = { exports: {} };
  new Function('module', 'exports', 'require', '__base', code)(module, module.exports, require, base);
  return module.exports;
};

describe('late parts', () => {
  it('are loaded by the base, once, past what node:fs was patched with, and are given the base', () => {
    const code = `let part = require("./late.cjs");
      function unpatched(load) { calls.push('past'); return load(); }
      const calls = [];
      module.exports = { calls, rm: () => part.makeRm(), lower: () => new part.Lower() };`;
    const asked: unknown[] = [];
    const base = run(loadLate(code, true, names), (path) => (given: unknown) => {
      asked.push(path, given);
      return { [short('makeRm')]: () => 'rm', [short('Lower')]: class Lower {} };
    });
    expect(asked).toEqual([]);
    expect((base.rm as () => string)()).toBe('rm');
    expect((base.lower as () => object)().constructor.name).toBe('Lower');
    expect(asked).toEqual(['./late.cjs', base]);
    expect(base.calls).toEqual(['past']);
  });

  it('are asked of the base by all others', () => {
    const code =
      'let base = require("./base.cjs");\nlet part = require("./late.cjs");\nexports.rm = () => part.makeRm();';
    const base = { _0: () => ({ [short('makeRm')]: () => 'rm' }) };
    const { rm } = run(loadLate(code, false, names), () => base);
    expect((rm as () => string)()).toBe('rm');
  });

  it('refuse a name that the part has not, a use as a whole, and a file without the base', () => {
    const start = 'let base = require("./base.cjs");\nlet part = require("./late.cjs");\n';
    expect(() => loadLate(`${start}part.other();`, false, names)).toThrow('late has no other');
    expect(() => loadLate(`${start}use(part);`, false, names)).toThrow('a late import is used as use(part)');
    expect(() => loadLate('let part = require("./late.cjs");', false, names)).toThrow('without the base');
    expect(() => loadLate('let part = require("./late.cjs");', true, names)).toThrow('lacks the function');
    expect(() => loadLate('let own = require("./other.cjs");', true, names)).toThrow('the base stands on ./other.cjs');
  });

  it('may be built-in modules, which are loaded once', () => {
    const code =
      'let node_os = require("node:os");\nexports.name = () => { const { type } = node_os; return [type(), node_os.node_os]; };';
    let loads = 0;
    const { name } = run(loadLate(code, false, names), () => ({ type: () => ++loads, node_os: 'a member' }));
    expect(loads).toBe(0);
    expect((name as () => unknown)()).toEqual([1, 'a member']);
  });

  it('are functions of the base, and stand on nothing else', () => {
    const code = 'const base = require("./base.cjs");\nmodule.exports = { twice: () => base.value * 2 };';
    const part = run(asPart(code), () => expect.fail('nothing is required')) as unknown as (base: object) => {
      twice: () => number;
    };
    expect(part({ value: 21 }).twice()).toBe(42);
    expect(() => asPart('const other = require("./other.cjs");')).toThrow('a late part stands on ./other.cjs');
  });
});

function short(name: string): string {
  return names.late?.get(name) ?? expect.fail(`no short name for ${name}`);
}
