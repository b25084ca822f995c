/**
 * The code of "Achieving 369 Tests" (item 2), "Completely Defending Python from OOM Kills" (item 3) and of the quota
 * parts of item 6, translated. Item 2's stress test of 50 × 1,000 rounds is 'many workers' in async.test.ts.
 */
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { QuotaExceededError } from '../../../src/core/index.js';
import { MemoryFileSystem } from '../../../src/mfs/index.js';
import { codeOf, createAsyncMfs, createMfs, MIB } from '../helpers.js';

const GIB = 1024 * MIB;

describe('basic quota settings', () => {
  it('skips what does not fit and goes on', () => {
    const mfs = createMfs({ maxQuota: 10 * MIB });
    mfs.mkdir('/data');
    const warnings: string[] = [];
    /** Can continue even if writing fails. */
    const safeWrite = (path: string, data: Uint8Array): boolean => {
      try {
        using f = mfs.open(path, 'wb');
        f.write(data);
        return true;
      } catch (e) {
        if (!(e instanceof QuotaExceededError)) throw e;
        warnings.push(`[Warning] Skipped writing to ${path} due to quota excess: ${e.message}`);
        return false;
      }
    };
    expect(safeWrite('/data/small.bin', Buffer.alloc(MIB, 'x'))).toBe(true);
    expect(safeWrite('/data/big.bin', Buffer.alloc(20 * MIB, 'x'))).toBe(false);
    expect(warnings).toHaveLength(1);
    // Opening left an empty file; no data was written.
    expect(mfs.stat('/data/big.bin').size).toBe(0);
    expect(mfs.getSize('/data/small.bin')).toBe(MIB);
  });

  it('names the capacity that was exceeded', () => {
    const mfs = createMfs({ maxQuota: 1024 });
    expect(() => {
      using f = mfs.open('/huge.bin', 'wb');
      f.write(Buffer.alloc(2048, 'x'));
    }).toThrow(QuotaExceededError);
  });

  it('reads a stream into chunks until the quota is reached', () => {
    const QUOTA = 4 * MIB;
    const mfs = createMfs({ maxQuota: QUOTA });
    mfs.mkdir('/chunks');
    const stream = new PassThrough({ highWaterMark: 64 * MIB });
    stream.write(Buffer.alloc(6 * MIB, 7));
    const processStream = (chunkSize: number): string[] => {
      const writtenPaths: string[] = [];
      for (let chunk = stream.read(chunkSize); chunk !== null; chunk = stream.read(chunkSize)) {
        const path = `/chunks/chunk_${String(writtenPaths.length).padStart(4, '0')}.bin`;
        try {
          using f = mfs.open(path, 'wb');
          f.write(chunk);
          writtenPaths.push(path);
        } catch (e) {
          if (e instanceof QuotaExceededError) break;
          throw e;
        }
      }
      return writtenPaths;
    };
    const written = processStream(MIB / 2);
    expect(written).toHaveLength(7);
    expect(mfs.exportAsBuffer('/chunks/chunk_0006.bin')).toEqual(Buffer.alloc(MIB / 2, 7));
  });
});

describe('node count limit', () => {
  it('stops at 98 files: a limit of 100 counts the root and /logs', () => {
    const mfs = createMfs({ maxNodes: 100 });
    mfs.mkdir('/logs');
    let stoppedAt = -1;
    for (let i = 0; i < 200; i++) {
      try {
        using f = mfs.open(`/logs/entry_${String(i).padStart(4, '0')}.log`, 'xb');
        f.write(Buffer.from(`log entry ${i}\n`));
      } catch (e) {
        expect(e).toMatchObject({ name: 'NodeLimitExceededError', limit: 100 });
        stoppedAt = i;
        break;
      }
    }
    expect(stoppedAt).toBe(98);
    expect(mfs.listdir('/logs')).toHaveLength(98);
  });
});

describe('storage backends', () => {
  const outOfOrder = (mfs: MemoryFileSystem, size: number): string => {
    using f = mfs.open(`/${size}`, 'xb');
    f.write(new Uint8Array(size));
    f.seek(0);
    return codeOf(() => f.write(Uint8Array.of(1)));
  };

  it('can be pinned, or chosen by use', () => {
    expect(outOfOrder(createMfs({ defaultStorage: 'sequential' }), 100)).toBe('ENOTSUP');
    expect(outOfOrder(createMfs({ defaultStorage: 'random-access' }), 100)).toBe('ok');
    expect(outOfOrder(createMfs({ defaultStorage: 'auto' }), 100)).toBe('ok');
  });

  it('promotionHardLimit keeps giant files from being promoted', () => {
    const mfs = createMfs({ maxQuota: 512 * MIB, promotionHardLimit: 4 * MIB });
    expect(outOfOrder(mfs, 4 * MIB)).toBe('ok');
    expect(outOfOrder(mfs, 5 * MIB)).toBe('ENOTSUP');
  });
});

describe('concurrent writers', () => {
  it('over the quota get errors, and the file system is not broken', async () => {
    const mfs = createAsyncMfs({ maxQuota: 10 * MIB });
    await mfs.mkdir('/concurrent');
    const errors: Error[] = [];
    const writer = async (threadId: number): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        try {
          await using f = await mfs.open(`/concurrent/t${threadId}_f${i}.bin`, 'xb');
          await f.write(Buffer.alloc(100 * 1024, 'x'));
        } catch (e) {
          errors.push(e as Error);
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, i) => writer(i)));
    const quotaErrors = errors.filter((e) => e.message.toLowerCase().includes('quota'));
    expect(quotaErrors.length).toBeGreaterThan(350);
    expect(quotaErrors).toHaveLength(errors.length);
    const whole = Object.values(mfs.sync.exportTree()).filter((data) => data.length > 0);
    expect(new Set(whole.map((data) => data.length))).toEqual(new Set([100 * 1024]));
    expect(whole.length).toBeGreaterThan(80);
  });

  it('of 20 × 100 files complete without a crash', async () => {
    const mfs = createAsyncMfs({ maxQuota: 5 * MIB });
    await mfs.mkdir('/test');
    const worker = async (n: number): Promise<void> => {
      for (let i = 0; i < 100; i++) {
        try {
          await using f = await mfs.open(`/test/w${n}_${i}.bin`, 'xb');
          await f.write(Buffer.alloc(10_240, 'x'));
        } catch (e) {
          expect(e).toBeInstanceOf(QuotaExceededError);
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => worker(n)));
    expect((await mfs.listdir('/test')).length).toBeGreaterThan(400);
  });
});

describe('quota configuration', () => {
  it('a quarter of what is available', () => {
    const recommendedQuota = (): number =>
      Math.floor((process.availableMemory?.() ?? process.memoryUsage().rss) * 0.25);
    const maxQuota = recommendedQuota();
    expect(createMfs({ maxQuota }).stats().quotaBytes).toBe(maxQuota);
  });

  it.each([
    ['unit test', 32 * MIB],
    ['CI pipeline', 256 * MIB],
    ['batch processing', 2 * GIB],
  ])('%s', (_, maxQuota) => {
    expect(createMfs({ maxQuota }).stats().quotaBytes).toBe(maxQuota);
  });
});

describe('memory guard', () => {
  it('init: a quota that the machine cannot pay is refused', () => {
    const options = { maxQuota: 4 * GIB, memoryGuard: 'init', memoryGuardAction: 'raise' } as const;
    expect(codeOf(() => new MemoryFileSystem({ ...options, memoryProbe: () => 2 * GIB }))).toBe('ENOMEM');
    expect(createMfs({ ...options, memoryProbe: () => 8 * GIB }).exists('/')).toBe(true);
  });

  it('per-write: warns', () => {
    const warn = vi.fn();
    const mfs = createMfs({
      maxQuota: 4 * GIB,
      memoryGuard: 'per-write',
      memoryGuardAction: 'warn',
      memoryGuardInterval: 1.0,
      // The article's test: a machine with 100 bytes left.
      memoryProbe: () => 100,
      warn,
    });
    expect(warn).toHaveBeenCalledTimes(0);
    using f = mfs.open('/f', 'wb');
    expect(f.write(Buffer.alloc(1000))).toBe(1000);
    expect(warn).toHaveBeenCalled();
  });

  it('per-write: raises, and what was not written is not there', () => {
    let available = 2 * GIB;
    const mfs = createMfs({
      maxQuota: GIB,
      memoryGuard: 'per-write',
      memoryGuardAction: 'raise',
      memoryGuardInterval: 0,
      memoryProbe: () => available,
    });
    using f = mfs.open('/f', 'wb');
    available = 100;
    expect(codeOf(() => f.write(Buffer.alloc(100_000)))).toBe('ENOMEM');
    expect(mfs.getSize('/f')).toBe(0);
  });

  it('per-write: with an interval of two seconds it costs nothing much', () => {
    const mfs = createMfs({
      maxQuota: GIB,
      memoryGuard: 'per-write',
      memoryGuardAction: 'raise',
      memoryGuardInterval: 2.0,
      memoryProbe: () => 4 * GIB,
    });
    using f = mfs.open('/f', 'wb');
    for (let i = 0; i < 10_000; i++) f.write(Buffer.alloc(100));
    expect(mfs.getSize('/f')).toBe(1_000_000);
  });
});
