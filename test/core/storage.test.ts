/**
 * File contents against a plain byte array: every storage policy, sizes around
 * every boundary of the store, every order of writing, every way of reading.
 */
import { describe, expect, it } from 'vitest';
import {
  createVolume,
  ENOTSUP,
  Fault,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type StoragePolicy,
} from '../../src/core/index.js';
import { faultOf } from '../helpers/errno-name.js';
import { createPrng, effort, type Prng, seeds } from '../helpers/prng.js';
import { expectClean } from '../helpers/snapshot.js';
import { ReferenceFile } from './reference-file.js';

const PAGE = 65_536;
/** Around: nothing, the smallest block, size classes, the largest slab block, one page, the page that takes whole pages, one leaf. */
const EDGES = [0, 8, 16, 128, 144, 1024, 4096, 8192, PAGE, 2 * PAGE, 8 * PAGE];
const SIZES = [...new Set(EDGES.flatMap((edge) => [edge - 1, edge, edge + 1]))].filter((size) => size >= 0);
const POLICIES: readonly StoragePolicy[] = ['auto', 'sequential', 'random-access'];

/** Cuts [0, size) into pieces of at most `step`. */
function pieces(size: number, step: number): [position: number, length: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < size; at += step) found.push([at, Math.min(step, size - at)]);
  return found;
}

const shuffled = <T>(items: readonly T[], rng: Prng): T[] => {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
};

/** About nine pieces, of a length that divides nothing. */
const stepFor = (size: number): number => Math.max(1, Math.ceil(size / 9) + 1);

const ORDERS: Record<string, (file: ReferenceFile, size: number, rng: Prng) => void> = {
  'in one piece': (file, size) => file.write(0, size),
  sequential: (file, size) => {
    for (const [at, length] of pieces(size, stepFor(size))) file.write(at, length);
  },
  'sequential, by writev': (file, size) => {
    const step = stepFor(size);
    for (const [at, length] of pieces(size, step)) {
      const third = Math.floor(length / 3);
      file.writev(at, [third, 0, third, length - 2 * third]);
    }
  },
};

const RANDOM_ORDERS: typeof ORDERS = {
  backward: (file, size) => {
    for (const [at, length] of pieces(size, stepFor(size)).reverse()) file.write(at, length);
  },
  strided: (file, size) => {
    const all = pieces(size, stepFor(size));
    for (const odd of [0, 1]) for (const [at, length] of all.filter((_, i) => i % 2 === odd)) file.write(at, length);
  },
  random: (file, size, rng) => {
    for (const [at, length] of shuffled(pieces(size, stepFor(size)), rng)) file.write(at, length);
  },
  overlapping: (file, size) => {
    const step = stepFor(size);
    for (const [at, length] of pieces(size, step)) file.write(at, Math.min(length + Math.ceil(step / 2), size - at));
    file.write(0, size);
  },
  'past the end': (file, size) => {
    file.write(size, 1);
    file.write(size + PAGE + 3, 5);
  },
  'a hole filled later': (file, size) => {
    file.truncate(size);
    file.expectEqual();
    const step = stepFor(size);
    for (const [at, length] of pieces(size, step).filter((_, i) => i % 3 === 1)) file.write(at, length);
  },
  'truncated between': (file, size) => {
    file.write(0, size);
    file.truncate(Math.floor(size / 2));
    file.truncate(size);
    file.expectEqual();
    if (size > 0) file.write(size - 1, 1);
    file.truncate(0);
    file.truncate(size + 10);
    file.expectEqual();
    file.write(Math.floor(size / 3), 2);
  },
};

describe.each(POLICIES)('storage %s', (policy) => {
  const orders = policy === 'sequential' ? ORDERS : { ...ORDERS, ...RANDOM_ORDERS };

  it.each(Object.keys(orders))('keeps every byte written %s', (order) => {
    const engine = createVolume({ defaultStorage: policy });
    const empty = engine.usage().used;
    for (const size of SIZES) {
      const file = new ReferenceFile(engine, '/f');
      orders[order]?.(file, size, createPrng(size));
      file.expectEqual();
      file.remove();
      expect(engine.usage().used, `size ${size}`).toBe(empty);
    }
    expectClean(engine);
  });

  it('shows no stale byte after truncation, whatever the sizes', () => {
    const engine = createVolume({ defaultStorage: policy });
    for (const size of SIZES) {
      for (const cut of SIZES.filter((other) => other < size)) {
        const file = new ReferenceFile(engine, '/f');
        file.write(0, size);
        file.truncate(cut);
        file.truncate(size + 3);
        const bytes = engine.readFile('/f', 0, (length) => new Uint8Array(length));
        if (Buffer.compare(bytes, file.bytes) !== 0) expect.fail(`stale bytes: ${size} cut to ${cut} and grown`);
        file.remove();
      }
    }
    expectClean(engine);
  }, 20_000);
});

describe('copies', () => {
  it.each(SIZES)('a copy of %i bytes and its source never share a later change', (size) => {
    const engine = createVolume();
    const source = new ReferenceFile(engine, '/source');
    source.write(0, size);
    const first = source.copyTo('/first');
    const second = first.copyTo('/second');
    first.write(Math.floor(size / 2), 3);
    source.truncate(Math.floor(size / 3));
    source.write(size + 1, 2);
    second.truncate(Math.floor(size / 4));
    second.truncate(size);
    for (const file of [source, first, second]) file.expectEqual();
    source.remove();
    first.write(0, size);
    first.expectEqual();
    second.expectEqual();
    first.remove();
    second.expectEqual();
  });
});

describe.each(seeds(7))('random mixtures (seed %i)', (seed) => {
  it.each(['auto', 'random-access'] as const)(
    '%s: copies, holes, cuts and writes of all sizes',
    (policy) => {
      const rng = createPrng(seed);
      const size = (): number => Math.max(0, rng.pick(EDGES) + rng.between(-2, 2));
      for (let round = 0; round < 25 * effort; round++) {
        const engine = createVolume({ defaultStorage: policy });
        const empty = engine.usage().used;
        let files = [new ReferenceFile(engine, '/0')];
        for (let step = 0; step < 30; step++) {
          const file = rng.pick(files);
          const roll = rng.next();
          if (roll < 0.45) file.write(size(), size());
          else if (roll < 0.55) file.write(file.bytes.length, size());
          else if (roll < 0.75) file.truncate(size());
          else if (roll < 0.8) file.allocate(size());
          else if (roll < 0.87) file.writev(size(), [rng.int(9), size(), 1]);
          else if (files.length < 4) files.push(file.copyTo(`/${round}-${step}`));
          else {
            file.remove();
            files = files.filter((other) => other !== file);
          }
        }
        for (const file of files) file.expectEqual();
        for (const file of files) file.remove();
        expect(engine.usage().used, `seed ${seed}, round ${round}`).toBe(empty);
      }
    },
    60_000,
  );
});

describe('file sizes', () => {
  it('holds a byte at the end of 1 TiB in a volume of 1 MiB', () => {
    const engine = createVolume({ maxQuota: 1024 * 1024 });
    const fd = engine.open('/big', O_RDWR | O_CREAT, 0o644);
    engine.ftruncate(fd, 2 ** 40);
    engine.write(fd, new Uint8Array([7]), 0, 1, 2 ** 40 - 1);
    const target = new Uint8Array(4).fill(9);
    expect(engine.read(fd, target, 0, 4, 2 ** 40 - 3)).toBe(3);
    expect([...target]).toEqual([0, 0, 7, 9]);
    expect(engine.read(fd, target, 0, 4, 2 ** 39)).toBe(4);
    expect([...target]).toEqual([0, 0, 0, 0]);
    expectClean(engine);
  });

  it('keeps pages on both sides of each leaf of the page table apart', () => {
    const engine = createVolume();
    const fd = engine.open('/leaves', O_RDWR | O_CREAT, 0o644);
    const leaf = 256 * PAGE;
    const places = [0, leaf - 1, leaf, 2 * leaf - 1, 2 * leaf, 1000 * leaf, 1000 * leaf + 5];
    places.forEach((place, index) => {
      expect(engine.write(fd, new Uint8Array([index + 1]), 0, 1, place)).toBe(1);
    });
    const target = new Uint8Array(1);
    places.forEach((place, index) => {
      engine.read(fd, target, 0, 1, place);
      expect(target[0]).toBe(index + 1);
    });
    engine.ftruncate(fd, leaf);
    engine.ftruncate(fd, 2 * leaf);
    engine.read(fd, target, 0, 1, leaf);
    expect(target[0]).toBe(0);
    engine.read(fd, target, 0, 1, leaf - 1);
    expect(target[0]).toBe(2);
    expectClean(engine);
  });

  it('fills the largest file to its last byte, and refuses the next', () => {
    const largest = 17_592_186_040_320;
    const engine = createVolume({ defaultStorage: 'random-access' });
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o666);
    engine.write(fd, new Uint8Array(8), 0, 8, largest - 100);
    for (let end = largest - 92; end < largest; end += 4) engine.write(fd, new Uint8Array(4), 0, 4, end);
    for (const [position, length] of [
      [largest, 1],
      [largest - 1, 2],
    ])
      expect(faultOf(() => engine.write(fd, new Uint8Array(2), 0, length, position))).toBe('EFBIG');
    expect(engine.seek(fd, 0, 2)).toBe(largest);
    expectClean(engine);
  });

  it('refuses a size beyond the largest with EFBIG', () => {
    const engine = createVolume();
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
    expect(faultOf(() => engine.ftruncate(fd, 2 ** 45))).toBe('EFBIG');
    expect(faultOf(() => engine.write(fd, new Uint8Array(1), 0, 1, 2 ** 45))).toBe('EFBIG');
    expect(faultOf(() => engine.ftruncate(fd, -1))).toBe('EINVAL');
  });
});

describe('storage policies and promotion', () => {
  const BYTES = new Uint8Array(10).fill(1);
  const write = (engine: ReturnType<typeof createVolume>, position: number): string => {
    const fd = engine.open('/f', O_WRONLY | O_CREAT, 0o644);
    try {
      return faultOf(() => engine.write(fd, BYTES, 0, BYTES.length, position));
    } finally {
      engine.close(fd);
    }
  };

  it('sequential refuses every write that is not at the end, and changes nothing', () => {
    const engine = createVolume({ defaultStorage: 'sequential' });
    expect(write(engine, 0)).toBe('ok');
    const { used } = engine.usage();
    expect(write(engine, 0)).toBe('ENOTSUP');
    expect(write(engine, 9)).toBe('ENOTSUP');
    expect(write(engine, 11)).toBe('ENOTSUP');
    expect(engine.usage().used).toBe(used);
    expect(write(engine, 10)).toBe('ok');
    expect(engine.readFile('/f', 0, (size) => new Uint8Array(size)).length).toBe(20);
  });

  it('sequential may be truncated, overwritten whole and appended to', () => {
    const engine = createVolume({ defaultStorage: 'sequential' });
    engine.writeFile('/f', BYTES, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
    engine.writeFile('/f', BYTES, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
    engine.writeFile('/f', BYTES, O_WRONLY | O_APPEND, 0o644);
    engine.truncate('/f', 15);
    engine.writeFile('/f', BYTES, O_WRONLY | O_APPEND, 0o644);
    expect(engine.readFile('/f', 0, (size) => new Uint8Array(size)).length).toBe(25);
    expectClean(engine);
  });

  it('auto promotes on the first out-of-order write, unless the file is over promotionHardLimit', () => {
    const engine = createVolume({ promotionHardLimit: 15 });
    expect(write(engine, 0)).toBe('ok');
    expect(write(engine, 10)).toBe('ok'); // 20 bytes, still in order
    expect(write(engine, 0)).toBe('ENOTSUP');
    const other = createVolume({ promotionHardLimit: 15 });
    expect(write(other, 0)).toBe('ok');
    expect(write(other, 0)).toBe('ok'); // promoted at 10 bytes
    expect(write(other, 10)).toBe('ok');
    expect(write(other, 10)).toBe('ok'); // and stays so at 20
    expectClean(engine);
    expectClean(other);
  });

  it('a file that is emptied starts anew', () => {
    const engine = createVolume({ promotionHardLimit: 15 });
    const flags = O_WRONLY | O_CREAT | O_TRUNC;
    engine.writeFile('/f', new Uint8Array(20), flags, 0o644);
    engine.writeFile('/f', new Uint8Array(30), flags, 0o644);
    expect(write(engine, 0)).toBe('ENOTSUP');
    expect(write(engine, 30)).toBe('ok');
    expectClean(engine);
  });

  it('random-access needs no promotion and knows no limit', () => {
    const engine = createVolume({ defaultStorage: 'random-access', promotionHardLimit: 0 });
    expect(write(engine, 5)).toBe('ok');
    expect(write(engine, 0)).toBe('ok');
  });

  it('chunkOverheadOverride changes the price of a chunk', () => {
    const usedBy = (chunkOverheadOverride?: number): number => {
      const engine = createVolume({ chunkOverheadOverride });
      const before = engine.usage().used;
      engine.writeFile('/f', new Uint8Array(3 * PAGE), O_WRONLY | O_CREAT, 0o644);
      expectClean(engine);
      return engine.usage().used - before;
    };
    expect(usedBy(10_000) - usedBy(5000)).toBe(15_000);
    expect(usedBy(100_000)).toBeGreaterThan(usedBy());
  });

  it('throws the fault itself, with its number', () => {
    const engine = createVolume({ defaultStorage: 'sequential' });
    const fd = engine.open('/f', O_WRONLY | O_CREAT, 0o644);
    try {
      engine.write(fd, BYTES, 0, 1, 5);
      expect.fail('was not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      expect((error as Fault).errno).toBe(ENOTSUP);
    }
  });
});
