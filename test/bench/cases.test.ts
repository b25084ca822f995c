/** Benchmarks: every case gives the right result on ours; a fast wrong answer is no answer. */
import { describe, expect, it } from 'vitest';
import { createFs } from '../../src/index.js';
import { CASES } from './cases/index.js';
import type { Operation } from './measure.js';

const MIB = 2 ** 20;

async function once(operation: Operation): Promise<void> {
  await operation.before?.();
  await operation.run(operation.fixedCount ?? 3);
  await operation.after?.();
  await operation.finish?.();
}

describe('benchmark cases', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', { timeout: 60_000 }, async (_, one) => {
    const fresh = () => ({ fs: createFs({ maxQuota: 1100 * MIB }), root: '', drop: () => {} });
    await once(await one.prepare(fresh));
    if (one.bare !== undefined) await once(one.bare());
  });

  it('has unique names', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
