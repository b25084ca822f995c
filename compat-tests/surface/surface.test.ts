/**
 * Compat tests, surface: every name of `node:fs` in the running Node, and no
 * other. Allowed gaps: none. Where the host lacks glob, ours may be ahead of it
 * (`AHEAD`), because the package promises it on every supported Node.
 */
import nodeFs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadOurs, type NodeFs } from '../targets.js';
import { difference, inherited, keys, members, NO_DIFFERENCE } from './members.js';

const ours = (await loadOurs()).make();
const real = nodeFs;
const realRoot = mkdtempSync(join(tmpdir(), 'quotafs-surface-'));
ours.mkdirSync(realRoot, { recursive: true });
afterAll(() => rmSync(realRoot, { recursive: true }));

/** Names we have although the running Node has not: glob came with Node 22. */
const AHEAD = 'globSync' in nodeFs ? [] : ['glob', 'globSync'];
const AHEAD_PROMISES = 'globSync' in nodeFs ? [] : ['glob'];

const lines = (object: object, without: readonly string[] = []): string[] =>
  [...members(object)].filter(([key]) => !without.includes(key)).map(([key, shape]) => `${key}: ${shape}`);

describe('names', () => {
  it('of fs, with their kinds', () => {
    expect(difference(lines(real), lines(ours, AHEAD))).toEqual(NO_DIFFERENCE);
    for (const name of AHEAD) expect(ours).toHaveProperty(name);
  });

  it('of fs.promises', () => {
    expect(difference(lines(real.promises), lines(ours.promises, AHEAD_PROMISES))).toEqual(NO_DIFFERENCE);
    for (const name of AHEAD_PROMISES) expect(ours.promises).toHaveProperty(name);
  });

  it('of fs.constants, with values', () => {
    expect({ ...ours.constants }).toEqual({ ...real.constants });
    expect(Object.getPrototypeOf(ours.constants)).toBe(Object.getPrototypeOf(real.constants));
    expect(Object.isFrozen(ours.constants)).toBe(Object.isFrozen(real.constants));
    expect(ours.promises.constants).toEqual(real.promises.constants);
  });

  it('names and lengths of functions', () => {
    const shapes = (object: object): string[] =>
      Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, { value }]) =>
        typeof value === 'function' && /^[a-z_]/.test(key) ? [`${key}: ${value.name} ${value.length}`] : [],
      );
    const without = (names: readonly string[]) => (line: string) => !names.includes(line.split(':')[0] ?? '');
    expect(shapes(ours).filter(without(AHEAD)).sort()).toEqual(shapes(real).sort());
    expect(shapes(ours.promises).filter(without(AHEAD_PROMISES)).sort()).toEqual(shapes(real.promises).sort());
  });

  it('of functions that are async, which some libraries ask before they hand over a callback', () => {
    const kinds = (object: object): string[] =>
      Object.entries(object)
        .filter(([key, value]) => typeof value === 'function' && !AHEAD_PROMISES.includes(key))
        .map(([key, value]) => `${key}: ${Object.prototype.toString.call(value)} of ${value.constructor.name}`);
    expect(kinds(ours.promises).sort()).toEqual(kinds(real.promises).sort());
  });

  it('functions are printed without what they keep', () => {
    const members: [string, unknown][] = [...Object.entries(ours), ...Object.entries(ours.promises)];
    for (const [key, value] of members) {
      if (typeof value !== 'function' || /^[A-Z]/.test(key)) continue;
      expect([key, inspect(value).length < 200]).toEqual([key, true]);
    }
  });

  it('of the promisified forms and the native ones', () => {
    const functions = Object.keys(real).filter(
      (key) => typeof (real as unknown as Record<string, unknown>)[key] === 'function',
    );
    const inner = (fs: NodeFs, key: string): string[] =>
      lines((fs as unknown as Record<string, object>)[key], ['prototype']).map((line) => `${key}.${line}`);
    const collect = (fs: NodeFs): string[] => functions.filter((key) => key in fs).flatMap((key) => inner(fs, key));
    expect(difference(collect(real), collect(ours))).toEqual(NO_DIFFERENCE);
  });
});

describe('classes', () => {
  const stop = ['EventEmitter', 'Readable', 'Writable', 'Object'];

  const compareInstances = (expected: object, actual: object): void => {
    expect(difference(inherited(expected, stop), inherited(actual, stop))).toEqual(NO_DIFFERENCE);
  };

  const both = (make: (fs: NodeFs) => object): [object, object] => [make(real), make(ours)];

  it('FileHandle', async () => {
    const open = (fs: NodeFs) => fs.promises.open(join(realRoot, 'handle'), 'w');
    const [expected, actual] = [await open(real), await open(ours)];
    const proto = (handle: object): object => Object.getPrototypeOf(handle) as object;
    expect(actual.constructor.name).toBe(expected.constructor.name);
    expect(difference(keys(proto(expected)), keys(proto(actual)))).toEqual(NO_DIFFERENCE);
    expect(difference(lines(expected), lines(actual))).toEqual(NO_DIFFERENCE);
    await Promise.all([expected.close(), actual.close()]);
  });

  it('Stats and BigIntStats', () => {
    for (const bigint of [false, true]) {
      const [expected, actual] = both((fs) => fs.statSync(realRoot, { bigint }));
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      expect(Object.getPrototypeOf(actual)).toBe(Object.getPrototypeOf(expected));
    }
    expect(ours.statSync(realRoot)).toBeInstanceOf(nodeFs.Stats);
    expect(ours.Stats).toBe(nodeFs.Stats);
  });

  it('StatFs', () => {
    for (const bigint of [false, true]) {
      const [expected, actual] = both((fs) => fs.statfsSync(realRoot, { bigint }));
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      expect(actual.constructor.name).toBe(expected.constructor.name);
    }
  });

  it('Dir and Dirent', () => {
    for (const fs of [real, ours]) fs.writeFileSync(join(realRoot, 'entry'), '');
    const [expected, actual] = both((fs) => fs.opendirSync(realRoot));
    compareInstances(expected, actual);
    const lengths = ({ read, close, readSync, closeSync }: import('node:fs').Dir): number[] =>
      [read, close, readSync, closeSync].map(({ length }) => length);
    expect(lengths(actual as import('node:fs').Dir)).toEqual(lengths(expected as import('node:fs').Dir));
    for (const dir of [expected, actual] as import('node:fs').Dir[]) dir.closeSync();
    const [one, two] = both((fs) => fs.readdirSync(realRoot, { withFileTypes: true })[0]);
    compareInstances(one, two);
    expect(two).toBeInstanceOf(nodeFs.Dirent);
    expect(Object.keys(two)).toEqual(Object.keys(one));
  });

  it('ReadStream and WriteStream', async () => {
    for (const make of [
      (fs: NodeFs) => fs.createWriteStream(join(realRoot, 'stream')),
      (fs: NodeFs) => fs.createReadStream(join(realRoot, 'stream')),
    ]) {
      const [expected, actual] = both(make) as [import('node:fs').WriteStream, import('node:fs').WriteStream];
      compareInstances(expected, actual);
      expect(actual.constructor.name).toBe(expected.constructor.name);
      await Promise.all(
        [expected, actual].map((stream) => new Promise((resolve) => stream.on('close', resolve).destroy())),
      );
    }
    expect(ours.ReadStream.length).toBe(real.ReadStream.length);
  });

  it('FSWatcher and StatWatcher', () => {
    for (const options of [{}, { recursive: true }]) {
      const [expected, actual] = both((fs) => fs.watch(realRoot, options));
      compareInstances(expected, actual);
      expect(difference(lines(expected), lines(actual))).toEqual(NO_DIFFERENCE);
      expect(actual.constructor.name).toBe(expected.constructor.name);
      for (const watcher of [expected, actual] as import('node:fs').FSWatcher[]) watcher.close();
      expect(difference(lines(expected), lines(actual))).toEqual(NO_DIFFERENCE);
    }
    const file = join(realRoot, 'entry');
    const [one, two] = both((fs) => fs.watchFile(file, () => {}));
    compareInstances(one, two);
    expect(difference(lines(one), lines(two))).toEqual(NO_DIFFERENCE);
    for (const fs of [real, ours]) fs.unwatchFile(file);
    expect(difference(lines(one), lines(two))).toEqual(NO_DIFFERENCE);
  });

  const utf8Stream = (): void => {
    const [expected, actual] = both((fs) => {
      const { Utf8Stream } = fs as unknown as { Utf8Stream: new (options: object) => object };
      return new Utf8Stream({ dest: join(realRoot, 'utf8'), sync: true });
    });
    const proto = (stream: object): object => Object.getPrototypeOf(stream) as object;
    compareInstances(expected, actual);
    expect(actual.constructor.name).toBe(expected.constructor.name);
    expect(actual).toBeInstanceOf(expected.constructor);
    expect(Object.keys(proto(actual))).toEqual(Object.keys(proto(expected)));
    expect(difference(keys(proto(expected)), keys(proto(actual)))).toEqual(NO_DIFFERENCE);
    for (const stream of [expected, actual] as { destroy(): void }[]) stream.destroy();
  };
  // Node has it since 24.
  if ('Utf8Stream' in real) it('Utf8Stream', utf8Stream);
});

describe('shape', () => {
  it('promises is one object, and the one that the getter gives', () => {
    expect(ours.promises).toBe(ours.promises);
    expect({ ...ours }.promises).toBe(ours.promises);
  });

  it('functions need no receiver', async () => {
    const { writeFileSync, readFileSync, promises } = ours;
    const file = join(realRoot, 'bare');
    writeFileSync(file, 'x');
    expect(readFileSync(file, 'utf8')).toBe('x');
    const { readFile } = promises;
    expect(await readFile(file, 'utf8')).toBe('x');
  });

  it('two objects share no function with state, and no constant differs', () => {
    const other = { ...ours };
    expect(Object.keys(other)).toEqual(Object.keys(ours));
  });

  it('promisified results', async () => {
    const file = join(realRoot, 'promisified');
    const results = async (fs: NodeFs): Promise<unknown> => {
      fs.writeFileSync(file, 'hello');
      const fd = fs.openSync(file, 'r+');
      const found = [
        await promisify(fs.read)(fd, Buffer.alloc(3), 0, 3, 0),
        await promisify(fs.write)(fd, Buffer.from('J'), 0, 1, 0),
        await promisify(fs.write)(fd, 'J', 0),
        await promisify(fs.readv)(fd, [Buffer.alloc(2)], 0),
        await promisify(fs.writev)(fd, [Buffer.from('Je')], 0),
        await promisify(fs.exists)(file),
        await promisify(fs.exists)(`${file}-missing`),
        promisify(fs.exists).name,
      ];
      fs.closeSync(fd);
      return found;
    };
    expect(await results(ours)).toEqual(await results(real));
  });
});
