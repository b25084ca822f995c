/** build/libraries.ts: what is left out of bundled packages. */
import { describe, expect, it } from 'vitest';
import { asModule, settled, withoutUnreached } from '../../build/libraries.js';

describe('unreached code of libraries', () => {
  const code = `class Zip { open() { return 1; } #open() {} read() {} }
exports.open = open;
Zip.prototype.close = function () {};
util.inherits(Zip, Other);
util.inherits(Kept, Other);
`;

  it('goes by its name', () => {
    const left = withoutUnreached(code, ['open', 'exports.open', 'Zip.prototype.close', 'util.inherits Zip']);
    expect(left.replaceAll(/\s+/g, ' ').trim()).toBe('class Zip { #open() {} read() {} } util.inherits(Kept, Other);');
  });

  it('fails the build when a name is not there', () => {
    expect(() => withoutUnreached(code, ['open', 'Zip.prototype.gone'])).toThrow('lacks Zip.prototype.gone');
  });
});

describe('settled options', () => {
  it('are put in where they are read, not where they are set', () => {
    const found = new Set<string>();
    const code = `this.negate = !this.negate;
if (!options.dot && this.options.nocase && this.#options.noext && opt.dot) go(this.nonegate, other.dot);
this.debug('message');`;
    expect(settled(code, found).trim()).toBe(`this.negate = !false;
if (!false && false && false && false) go(true, other.dot);`);
    expect([...found].sort()).toEqual(['dot', 'nocase', 'noext', 'this.negate', 'this.nonegate']);
  });
});

describe('CommonJS as a module', () => {
  it('imports what it required, and exports the same as its default', () => {
    const code = `var fs = require("fs");
var zlib = require("zlib");
var EventEmitter = require("events").EventEmitter;
exports.open = open;
exports.close = close;
function open() {}`;
    expect(asModule(code).split('\n').filter(Boolean)).toEqual([
      'const fs = {};',
      'import zlib from "node:zlib";',
      'import { EventEmitter as EventEmitter } from "node:events";',
      'function open() {}',
      'export default { open, close };',
    ]);
  });

  it('fails the build when it has CommonJS of another form', () => {
    expect(() => asModule('let late = () => require("late");')).toThrow('new CommonJS');
    expect(() => asModule('Object.assign(exports.all, {});')).toThrow('new CommonJS');
  });
});
