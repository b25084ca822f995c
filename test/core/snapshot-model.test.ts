/**
 * Random calls on a volume with random snapshots, restores and disposals among
 * them, against deep looks: a restore must bring back exactly what was seen when
 * the snapshot was taken, whatever was refused or open in between; what is open
 * keeps its content; the audit finds nothing after any of it; and when all is
 * gone, nothing is billed.
 */
import { describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  Fault,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  QuotaFault,
  STAT_LENGTH,
  type VolumeImage,
} from '../../src/core/index.js';
import { decodeTree, encodeTree } from '../../src/core/snapshot/format/index.js';
import { createPrng, effort, type Prng, seeds } from '../helpers/prng.js';
import { expectClean, hashBytes } from '../helpers/snapshot.js';
import { deepLook, type Looked } from './deep-look.js';

const MIB = 1024 * 1024;
const NAMES = ['a', 'b', 'c', 'd', 'a-name-that-does-not-fit-into-its-record', 'n'.repeat(255), '\xc3\xa9'];
const SIZES = [0, 1, 7, 60, 100, 500, 5000, 8192, 8193, 30_000, 65_536, 65_537, 140_000, 400_000];

interface Taken {
  image: VolumeImage;
  look: Looked[];
  /** A hash of its binary form when it was taken. */
  form: string;
  /** A look a day later would move access times. */
  time: number;
}

class Run {
  readonly engine: Engine;
  private readonly taken: Taken[] = [];
  private readonly open: number[] = [];
  private readonly streams: { close(): void; next(): boolean }[] = [];
  private time = 1_700_000_000_000;
  readonly log: string[] = [];

  constructor(
    private readonly random: Prng,
    maxQuota: number,
  ) {
    this.engine = createVolume({ maxQuota, clock: () => this.time });
  }

  step(): void {
    this.time += this.random.pick([0, 0, 1, 1000, 3_600_000]);
    const roll = this.random.int(100);
    if (roll < 8) this.take();
    else if (roll < 14) this.restore();
    else if (roll < 18) this.dispose();
    else this.attempt(() => this.change());
    if (this.taken.length > 0 && this.random.chance(0.2)) this.expectUnchanged(this.random.pick(this.taken));
    expectClean(this.engine);
  }

  /** Whatever shares its memory with the volume: nothing writes to a snapshot. */
  private expectUnchanged({ image, form }: Taken): void {
    expect(hashBytes(encodeTree(image.tree(), 0))).toBe(form);
  }

  /** Everything is let go of: no byte may stay billed. */
  finish(): void {
    const { engine } = this;
    for (const each of this.taken) {
      const { image, look, time } = each;
      this.expectUnchanged(each);
      this.time = time;
      this.attempt(() => {
        engine.restoreImage(image);
        expect(deepLook(engine)).toEqual(look);
      });
      expectClean(engine);
    }
    for (const { image } of this.taken) image.dispose();
    for (const fd of this.open) engine.close(fd);
    for (const stream of this.streams) stream.close();
    for (const name of engine.readdir('/')) engine.removeTree(`/${name}`);
    expectClean(engine);
    expect(engine.quota.used).toBe(0);
  }

  /** Refusals of all kinds are part of the game; a full volume must not change. */
  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.log.push(`  ${error instanceof QuotaFault ? 'full' : error.errno}`);
    }
  }

  private take(): void {
    const { engine } = this;
    this.attempt(() => {
      deepLook(engine); // moves access times
      this.time += 1;
      deepLook(engine);
      const look = deepLook(engine);
      const image = engine.takeImage();
      this.log.push('take');
      expect(image.nodes).toBe(new Set(look.map(({ stat }) => stat[6])).size - 1);
      this.taken.push({ image, look, form: hashBytes(encodeTree(image.tree(), 0)), time: this.time });
      if (this.random.chance(0.1)) this.copy(image, look);
    });
  }

  /** Into another volume, from where it is and as bytes; and back as bytes. */
  private copy(image: VolumeImage, look: Looked[]): void {
    const { engine } = this;
    const bytes = encodeTree(image.tree(), 0);
    expect(encodeTree(engine.tree(), 0)).toEqual(bytes);
    for (const tree of [image.tree(), engine.tree(), decodeTree(bytes, 0)]) {
      const other = createVolume({ maxQuota: 128 * MIB, clock: () => this.time });
      other.writeFile('/before', new Uint8Array(100_000), O_CREAT | O_WRONLY, 0o644);
      const fd = other.open('/before', O_RDWR, 0);
      other.restoreTree(tree);
      expectClean(other);
      expect(deepLook(other)).toEqual(look);
      other.close(fd);
      expectClean(other);
      for (const name of other.readdir('/')) other.removeTree(`/${name}`);
      expectClean(other);
      expect(other.quota.used).toBe(0);
    }
    this.log.push('from bytes');
    engine.restoreTree(decodeTree(bytes, 0));
    expect(deepLook(engine)).toEqual(look);
  }

  private restore(): void {
    const { engine, taken, open } = this;
    if (taken.length === 0) return;
    const { image, look, time } = this.random.pick(taken);
    this.time = time;
    const before = engine.quota.used;
    const contents = open.map((fd) => this.contentOf(fd));
    this.attempt(() => {
      this.log.push('restore');
      try {
        engine.restoreImage(image);
      } catch (error) {
        expect(engine.quota.used).toBe(before);
        throw error;
      }
      expect(deepLook(engine)).toEqual(look);
      expect(open.map((fd) => this.contentOf(fd))).toEqual(contents);
      for (const stream of this.streams) expect(stream.next()).toBe(false);
      for (const fd of open) this.attempt(() => void engine.write(fd, new Uint8Array(300).fill(9), 0, 300, 5));
      expect(deepLook(engine)).toEqual(look);
    });
  }

  private contentOf(fd: number): string {
    const stat = new Float64Array(STAT_LENGTH);
    this.engine.fstat(fd, stat);
    const bytes = new Uint8Array(stat[8] as number);
    try {
      this.engine.read(fd, bytes, 0, bytes.length, 0);
    } catch {
      return 'not to be read';
    }
    return hashBytes(bytes);
  }

  private dispose(): void {
    const { taken } = this;
    if (taken.length === 0) return;
    const [{ image }] = taken.splice(this.random.int(taken.length), 1) as [Taken];
    this.log.push('dispose');
    const before = this.engine.quota.used;
    image.dispose();
    image.dispose();
    expect(this.engine.quota.used).toBeLessThan(before);
    expect(() => this.engine.restoreImage(image)).toThrow();
  }

  private path(): string {
    const { random } = this;
    let path = '';
    for (let depth = random.between(1, 3); depth > 0; depth--) path += `/${random.pick(NAMES)}`;
    return path;
  }

  private bytes(): Uint8Array {
    const size = this.random.pick(SIZES);
    return new Uint8Array(size).fill(this.random.between(1, 255));
  }

  private change(): void {
    const { engine, random, open } = this;
    const path = this.path();
    const other = this.path();
    const calls: Record<string, () => unknown> = {
      mkdir: () => engine.mkdir(path, 0o755),
      mkdirp: () => engine.mkdirp(path, 0o755),
      write: () => engine.writeFile(path, this.bytes(), O_WRONLY | O_CREAT | O_TRUNC, 0o644),
      create: () => engine.writeFile(path, this.bytes(), O_WRONLY | O_CREAT, 0o600),
      append: () => engine.writeFile(path, this.bytes(), O_WRONLY | O_CREAT | O_APPEND, 0o644),
      truncate: () => engine.truncate(path, random.pick(SIZES)),
      unlink: () => engine.unlink(path),
      remove: () => engine.removeTree(path),
      rename: () => engine.rename(path, other),
      link: () => engine.link(path, other),
      symlink: () => engine.symlink(random.pick(['a', 'b/c', 'long-target-'.repeat(20)]), path),
      copy: () => engine.copyFile(path, other, 0),
      copyTree: () => engine.copyTree(path, other),
      chmod: () => engine.chmod(path, random.pick([0o600, 0o755, 0o4711])),
      chown: () => engine.lchown(path, random.int(3), random.int(3)),
      utimes: () => engine.lutimes(path, random.int(1e9), 5, random.int(1e9), 999_999_999),
      import: () => engine.importTree([{ path: `${path}/x`, type: 'file', data: this.bytes() }]),
      open: () => open.push(engine.open(path, random.pick([0, O_RDWR, O_RDWR | O_CREAT]), 0o644)),
      temporary: () => open.push(engine.open('/', O_RDWR | O_TMPFILE, 0o600)),
      opendir: () => this.streams.push(engine.opendir(path)),
      close: () => {
        if (open.length > 0) engine.close(open.splice(random.int(open.length), 1)[0] as number);
        if (this.streams.length > 0) this.streams.pop()?.close();
      },
      writeAt: () => {
        if (open.length === 0) return;
        const bytes = this.bytes();
        engine.write(random.pick(open), bytes, 0, bytes.length, random.pick(SIZES));
      },
      ftruncate: () => open.length > 0 && engine.ftruncate(random.pick(open), random.pick(SIZES)),
      allocate: () => open.length > 0 && engine.allocate(random.pick(open), random.pick(SIZES)),
    };
    const name = random.pick(Object.keys(calls));
    this.log.push(`${name} ${path.slice(0, 40)} ${other.slice(0, 40)}`);
    (calls[name] as () => unknown)();
  }
}

describe('snapshots among random calls', () => {
  const quotas = { roomy: 64 * MIB, tight: 1.3 * MIB };
  for (const [name, quota] of Object.entries(quotas)) {
    it.each(seeds(7_100_000))(`${name}, from seed %i`, { timeout: 600_000 }, (first) => {
      for (let seed = first; seed < first + 25 * effort; seed++) {
        const run = new Run(createPrng(seed), Math.floor(quota));
        try {
          for (let step = 0; step < 150; step++) run.step();
          run.finish();
        } catch (error) {
          throw new Error(`QUOTAFS_SEED=${seed}\n${run.log.slice(-40).join('\n')}`, { cause: error });
        }
      }
    });
  }
});
