/**
 * Bytes that are no snapshot: cut at every length, every byte changed, and trees
 * that make no sense under a checksum that is right. Each is refused with a
 * SnapshotError, and nothing is made of what they claim.
 */
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clone, fromBytes, restore, SnapshotError, snapshot } from '../../../src/adapters/snapshot/index.js';
import { createFs, quotaOf } from '../../../src/index.js';
import { createPrng, effort, seeds } from '../../helpers/prng.js';

const HEAD = 20;
const ROOT_MODE = 0o040755;

const small = (): Uint8Array => {
  const fs = createFs();
  fs.mkdirSync('/dir');
  fs.writeFileSync('/dir/file', 'some content');
  fs.writeFileSync('/large', Buffer.alloc(70_000, 'x'));
  fs.symlinkSync('dir/file', '/link');
  fs.linkSync('/large', '/dir/a-hard-link-with-a-long-name');
  return snapshot(fs).toBytes();
};

/** A frame that is right, around anything. */
const framed = (payload: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(HEAD + payload.length);
  bytes.set(payload, HEAD);
  bytes.set(Buffer.from('QFSSNAP\x01', 'latin1'));
  const head = new DataView(bytes.buffer);
  head.setBigUint64(8, BigInt(bytes.length), true);
  head.setUint32(16, checksum(bytes.subarray(HEAD)), true);
  return bytes;
};

/** Node 20 has none before 20.15. */
const checksum = (bytes: Uint8Array): number => {
  if (typeof crc32 === 'function') return crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
};

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
};
const TIMES = [7, 0, 0, 0, 128, 0, 0, 0, 0]; // all four the same: the epoch
const node = (step: number, mode: number, size: number, rest: number[]): number[] => [
  ...varint(step),
  ...varint(mode),
  0,
  0,
  ...TIMES,
  0,
  ...varint(size),
  ...rest,
];
const name = (text: string, ino: number): number[] => [
  ...varint(text.length),
  ...Buffer.from(text, 'latin1'),
  ...varint(ino),
];
const directory = (step: number, ...names: number[][]): number[] =>
  node(step, ROOT_MODE, 0, [...varint(names.length), ...names.flat()]);
const file = (step: number, size: number, ...pages: number[][]): number[] =>
  node(step, 0o100644, size, [...varint(pages.length), ...pages.flat()]);
const tree = (...nodes: number[][]): Uint8Array => framed([...varint(nodes.length), ...nodes.flat()]);

const refused = (bytes: Uint8Array): string => {
  try {
    fromBytes(bytes);
  } catch (error) {
    if (error instanceof SnapshotError) return error.message;
    throw error;
  }
  return expect.fail('it was taken');
};

describe('bytes that are no snapshot', () => {
  it('the helpers make one that is', () => {
    const fs = clone(
      fromBytes(
        tree(
          directory(1, name('f', 3), name('d', 4)),
          file(2, 3, [0, 2, 65, 66]),
          directory(1, name('l', 6)),
          node(2, 0o120777, 1, [97]),
        ),
      ),
    );
    expect(fs.readdirSync('/')).toEqual(['d', 'f']);
    expect(fs.readFileSync('/f', 'latin1')).toBe('AB\0');
    expect(fs.readlinkSync('/d/l')).toBe('a');
    expect(fs.lstatSync('/d/l').ino).toBe(6);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });

  it('cut at every length', () => {
    const bytes = small();
    const step = Math.ceil(bytes.length / 3000);
    for (let length = 0; length < bytes.length; length += length < 400 ? 1 : step) {
      expect(refused(bytes.subarray(0, length))).toMatch(/damaged/);
    }
    expect(refused(Buffer.concat([bytes, Buffer.alloc(1)]))).toMatch(/should have/);
  });

  it('with any byte changed', () => {
    const bytes = small();
    for (let at = 0; at < bytes.length; at += at < 600 ? 1 : 701) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      refused(changed);
    }
  });

  const HUGE = [255, 255, 255, 255, 255, 255, 255, 15];
  const cases: Record<string, Uint8Array> = {
    'nothing at all': framed([]),
    'no inode': tree(),
    'more inodes than bytes': framed([...HUGE, 1]),
    'a number without end': framed(Array(40).fill(255)),
    'something after its end': framed([1, ...directory(1), 0]),
    'a root that is a file': tree(file(1, 0)),
    'a root of another number': tree(directory(2)),
    'an inode number twice': tree(directory(1, name('f', 1)), file(0, 0)),
    'an inode number of more than 32 bits': tree(directory(1), file(2 ** 32, 0)),
    'a type that is unknown': tree(directory(1, name('f', 2)), node(1, 0o010644, 0, [])),
    'a mode that is too large': tree(directory(1, name('f', 2)), node(1, 0o1100644, 0, [])),
    'a time with too many nanoseconds': framed([
      1,
      1,
      ...varint(ROOT_MODE),
      0,
      0,
      7,
      0,
      0,
      0,
      128,
      255,
      255,
      255,
      63,
      0,
      0,
      0,
    ]),
    'a mark that is unknown': framed([1, 1, ...varint(ROOT_MODE), 0, 0, 16, ...Array(32).fill(0), 0, 0, 0]),
    'more names than bytes': framed([1, ...node(1, ROOT_MODE, 0, HUGE)]),
    'a directory with a size': tree(node(1, ROOT_MODE, 1, [0])),
    'a name with a slash': tree(directory(1, name('a/b', 2)), file(1, 0)),
    'a name that is empty': tree(directory(1, name('', 2)), file(1, 0)),
    'a name with a zero byte': tree(directory(1, name('a\0', 2)), file(1, 0)),
    'the name ..': tree(directory(1, name('..', 2)), file(1, 0)),
    'a name of 256 bytes': tree(directory(1, name('n'.repeat(256), 2)), file(1, 0)),
    'a name twice': tree(directory(1, name('a', 2), name('a', 2)), file(1, 0)),
    'a name of nothing': tree(directory(1, name('a', 7)), file(1, 0)),
    'a name of the root': tree(directory(1, name('a', 1))),
    'an inode without a name': tree(directory(1), file(1, 0)),
    'a directory with two names': tree(directory(1, name('a', 2), name('b', 2)), directory(1)),
    'directories in a circle': tree(directory(1), directory(1, name('a', 3)), directory(1, name('b', 2))),
    'a file larger than any': tree(directory(1, name('f', 2)), file(1, 2 ** 45)),
    'a page behind the end': tree(directory(1, name('f', 2)), file(1, 1, [0, 2, 1, 1])),
    'a page far away': tree(directory(1, name('f', 2)), file(1, 1, [...varint(2 ** 40), 1, 1])),
    'an empty page': tree(directory(1, name('f', 2)), file(1, 1, [0, 0])),
    'more pages than bytes': tree(directory(1, name('f', 2)), node(1, 0o100644, 1, HUGE)),
    'a page longer than it is': tree(directory(1, name('f', 2)), file(1, 60_000, [0, ...varint(50_000), 1])),
    'a link that leads nowhere': tree(directory(1, name('l', 2)), node(1, 0o120777, 0, [])),
    'a link to a zero byte': tree(directory(1, name('l', 2)), node(1, 0o120777, 2, [97, 0])),
    'a link that is too long': tree(directory(1, name('l', 2)), node(1, 0o120777, 4096, Array(4096).fill(97))),
  };
  it.each(Object.entries(cases))('%s', (_what, bytes) => {
    expect(refused(bytes)).toMatch(/^The bytes are no snapshot, or damaged: /);
  });

  it('inode numbers far apart are refused by the quota before lists are made for them', () => {
    const bytes = tree(directory(1, name('f', 2 ** 32 - 1)), file(2 ** 32 - 2, 0));
    const fs = createFs({ maxQuota: 1024 * 1024 });
    fs.writeFileSync('/kept', 'x');
    expect(() => restore(fs, fromBytes(bytes))).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(fs.readdirSync('/')).toEqual(['kept']);
    expect(quotaOf(fs).audit()).toMatchObject({ ok: true });
  });

  it.each(seeds(880_000))('changed at random under a right checksum, from seed %i', { timeout: 120_000 }, (first) => {
    const original = small().subarray(HEAD);
    let taken = 0;
    for (let seed = first; seed < first + 1500 * effort; seed++) {
      const random = createPrng(seed);
      const payload = [...original.subarray(0, random.chance(0.5) ? 200 : original.length)];
      if (payload.length === 200) payload.push(...original.subarray(200, 200 + random.int(300)));
      for (let changes = random.between(1, 4); changes > 0; changes--)
        payload[random.int(Math.min(payload.length, 300))] = random.int(256);
      const fs = createFs({ maxQuota: 512 * 1024 });
      const before = process.memoryUsage().arrayBuffers;
      try {
        restore(fs, fromBytes(framed(payload)));
        taken++;
      } catch (error) {
        const code = error instanceof Error && Reflect.get(error, 'code');
        if (code !== 'ERR_SNAPSHOT_DAMAGED' && code !== 'ENOSPC') throw new Error(`seed ${seed}`, { cause: error });
      }
      expect(quotaOf(fs).audit(), `seed ${seed}`).toMatchObject({ ok: true });
      expect(process.memoryUsage().arrayBuffers - before, `seed ${seed}`).toBeLessThan(16 * 1024 * 1024);
    }
    expect(taken).toBeGreaterThan(0);
  });
});
