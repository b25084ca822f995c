/**
 * Facade layer: delivery of asynchronous results. The engine has already run
 * when something is handed in here, but for a {@link Rest}; only the news is put off, by macrotask, so
 * that timers and I/O get their turn between two awaits, a throwing callback is
 * an uncaught exception, and nothing is called before the public call returns.
 * Invariant: every completion is delivered once, in the order it was handed in.
 */
import { later } from '../host/index.js';
import { AbortError } from './node-errors.js';
import type { Callback } from './validate.js';

function succeed(callback: Callback, value: unknown): void {
  // As FSReqCallback: an operation without a result calls back with one argument.
  if (value === undefined) callback(null);
  else callback(null, value);
}

function fail(callback: Callback, error: unknown): void {
  callback(error);
}

function apply(callback: Callback, values: readonly unknown[]): void {
  callback(...values);
}

/** Calls back with (null, value), or (null) for undefined. One immediate each: it carries the async context and isolates a throw. */
export function deliver(callback: Callback, value: unknown): void {
  later(succeed, callback, value);
}

/** Calls back with (error). */
export function deliverError(callback: Callback, error: unknown): void {
  later(fail, callback, error);
}

/** As {@link deliver}, unless `signal` was aborted in between: then with its AbortError. */
export function deliverUnlessAborted(callback: Callback, value: unknown, signal: AbortSignal): void {
  later(() => {
    if (signal.aborted) fail(callback, new AbortError(signal.reason));
    else succeed(callback, value);
  });
}

/** As {@link deliverUnlessAborted}, with an error. */
export function deliverErrorUnlessAborted(callback: Callback, error: unknown, signal: AbortSignal): void {
  later(() => fail(callback, signal.aborted ? new AbortError(signal.reason) : error));
}

/** What is left of an operation for the macrotask of its news: it looks at the signal then, and may not be done at all. */
export class Rest {
  constructor(readonly run: () => unknown) {}
}

/** Runs what is left of an operation, then hands on its value or what it threw. */
export function finishLater(rest: Rest, succeeded: (value: unknown) => void, failed: (error: unknown) => void): void {
  later(() => {
    let value: unknown;
    try {
      value = rest.run();
    } catch (error) {
      failed(error);
      return;
    }
    succeeded(value);
  });
}

/** A promise of what is left of an operation; `made` shapes its error. */
export const promiseOfRest = (rest: Rest, made: (error: unknown) => unknown): Promise<unknown> =>
  new Promise((resolve, reject) => finishLater(rest, resolve, (error) => reject(made(error))));

/** Calls back with exactly these arguments. */
export function deliverAll(callback: Callback, values: readonly unknown[]): void {
  later(apply, callback, values);
}

/** Runs `task` in a later macrotask, in the async context of now. */
export function defer(task: () => void): void {
  later(task);
}

/** A promise to be fulfilled. A list of links: most batches are of one, which two arrays would cost 300 bytes. */
interface Pending {
  readonly resolve: (value: never) => void;
  readonly value: unknown;
  next: Pending | undefined;
}

/** The batch to come. */
let first: Pending | undefined;
let last: Pending | undefined;

/** What is handed in from now on comes with the next batch. */
function endBatch(): void {
  first = undefined;
  last = undefined;
}

/**
 * Fulfils all promises of a batch: those handed in since the last turn, or since a
 * rejection. It is safe together: `resolve` runs no user code, and each
 * continuation keeps the async context in which it was awaited.
 */
function flush(batch: Pending): void {
  if (batch === first) endBatch();
  for (let at: Pending | undefined = batch; at !== undefined; at = at.next) at.resolve(at.value as never);
}

function enqueue(resolve: Pending['resolve'], value: unknown): void {
  const pending: Pending = { resolve, value, next: undefined };
  if (first === undefined || last === undefined) {
    first = pending;
    later(flush, pending);
  } else last.next = pending;
  last = pending;
}

/** A promise of `value`, fulfilled in a later macrotask. */
export function resolveLater<T>(value: T): Promise<T> {
  return new Promise((resolve) => enqueue(resolve, value));
}

/** As {@link resolveLater}, unless `signal` was aborted in between: then rejected with its AbortError. */
export function resolveUnlessAborted(value: unknown, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    later(() => {
      if (signal.aborted) reject(new AbortError(signal.reason));
      else resolve(value);
    });
  });
}

/** A promise rejected with `error` in a later macrotask of its own: a rejection that nobody handles is reported in its context. */
export function rejectLater(error: unknown): Promise<never> {
  return new Promise((_resolve, reject) => {
    endBatch();
    later(reject, error);
  });
}

/** The same, unless `signal` is aborted by then. */
export function rejectUnlessAborted(error: unknown, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    later(() => reject(signal.aborted ? new AbortError(signal.reason) : error));
  });
}
