/**
 * D-MemFS layer: when an asynchronous call's answer arrives. The work is done at
 * the call; the answer comes in a macrotask of its own, shared by all calls of
 * the same turn. (Answers by microtask alone would let a loop of awaited calls
 * starve the program's timers and sockets.)
 */

import { later } from '../host/index.js';

const answers: (() => void)[] = [];

/** Calls `answer`, which must not throw, in the next macrotask. */
export function deliver(answer: () => void): void {
  if (answers.push(answer) === 1) later(flush);
}

function flush(): void {
  for (const answer of answers.splice(0)) answer();
}
