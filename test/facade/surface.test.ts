/** The shape of the object: names, kinds, identity, and that nothing needs `this`. */
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { describe, expect, it } from 'vitest';
import { hostFs } from '../../src/facade/running-node.js';
import { createFs } from './audited.js';

const namesOf = (object: object): string[] => Object.keys(object).sort();

describe('the fs object', () => {
  it('has the names of the running Node, enumerable ones and others', () => {
    const fs = createFs();
    const extra = ['glob', 'globSync'].filter((name) => !(name in hostFs));
    expect(namesOf(fs)).toEqual([...namesOf(hostFs), ...extra].sort());
    expect(Object.getOwnPropertyNames(fs).sort()).toEqual([...Object.getOwnPropertyNames(hostFs), ...extra].sort());
    expect(namesOf(fs.promises)).toEqual([...namesOf(hostFs.promises), ...(extra.length > 0 ? ['glob'] : [])].sort());
    for (const name of namesOf(hostFs))
      expect([name, typeof Reflect.get(fs, name)]).toEqual([name, typeof Reflect.get(hostFs, name)]);
  });

  it('has one promises object and Node’s constants', () => {
    const fs = createFs();
    expect(fs.promises).toBe(fs.promises);
    expect(fs.constants).toBe(hostFs.constants);
    expect(createFs().promises).not.toBe(fs.promises);
  });

  it('needs no this: destructured, spread, behind a Proxy and through an heir', async () => {
    const fs = createFs();
    const { writeFileSync, readFile } = fs;
    writeFileSync('/f', 'x');
    expect(await promisify(readFile)('/f', 'utf8')).toBe('x');
    for (const copy of [{ ...fs }, new Proxy(fs, {}), Object.create(fs) as typeof fs]) {
      expect(copy.readFileSync('/f', 'utf8')).toBe('x');
      expect(await copy.promises.readFile('/f', 'utf8')).toBe('x');
      expect(copy.createReadStream('/f')).toBeInstanceOf(hostFs.ReadStream);
    }
  });

  it('lets its stream classes be replaced', () => {
    const fs = createFs();
    class Mine extends fs.ReadStream {}
    Object.assign(fs, { ReadStream: Mine });
    expect(fs.createReadStream('/nope').on('error', () => {})).toBeInstanceOf(Mine);
  });

  it('has the forms that util.promisify asks for', async () => {
    const fs = createFs();
    const fd = fs.openSync('/f', 'w+');
    expect(await promisify(fs.write)(fd, 'text')).toEqual({ bytesWritten: 4, buffer: 'text' });
    expect(await promisify(fs.read)(fd, Buffer.alloc(4), 0, 4, 0)).toEqual({
      bytesRead: 4,
      buffer: Buffer.from('text'),
    });
    expect(await promisify(fs.writev)(fd, [Buffer.from('a')])).toMatchObject({ bytesWritten: 1 });
    expect(await promisify(fs.readv)(fd, [Buffer.alloc(1)], 0)).toMatchObject({ bytesRead: 1 });
    expect(await promisify(fs.exists)('/f')).toBe(true);
  });
});

describe('errors', () => {
  it('start at the caller’s line in every form', async () => {
    const fs = createFs();
    const first = (error: unknown): string => String((error as Error).stack).split('\n')[1];
    const here = /surface\.test/;
    try {
      fs.readFileSync('/nope');
    } catch (error) {
      expect(first(error)).toMatch(here);
    }
    try {
      fs.renameSync('/a', 5 as never);
    } catch (error) {
      expect(first(error)).toMatch(here);
      expect(String((error as Error).stack)).toMatch(/^TypeError( \[ERR_INVALID_ARG_TYPE\])?: The "newPath" argument/);
    }
    expect(first(await fs.promises.readFile('/nope').catch((error) => error))).toMatch(here);
  });

  it('are as plain as Node’s, the first and the second of a function', () => {
    const fs = createFs();
    const looks = (fs: typeof hostFs) => [
      () => fs.statSync('/no/such'),
      () => fs.lstatSync('/no/such'),
      () => fs.accessSync('/no/such'),
      () => fs.readSync(987654321, Buffer.alloc(1)),
      () => fs.linkSync('/no/such', '/no/where'),
    ];
    const shown = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        const made = error as Error;
        const plain = Object.getPrototypeOf(made) === Error.prototype;
        return [isNativeError(made), plain, made.constructor.name, Object.getOwnPropertyNames(made), String(made)];
      }
    };
    const begins = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        return String((error as Error).stack).split('\n')[1];
      }
    };
    for (const round of [1, 2]) {
      const [ours, theirs] = [looks(fs).map(shown), looks(hostFs).map(shown)];
      expect([round, ours]).toEqual([round, theirs]);
      for (const call of looks(fs)) expect(begins(call)).toMatch(/surface\.test/);
    }
  });

  it('leave the function that failed as it was', () => {
    const { statSync } = createFs();
    const before = Object.getOwnPropertyDescriptors(statSync);
    expect(() => statSync('/no/such')).toThrow('ENOENT');
    expect(Object.getOwnPropertyDescriptors(statSync)).toEqual(before);
    expect(statSync.prototype).toBe(before.prototype.value);
  });

  it('obey Error.stackTraceLimit', () => {
    const fs = createFs();
    const { stackTraceLimit } = Error;
    const deep = (levels: number): unknown => (levels === 0 ? fs.statSync('/nope') : deep(levels - 1));
    try {
      for (const limit of [0, 1, 3, 20]) {
        Error.stackTraceLimit = limit;
        const error = ((): Error => {
          try {
            return deep(30) as never;
          } catch (caught) {
            return caught as Error;
          }
        })();
        const lines = String(error.stack).split('\n');
        expect([Error.stackTraceLimit, lines.length - 1]).toEqual([limit, limit]);
        if (limit > 0) expect(lines[1]).toContain('deep');
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  it('are made where a program has made Error unchangeable', () => {
    const fs = createFs({ maxQuota: 65_536 });
    const own = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    Object.defineProperty(Error, 'stackTraceLimit', { value: 10, writable: false, configurable: true });
    try {
      expect(() => fs.statSync('/nope')).toThrow(/^ENOENT: no such file or directory, stat '\/nope'$/);
      expect(() => fs.opendirSync('/').read(5 as never)).toThrow(/callback/);
      expect(() => fs.writeFileSync('/f', Buffer.alloc(1e6))).toThrow(/^ENOSPC: no space left on device, write$/);
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', own as PropertyDescriptor);
    }
  });
});
