/**
 * Facade layer: seconds as Node hands them over become the engine's seconds and
 * nanoseconds, cut as the running release's libuv cuts a double.
 */
import { nodeAtLeast } from './running-node.js';

/** Until libuv 1.51 (Node 24) utimes kept whole microseconds. */
const keepsNanoseconds = nodeAtLeast(24);

/** Whole seconds and the nanoseconds 0–999999999 after them. */
export function splitTime(time: number): [seconds: number, nanoseconds: number] {
  if (!keepsNanoseconds) {
    const seconds = Math.floor(time);
    return [seconds, Math.floor((time - seconds) * 1e6) * 1000];
  }
  const seconds = Math.trunc(time);
  const nanoseconds = Math.trunc((time - seconds) * 1e9);
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds + 0, nanoseconds + 0];
}
