/**
 * Pages that files gave back and others take again: they show nothing of what was in them, leave data its room, and go
 * when V8 collects.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVolume, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from '../../src/core/index.js';
import { SparePages } from '../../src/core/storage/spare-pages.js';
import { Volume } from '../../src/core/volume.js';
import { faultOf } from '../helpers/errno-name.js';
import { createPrng, effort, seeds } from '../helpers/prng.js';
import { expectClean } from '../helpers/snapshot.js';
import { ReferenceFile } from './reference-file.js';

const PAGE = 65_536;
const MIB = 16 * PAGE;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const makeVolume = (maxQuota = 64 * MIB) => {
  const made = createVolume({ maxQuota });
  return made instanceof Volume ? made : expect.fail('an engine is a volume');
};

let engine: ReturnType<typeof makeVolume>;
const spare = (): number => engine.bank.spare?.bytes ?? 0;

/** Leaves `pages` spare pages full of ones. */
function dirty(pages: number): void {
  engine.writeFile('/dirty', new Uint8Array(pages * PAGE).fill(1), O_WRONLY | O_CREAT, 0o644);
  engine.unlink('/dirty');
  expect(spare()).toBeGreaterThanOrEqual(pages * PAGE);
}

async function collectUntil(isReached: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !isReached(); i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How many more pages would be kept. */
function mostPages(): number {
  const one = new SparePages();
  for (let i = 0; i < 2000; i++) one.give(new Uint8Array(1));
  const pages = one.bytes / (PAGE + 240);
  one.shrinkTo(0);
  return pages;
}

beforeEach(() => {
  engine = makeVolume();
});

afterEach(() => engine.bank.spare?.shrinkTo(0));

describe('spare pages', () => {
  it('are taken again by a file that is written anew, and its bytes are its own', () => {
    dirty(40);
    const file = new ReferenceFile(engine, '/f');
    for (let page = 0; page < 40; page++) file.write(page * PAGE, PAGE);
    expect(spare()).toBe(0);
    file.expectEqual();
  });

  it('of a truncated file are taken again', () => {
    const file = new ReferenceFile(engine, '/f');
    file.write(0, 4 * MIB);
    file.truncate(0);
    expect(spare()).toBeGreaterThanOrEqual(4 * MIB);
    file.write(0, 4 * MIB);
    expect(spare()).toBe(0);
    file.expectEqual();
  });

  it('show no old bytes in a hole', () => {
    dirty(20);
    const file = new ReferenceFile(engine, '/f');
    file.write(9 * PAGE + 100, PAGE);
    file.write(3 * PAGE - 1, PAGE + 2);
    file.expectEqual();
  });

  it('show no old bytes behind a short write', () => {
    dirty(20);
    const file = new ReferenceFile(engine, '/f');
    file.write(0, 8 * PAGE);
    for (let i = 0; i < 20; i++) file.write(8 * PAGE + i * 100, 100);
    file.truncate(9 * PAGE + 5);
    file.expectEqual();
  });

  it('show no old bytes when a file grows by truncate', () => {
    dirty(20);
    const file = new ReferenceFile(engine, '/f');
    file.write(0, 10 * PAGE);
    file.truncate(2 * PAGE + 10);
    file.truncate(12 * PAGE);
    file.expectEqual();
  });

  it('show no old bytes in what was allocated ahead', () => {
    dirty(20);
    const file = new ReferenceFile(engine, '/f');
    engine.allocate(file.fd, 10 * PAGE);
    file.truncate(10 * PAGE);
    file.expectEqual();
  });

  it('show no old bytes in the copy that a write to a shared page makes', () => {
    const file = new ReferenceFile(engine, '/f');
    file.write(0, 3 * PAGE + 7);
    const copy = file.copyTo('/copy');
    dirty(20);
    file.write(PAGE + 5, 10);
    file.write(PAGE - 5, PAGE + 10);
    file.expectEqual();
    copy.expectEqual();
  });

  for (const seed of seeds(6)) {
    it(`show no old bytes, whatever is done (seed ${seed})`, () => {
      const rng = createPrng(seed);
      const file = new ReferenceFile(engine, '/f');
      const edge = () => Math.max(0, rng.int(12) * PAGE + rng.int(3) * (rng.int(200) - 100));
      for (let step = 0; step < 60 * effort; step++) {
        if (rng.int(4) === 0) dirty(1 + rng.int(10));
        if (rng.int(3) === 0) file.truncate(edge());
        else file.write(edge(), edge());
        if (step % 10 === 0) file.expectEqual();
      }
      file.expectEqual();
    });
  }

  it('leave data its room: with what is billed they are never more than it may have', () => {
    engine = makeVolume(8 * MIB);
    const fits = () => spare() + engine.bank.used <= engine.bank.limit - engine.bank.margin;
    dirty(96);
    const full = spare();
    const chunk = new Uint8Array(3000).fill(2);
    let made = 0;
    for (; faultOf(() => engine.writeFile(`/f${made}`, chunk, O_WRONLY | O_CREAT, 0o644)) === 'ok'; made++) {
      expect(fits()).toBe(true);
    }
    expect(full).toBeGreaterThan(spare());
    expect(spare()).toBeLessThan(PAGE);
    expectClean(engine);
    for (let i = 0; i < made; i++) engine.unlink(`/f${i}`);
    dirty(96);
    engine.resize(2 * MIB);
    expect(fits()).toBe(true);
    expectClean(engine);
  });

  it('leave as much room as there would be without them', () => {
    const fill = (): number => {
      const fd = engine.open('/full', O_RDWR | O_CREAT | O_TRUNC, 0o644);
      let pages = 0;
      while (faultOf(() => engine.write(fd, new Uint8Array(PAGE), 0, PAGE, -1)) === 'ok') pages++;
      engine.close(fd);
      return pages;
    };
    engine = makeVolume(8 * MIB);
    const first = fill();
    engine.unlink('/full');
    const { used } = engine.usage();
    expect(spare()).toBeGreaterThan(0);
    expect(fill()).toBe(first);
    engine.unlink('/full');
    expect(engine.usage().used).toBe(used);
    expectClean(engine);
  });

  it('go when V8 collects and nothing takes or gives one', async () => {
    dirty(100);
    await collectUntil(() => spare() === 0);
    expect(spare()).toBe(0);
    dirty(3);
    expectClean(engine);
    expect(mostPages()).toBe(1024 - spare() / (PAGE + 240));
  });

  it('go with their volume', async () => {
    dirty(100);
    const gone = new WeakRef(engine.bank.spare as SparePages);
    engine = makeVolume();
    // What a WeakRef was made of is kept until the end of the job.
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
    expect(gone.deref()).toBeUndefined();
  });

  it('are no more than 64 MiB in all volumes together', async () => {
    // Those of volumes that are gone count until a collection has been told of.
    await collectUntil(() => mostPages() === 1024);
    const held = [1, 2, 3].map(() => new SparePages());
    for (const one of held) for (let i = 0; i < 400; i++) one.give(new Uint8Array(1));
    const most = held.reduce((sum, one) => sum + one.bytes, 0);
    expect(most).toBeLessThanOrEqual(64 * MIB + 1024 * 1024);
    expect(held[2]?.bytes).toBeLessThan(held[0]?.bytes ?? 0);
    for (const one of held) one.shrinkTo(0);
    expect(mostPages()).toBe(1024);
  });
});
