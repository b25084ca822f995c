/** Header blocks decoded the quick way are what node-tar makes of them. */
import { Header } from 'tar/header';
import { describe, expect, it } from 'vitest';
import { decodeHeader } from '../../../src/adapters/archive/tar-header.js';
import { createPrng, type Prng, seeds } from '../../helpers/prng.js';
import { buildTar } from './build-tar.js';

function byNodeTar(block: Buffer): unknown {
  try {
    const { path, mode, size, mtime, typeKey, linkpath, cksumValid } = new Header(block);
    return { path, mode, size, mtime: mtime && mtime.getTime() / 1000, typeKey, linkpath, cksumValid };
  } catch {
    return 'refused';
  }
}

function byUs(block: Buffer): unknown {
  try {
    return decodeHeader(block);
  } catch {
    return 'refused';
  }
}

const TYPES = ['0', '\0', '1', '2', '3', '5', '7', 'x', 'g', 'L', 'K', 'S', 'V', 'D', '?', '\x80'];
const NAMES = ['a', 'dir/', 'x'.repeat(100), `${'y'.repeat(99)}/`, 'ünï', 'a\0b', 'a\0\nb', 'line\nend', 'cr\r', ''];
const NUMBERS = [
  '0000644\0',
  '644 \0',
  ' 644\0',
  '644',
  '',
  '\0\0',
  '-1\0',
  '9\0',
  '0x1\0',
  '12 34\0',
  '777777777777',
  '\x80\0\0\0\0\0\0\0\0\0\x01',
];
const FIELDS: [number, number][] = [
  [100, 8],
  [108, 8],
  [124, 12],
  [136, 12],
  [148, 8],
];

/** A header that is sound, then spoiled in some places; often with a checksum that holds. */
function randomBlock(random: Prng): Buffer {
  const name = random.pick(NAMES);
  const block = Buffer.from(
    buildTar([
      {
        name,
        type: random.pick(TYPES),
        link: random.chance(0.3) ? random.pick(NAMES) : '',
        prefix: random.chance(0.2) ? random.pick(NAMES) : '',
        magic: random.pick(['ustar\u000000', 'ustar  \0', '']),
        mtime: random.int(2 ** 31),
        size: random.int(1000),
      },
    ]).subarray(0, 512),
  );
  for (let n = random.int(3); n > 0; n--) {
    const [at, length] = random.pick(FIELDS);
    block.fill(0, at, at + length);
    block.write(random.pick(NUMBERS), at, length, 'latin1');
  }
  if (random.chance(0.2)) block[random.int(512)] = random.int(256);
  if (random.chance(0.7)) {
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return block;
}

describe.each(seeds(4711))('seed %i', (seed) => {
  it('20,000 blocks, sound and spoiled', () => {
    const random = createPrng(seed);
    let valid = 0;
    for (let n = 0; n < 20_000; n++) {
      const block = randomBlock(random);
      const expected = byNodeTar(block);
      expect(byUs(block), `block ${n}: ${block.toString('latin1')}`).toEqual(expected);
      if (typeof expected === 'object' && expected !== null && Reflect.get(expected, 'cksumValid')) valid++;
    }
    expect(valid).toBeGreaterThan(5000);
  });
});
