/** Compat tests, union: many random programs, each on a volume of its own over one disk that may not change. */

import nodeFs from 'node:fs';
import { mountOver } from '../../src/adapters/unionfs/index.js';
import { createFs, quotaOf } from '../../src/index.js';
import { createPrng } from '../../test/helpers/prng.js';
import { Program, run } from './calls.js';
import { makeDisk, removeDisk, stateOf, traced } from './disk.js';

export interface Report {
  readonly programs: number;
  readonly failures: readonly string[];
  /** How often each outcome came. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Limits so small that anything may be refused, and some in which most of it fits. */
const QUOTAS = [3_000, 8_000, 20_000, 40_000, 100_000, 400_000, 5_000_000];
const NODES = [0, 1, 3, 10, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
const MOST_FAILURES = 10;

export async function runPrograms(first: number, programs: number, steps: number): Promise<Report> {
  const root = makeDisk();
  const before = stateOf(root);
  const failures: string[] = [];
  const counts = new Map<string, number>();
  let done = 0;
  for (let seed = first; seed < first + programs && failures.length < MOST_FAILURES; seed++, done++) {
    const random = createPrng(seed);
    const violations: string[] = [];
    const fs = createFs({ maxQuota: random.pick(QUOTAS), maxNodes: random.pick(NODES) });
    // Each second program has the disk itself below it: what it would do, it does.
    const lower = seed % 2 === 0 ? traced(violations) : nodeFs;
    const union = mountOver(lower, fs, random.chance(0.1) ? { copyUp: false } : {});
    const fail = (what: string): void => void failures.push(`seed ${seed}: ${what}`);
    for (const fault of await run(union, new Program(random, root), steps, counts)) fail(fault);
    for (const violation of violations) fail(`the disk was asked for ${violation}`);
    const after = stateOf(root);
    for (const line of after) if (!before.includes(line)) fail(`the disk has ${line.slice(0, 200)}`);
    for (const line of before) if (!after.includes(line)) fail(`the disk lost ${line.slice(0, 200)}`);
    const audit = quotaOf(fs).audit();
    if (!audit.ok) fail(`audit ${JSON.stringify(audit)}`);
  }
  removeDisk(root);
  return { programs: done, failures, counts };
}
