/**
 * The exhaustion tests again, with a snapshot alive: whatever a call writes is
 * shared before it, so it must take its own memory or change nothing. And the
 * calls of snapshots themselves, with room for exactly n more bytes.
 */
import { describe, expect, it } from 'vitest';
import { type Engine, O_CREAT, O_WRONLY, type VolumeImage } from '../../src/core/index.js';
import { expectClean } from '../helpers/snapshot.js';
import { deepLook } from './deep-look.js';
import { Bench, findNeed } from './exhaustion-bench.js';
import { filled, KIB, type Opened, SCENARIOS, type Scenario } from './exhaustion-scenarios.js';

/** These write or cut pages that the snapshot holds. */
const NOT_FREE_WHEN_SHARED = new Set([
  'overwrite a little',
  'write to a shared page',
  'overwrite all',
  'ftruncate down',
  'ftruncate a little down',
  'truncate a shared file',
]);

const images = new WeakMap<Engine, VolumeImage>();
const imageOf = (engine: Engine): VolumeImage => images.get(engine) as VolumeImage;
const takeImage = (engine: Engine): void => void images.set(engine, engine.takeImage());
const withImage = (scenario: Scenario): Scenario => ({
  ...scenario,
  before: (engine, fd) => {
    scenario.before?.(engine, fd);
    deepLook(engine);
    takeImage(engine);
  },
});

const fitsFrom = (scenario: Scenario, need: number, then: (engine: Engine) => void): void => {
  for (const more of [0, 1, 2, 3, 8, 777, 4 * KIB, 100 * KIB]) {
    const bench = new Bench(scenario, 'auto');
    expect(bench.attempt(need + more), `fits at ${need}, not at ${need + more}`).toBeUndefined();
    expectClean(bench.engine);
    expect(bench.engine.quota.used).toBeLessThanOrEqual(bench.engine.quota.limit);
    then(bench.engine);
  }
};

describe('room for n more bytes, with a snapshot', () => {
  it.each(SCENARIOS.map(withImage))('$name', { timeout: 60_000 }, (scenario) => {
    const need = findNeed(scenario, 'auto');
    if (scenario.free && !NOT_FREE_WHEN_SHARED.has(scenario.name)) expect(need, 'must work in a full volume').toBe(0);
    const { engine } = new Bench(scenario, 'auto');
    const before = deepLook(engine);
    fitsFrom(scenario, need, (changed) => {
      changed.resize(64 * 1024 * KIB);
      changed.restoreImage(imageOf(changed));
      expectClean(changed);
      expect(withoutTimes(deepLook(changed))).toEqual(withoutTimes(before));
      imageOf(changed).dispose();
      expectClean(changed);
    });
  });
});

/** Two volumes: their clocks are not the same. */
const withoutTimes = (look: Record<string, unknown>[]) => look.map(({ times, ...rest }) => rest);

const emptied = (engine: Engine): void => {
  for (const name of engine.readdir('/')) engine.removeTree(`/${name}`);
};
const closeAll = (engine: Engine, fd: Opened): void => {
  for (const each of Object.values(fd)) engine.close(each);
};
const manyFiles = (engine: Engine, from: string): void => {
  engine.mkdir(from, 0o755);
  for (let i = 0; i < 600; i++)
    engine.writeFile(`${from}/file-with-a-long-name-${i}`, filled(20 + i), O_WRONLY | O_CREAT, 0o644);
};

const OWN: Scenario[] = [
  { name: 'the first snapshot', run: (engine) => engine.takeImage() },
  { name: 'one of many files', before: (engine) => manyFiles(engine, '/many'), run: (engine) => engine.takeImage() },
  withImage({ name: 'a second one', run: (engine) => engine.takeImage() }),
  withImage({ name: 'a restore of what is there and open', run: (engine) => engine.restoreImage(imageOf(engine)) }),
  withImage({
    name: 'a restore of what is there',
    before: closeAll,
    run: (engine) => engine.restoreImage(imageOf(engine)),
    free: true,
  }),
  {
    name: 'a restore of what is gone',
    before: (engine) => {
      takeImage(engine);
      emptied(engine);
      // The bench watches these.
      for (const path of ['/dir', '/file', '/big']) engine.mkdir(path, 0o755);
    },
    run: (engine) => engine.restoreImage(imageOf(engine)),
  },
  {
    name: 'a restore of many files in place of few',
    before: (engine, fd) => {
      closeAll(engine, fd);
      manyFiles(engine, '/many');
      takeImage(engine);
      emptied(engine);
      engine.mkdir('/dir', 0o755);
      for (const path of ['/file', '/big']) engine.writeFile(path, filled(300 * KIB), O_WRONLY | O_CREAT, 0o644);
    },
    run: (engine) => engine.restoreImage(imageOf(engine)),
    free: true,
  },
  {
    name: 'a restore of many files in place of small ones',
    before: (engine, fd) => {
      closeAll(engine, fd);
      manyFiles(engine, '/many');
      takeImage(engine);
      emptied(engine);
      for (const path of ['/dir', '/file', '/big']) engine.mkdir(path, 0o755);
      for (let i = 0; i < 50; i++) engine.writeFile(`/dir/${i}`, filled(8 * KIB), O_WRONLY | O_CREAT, 0o644);
    },
    run: (engine) => engine.restoreImage(imageOf(engine)),
    free: true,
  },
  {
    name: 'a restore of copies that share pages',
    before: (engine) => {
      for (let i = 0; i < 5; i++) engine.copyFile('/big', `/big-${i}`, 0);
      takeImage(engine);
      for (let i = 0; i < 5; i++) engine.unlink(`/big-${i}`);
    },
    run: (engine) => engine.restoreImage(imageOf(engine)),
  },
];

describe('room for n more bytes, snapshots themselves', () => {
  it.each(OWN)('$name', { timeout: 60_000 }, (scenario) => {
    const need = findNeed(scenario, 'auto');
    if (scenario.free) expect(need, 'must work in a full volume').toBe(0);
    fitsFrom(scenario, need, () => {});
  });
});
