/**
 * What work costs, in quota and in time. Times are compared with each other,
 * never with a clock: the best of several rounds, with generous bounds.
 */
import { describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_WRONLY,
  type StoragePolicy,
} from '../../src/core/index.js';
import { expectClean } from '../helpers/snapshot.js';

const MIB = 1024 * 1024;
const ONE = new Uint8Array([0x61]);

/** Milliseconds `body` takes. */
function timed(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Least time of each of the measured bodies over several rounds in turns, so that a busy machine hits all alike. */
function best(rounds: number, ...bodies: (() => void)[]): number[] {
  const least = bodies.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    bodies.forEach((body, index) => {
      least[index] = Math.min(least[index], timed(body));
    });
  }
  return least;
}

const openNew = (engine: Engine, path: string, flags = 0): number => engine.open(path, O_RDWR | O_CREAT | flags, 0o644);

describe('appending byte by byte', () => {
  const COUNT = 100_000;

  it.each<StoragePolicy>(['auto', 'sequential', 'random-access'])('%s: costs at most twice the bytes', (policy) => {
    const engine = createVolume({ defaultStorage: policy });
    const fd = openNew(engine, '/log', O_APPEND);
    const before = engine.usage().used;
    for (let i = 0; i < COUNT; i++) engine.write(fd, ONE, 0, 1, -1);
    expect(engine.usage().used - before).toBeLessThanOrEqual(2 * COUNT);
    expectClean(engine);
  });

  it('needs no more room on the way than it costs in the end, within the same factor', () => {
    const engine = createVolume();
    const fd = openNew(engine, '/log', O_APPEND);
    const before = engine.usage().used;
    engine.resize(before + 2 * COUNT + engine.usage().limit - before - engine.usage().available);
    for (let i = 0; i < COUNT; i++) engine.write(fd, ONE, 0, 1, -1);
    expect(engine.readFile('/log', 0, (size) => new Uint8Array(size)).length).toBe(COUNT);
  });

  it('costs twice the bytes at most for a file of any size past a page', () => {
    const engine = createVolume();
    const before = engine.usage().used;
    const fd = openNew(engine, '/log', O_APPEND);
    const line = new Uint8Array(97).fill(1);
    for (let size = line.length; size < 3 * MIB; size += line.length) {
      engine.write(fd, line, 0, line.length, -1);
      const used = engine.usage().used - before;
      if (size > 65_536 && used > 2 * size) expect.fail(`${used} bytes charged for ${size}`);
    }
  });

  it('takes constant time each: late appends are as fast as early ones', () => {
    const ratios = [0, 1, 2, 3].map(() => {
      const engine = createVolume();
      const fd = openNew(engine, '/log', O_APPEND);
      const batch = (): void => {
        for (let i = 0; i < COUNT / 10; i++) engine.write(fd, ONE, 0, 1, -1);
      };
      for (let i = 0; i < 3; i++) batch();
      const times = Array.from({ length: 30 }, () => timed(batch));
      return Math.min(...times.slice(20)) / Math.min(...times.slice(0, 10));
    });
    expect(Math.min(...ratios)).toBeLessThan(5);
  });
});

describe('stat', () => {
  it('of 256 MiB costs the same as of 1 MiB', () => {
    const engine = createVolume({ maxQuota: 300 * MIB });
    const stats = (path: string, size: number): (() => void) => {
      engine.close(openNew(engine, path));
      engine.writeFile(path, new Uint8Array(size), O_WRONLY, 0o644);
      const out = new Float64Array(18);
      return () => {
        for (let i = 0; i < 20_000; i++) engine.stat(path, out);
      };
    };
    const [small, large] = best(5, stats('/small', MIB), stats('/large', 256 * MIB)) as [number, number];
    // To look at each page would be a factor of a hundred.
    expect(large / small).toBeLessThan(8);
    expectClean(engine);
  });
});

describe('writing at random', () => {
  it('into 256 MiB costs the same as into 1 MiB', { timeout: 60_000 }, () => {
    const engine = createVolume({ maxQuota: 400 * MIB });
    const fill = (path: string, size: number): number => {
      const fd = openNew(engine, path);
      const page = new Uint8Array(MIB).fill(7);
      for (let at = 0; at < size; at += MIB) engine.write(fd, page, 0, MIB, at);
      return fd;
    };
    const small = fill('/small', MIB);
    const large = fill('/large', 256 * MIB);
    const used = engine.usage().used;
    const writes = (fd: number, size: number) => (): void => {
      let at = 12_345;
      for (let i = 0; i < 20_000; i++) {
        at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
        engine.write(fd, ONE, 0, 1, at % size);
      }
    };
    const [near, far] = best(5, writes(small, MIB), writes(large, 256 * MIB)) as [number, number];
    // Memory caches know the difference between 1 and 256 MiB; a copy or a search would be a factor of a hundred.
    expect(far / near).toBeLessThan(8);
    expect(engine.usage().used).toBe(used);
  });
});

describe('looking up', () => {
  it('in a directory of 50,000 names costs the same as in one of 50', { timeout: 60_000 }, () => {
    const engine = createVolume();
    const out = new Float64Array(18);
    const make = (directory: string, count: number): void => {
      engine.mkdir(directory, 0o755);
      for (let i = 0; i < count; i++) engine.mkdir(`${directory}/${i}`, 0o755);
    };
    make('/small', 50);
    make('/large', 50_000);
    const lookups = (directory: string, count: number) => (): void => {
      for (let i = 0; i < 20_000; i++) engine.stat(`${directory}/${(i * 7919) % count}`, out);
    };
    const [near, far] = best(5, lookups('/small', 50), lookups('/large', 50_000)) as [number, number];
    expect(far / near).toBeLessThan(8);
  });

  it('creating the 50,000th file is as fast as the first ones', { timeout: 60_000 }, () => {
    const engine = createVolume();
    let next = 0;
    const batch = (): void => {
      for (let i = 0; i < 2500; i++) engine.close(openNew(engine, `/f${next++}`));
    };
    batch();
    const times = Array.from({ length: 20 }, () => timed(batch));
    expect(Math.min(...times.slice(14)) / Math.min(...times.slice(0, 6))).toBeLessThan(6);
  });
});

describe('giving back', () => {
  const start = (engine: Engine): number => {
    expectClean(engine);
    return engine.usage().used;
  };

  it('removing everything returns the last byte', () => {
    const engine = createVolume();
    const before = start(engine);
    for (let d = 0; d < 20; d++) {
      engine.mkdir(`/d${d}`, 0o755);
      for (let f = 0; f < 50; f++) {
        const data = new Uint8Array((f * 997) % 30_000);
        engine.writeFile(`/d${d}/${'name'.repeat(f % 20)}${f}`, data, O_WRONLY | O_CREAT, 0o644);
      }
      engine.symlink('target'.repeat(d + 1), `/d${d}/link`);
      engine.copyTree(`/d${d}`, `/copy${d}`);
    }
    expect(engine.usage().used).toBeGreaterThan(20 * 50 * 10_000);
    for (const name of engine.readdir('/')) engine.removeTree(`/${name}`);
    expect(engine.usage().used).toBe(before);
    expectClean(engine);
  });

  it('creating and deleting ten thousand files one after another leaves nothing behind', () => {
    const engine = createVolume();
    const before = start(engine);
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      engine.writeFile(`/file-${i}`, new Uint8Array(i % 3000), O_WRONLY | O_CREAT, 0o644);
      most = Math.max(most, engine.usage().used);
      engine.unlink(`/file-${i}`);
    }
    expect(engine.usage().used).toBe(before);
    expect(most - before).toBeLessThan(16 * 1024);
    expectClean(engine);
  });

  it('a window of living files under churn stays bounded', () => {
    const engine = createVolume();
    const name = (i: number): string => `/${'x'.repeat(i % 40)}${i}`;
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      engine.writeFile(name(i), new Uint8Array((i * 31) % 2000), O_WRONLY | O_CREAT, 0o644);
      if (i >= 100) engine.unlink(name(i - 100));
      if (i === 2000) most = engine.usage().used;
    }
    // A hundred files of about a kilobyte: what they cost after 20,000 is what they cost after 2,000.
    expect(engine.usage().used).toBeLessThan(most * 1.5);
    expectClean(engine);
  });

  it('survivors scattered over what was freed do not hold it', () => {
    const engine = createVolume();
    const before = start(engine);
    for (let i = 0; i < 5000; i++) engine.writeFile(`/f${i}`, new Uint8Array(1000), O_WRONLY | O_CREAT, 0o644);
    const full = engine.usage().used - before;
    for (let i = 0; i < 5000; i++) if (i % 2 === 1) engine.unlink(`/f${i}`);
    for (let i = 5000; i < 7500; i++) engine.writeFile(`/f${i}`, new Uint8Array(1000), O_WRONLY | O_CREAT, 0o644);
    expect(engine.usage().used - before).toBeLessThanOrEqual(full * 1.05);
    expectClean(engine);
  });

  it('unlinked open files stay charged until the last close', () => {
    const engine = createVolume();
    const before = start(engine);
    const first = openNew(engine, '/f');
    const second = engine.open('/f', O_RDWR, 0);
    engine.write(first, new Uint8Array(MIB), 0, MIB, 0);
    engine.unlink('/f');
    expect(engine.usage().used - before).toBeGreaterThan(MIB);
    engine.close(first);
    expect(engine.usage().used - before).toBeGreaterThan(MIB);
    engine.close(second);
    expect(engine.usage().used).toBe(before);
  });

  it('a hard link costs an entry, not the data', () => {
    const engine = createVolume();
    engine.writeFile('/f', new Uint8Array(MIB), O_WRONLY | O_CREAT, 0o644);
    const before = engine.usage().used;
    for (let i = 0; i < 10; i++) engine.link('/f', `/link${i}`);
    expect(engine.usage().used - before).toBeLessThan(4096);
    engine.unlink('/f');
    for (let i = 0; i < 9; i++) engine.unlink(`/link${i}`);
    expect(engine.usage().used).toBeGreaterThan(MIB);
    expect(engine.readFile('/link9', 0, (size) => new Uint8Array(size)).length).toBe(MIB);
  });
});

describe('small things', () => {
  it('a million bytes in small files cost a small multiple of their bytes', () => {
    const engine = createVolume();
    const before = engine.usage().used;
    for (let i = 0; i < 10_000; i++) engine.writeFile(`/${i}`, new Uint8Array(100), O_WRONLY | O_CREAT, 0o644);
    const each = (engine.usage().used - before) / 10_000;
    expect(each).toBeLessThan(100 + 250);
  });

  it('holes cost nothing, however large', () => {
    const engine = createVolume({ maxQuota: MIB });
    const fd = openNew(engine, '/sparse');
    const before = engine.usage().used;
    engine.ftruncate(fd, 2 ** 40);
    expect(engine.usage().used).toBe(before);
    engine.write(fd, ONE, 0, 1, 2 ** 40 - 1);
    expect(engine.usage().used - before).toBeLessThan(80 * 1024);
    engine.ftruncate(fd, 0);
    expect(engine.usage().used).toBe(before);
    expectClean(engine);
  });
});
