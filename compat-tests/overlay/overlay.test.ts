/**
 * Compat tests, overlay: a fixed set of random programs in every test run. More of
 * them: `npm run compat:overlay -- --seeds 2000`.
 */
import nodeFs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Prng } from '../disk/prng.js';
import { print, shrink } from '../disk/shrink.js';
import type { Forms } from '../disk/statements/index.js';
import { loadOurs, real } from '../targets.js';
import { lowerState, makeOverlayProgram, OverlayBench, problemsIn, traced } from './bench.js';

const ours = await loadOurs();
const benches: OverlayBench[] = [];
const makeBench = (maxQuota?: number): OverlayBench => {
  const bench = new OverlayBench(maxQuota);
  benches.push(bench);
  return bench;
};
afterEach(() => {
  for (const bench of benches.splice(0)) bench.close();
});

/** The first divergence that a plain volume does not have too, or an empty string. */
const firstDivergence = async (seeds: number, start: number, forms: Forms): Promise<string> => {
  const bench = makeBench();
  for (let seed = start; seed < start + seeds; seed++) {
    const program = makeOverlayProgram(new Prng(seed), 50, forms);
    const found = await bench.compare(program, real, bench.target);
    if (!found) continue;
    const plain = await bench.compare(program, real, ours);
    if (plain?.at === found.at && plain.right === found.right) continue;
    const [small, again] = await shrink(bench, program, found, real, bench.target);
    return `seed ${seed}\n${print(small, again, real, bench.target)}`;
  }
  return '';
};

describe('random programs do on an overlay what they do on a copy of the disk below it, which stays as it is', () => {
  it('synchronous calls', { timeout: 120_000 }, async () => {
    expect(await firstDivergence(80, 1, 'sync')).toBe('');
  });

  it('all forms of call, streams included', { timeout: 120_000 }, async () => {
    expect(await firstDivergence(40, 50_000, 'all')).toBe('');
  });
});

describe('refusals leave the disk as it is, and the bill true', () => {
  it.each([8_000, 12_000, 16_000, 60_000])('a quota of %i bytes', { timeout: 120_000 }, async (maxQuota) => {
    const bench = makeBench(maxQuota);
    for (let seed = 1; seed <= 15; seed++) {
      const program = makeOverlayProgram(new Prng(seed), 50, 'all');
      const outcomes = await bench.run(program, bench.target);
      expect(problemsIn(outcomes), `seed ${seed}`).toBe('');
    }
    if (maxQuota < 60_000) expect(bench.refusals).toBeGreaterThan(0);
  });
});

describe('the comparison itself', () => {
  it('sees a change of the disk, and every call that is more than reading', () => {
    const bench = makeBench();
    const file = join(bench.base, 'f');
    nodeFs.writeFileSync(file, 'a');
    const before = lowerState(bench.base);
    expect(lowerState(bench.base)).toBe(before);
    nodeFs.writeFileSync(file, 'b');
    expect(lowerState(bench.base)).not.toBe(before);
    const wrong: string[] = [];
    const lower = traced(wrong);
    lower.closeSync(lower.openSync(file, nodeFs.constants.O_RDONLY));
    expect(wrong).toEqual([]);
    lower.closeSync(lower.openSync(file, nodeFs.constants.O_RDWR));
    expect(wrong).toHaveLength(1);
  });
});
