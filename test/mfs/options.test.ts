/** The constructor: each option does what it says or is refused by name. */
import { describe, expect, it, vi } from 'vitest';
import { QuotaExceededError } from '../../src/core/index.js';
import { MemoryFileSystem, type MemoryFileSystemOptions } from '../../src/mfs/index.js';
import { codeOf, createMfs, MIB, put } from './helpers.js';

describe('refused options', () => {
  it.each<[string, unknown, string]>([
    ['maxQuota', '1', 'ERR_INVALID_ARG_TYPE'],
    ['maxQuota', -1, 'ERR_OUT_OF_RANGE'],
    ['maxQuota', 1.5, 'ERR_OUT_OF_RANGE'],
    ['maxQuota', Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['maxQuota', Number.POSITIVE_INFINITY, 'ERR_OUT_OF_RANGE'],
    ['maxNodes', 0, 'ERR_OUT_OF_RANGE'],
    ['maxNodes', null, 'ERR_INVALID_ARG_TYPE'],
    ['defaultStorage', 'random_access', 'ERR_INVALID_ARG_VALUE'],
    ['defaultStorage', 1, 'ERR_INVALID_ARG_VALUE'],
    ['promotionHardLimit', -1, 'ERR_OUT_OF_RANGE'],
    ['chunkOverheadOverride', -1, 'ERR_OUT_OF_RANGE'],
    ['chunkOverheadOverride', '1', 'ERR_INVALID_ARG_TYPE'],
    ['defaultLockTimeout', -1, 'ERR_OUT_OF_RANGE'],
    ['defaultLockTimeout', Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['defaultLockTimeout', 2_147_484, 'ERR_OUT_OF_RANGE'],
    ['defaultLockTimeout', '1', 'ERR_INVALID_ARG_TYPE'],
    ['memoryGuard', 'per_write', 'ERR_INVALID_ARG_VALUE'],
    ['memoryGuardAction', 'throw', 'ERR_INVALID_ARG_VALUE'],
    ['memoryGuardInterval', -1, 'ERR_OUT_OF_RANGE'],
    ['memoryGuardInterval', null, 'ERR_INVALID_ARG_TYPE'],
    ['memoryProbe', 1, 'ERR_INVALID_ARG_TYPE'],
    ['warn', 'x', 'ERR_INVALID_ARG_TYPE'],
    ['max_quota', 1, 'ERR_INVALID_ARG_VALUE'],
  ])('%s: %s', (name, value, code) => {
    const options = { [name]: value } as MemoryFileSystemOptions;
    expect(codeOf(() => new MemoryFileSystem(options))).toBe(code);
    expect(() => new MemoryFileSystem(options)).toThrow(name);
  });

  it.each([null, 1, 'x'])('%s for the options', (options) => {
    expect(codeOf(() => new MemoryFileSystem(options as unknown as MemoryFileSystemOptions))).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
  });

  it('names the value, and what would do', () => {
    expect(() => new MemoryFileSystem({ defaultStorage: 'random_access' as 'auto' })).toThrow(
      `defaultStorage must be one of 'auto', 'sequential', 'random-access': "random_access"`,
    );
  });
});

describe('defaults and limits', () => {
  it('the quota is 256 MiB unless another is given', () => {
    expect(createMfs().stats().quotaBytes).toBe(256 * MIB);
    expect(createMfs({ maxQuota: 5 * MIB }).stats().quotaBytes).toBe(5 * MIB);
  });

  it('a quota too small for anything refuses the first file, as a quota error', () => {
    const mfs = createMfs({ maxQuota: 10 });
    expect(() => mfs.open('/f.bin', 'wb')).toThrow(QuotaExceededError);
    expect(mfs.listdir('/')).toEqual([]);
  });

  it('maxNodes counts the root', () => {
    const only = createMfs({ maxNodes: 1 });
    expect(codeOf(() => only.mkdir('/a'))).toBe('ENOSPC');
    const mfs = createMfs({ maxNodes: 3 });
    put(mfs, '/a', '');
    mfs.mkdir('/b');
    expect(() => mfs.mkdir('/c')).toThrow('ENOSPC: node limit exceeded: 1 requested, 0 of 3 available, mkdir');
    try {
      mfs.open('/c', 'xb');
    } catch (error) {
      expect(error).toMatchObject({
        name: 'NodeLimitExceededError',
        limit: 3,
        requested: 1,
        available: 0,
        resource: 'nodes',
      });
    }
    mfs.remove('/a');
    put(mfs, '/c', '');
    expect(mfs.listdir('/')).toEqual(['b', 'c']);
  });

  it('mkdir of more levels than there are nodes makes none of them', () => {
    const mfs = createMfs({ maxNodes: 3 });
    expect(codeOf(() => mfs.mkdir('/a/b/c'))).toBe('ENOSPC');
    expect(mfs.listdir('/')).toEqual([]);
  });

  it.each(['auto', 'random-access'] as const)('%s storage takes a write out of order', (defaultStorage) => {
    const mfs = createMfs({ defaultStorage });
    using file = mfs.open('/a', 'xb');
    file.write(new Uint8Array(100));
    file.seek(10);
    file.write(Uint8Array.of(1, 2));
    expect(mfs.getSize('/a')).toBe(100);
  });

  it('sequential storage refuses a write out of order, and nothing has changed', () => {
    const mfs = createMfs({ defaultStorage: 'sequential' });
    using file = mfs.open('/a', 'xb');
    file.write(Buffer.from('hello'));
    file.seek(0);
    expect(codeOf(() => file.write(Buffer.from('j')))).toBe('ENOTSUP');
    expect(file.tell()).toBe(0);
    file.seek(0, 2);
    file.write(Buffer.from(' world'));
    file.close();
    expect(mfs.exportAsBuffer('/a').toString()).toBe('hello world');
  });

  it('a file over promotionHardLimit is not promoted', () => {
    const mfs = createMfs({ promotionHardLimit: 1000 });
    for (const [size, code] of [
      [1000, 'ok'],
      [1001, 'ENOTSUP'],
    ] as const) {
      using file = mfs.open(`/${size}`, 'xb');
      file.write(new Uint8Array(size));
      file.seek(1);
      expect(codeOf(() => file.write(Uint8Array.of(9)))).toBe(code);
    }
  });

  it('Infinity is no limit', () => {
    const mfs = createMfs({
      maxNodes: Number.POSITIVE_INFINITY,
      promotionHardLimit: Number.POSITIVE_INFINITY,
      defaultLockTimeout: Number.POSITIVE_INFINITY,
    });
    using file = mfs.open('/f', 'xb');
    file.write(new Uint8Array(MIB));
    file.seek(1);
    expect(file.write(Uint8Array.of(1))).toBe(1);
  });

  it('chunkOverheadOverride is the price of a chunk', () => {
    expect(createMfs({ chunkOverheadOverride: 1234 }).stats().overheadPerChunkEstimate).toBe(1234);
    const used = [0, 5000].map((chunkOverheadOverride) => {
      const mfs = createMfs({ chunkOverheadOverride });
      put(mfs, '/a', new Uint8Array(MIB));
      return mfs.stats().usedBytes;
    });
    expect(used[1]).toBeGreaterThan(used[0] as number);
  });
});

describe('memory guard', () => {
  const scarce = { maxQuota: 10 * MIB, memoryProbe: () => MIB };

  it('none: nobody looks', () => {
    const memoryProbe = vi.fn(() => 0);
    put(createMfs({ memoryProbe }), '/a', 'x');
    expect(memoryProbe).not.toHaveBeenCalled();
  });

  it('init: looks once, and raises or warns', () => {
    expect(codeOf(() => new MemoryFileSystem({ ...scarce, memoryGuard: 'init', memoryGuardAction: 'raise' }))).toBe(
      'ENOMEM',
    );
    const warn = vi.fn();
    const mfs = createMfs({ ...scarce, memoryGuard: 'init', warn });
    expect(warn).toHaveBeenCalledTimes(1);
    put(mfs, '/a', new Uint8Array(2 * MIB));
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('init: enough memory, or an unknown amount, is no reason to complain', () => {
    for (const memoryProbe of [() => 10 * MIB, () => undefined]) {
      createMfs({ maxQuota: 10 * MIB, memoryGuard: 'init', memoryGuardAction: 'raise', memoryProbe });
    }
  });

  it('per-write: a write for which the machine has no memory is refused and changes nothing', () => {
    let available = 10 * MIB;
    const memoryProbe = vi.fn(() => available);
    const mfs = createMfs({
      maxQuota: 10 * MIB,
      memoryGuard: 'per-write',
      memoryGuardAction: 'raise',
      memoryGuardInterval: 0,
      memoryProbe,
    });
    put(mfs, '/a', 'x');
    available = 1000;
    using file = mfs.open('/a', 'r+b');
    expect(() => file.write(new Uint8Array(MIB))).toThrow(
      expect.objectContaining({ code: 'ENOMEM', errno: -12, message: expect.stringContaining('memory guard') }),
    );
    expect([file.tell(), mfs.getSize('/a')]).toEqual([0, 1]);
    available = 10 * MIB;
    file.write(new Uint8Array(MIB));
    expect(mfs.getSize('/a')).toBe(MIB);
  });

  it('per-write: the interval, in seconds, spares the probe', () => {
    vi.useFakeTimers();
    try {
      const memoryProbe = vi.fn(() => 100 * MIB);
      const mfs = createMfs({
        memoryGuard: 'per-write',
        memoryGuardAction: 'raise',
        memoryGuardInterval: 2,
        maxQuota: MIB,
        memoryProbe,
      });
      put(mfs, '/a', 'x');
      const before = memoryProbe.mock.calls.length;
      for (let i = 0; i < 10; i++) put(mfs, '/a', new Uint8Array(10_000 * (i + 1)));
      expect(memoryProbe.mock.calls.length).toBe(before);
      vi.advanceTimersByTime(2000);
      put(mfs, '/b', new Uint8Array(10_000));
      expect(memoryProbe.mock.calls.length).toBe(before + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('warnings are ResourceWarnings of the process', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    createMfs({ ...scarce, memoryGuard: 'init' });
    expect(await warned).toMatchObject({ name: 'ResourceWarning', message: expect.stringContaining('memory guard') });
  });
});
