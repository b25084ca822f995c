/**
 * New volumes share what is empty in all of them, and their first tables lie side by side in one buffer. Nothing that
 * one does may be seen in another, nor in a snapshot of a volume that was empty.
 */
import { expect, it } from 'vitest';
import { carve } from '../../src/core/carve.js';
import { createVolume, type Engine, O_CREAT, O_RDONLY, O_WRONLY, STAT_LENGTH } from '../../src/core/index.js';
import { expectClean } from '../helpers/snapshot.js';

const put = (engine: Engine, path: string, bytes: readonly number[]): void =>
  engine.writeFile(path, Uint8Array.from(bytes), O_WRONLY | O_CREAT, 0o644);
const get = (engine: Engine, path: string): number[] => [
  ...engine.readFile(path, O_RDONLY, (size) => new Uint8Array(size)),
];

it('pieces of memory are zero, whole words, and nobody else’s', () => {
  const pieces = Array.from({ length: 200 }, (_, index) => carve(1 + ((index * 37) % 160)));
  pieces.forEach((piece, index) => {
    expect(piece.length).toBe(1 + ((index * 37) % 160));
    expect(piece.every((word) => word === 0)).toBe(true);
    piece.fill(index + 1);
  });
  pieces.forEach((piece, index) => {
    expect(piece.every((word) => word === index + 1)).toBe(true);
  });
});

it('volumes that grow in turn do not see each other', () => {
  const engines = Array.from({ length: 24 }, () => createVolume());
  for (let file = 0; file < 40; file++) {
    engines.forEach((engine, volume) => {
      put(engine, `/file-${volume}-${file}`, [volume, file, volume ^ file]);
    });
    if (file === 20) for (let volume = 0; volume < 24; volume += 3) engines[volume] = createVolume();
  }
  engines.forEach((engine, volume) => {
    const first = volume % 3 === 0 ? 21 : 0;
    expect(engine.readdir('/')).toHaveLength(40 - first);
    for (let file = first; file < 40; file++) {
      expect(get(engine, `/file-${volume}-${file}`)).toEqual([volume, file, volume ^ file]);
    }
    expectClean(engine);
    for (let file = first; file < 40; file++) engine.unlink(`/file-${volume}-${file}`);
    expect(engine.quota.used).toBe(0);
    expectClean(engine);
  });
});

it('a snapshot of an empty volume is restored again and again, and other volumes stay empty', () => {
  const engine = createVolume();
  const other = createVolume();
  const empty = engine.takeImage();
  put(engine, '/a', [1]);
  put(
    engine,
    '/b',
    Array.from({ length: 70_000 }, () => 2),
  );
  const filled = engine.takeImage();
  for (let round = 0; round < 3; round++) {
    engine.restoreImage(empty);
    expect(engine.readdir('/')).toEqual([]);
    expectClean(engine);
    engine.restoreImage(filled);
    expect(engine.readdir('/')).toEqual(['a', 'b']);
    expect(get(engine, '/a')).toEqual([1]);
    engine.restoreTree(other.tree());
    put(engine, `/new-${round}`, [round]);
    expect(engine.readdir('/')).toEqual([`new-${round}`]);
    engine.restoreImage(empty);
    engine.restoreImage(filled);
    expect(get(engine, '/b')).toHaveLength(70_000);
    expectClean(engine);
  }
  expect(other.readdir('/')).toEqual([]);
  expect(other.lookup('/a')).toBeLessThan(0);
  expectClean(other);
  const third = createVolume();
  expect(third.readdir('/')).toEqual([]);
  put(third, '/c', [3]);
  expect(third.readdir('/')).toEqual(['c']);
  expectClean(third);
});

it('the root is as old as its volume, whatever is made later', () => {
  let now = 1000;
  const engine = createVolume({ clock: () => now, uid: 7, gid: 8 });
  now = 5000;
  put(engine, '/file', [1]);
  const stat = new Float64Array(STAT_LENGTH);
  expect(engine.stat('/', stat)).toBe(0);
  // mode, links, owner, then birthtime and mtime in seconds.
  expect([stat[1], stat[2], stat[3], stat[4], stat[16], stat[12]]).toEqual([0o40777, 2, 7, 8, 1, 5]);
  expectClean(engine);
});
