/**
 * Directories: their order, their streams while they change, and the indexes
 * under them while thousands of names come and go.
 */
import { describe, expect, it } from 'vitest';
import {
  createVolume,
  type DirectoryStream,
  DT_DIR,
  DT_FILE,
  DT_LINK,
  type Engine,
  O_CREAT,
  O_WRONLY,
} from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { createPrng, effort, seeds } from '../helpers/prng.js';
import { expectClean } from '../helpers/snapshot.js';

const touch = (engine: Engine, path: string): void =>
  engine.writeFile(path, new Uint8Array(0), O_WRONLY | O_CREAT, 0o644);

const drain = (stream: DirectoryStream): string[] => {
  const names: string[] = [];
  while (stream.next()) names.push(stream.name);
  return names;
};

describe('readdir', () => {
  it('sorts by bytes and says the types', () => {
    const engine = createVolume();
    touch(engine, '/b');
    engine.mkdir('/\xff', 0o755);
    engine.symlink('b', '/a');
    touch(engine, '/B');
    touch(engine, '/ab');
    const types: number[] = [];
    expect(engine.readdir('/', types)).toEqual(['B', 'a', 'ab', 'b', '\xff']);
    expect(types).toEqual([DT_FILE, DT_LINK, DT_FILE, DT_FILE, DT_DIR]);
    expect(engine.readdir('/')).toEqual(['B', 'a', 'ab', 'b', '\xff']);
  });

  it('gives a fresh array each time', () => {
    const engine = createVolume();
    touch(engine, '/a');
    engine.readdir('/').push('mine');
    expect(engine.readdir('/')).toEqual(['a']);
  });

  it('is never out of date, whatever changed since the last time', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o755);
    engine.mkdir('/other', 0o755);
    touch(engine, '/d/a');
    const list = (): string => engine.readdir('/d').join(' ');
    const steps: [() => void, string][] = [
      [() => touch(engine, '/d/b'), 'a b'],
      [() => engine.rename('/d/a', '/d/c'), 'b c'],
      [() => engine.rename('/d/b', '/d/c'), 'c'],
      [() => engine.rename('/d/c', '/other/c'), ''],
      [() => engine.rename('/other/c', '/d/x'), 'x'],
      [() => engine.link('/d/x', '/d/y'), 'x y'],
      [() => engine.unlink('/d/x'), 'y'],
      [() => engine.symlink('y', '/d/l'), 'l y'],
      [() => engine.importTree([{ path: '/d/i', type: 'file' }]), 'i l y'],
      [() => engine.copyFile('/d/y', '/d/z', 0), 'i l y z'],
      [() => engine.copyTree('/other', '/d/o'), 'i l o y z'],
      [() => void engine.mkdirp('/d/m/n', 0o755), 'i l m o y z'],
      [() => engine.removeTree('/d/m'), 'i l o y z'],
      [() => engine.rename('/other', '/d/o'), 'i l o y z'],
      [() => engine.move('/d/o', '/p/q'), 'i l y z'],
    ];
    for (const [step, expected] of steps) {
      list();
      step();
      expect(list()).toBe(expected);
    }
    engine.removeTree('/d');
    engine.mkdir('/d', 0o755);
    expect(list()).toBe('');
  });

  it('says the types anew when a name changes its kind', () => {
    const engine = createVolume();
    touch(engine, '/a');
    const types = (): number[] => {
      const found: number[] = [];
      engine.readdir('/', found);
      return found;
    };
    expect(types()).toEqual([DT_FILE]);
    engine.unlink('/a');
    engine.mkdir('/a', 0o755);
    expect(types()).toEqual([DT_DIR]);
    types().push(9);
    expect(types()).toEqual([DT_DIR]);
  });

  it('wants a directory', () => {
    const engine = createVolume();
    touch(engine, '/f');
    expect(faultOf(() => engine.readdir('/f'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.opendir('/f'))).toBe('ENOTDIR');
    expect(faultOf(() => engine.readdir('/missing'))).toBe('ENOENT');
    expect(faultOf(() => engine.opendir('/missing'))).toBe('ENOENT');
  });
});

/** What an earlier stream has read to the end lies ready for the next one. */
const ways: [string, (engine: Engine, path: string) => DirectoryStream][] = [
  ['from entry to entry', (engine, path) => engine.opendir(path)],
  [
    'from a listing',
    (engine, path) => {
      const earlier = engine.opendir(path);
      drain(earlier);
      earlier.close();
      return engine.opendir(path);
    },
  ],
];

describe.each(ways)('directory streams, %s', (_way, opened) => {
  it('list names with their types, then end, and stay at the end', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o755);
    touch(engine, '/d/file');
    engine.mkdir('/d/directory', 0o755);
    engine.symlink('file', '/d/link');
    const stream = opened(engine, '/d');
    const found: Record<string, number> = {};
    while (stream.next()) found[stream.name] = stream.type;
    expect(found).toEqual({ file: DT_FILE, directory: DT_DIR, link: DT_LINK });
    expect(stream.next()).toBe(false);
    stream.close();
    expectClean(engine);
  });

  it('are charged while open and EBADF once closed', () => {
    const engine = createVolume();
    const before = engine.usage().used;
    const stream = opened(engine, '/');
    expect(engine.usage().used).toBeGreaterThan(before);
    stream.close();
    expect(engine.usage().used).toBe(before);
    expect(faultOf(() => stream.next())).toBe('EBADF');
    expect(faultOf(() => stream.close())).toBe('EBADF');
    expect(engine.usage().used).toBe(before);
  });

  it('see what was made after they were opened and before they are read', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o755);
    const stream = opened(engine, '/d');
    touch(engine, '/d/a');
    expect([stream.next(), stream.name]).toEqual([true, 'a']);
    touch(engine, '/d/b');
    expect(stream.next()).toBe(false);
    stream.close();
    expectClean(engine);
  });

  it('survive the removal of their directory', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o755);
    for (const name of ['a', 'b', 'c']) touch(engine, `/d/${name}`);
    const stream = opened(engine, '/d');
    stream.next();
    engine.removeTree('/d');
    expect(stream.next()).toBe(false);
    expectClean(engine);
    stream.close();
    expectClean(engine);
  });

  it('removing each name as it is read reads them all', () => {
    const engine = createVolume();
    const names = Array.from({ length: 500 }, (_, i) => `f${i}`);
    for (const name of names) touch(engine, `/${name}`);
    const stream = opened(engine, '/');
    const seen: string[] = [];
    while (stream.next()) {
      seen.push(stream.name);
      engine.unlink(`/${stream.name}`);
    }
    stream.close();
    expect(seen.sort()).toEqual(names.sort());
    expect(engine.readdir('/')).toEqual([]);
  });

  it.each(['renaming each name', 'making a name for each'])('%s as it is read comes to an end', (what) => {
    const engine = createVolume();
    for (let i = 0; i < 50; i++) touch(engine, `/f${i}`);
    const stream = opened(engine, '/');
    const seen: string[] = [];
    while (stream.next() && seen.length < 1000) {
      seen.push(stream.name);
      if (what.startsWith('renaming')) engine.rename(`/${stream.name}`, `/x${stream.name}`);
      else touch(engine, `/x${stream.name}`);
    }
    stream.close();
    expect(seen.length).toBeLessThan(1000);
    expect(seen.filter((name) => name.startsWith('f')).length).toBe(50);
    expectClean(engine);
  });

  it('two streams have places of their own', () => {
    const engine = createVolume();
    for (const name of ['a', 'b', 'c', 'd']) touch(engine, `/${name}`);
    const first = opened(engine, '/');
    first.next();
    const second = opened(engine, '/');
    expect([...drain(second)].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(drain(first)).toHaveLength(3);
  });

  it.each(seeds(31))('names that stay are seen exactly once, names that never were are not (seed %i)', (seed) => {
    for (let round = 0; round < 300 * effort; round++) {
      const rng = createPrng(seed * 1000 + round);
      const engine = createVolume();
      let next = 0;
      const alive = new Set<string>();
      const add = (): void => {
        const name = `${'n'.repeat(rng.int(40))}${next++}`;
        touch(engine, `/${name}`);
        alive.add(name);
      };
      const remove = (): void => {
        const name = rng.pick([...alive]);
        engine.unlink(`/${name}`);
        alive.delete(name);
      };
      for (let i = rng.int(40); i > 0; i--) add();
      const atStart = new Set(alive);
      const ever = new Set(alive);
      const stream = opened(engine, '/');
      const seen: string[] = [];
      while (stream.next()) {
        seen.push(stream.name);
        const churn = rng.int(4);
        for (let i = 0; i < churn && ever.size < 200; i++) {
          if (rng.chance(0.5) || alive.size === 0) add();
          else remove();
        }
        for (const name of alive) ever.add(name);
      }
      stream.close();
      const stayed = [...atStart].filter((name) => alive.has(name));
      expect(new Set(seen).size, `seed ${rng.seed}: seen twice`).toBe(seen.length);
      expect(
        stayed.filter((name) => !seen.includes(name)),
        `seed ${rng.seed}: missed`,
      ).toEqual([]);
      expect(
        seen.filter((name) => !ever.has(name)),
        `seed ${rng.seed}: invented`,
      ).toEqual([]);
      expectClean(engine);
    }
  });

  it('hand on a batch: so many, or so many bytes of names', () => {
    const engine = createVolume();
    for (const name of ['a', 'bb', 'ccc', 'dddd', 'eeeee']) touch(engine, `/${name}`);
    const stream = opened(engine, '/');
    const batch = (most: number, bytes: number): string[] => {
      const names: string[] = [];
      const isMore = stream.read(most, bytes, (name, type) => names.push(`${name} ${type}`));
      expect(isMore).toBe(names.length > 0);
      return names;
    };
    expect(batch(2, 100)).toEqual(['a 1', 'bb 1']);
    engine.unlink('/ccc');
    expect(batch(9, 4)).toEqual(['dddd 1']);
    expect(batch(9, 4)).toEqual(['eeeee 1']);
    expect(batch(9, 4)).toEqual([]);
    stream.close();
    expect(faultOf(() => batch(1, 1))).toBe('EBADF');
    expectClean(engine);
  });

  it('go on where they were when other directories have taken the room for listings', () => {
    const engine = createVolume({ maxQuota: 2 ** 20 });
    const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
    for (const directory of ['/a', '/b', '/c', '/d', '/e']) {
      engine.mkdir(directory, 0o777);
      for (const name of names) touch(engine, `${directory}/${name}`);
    }
    const stream = opened(engine, '/a');
    const seen: string[] = [];
    while (stream.next()) {
      seen.push(stream.name);
      if (seen.length === 40) for (const other of ['/b', '/c', '/d', '/e']) drain(engine.opendir(other));
    }
    expect(seen).toEqual(names);
    stream.close();
  });

  it('end when a snapshot is restored, and read what is there the next time', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o777);
    for (const name of ['a', 'b', 'c']) touch(engine, `/d/${name}`);
    const image = engine.takeImage();
    touch(engine, '/d/later');
    const stream = opened(engine, '/d');
    expect([stream.next(), stream.name]).toEqual([true, 'a']);
    engine.restoreImage(image);
    expect(stream.next()).toBe(false);
    stream.close();
    const again = opened(engine, '/d');
    expect(drain(again)).toEqual(['a', 'b', 'c']);
    again.close();
    image.dispose();
    expectClean(engine);
  });
});

describe('many names', () => {
  it('a large directory finds each of its names, and not the others', () => {
    const engine = createVolume();
    const count = 20_000;
    for (let i = 0; i < count; i++) touch(engine, `/${i}`);
    for (let i = 0; i < count; i += 7) expect(engine.lookup(`/${i}`)).toBeGreaterThan(0);
    for (let i = count; i < count + 1000; i++) expect(engine.lookup(`/${i}`)).toBeLessThan(0);
    expect(engine.readdir('/')).toHaveLength(count);
    expectClean(engine);
  });

  it.each(seeds(5))('grows and shrinks in waves without losing a name or a byte (seed %i)', (seed) => {
    const rng = createPrng(seed);
    const engine = createVolume();
    const empty = engine.usage().used;
    const alive: string[] = [];
    let next = 0;
    for (const target of [3, 20, 0, 200, 9, 5000, 700, 6000, 31, 300, 0]) {
      while (alive.length < target) {
        const path = `/${'x'.repeat(rng.int(50))}-${next++}`;
        engine.mkdir(path, 0o755);
        alive.push(path);
      }
      while (alive.length > target) {
        const index = rng.int(alive.length);
        const path = alive[index] as string;
        alive[index] = alive[alive.length - 1] as string;
        alive.pop();
        if (rng.chance(0.2)) {
          engine.rename(path, `${path}-moved`);
          engine.rmdir(`${path}-moved`);
        } else engine.rmdir(path);
      }
      expect(engine.readdir('/').map((name) => `/${name}`)).toEqual([...alive].sort());
      expectClean(engine);
    }
    expect(engine.usage().used).toBe(empty);
  });

  it('knows whether a name ever had a byte above 127', () => {
    const engine = createVolume();
    touch(engine, '/plain');
    expect(engine.asciiOnly).toBe(true);
    touch(engine, '/\xc3\xa9');
    expect(engine.asciiOnly).toBe(false);
  });

  it('segments in the middle of the table come and go', () => {
    const engine = createVolume();
    const empty = engine.usage().used;
    const make = (from: number, to: number): void => {
      for (let i = from; i < to; i++) engine.mkdir(`/${i}`, 0o755);
    };
    const remove = (from: number, to: number): void => {
      for (let i = from; i < to; i++) engine.rmdir(`/${i}`);
    };
    make(0, 2000);
    remove(300, 900);
    expectClean(engine);
    remove(1200, 1900);
    make(2000, 2600);
    expectClean(engine);
    remove(0, 300);
    remove(1900, 2600);
    make(3000, 3010);
    expectClean(engine);
    remove(900, 1200);
    remove(3000, 3010);
    expect(engine.usage().used).toBe(empty);
    expectClean(engine);
  });

  it('creating and deleting at the border of a segment is cheap', () => {
    const engine = createVolume();
    for (let i = 0; i < 255 + 256; i++) engine.mkdir(`/${i}`, 0o755);
    const { used } = engine.usage();
    for (let round = 0; round < 50; round++) {
      engine.mkdir('/one', 0o755);
      engine.mkdir('/two', 0o755);
      engine.rmdir('/one');
      engine.rmdir('/two');
      expectClean(engine);
    }
    expect(engine.usage().used - used).toBeLessThan(64 * 1024);
  });

  it.each([1, 2, 7, 8, 9, 31, 32, 33, 127, 128, 129, 255, 256, 257])(
    'renames among %i names keep the ledger',
    (count) => {
      const engine = createVolume();
      for (let i = 0; i < count; i++) engine.mkdir(`/d${i}`, 0o755);
      const names = ['x', 'y'.repeat(16), 'y'.repeat(17), 'z'.repeat(100), 'w'.repeat(101), 'v'.repeat(255), 'short'];
      let current = '/d0';
      for (const name of names) {
        engine.rename(current, `/${name}`);
        current = `/${name}`;
        expectClean(engine);
      }
      expect(engine.readdir('/')).toHaveLength(count);
    },
  );
});
