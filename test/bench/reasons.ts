/** Benchmarks: why others are faster in some cases, for docs/benchmarks.md. Each reason was found in a profile. */

const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /-(callback|promise)$/,
    'One call alone, awaited or called back. Others answer by `process.nextTick` or a microtask. Here, as in Node, a turn of the event loop lies between ' +
      'a call and its answer, so timers and I/O keep running beside a long chain of awaits. The empty turn alone takes 0.7 to 1.0 µs, with the same copy ' +
      'out of a `Map` 1.2 µs; 64 calls at once share one.',
  ],
  [
    /^stat-throw$/,
    'Capturing the stack is most of it, once, from the caller’s line on. Others leave their own frames on top, of the ten there are.',
  ],
  [
    /^rm-recursive/,
    'memfs drops the top of the tree and leaves the rest to the garbage collector. Here every file gives back at once what it was billed, at 60 ns each ' +
      'once the code is compiled.',
  ],
  [
    /^(stream-16m|random-access|random-reads|many-files)$/,
    'Nearly all of it is copying to or from memory that is in no cache, into a new volume in each run. 16 MiB that malloc has to ask the system for cost 7 ms of page faults, 0.7 when it ' +
      'still has them, which depends on what was freed before: the order changes from run to run.',
  ],
  [/^scale-(create|stat|unlink)-1k$/, 'The first thousand calls of a process, before they are compiled.'],
  [
    /^scale-(create|stat|unlink)-(10k|100k|1m)$/,
    'Reads of memory that no cache has, once the tree is larger than those; the order changes from run to run.',
  ],
  [/^(volume|volume-new|volume-memory|import)$/, 'See [what an fs object costs](#what-an-fs-object-costs).'],
];

/** Cases grouped by the reason for which others are faster; those without one are not in it. */
export function reasonsFor(cases: readonly string[]): [cases: string[], reason: string][] {
  return REASONS.map(([pattern, reason]): [string[], string] => [
    cases.filter((name) => pattern.test(name)),
    reason,
  ]).filter(([found]) => found.length > 0);
}
