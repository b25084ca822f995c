import { describe, expect, it } from 'vitest';
import { createFs, MemoryFileSystem, quotaOf } from '../../src/index.js';

const MIB = 1024 * 1024;

describe('quotaOf', () => {
  it('says limit, used and available, and usage like du', () => {
    const fs = createFs({ maxQuota: 16 * MIB });
    const quota = quotaOf(fs);
    expect(quota.limit).toBe(16 * MIB);
    expect(quota.used).toBe(0);
    fs.mkdirSync('/a/b', { recursive: true });
    fs.writeFileSync('/a/b/big', Buffer.alloc(MIB));
    fs.writeFileSync('/a/small', 'x');
    fs.writeFileSync('/ä', 'x');
    const usage = quota.usage('/a');
    expect(usage).toMatchObject({ limit: 16 * MIB, data: MIB + 1, nodes: 4, files: 2, directories: 2 });
    expect(usage.charge).toBeGreaterThan(MIB);
    expect(usage.largest.map((child) => child.path)).toEqual(['/a/b', '/a/small']);
    expect(quota.usage().largest.map((child) => child.path)).toContain('/ä');
    expect(quota.usage().used).toBe(quota.used);
    expect(quota.used + quota.available).toBeLessThanOrEqual(quota.limit);
    expect(quota.peak).toBeGreaterThanOrEqual(quota.used);
    fs.unlinkSync('/a/b/big');
    expect(quota.peak).toBeGreaterThan(quota.used);
    expect(() => quota.usage('/none')).toThrow(/ENOENT/);
  });

  it('agrees with statfs', () => {
    const fs = createFs({ maxQuota: 16 * MIB });
    fs.writeFileSync('/f', Buffer.alloc(3 * MIB));
    const { bsize, blocks, bfree, bavail } = fs.statfsSync('/');
    const { limit, available } = quotaOf(fs);
    expect(bsize * blocks).toBe(limit);
    expect(bfree).toBe(Math.floor(available / bsize));
    expect(bavail).toBe(bfree);
  });

  it('grows at once, and refuses to shrink below what is used', () => {
    const fs = createFs({ maxQuota: MIB });
    const quota = quotaOf(fs);
    expect(() => fs.writeFileSync('/f', Buffer.alloc(2 * MIB))).toThrow(/ENOSPC/);
    quota.resize(4 * MIB);
    fs.writeFileSync('/f', Buffer.alloc(2 * MIB));
    expect(() => quota.resize(MIB)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(quota.limit).toBe(4 * MIB);
    for (const bad of [-1, 1.5, Number.NaN, '1']) expect(() => quota.resize(bad as number)).toThrow(/maxQuota/);
    expect(quota.audit().ok).toBe(true);
  });

  it('tells of pressure once, outside the call, and again after use fell', async () => {
    const fs = createFs({ maxQuota: 4 * MIB });
    const seen: number[] = [];
    const end = quotaOf(fs).onPressure(0.5, ({ share, used, limit }) => {
      expect(used).toBeGreaterThanOrEqual(share * limit);
      seen.push(share);
      fs.readdirSync('/');
    });
    fs.writeFileSync('/a', Buffer.alloc(2.2 * MIB));
    expect(seen).toEqual([]);
    await null;
    expect(seen).toEqual([0.5]);
    fs.writeFileSync('/b', 'x');
    await null;
    expect(seen).toEqual([0.5]);
    fs.unlinkSync('/a');
    fs.writeFileSync('/a', Buffer.alloc(2.2 * MIB));
    await null;
    expect(seen).toEqual([0.5, 0.5]);
    end();
    fs.unlinkSync('/a');
    fs.writeFileSync('/a', Buffer.alloc(2.2 * MIB));
    await null;
    expect(seen).toHaveLength(2);
  });

  it('refuses bad arguments and objects that are none of ours', () => {
    const quota = quotaOf(createFs());
    expect(() => quota.onPressure(2, () => {})).toThrow(/share/);
    expect(() => quota.onPressure('x' as never, () => {})).toThrow(/share/);
    expect(() => quota.onPressure(0.5, 3 as never)).toThrow(/listener/);
    expect(() => quotaOf({})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });

  it('knows copies of the object, its promises, and a MemoryFileSystem', () => {
    const fs = createFs({ maxQuota: MIB });
    expect(quotaOf({ ...fs }).limit).toBe(MIB);
    expect(quotaOf(fs.promises).limit).toBe(MIB);
    const mfs = new MemoryFileSystem({ maxQuota: MIB });
    mfs.fs.writeFileSync('/f', 'hello');
    expect(mfs.quota.used).toBe(quotaOf(mfs.fs).used);
    expect(mfs.quota.usage('/f').data).toBe(5);
  });
});
