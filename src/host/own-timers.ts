/**
 * Host layer: Node's own ways to run something later, whatever a test puts in
 * their place. Fake timers replace the globals, the members of `node:timers` and
 * of `process` alike, so each is taken as a value when this file loads: a named
 * import is looked up again at each call once it is compiled to CommonJS.
 */
import { AsyncResource } from 'node:async_hooks';
import timers from 'node:timers';
import { promisify } from 'node:util';
import { ownFs, ownProcess } from './own-node.js';

type Later = <Args extends unknown[]>(task: (...args: Args) => void, ...args: Args) => unknown;

const { access } = ownFs;
const waiting: (() => void)[] = [];

/** Loaded under fake timers: a look at the disk takes a turn too, and nobody fakes it. In order, since those are not. */
const byDisk: Later = (task, ...args) => {
  waiting.push(AsyncResource.bind(() => task(...args)));
  access('/', () => waiting.shift()?.());
};

/** Node's own has its promise form behind an accessor; fakes have a value there, or nothing. */
const isReal = Object.getOwnPropertyDescriptor(timers.setImmediate, promisify.custom)?.get !== undefined;

/** `setImmediate`: one macrotask each, in the async context of now. */
export const later: Later = isReal ? timers.setImmediate : byDisk;
/** `setInterval` */
export const every = timers.setInterval;
/** `clearInterval` */
export const stopEvery = timers.clearInterval;
/** `setTimeout` */
export const after = globalThis.setTimeout;
/** `clearTimeout` */
export const stopAfter = globalThis.clearTimeout;
/** `process.nextTick` */
export const nextTick = ownProcess.nextTick;
/** `queueMicrotask` */
export const microtask = globalThis.queueMicrotask;

// Not `performance`: to touch that global makes Node load a good deal of code.
const { hrtime } = process;

/** Milliseconds on a clock that nobody sets, a program's fake clock neither. */
export function steadyNow(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** A promise that the next macrotask keeps. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => later(resolve));
