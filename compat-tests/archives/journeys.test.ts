/** Random trees go in and out whole, or are refused whole; `QUOTAFS_SEED` and `QUOTAFS_EFFORT` choose and lengthen the run. */
import { expect, it } from 'vitest';
import { createPrng, effort, seeds } from '../../test/helpers/prng.js';
import { journey } from './journeys.js';

it.each(seeds(1))('a random tree survives every journey, seed %d', { timeout: 120_000 }, async (seed) => {
  for (let each = seed; each < seed + 12 * effort; each++) {
    const problems = await journey(createPrng(each)).catch((error: Error) => [String(error.stack)]);
    expect(problems, `seed ${each}`).toEqual([]);
  }
});
