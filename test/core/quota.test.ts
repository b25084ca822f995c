/** The bank by itself, and the quota as a volume shows it: usage, statfs, resize, the margin for handles. */
import { describe, expect, it } from 'vitest';
import { createVolume, type Engine, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, QuotaFault } from '../../src/core/index.js';
import { QuotaBank } from '../../src/core/quota.js';
import { faultOf } from '../helpers/errno-name.js';
import { expectClean, withRoom } from '../helpers/snapshot.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const put = (engine: Engine, path: string, size: number): void =>
  engine.writeFile(path, new Uint8Array(size).fill(1), O_WRONLY | O_CREAT, 0o644);

/** The QuotaFault that `body` throws. */
function refusalOf(body: () => void): QuotaFault {
  try {
    body();
  } catch (error) {
    if (error instanceof QuotaFault) return error;
    throw error;
  }
  return expect.fail('was not refused');
}

describe('the bank', () => {
  it('takes what fits, gives back, and never goes over', () => {
    const bank = new QuotaBank(1000, undefined);
    const free = bank.available;
    bank.reserve(free);
    expect(bank.available).toBe(0);
    const refusal = refusalOf(() => bank.reserve(1));
    expect(refusal).toMatchObject({ errno: 28, resource: 'bytes', requested: 1, available: 0, limit: 1000 });
    expect(bank.used).toBe(free);
    bank.cancel(100);
    bank.release(200);
    expect(bank.available).toBe(300);
    expect(bank.fits(300)).toBe(true);
    expect(bank.fits(301)).toBe(false);
    expect(bank.tryReserve(301)).toBe(false);
    expect(bank.tryReserve(300)).toBe(true);
    expect(bank.used).toBe(free);
  });

  it('a refusal takes nothing', () => {
    const bank = new QuotaBank(500, undefined);
    for (const wanted of [501, 1e9, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
      refusalOf(() => bank.reserve(wanted));
      refusalOf(() => bank.reserveHandle(wanted));
      expect(bank.used).toBe(0);
    }
  });

  it('handles may use the margin, data may not', () => {
    const bank = new QuotaBank(16 * MIB, undefined);
    bank.reserve(bank.available);
    refusalOf(() => bank.reserve(1));
    bank.reserveHandle(1000);
    expect(bank.used).toBeLessThanOrEqual(bank.limit);
    expect(bank.available).toBe(0);
  });

  it('a prepaid operation draws from its payment and gives back the rest', () => {
    const bank = new QuotaBank(100_000, undefined);
    const result = bank.prepay(1000, () => {
      expect(bank.used).toBe(1000);
      bank.reserve(400);
      bank.reserve(100);
      expect(bank.used).toBe(1000);
      return 'done';
    });
    expect(result).toBe('done');
    expect(bank.used).toBe(500);
  });

  it('a prepaid operation that needs more pays the difference, or is refused', () => {
    const bank = new QuotaBank(100_000, undefined);
    bank.prepay(100, () => bank.reserve(150));
    expect(bank.used).toBe(150);
    const free = bank.available;
    refusalOf(() => bank.prepay(100, () => bank.reserve(free + 1)));
    expect(bank.used).toBe(150);
    refusalOf(() => bank.prepay(free + 1, () => expect.fail('must not run')));
    expect(bank.used).toBe(150);
  });
});

describe('usage', () => {
  it('an empty volume uses nothing but what it says', () => {
    const engine = createVolume({ maxQuota: MIB });
    const usage = engine.usage();
    expect(usage).toMatchObject({ limit: MIB, used: 0, data: 0, files: 0, directories: 1, nodes: 1, totalNodes: 0 });
    expect(usage.available).toBeLessThanOrEqual(MIB);
    expect(usage.largest).toEqual([]);
  });

  it('counts what lies below a path, each inode once', () => {
    const engine = createVolume();
    engine.mkdir('/d', 0o755);
    put(engine, '/d/a', 1000);
    put(engine, '/d/b', 20_000);
    engine.link('/d/a', '/d/again');
    engine.symlink('a', '/d/l');
    put(engine, '/other', 5);
    const usage = engine.usage('/d');
    expect(usage).toMatchObject({ data: 21_000, files: 2, directories: 1, nodes: 4, totalNodes: 5 });
    expect(usage.charge).toBeGreaterThan(21_000);
    expect(usage.charge).toBeLessThan(usage.used);
    expect(usage.largest[0]?.path).toBe('/d/b');
    expect(engine.usage('/d/').largest[0]?.path).toBe('/d/b');
    expect(engine.usage('/d/a')).toMatchObject({ data: 1000, files: 1, directories: 0, nodes: 1 });
    expect(engine.usage().data).toBe(21_005);
  });

  it('what belongs to paths and what is shared make up the whole bill', () => {
    const engine = createVolume();
    for (let i = 0; i < 40; i++) put(engine, `/f${i}`, i * 500);
    const fd = engine.open('/f0', O_RDONLY, 0);
    const all = engine.usage();
    expect(all.charge + all.shared).toBe(all.used);
    const part = engine.usage('/f1');
    expect(part.shared).toBe(all.shared);
    engine.close(fd);
  });

  it('lists the ten largest children, largest first', () => {
    const engine = createVolume();
    for (let i = 0; i < 15; i++) put(engine, `/f${i}`, (i + 1) * 10_000);
    const { largest } = engine.usage();
    expect(largest).toHaveLength(10);
    expect(largest[0]?.path).toBe('/f14');
    const charges = largest.map(({ charge }) => charge);
    expect(charges).toEqual([...charges].sort((a, b) => b - a));
  });

  it('leaves holes out of data', () => {
    const engine = createVolume();
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
    engine.ftruncate(fd, 100 * MIB);
    engine.write(fd, new Uint8Array(10), 0, 10, 50 * MIB);
    expect(engine.usage().data).toBeLessThanOrEqual(64 * KIB);
    const out = new Float64Array(18);
    engine.fstat(fd, out);
    expect(out[8]).toBe(100 * MIB);
    expect(out[9] * 512).toBeLessThanOrEqual(64 * KIB);
  });

  it('wants a path that is there', () => {
    expect(faultOf(() => createVolume().usage('/missing'))).toBe('ENOENT');
  });
});

describe('statfs', () => {
  it('tells the quota in blocks, free ones rounded down', () => {
    const engine = createVolume({ maxQuota: 10 * MIB + 4095 });
    const { available } = engine.usage();
    expect(engine.statfs('/')).toMatchObject({
      blockSize: 4096,
      blocks: 2560,
      freeBlocks: Math.floor(available / 4096),
    });
    put(engine, '/f', 1);
    expect(engine.statfs('/f').freeBlocks).toBe(Math.floor(engine.usage().available / 4096));
    expect(faultOf(() => engine.statfs('/missing'))).toBe('ENOENT');
  });

  it('what it calls free can be written', () => {
    const engine = createVolume({ maxQuota: 3 * MIB });
    const free = engine.statfs('/').freeBlocks * 4096;
    const fd = engine.open('/f', O_RDWR | O_CREAT, 0o644);
    // What a large file costs beside its bytes: one bookkeeping record a page.
    const size = free - Math.ceil(free / (64 * KIB)) * 400 - 4 * KIB;
    expect(engine.write(fd, new Uint8Array(size), 0, size, 0)).toBe(size);
    expectClean(engine);
  });

  it('counts node slots when they are limited, the root besides', () => {
    const engine = createVolume({ maxNodes: 10 });
    expect(engine.statfs('/')).toMatchObject({ files: 11, freeFiles: 10 });
    put(engine, '/f', 1);
    engine.mkdir('/d', 0o755);
    engine.link('/f', '/hard');
    expect(engine.statfs('/')).toMatchObject({ files: 11, freeFiles: 8 });
    engine.rmdir('/d');
    expect(engine.statfs('/')).toMatchObject({ files: 11, freeFiles: 9 });
  });

  it('offers no more files than bytes allow', () => {
    const engine = createVolume({ maxQuota: 64 * KIB });
    const { freeFiles } = engine.statfs('/');
    let made = 0;
    try {
      for (;;) put(engine, `/${made++}`, 0);
    } catch (error) {
      expect(error).toBeInstanceOf(QuotaFault);
    }
    expect(made).toBeLessThanOrEqual(freeFiles + 1);
    expectClean(engine);
  });

  it('is empty-handed in a full volume', () => {
    const engine = createVolume({ maxQuota: MIB });
    withRoom(engine, 0, () => expect(engine.statfs('/').freeBlocks).toBe(0));
  });
});

describe('limits at creation', () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is refused', (limit) => {
    expect(faultOf(() => createVolume({ maxQuota: limit }))).toBe('EINVAL');
    expect(faultOf(() => createVolume({ maxNodes: limit }))).toBe('EINVAL');
  });

  it('no limit is a limit too, and 256 MiB the usual one', () => {
    const engine = createVolume({ maxQuota: Number.POSITIVE_INFINITY });
    put(engine, '/f', MIB);
    expectClean(engine);
    expect(createVolume().usage().limit).toBe(256 * MIB);
    expect(createVolume().usage().maxNodes).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('resize', () => {
  it('grows and shrinks the limit, but not below what is used', () => {
    const engine = createVolume({ maxQuota: MIB });
    put(engine, '/f', 100 * KIB);
    const { used } = engine.usage();
    expect(faultOf(() => engine.resize(used - 1))).toBe('ENOSPC');
    expect(engine.usage().limit).toBe(MIB);
    engine.resize(used);
    expect(engine.usage()).toMatchObject({ limit: used, available: 0 });
    expect(faultOf(() => put(engine, '/g', 1))).toBe('ENOSPC');
    engine.resize(MIB);
    put(engine, '/g', 1);
    expectClean(engine);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (limit) => {
    const engine = createVolume({ maxQuota: MIB });
    expect(faultOf(() => engine.resize(limit))).toBe('EINVAL');
    expect(engine.usage().limit).toBe(MIB);
  });
});

describe('what layers above bill', () => {
  it('counts, may use the part kept for handles, and is given back', () => {
    const engine = createVolume({ maxQuota: MIB });
    engine.billHandle(1000);
    expect(engine.usage().used).toBe(1000);
    expect(engine.quota).toMatchObject({ limit: MIB, used: 1000, available: engine.usage().available });
    expectClean(engine);
    expect(faultOf(() => engine.billHandle(MIB))).toBe('ENOSPC');
    engine.unbillHandle(1000);
    expect(engine.usage().used).toBe(0);
    expectClean(engine);
  });
});

describe('a full volume', () => {
  /** Fills what is left with files of halving sizes. */
  const fill = (engine: Engine): void => {
    let count = 0;
    for (let size = 256 * KIB; size >= 1; size = Math.floor(size / 2)) {
      while (faultOf(() => put(engine, `/fill${count}`, size)) === 'ok') count++;
    }
  };

  it('can still be read, listed, overwritten in place and emptied', () => {
    const engine = createVolume({ maxQuota: 2 * MIB });
    put(engine, '/keep', 100 * KIB);
    fill(engine);
    expect(faultOf(() => put(engine, '/more', 1000))).toBe('ENOSPC');
    const fd = engine.open('/keep', O_RDWR, 0);
    expect(engine.write(fd, new Uint8Array(50).fill(9), 0, 50, 70 * KIB)).toBe(50);
    engine.close(fd);
    expect(engine.readFile('/keep', O_RDONLY, (size) => new Uint8Array(size))[70 * KIB]).toBe(9);
    const stream = engine.opendir('/');
    expect(stream.next()).toBe(true);
    stream.close();
    for (const name of engine.readdir('/')) engine.unlink(`/${name}`);
    expect(engine.usage().used).toBe(0);
    expectClean(engine);
  });

  it('the file system says ENOSPC, with the numbers', () => {
    const engine = createVolume({ maxQuota: 100 * KIB });
    const refusal = refusalOf(() => put(engine, '/f', MIB));
    expect(refusal.errno).toBe(28);
    expect(refusal.requested).toBeGreaterThanOrEqual(MIB);
    expect(refusal.available).toBeLessThanOrEqual(100 * KIB);
    expect(refusal.limit).toBe(100 * KIB);
    expect(refusal.resource).toBe('bytes');
  });

  it('a volume of no bytes is a volume that refuses', () => {
    const engine = createVolume({ maxQuota: 0 });
    expect(faultOf(() => engine.mkdir('/d', 0o755))).toBe('ENOSPC');
    expect(engine.readdir('/')).toEqual([]);
    expect(engine.statfs('/')).toMatchObject({ blocks: 0, freeBlocks: 0 });
    expectClean(engine);
  });

  it('maxNodes 0 holds nothing but the root', () => {
    const engine = createVolume({ maxNodes: 0 });
    const refusal = refusalOf(() => engine.mkdir('/d', 0o755));
    expect(refusal).toMatchObject({ resource: 'nodes', requested: 1, available: 0, limit: 0 });
    expectClean(engine);
  });

  it('every descriptor is charged and given back', () => {
    const engine = createVolume();
    put(engine, '/f', 1);
    const before = engine.usage().used;
    const fds = Array.from({ length: 1000 }, () => engine.open('/f', O_RDONLY, 0));
    expect(new Set(fds).size).toBe(1000);
    expect(engine.usage().used - before).toBeGreaterThan(100 * 1000);
    for (const fd of fds) engine.close(fd);
    expect(engine.usage().used).toBe(before);
    const small = createVolume({ maxQuota: 64 * KIB });
    put(small, '/f', 1);
    let opened = 0;
    while (faultOf(() => small.open('/f', O_RDONLY, 0)) === 'ok') opened++;
    expect(opened).toBeGreaterThan(100);
    expect(small.usage().used).toBeLessThanOrEqual(64 * KIB);
    expectClean(small);
  });
});
