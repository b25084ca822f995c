/** Nothing that a random program does over `mountOver` changes the disk; `npm run compat:union` runs 2,000 of them. */
import { expect, it } from 'vitest';
import { effort, seeds } from '../../test/helpers/prng.js';
import { runPrograms } from './programs.js';

it.each(seeds(1))('the disk stays as it is under random programs, seed %d', { timeout: 120_000 }, async (seed) => {
  const { failures, counts } = await runPrograms(seed, 60 * effort, 40);
  expect(failures).toEqual([]);
  for (const outcome of ['ok', 'ENOSPC', 'EEXIST', 'ENOENT', 'EBADF']) expect(counts.get(outcome)).toBeGreaterThan(10);
  expect(counts.get('EDISK')).toBeUndefined();
});
