/**
 * Runs a sequence of calls on the model and on a subject side by side, and
 * shrinks the sequence when they disagree.
 */
import { createPrng } from '../../helpers/prng.js';
import { type Calls, NotComparable, type Op, perform } from './calls.js';
import { Generator, type Profile } from './generator.js';
import type { Model } from './model.js';

/** A fresh model and subject. */
export interface Pair {
  model: Model;
  subject: Calls;
  /** The subject may run full: a call it refuses with ENOSPC must have changed nothing, and the model does not hear of it. */
  mayRunFull?: boolean;
  /** Before call number `index`: move the clock. */
  before?(index: number): void;
  /** After each call: what disagrees, or undefined. */
  after?(index: number, failed: boolean): string | undefined;
  /** After the last call: what disagrees, or undefined. */
  finish(): string | undefined;
  dispose?(): void;
}

interface Outcome {
  /** Calls run so far, the failing one last. */
  ops: Op[];
  problem: string | undefined;
}

/** Runs the calls that `nextOp` gives until it gives none or something disagrees. */
export function runSequence(makePair: () => Pair, nextOp: (index: number, pair: Pair) => Op | undefined): Outcome {
  const pair = makePair();
  const ops: Op[] = [];
  try {
    for (let index = 0; ; index++) {
      const op = nextOp(index, pair);
      if (op === undefined) break;
      ops.push(op);
      const problem = step(pair, op, index);
      if (problem !== undefined) return { ops, problem };
    }
    return { ops, problem: pair.finish() };
  } finally {
    pair.dispose?.();
  }
}

function step(pair: Pair, op: Op, index: number): string | undefined {
  pair.before?.(index);
  if (!pair.mayRunFull) {
    const expected = expectation(pair.model, op);
    return expected === undefined ? undefined : judge(pair, expected, performSafely(pair.subject, op), index);
  }
  const actual = performSafely(pair.subject, op);
  if (actual === 'ENOSPC') return pair.after?.(index, true);
  const expected = expectation(pair.model, op);
  return expected === undefined ? undefined : judge(pair, expected, actual, index);
}

/** What the model says, or undefined when it cannot tell. */
function expectation(model: Model, op: Op): string | undefined {
  model.beginCall();
  try {
    return perform(model, op);
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error;
    model.undoCall();
    return undefined;
  }
}

function judge(pair: Pair, expected: string, actual: string, index: number): string | undefined {
  if (actual !== expected) return `expected ${expected}\n     got ${actual}`;
  return pair.after?.(index, !expected.startsWith('ok'));
}

function performSafely(subject: Calls, op: Op): string {
  try {
    return perform(subject, op);
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
}

/** Drops calls one after another as long as the rest still disagrees. */
export function shrink(makePair: () => Pair, failing: Outcome): Outcome {
  let best = failing;
  for (let size = Math.ceil(best.ops.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = best.ops.length - size; start >= 0; start -= size) {
      const rest = best.ops.filter((_, index) => index < start || index >= start + size);
      const outcome = runSequence(makePair, (index) => rest[index]);
      if (outcome.problem !== undefined) best = outcome;
    }
  }
  return best;
}

/** Random sequences from `seed` on; throws with the shrunk sequence at the first disagreement. */
export function runRandom(
  makePair: () => Pair,
  options: { seed: number; sequences: number; length: number; profile: (index: number) => Profile },
): number {
  let calls = 0;
  for (let index = 0; index < options.sequences; index++) {
    const seed = options.seed + index;
    const profile = options.profile(index);
    let generator: Generator | undefined;
    const outcome = runSequence(makePair, (at, pair) => {
      generator ??= new Generator(createPrng(seed), pair.model, profile);
      return at < options.length ? generator.next(at) : undefined;
    });
    calls += outcome.ops.length;
    if (outcome.problem !== undefined) throw new Error(describe(seed, shrink(makePair, outcome)));
  }
  return calls;
}

/** A long run of one character reads as its length. */
const brief = (arg: unknown): string =>
  JSON.stringify(arg)
    .replace(/(.)\1{30,}/g, (run, char: string) => `${char}{${run.length}}`)
    .replace(/((?:\/\.){20,})/g, (run) => `/.{${run.length / 2}}`);

function describe(seed: number, { ops, problem }: Outcome): string {
  const lines = ops.map((op) => `  ${op.call}(${op.args.map(brief).join(', ')})`);
  return `QUOTAFS_SEED=${seed}: model and subject disagree\n${lines.join('\n')}\n${problem}`;
}
