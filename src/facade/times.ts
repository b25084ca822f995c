/**
 * Facade layer: seconds as Node hands them over become the engine's seconds and
 * nanoseconds, cut as the running release's libuv cuts a double.
 */
import { EINVAL, Fault } from '../core/index.js';
import type { Context } from './context.js';
import { nodeAtLeast } from './running-node.js';

/** Until libuv 1.49 (Node 22) a NaN was an invalid argument; since then it leaves that time as it is. */
const nanKeepsTime = nodeAtLeast(22);

/** Until libuv 1.51 (Node 24) utimes kept whole microseconds. */
const keepsNanoseconds = nodeAtLeast(24);

/** Whole seconds and the nanoseconds 0–999999999 after them. */
function splitTime(time: number): [seconds: number, nanoseconds: number] {
  if (!keepsNanoseconds) {
    const seconds = Math.floor(time);
    return [seconds, Math.floor((time - seconds) * 1e6) * 1000];
  }
  const seconds = Math.trunc(time);
  const nanoseconds = Math.trunc((time - seconds) * 1e9);
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds + 0, nanoseconds + 0];
}

/** A time of a file on its way to another file. */
export type Passage = (seconds: number, nanoseconds: number) => readonly [seconds: number, nanoseconds: number];

/** Through a Date, as JavaScript copies times: rounded to milliseconds. */
export const throughDate: Passage = (seconds, nanoseconds) =>
  splitTime(Math.round(seconds * 1e3 + nanoseconds / 1e6) / 1e3);

/** Through a double of seconds, as C++ copies them. */
export const throughDouble: Passage = (seconds, nanoseconds) => splitTime(seconds + nanoseconds / 1e9);

/** Two NaNs where each leaves its time: the kernel has nothing to do, and does not even look whether there is a file. */
export const leavesBoth = (atime: number, mtime: number): boolean =>
  nanKeepsTime && Number.isNaN(atime) && Number.isNaN(mtime);

/** Where the engine's stat array holds the seconds of the two times; nanoseconds follow. */
const ATIME = 10;
const MTIME = 12;

/**
 * Both times as the engine takes them. `look` stats what is to be changed:
 * a NaN needs the present value, and is no error before the file is found.
 */
export function splitTimes(
  ctx: Context,
  atime: number,
  mtime: number,
  look: () => number,
): [as: number, an: number, ms: number, mn: number] {
  if (!Number.isNaN(atime) && !Number.isNaN(mtime)) return [...splitTime(atime), ...splitTime(mtime)];
  const errno = look();
  if (errno < 0) throw new Fault(-errno);
  if (!nanKeepsTime) throw new Fault(EINVAL);
  const { stat } = ctx;
  const kept = (time: number, at: number): [number, number] =>
    Number.isNaN(time) ? [stat[at], stat[at + 1]] : splitTime(time);
  return [...kept(atime, ATIME), ...kept(mtime, MTIME)];
}
