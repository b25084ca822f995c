/** Every archive of the hostile corpus, from every kind of source: refused as it should be, nothing left behind. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  ArchiveError,
  type ArchiveSource,
  type ImportArchiveOptions,
  importArchive,
} from '../../../src/adapters/archive/index.js';
import { createVolume } from '../../../src/core/index.js';
import { createFsFromEngine } from '../../../src/facade/index.js';
import { createPrng, effort, type Prng, seeds } from '../../helpers/prng.js';
import { expectClean, snapshot } from '../../helpers/snapshot.js';
import { goodArchives, HOSTILE_QUOTA, hostileCases } from './hostile.js';

/** A volume with a destination that holds something to lose. */
function volume() {
  const engine = createVolume({ maxQuota: HOSTILE_QUOTA });
  const fs = createFsFromEngine(engine);
  fs.mkdirSync('/out/full', { recursive: true });
  fs.writeFileSync('/out/full/file', 'full');
  fs.writeFileSync('/out/kept.txt', 'kept');
  fs.writeFileSync('/secret', 'secret');
  fs.symlinkSync('/', '/out/trap');
  return { engine, fs };
}

/**
 * What must be as it was. A large import works beside the destination before it is refused, which the change time of one
 * directory shows. Looking itself moves access times.
 */
function shape(engine: ReturnType<typeof volume>['engine'], withChangeTimes = false) {
  const { nodes, used } = snapshot(engine);
  return { used, nodes: nodes.map((node) => ({ ...node, atime: '', ctime: withChangeTimes ? node.ctime : '' })) };
}

const slices = (bytes: Buffer, length: number): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
    })(),
  );

async function refusal(fs: ReturnType<typeof volume>['fs'], source: ArchiveSource, options: ImportArchiveOptions = {}) {
  try {
    await importArchive(fs, source, { to: '/out', ...options });
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

const cases = hostileCases();

describe('the hostile corpus', () => {
  it('has at least 60 archives, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  describe.each(cases)('$name', ({ bytes, code, options, takenAlone }) => {
    const sources: [string, () => ArchiveSource][] = [
      ['bytes', () => bytes],
      ['a stream', () => slices(bytes, Math.max(1000, Math.ceil(bytes.length / 50)))],
    ];
    it.each(sources)('from %s', async (_, source) => {
      const { engine, fs } = volume();
      const before = shape(engine);
      const error = await refusal(fs, source(), options);
      expect(error?.code, error?.stack).toBe(code);
      expect(engine.usage().used).toBeLessThanOrEqual(HOSTILE_QUOTA);
      if (code === undefined) {
        expect(fs.readdirSync('/')).toEqual(['out', 'secret']);
        expect(fs.readFileSync('/out/kept.txt', 'utf8')).toBe('kept');
      } else {
        if (code !== 'ENOSPC') expect(error).toBeInstanceOf(ArchiveError);
        expect(shape(engine)).toEqual(before);
      }
      expectClean(engine);
    });

    it('entry by entry: nothing outside the destination', async () => {
      const { engine, fs } = volume();
      const error = await refusal(fs, bytes, { ...options, atomic: false });
      expect(error?.code, error?.stack).toBe(takenAlone ? undefined : code);
      expect(fs.readdirSync('/')).toEqual(['out', 'secret']);
      expect(fs.readFileSync('/secret', 'utf8')).toBe('secret');
      expect(fs.readdirSync('/out').filter((name) => name.startsWith('.quotafs'))).toEqual([]);
      expectClean(engine);
    });
  });
});

describe('a refused small archive', () => {
  it('has touched nothing at all', async () => {
    for (const { bytes, code, options } of cases) {
      if (code === undefined || code === 'ENOSPC' || bytes.length > 1000) continue;
      const { engine, fs } = volume();
      const before = shape(engine, true);
      const changes = engine.changes;
      await refusal(fs, bytes, options);
      expect(engine.changes).toBe(changes);
      expect(shape(engine, true)).toEqual(before);
    }
  });
});

describe.each(goodArchives())('a good $name', ({ bytes, options }) => {
  it('is taken', async () => {
    const { fs } = volume();
    expect(await refusal(fs, bytes, options)).toBeUndefined();
    expect(fs.readFileSync('/out/good.txt', 'utf8')).toBe('good');
  });

  it('is refused when cut at any place', { timeout: 60_000 }, async () => {
    const { engine, fs } = volume();
    const before = shape(engine);
    for (let length = 0; length < bytes.length; length++) {
      const error = await refusal(fs, bytes.subarray(0, length), options);
      expect(error, `cut at ${length}`).toBeInstanceOf(ArchiveError);
    }
    expect(shape(engine)).toEqual(before);
    expectClean(engine);
  });

  it.each(seeds(7))('survives any broken bytes, seed %i', { timeout: 60_000 * effort }, async (seed) => {
    const prng = createPrng(seed);
    for (let round = 0; round < 400 * effort; round++) {
      const { engine, fs } = volume();
      const before = shape(engine);
      const broken = spoiled(bytes, prng);
      const error = await refusal(fs, prng.chance(0.2) ? slices(broken, prng.between(1, 700)) : broken, options);
      if (error !== undefined) {
        const isKnown = error instanceof ArchiveError || (error as NodeJS.ErrnoException).code === 'ENOSPC';
        expect(isKnown, `seed ${seed}, round ${round}: ${error}`).toBe(true);
        expect(shape(engine), `seed ${seed}, round ${round}`).toEqual(before);
      }
      expect(fs.readdirSync('/'), `seed ${seed}, round ${round}`).toEqual(['out', 'secret']);
      expect(fs.readFileSync('/secret', 'utf8')).toBe('secret');
      expectClean(engine);
    }
  });
});

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

/** Bytes changed, moved, left out and put in; sometimes with the checksum of a tar header made to hold again. */
function spoiled(bytes: Buffer, prng: Prng): Buffer {
  let broken = Buffer.from(bytes);
  for (let n = prng.between(1, 4); n > 0; n--) {
    const at = prng.int(broken.length);
    const length = Math.min(prng.between(1, 64), broken.length - at);
    const kind = prng.int(10);
    if (kind < 5) broken[at] = prng.int(256);
    else if (kind === 5) broken[at] ^= 1 << prng.int(8);
    else if (kind === 6 && at + 4 <= broken.length) broken.writeUInt32LE(prng.pick(NUMBERS), at);
    else if (kind === 7) broken.copy(broken, prng.int(broken.length), at, at + length);
    else if (kind === 8) broken = Buffer.concat([broken.subarray(0, at), broken.subarray(at + length)]);
    else broken = Buffer.concat([broken.subarray(0, at), broken.subarray(prng.int(broken.length))]);
    if (broken.length === 0) return broken;
  }
  if (prng.chance(0.5)) {
    for (let at = 0; at + 512 <= broken.length; at += 512) {
      if (broken.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
      broken.fill(0x20, at + 148, at + 156);
      const sum = broken.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
      broken.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
    }
  }
  return broken;
}
