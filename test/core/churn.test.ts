/**
 * Thousands of files coming, going, growing and moving, against a plain Map of
 * their contents: what the model tests, with their handful of names, never
 * reach. Tables, index, slabs and page maps grow and shrink many times over.
 */
import { expect, it } from 'vitest';
import { createVolume, O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../src/core/index.js';
import { createPrng, effort, type Prng, seeds } from '../helpers/prng.js';
import { expectClean } from '../helpers/snapshot.js';

const DIRECTORIES = 12;
const PHASE = 2500;

const pathFor = (rng: Prng): string => `/d${rng.int(DIRECTORIES)}/${'name-'.repeat(rng.int(5))}${rng.int(400)}`;

const bytesFor = (rng: Prng): Uint8Array => {
  const size = rng.chance(0.9) ? rng.int(600) : rng.int(rng.chance(0.9) ? 20_000 : 150_000);
  return new Uint8Array(size).fill(rng.between(1, 255));
};

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

it.each(seeds(3))('contents survive every kind of churn (seed %i)', { timeout: 60_000 * effort }, (seed) => {
  const rng = createPrng(seed);
  const engine = createVolume();
  const files = new Map<string, Uint8Array>();
  const empty = engine.usage().used;
  for (let d = 0; d < DIRECTORIES; d++) engine.mkdir(`/d${d}`, 0o755);
  const bare = engine.usage().used;

  const some = (): string => {
    const keys = [...files.keys()];
    return rng.pick(keys);
  };
  const put = (): void => {
    const path = pathFor(rng);
    const data = bytesFor(rng);
    engine.writeFile(path, data, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
    files.set(path, data);
  };
  const remove = (): void => {
    const path = some();
    engine.unlink(path);
    files.delete(path);
  };
  const change = (): void => {
    const path = some();
    const old = files.get(path) as Uint8Array;
    const data = bytesFor(rng);
    const roll = rng.next();
    if (roll < 0.4) {
      engine.writeFile(path, data, O_WRONLY | O_APPEND, 0);
      files.set(path, concat(old, data));
    } else if (roll < 0.6) {
      const size = rng.int(old.length + 100);
      engine.truncate(path, size);
      const kept = new Uint8Array(size);
      kept.set(old.subarray(0, size));
      files.set(path, kept);
    } else if (roll < 0.8) {
      const at = rng.int(old.length + 50);
      const fd = engine.open(path, O_RDWR, 0);
      engine.write(fd, data, 0, data.length, at);
      engine.close(fd);
      if (data.length === 0) return;
      const grown = new Uint8Array(Math.max(old.length, at + data.length));
      grown.set(old);
      grown.set(data, at);
      files.set(path, grown);
    } else {
      const to = pathFor(rng);
      if (to === path) return;
      if (roll < 0.9) {
        engine.rename(path, to);
        files.delete(path);
      } else engine.copyFile(path, to, 0);
      files.set(to, old);
    }
  };

  for (const growth of [0.9, 0.3, 0.6, 0.1, 0.95, 0.2]) {
    for (let i = 0; i < PHASE * effort; i++) {
      if (files.size === 0 || rng.chance(growth * 0.6)) put();
      else if (rng.chance(0.5)) change();
      else remove();
    }
    expectClean(engine);
    for (const [path, expected] of files) {
      const actual = engine.readFile(path, O_RDONLY, (size) => new Uint8Array(size));
      if (Buffer.compare(actual, expected) !== 0) expect.fail(`seed ${seed}: ${path} has other contents`);
    }
    const names = Array.from({ length: DIRECTORIES }, (_, d) =>
      engine.readdir(`/d${d}`).map((name) => `/d${d}/${name}`),
    );
    expect(names.flat().sort()).toEqual([...files.keys()].sort());
  }
  for (const path of [...files.keys()]) engine.unlink(path);
  expect(engine.usage().used).toBe(bare);
  for (let d = 0; d < DIRECTORIES; d++) engine.rmdir(`/d${d}`);
  expect(engine.usage().used).toBe(empty);
  expectClean(engine);
});
