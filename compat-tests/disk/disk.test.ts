/**
 * Compat tests, disk: a fixed set of random programs in every test run. More of
 * them: `npm run compat -- --seeds 5000`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { loadOurs, memory, real } from '../targets.js';
import { Bench } from './compare.js';
import { makeProgram } from './program.js';
import { print, shrink } from './shrink.js';
import type { Forms } from './statements/index.js';

const bench = new Bench();
const ours = await loadOurs();
afterAll(() => bench.close());

/** The first divergence as a program to run, or an empty string. */
const firstDivergence = async (seeds: number, start: number, forms: Forms, right = ours): Promise<string> => {
  for (let seed = start; seed < start + seeds; seed++) {
    const program = makeProgram(seed, 60, forms);
    const found = await bench.compare(program, real, right);
    if (!found) continue;
    const [small, again] = await shrink(bench, program, found, real, right);
    return `seed ${seed}\n${print(small, again, real, right)}`;
  }
  return '';
};

describe('random programs do on ours what they do on a disk', () => {
  it('synchronous calls', { timeout: 60_000 }, async () => {
    expect(await firstDivergence(200, 1, 'sync')).toBe('');
  });

  it('all forms of call, streams included', { timeout: 60_000 }, async () => {
    expect(await firstDivergence(120, 100_000, 'all')).toBe('');
  });
});

describe('the comparison itself', () => {
  it('finds no difference between a disk and itself', { timeout: 30_000 }, async () => {
    expect(await firstDivergence(20, 1, 'all', real)).toBe('');
  });

  it('finds the first difference of another implementation, and makes it small', { timeout: 30_000 }, async () => {
    const found = await firstDivergence(20, 1, 'sync', memory);
    expect(found).toContain('▶');
    expect(found.split('\n').length).toBeLessThan(12);
  });
});
