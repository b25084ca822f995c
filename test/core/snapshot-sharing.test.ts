/**
 * Tables that a snapshot shares with its volume: what is copied when, that no
 * call writes to what is shared, and that nothing is left after many rounds.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createVolume,
  type Engine,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type TreeSource,
  type VolumeImage,
} from '../../src/core/index.js';
import { encodeTree } from '../../src/core/snapshot/format/index.js';
import { Volume } from '../../src/core/volume.js';
import { expectClean, hashBytes } from '../helpers/snapshot.js';

const FILES = 1500;
const MIB = 1024 * 1024;
let engine: Engine & Volume;
let time: number;

const path = (i: number): string => `/d${i % 10}/file-${i}${i % 7 === 0 ? '-with-a-name-that-is-long' : ''}`;
const write = (at: string, size: number, flags = O_TRUNC): void =>
  engine.writeFile(at, new Uint8Array(size).fill(size % 251), O_WRONLY | O_CREAT | flags, 0o644);

beforeEach(() => {
  time = 1_700_000_000_000;
  const made = createVolume({ maxQuota: 64 * MIB, clock: () => time });
  if (!(made instanceof Volume)) return expect.fail('an engine is a volume');
  engine = made;
  for (let d = 0; d < 10; d++) engine.mkdir(`/d${d}`, 0o755);
  for (let i = 0; i < FILES; i++) write(path(i), i % 100 === 0 ? 20_000 : 1 + (i % 300));
  engine.symlink('a-target-of-a-link', '/link');
  write('/pages', 200_000);
  time += 1000;
});

/** A hash of the binary form: the whole tree in one word. */
const formOf = (of: { tree(): TreeSource }): string => hashBytes(encodeTree(of.tree(), 0));

/** How many columns were copied since `run` began. */
const copied = (run: () => void): number => {
  const columns = () => [...engine.inodes.segments, ...engine.directories.segments];
  const before = columns();
  run();
  return columns().filter((column, index) => column !== before[index]).length;
};

describe('a snapshot of many files', () => {
  it('copies no table, and a write one part of it', () => {
    let image: VolumeImage | undefined;
    expect(copied(() => (image = engine.takeImage()))).toBe(0);
    expect(copied(() => write(path(5), 50))).toBe(1);
    expect(copied(() => write(path(5), 70))).toBe(0);
    expect(copied(() => engine.chmod(path(1499), 0o600))).toBe(1);
    expect(copied(() => engine.restoreImage(image as VolumeImage))).toBe(2);
    expect(copied(() => engine.restoreImage(image as VolumeImage))).toBe(0);
    expectClean(engine);
    image?.dispose();
    expect(copied(() => write(path(5), 50))).toBe(0);
    expectClean(engine);
  });

  it('costs a second one only what changed, also when it was changed back', () => {
    const used = () => engine.quota.used;
    const before = used();
    const first = engine.takeImage();
    const price = used() - before;
    const again = engine.takeImage();
    expect(used() - before - price).toBeLessThan(price / 20);
    again.dispose();
    const fd = engine.open(path(7), O_RDWR, 0);
    engine.close(fd);
    const third = engine.takeImage();
    expect(used() - before - price).toBeLessThan(price / 20);
    for (const image of [first, third]) image.dispose();
    expect(used()).toBe(before);
    expectClean(engine);
  });
});

describe('no call writes to what a snapshot shares', () => {
  const CALLS: Record<string, () => unknown> = {
    'write over': () => write(path(100), 10_000),
    'write over a little': () => write(path(1), 1, 0),
    append: () => write(path(1), 9, O_APPEND),
    'append to pages': () => write('/pages', 70_000, O_APPEND),
    create: () => write('/new', 10),
    truncate: () => engine.truncate(path(100), 5),
    'truncate to nothing': () => engine.truncate('/pages', 0),
    'grow by a hole': () => engine.truncate(path(3), 300_000),
    unlink: () => engine.unlink(path(7)),
    'unlink a link': () => engine.unlink('/link'),
    removeTree: () => engine.removeTree('/d3'),
    'rename within': () => engine.rename(path(10), '/d0/other-name-that-is-rather-long'),
    'rename over': () => engine.rename(path(10), path(21)),
    'rename a directory': () => engine.rename('/d1', '/d2/moved'),
    link: () => engine.link(path(4), '/hard'),
    symlink: () => engine.symlink('x'.repeat(100), '/sym'),
    mkdir: () => engine.mkdir('/d4/sub', 0o700),
    copyFile: () => engine.copyFile(path(100), path(200), 0),
    copyTree: () => engine.copyTree('/d5', '/copy'),
    chmod: () => engine.chmod('/d6', 0o700),
    chown: () => engine.lchown('/link', 5, 6),
    utimes: () => engine.lutimes(path(8), 1, 2, 3, 4),
    read: () => {
      time += 100_000_000;
      engine.readFile(path(9), 0, (size) => new Uint8Array(size));
    },
    'open and close': () => engine.close(engine.open(path(9), O_RDWR, 0)),
    'read a directory': () => engine.opendir('/d7').close(),
    import: () => engine.importTree([{ path: path(11), type: 'file', data: new Uint8Array(9000) }]),
    restoreTree: () => {
      const other = createVolume({ clock: () => time });
      other.mkdir('/only', 0o755);
      engine.restoreTree(other.tree());
    },
    'restore of another': () => {
      write(path(12), 12);
      const later = engine.takeImage();
      write(path(13), 13);
      engine.restoreImage(later);
      later.dispose();
    },
  };

  it.each(Object.entries(CALLS))('%s', (_name, call) => {
    const image = engine.takeImage();
    const bytes = formOf(image);
    call();
    expectClean(engine);
    expect(formOf(image)).toEqual(bytes);
    engine.restoreImage(image);
    expectClean(engine);
    expect(formOf(engine)).toEqual(bytes);
    image.dispose();
    expectClean(engine);
    engine.removeTree('/d0');
    expectClean(engine);
  });
});

describe('several snapshots', () => {
  it('may go in any order', () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ]) {
      const before = engine.quota.used;
      const images = [0, 1, 2, 3].map((round) => {
        write(path(round * 300), 100 + round);
        engine.rename(path(round * 300 + 1), `/renamed-${round}`);
        return { image: engine.takeImage(), bytes: formOf(engine) };
      });
      const base = engine.takeImage();
      for (const index of order) {
        const { image, bytes } = images[index] as (typeof images)[number];
        engine.restoreImage(image);
        expect(formOf(engine)).toEqual(bytes);
        write(path(5), index + 1);
        image.dispose();
        expectClean(engine);
      }
      engine.restoreImage(base);
      base.dispose();
      for (const round of [0, 1, 2, 3]) engine.rename(`/renamed-${round}`, path(round * 300 + 1));
      expectClean(engine);
      expect(engine.quota.used - before).toBeLessThan(4096);
    }
  });

  it('a thousand rounds of taking, changing, restoring and copying leave nothing behind', () => {
    const images: VolumeImage[] = [];
    const form = formOf(engine);
    const base = engine.takeImage();
    const before = engine.quota.used;
    let copies = 0;
    for (let round = 0; round < 1000; round++) {
      write(path(round % FILES), round % 400);
      if (round % 3 === 0) images.push(engine.takeImage());
      if (round % 5 === 0) engine.restoreImage(images[round % images.length] as VolumeImage);
      if (images.length > 4) images.splice(round % 4, 1)[0]?.dispose();
      if (round % 100 === 0) {
        const copy = createVolume({ maxQuota: 64 * MIB });
        copy.restoreTree(base.tree());
        expectClean(copy);
        copies++;
      }
    }
    expect(copies).toBe(10);
    expectClean(engine);
    for (const image of images) image.dispose();
    engine.restoreImage(base);
    expectClean(engine);
    // The list that counts owners of buffers is as long as ever, until the last snapshot goes.
    expect(engine.quota.used - before).toBeLessThan(100);
    expect(formOf(engine)).toBe(form);
    base.dispose();
    for (const name of engine.readdir('/')) engine.removeTree(`/${name}`);
    expect(engine.quota.used).toBe(0);
  });
});
