/**
 * Test helper: a small seeded generator, so that every random test can be run
 * again. The seed of a run is printed with each failure and can be set with
 * QUOTAFS_SEED.
 */

/** A deterministic source of random numbers. */
export interface Prng {
  readonly seed: number;
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  int(below: number): number;
  /** An integer in [from, to], both included. */
  between(from: number, to: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32: 32 bits of state, good enough to choose test cases. */
export function createPrng(seed: number): Prng {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    seed,
    next,
    int,
    between: (from, to) => from + int(to - from + 1),
    chance: (p) => next() < p,
    pick: (items) => items[int(items.length)] as (typeof items)[number],
  };
}

/** The seeds of a random test: the fixed one, plus QUOTAFS_SEED (one or several, separated by commas). */
export function seeds(fixed: number): number[] {
  const extra = (process.env.QUOTAFS_SEED ?? '').split(',').filter((part) => part.trim() !== '');
  return [fixed, ...extra.map(Number)];
}

/** How many times longer than usual the random tests run: QUOTAFS_EFFORT, default 1. */
export const effort = Math.max(1, Number(process.env.QUOTAFS_EFFORT ?? 1));
