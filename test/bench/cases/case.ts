/** Benchmarks: the shape of a case, and what several cases share. */
import type { Operation } from '../measure.js';
import type { Target } from '../systems.js';

export type Fresh = () => Target | Promise<Target>;

export interface Case {
  /** kebab-case, unique, stable: result files are compared by it. */
  readonly name: string;
  readonly title: string;
  readonly unit: 'ms' | 'µs';
  readonly group: string;
  /** The same work on a file system. */
  prepare(fresh: Fresh): Operation | Promise<Operation>;
  /** The least that memory allows: a Map of Buffers, a copy. Absent where there is no such thing. */
  bare?(): Operation;
}

/** Bytes that are not all alike, so that no layer can share or compress them. */
export function bytes(size: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    buffer[i] = state >> 16;
  }
  return buffer;
}

/** A repeatable stream of random integers below `limit`. */
export function randomIndex(seed = 42): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Results go here, so that no work can be optimised away. */
export const sink = { value: 0 };

/** Fails a case whose result is wrong: a fast wrong answer is no answer. */
export function expectEqual(actual: number, expected: number, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${actual} instead of ${expected}`);
}

/** A job on a fresh file system each time. */
export function freshJob(
  fresh: Fresh,
  job: (target: Target) => void | Promise<void>,
  prepare?: (target: Target) => void,
): Operation {
  let target: Target | undefined;
  return {
    fixedCount: 1,
    async before() {
      target = await fresh();
      prepare?.(target);
    },
    run() {
      if (target !== undefined) return job(target);
    },
    async after() {
      await target?.drop();
      target = undefined;
    },
  };
}

/** A synchronous operation on one file system, repeated `count` times with the number of the repetition. */
export function repeat(once: (i: number) => void, finish?: () => void | Promise<void>): Operation {
  let n = 0;
  return {
    run(count) {
      for (let i = 0; i < count; i++) once(n++);
    },
    finish,
  };
}

/** 100 directories of 100 small files: the tree of the recursive cases. */
export function makeTree({ fs, root }: Target, base: string): void {
  fs.mkdirSync(`${root}${base}`);
  for (let d = 0; d < 100; d++) {
    fs.mkdirSync(`${root}${base}/dir${d}`);
    for (let f = 0; f < 100; f++) fs.writeFileSync(`${root}${base}/dir${d}/file${f}.txt`, 'content');
  }
}
