/**
 * Facade layer: watchFile and unwatchFile. Owns the stat watchers of one fs
 * object, one per path. Invariant: nothing is looked at while nothing changes:
 * at each interval a watcher compares the engine's count of changes, one number,
 * and only when that moved does it stat its file. Rules as uv_fs_poll and
 * lib/internal/fs/watchers.js have them.
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { posix } from 'node:path';
import { Fault, STAT_LENGTH, type StatArray } from '../../core/index.js';
import { every, later, nextTick, stopEvery, textBytes } from '../../host/index.js';
import type { Context } from '../context.js';
import { makeStats } from '../stats.js';
import { faultToError } from '../uv-exception.js';
import { validateFunction, validatePath, validateUint32 } from '../validate.js';

const DEFAULT_INTERVAL = 5007;

/** Bytes of a watcher with its timer, emitter and stats (measured 980). */
const WATCHER_PRICE = 1280;
/** Bytes of one more listener: a plain function and its place in the list (measured 72). */
const LISTENER_PRICE = 96;

/** What uv_fs_poll compares: dev, mode, uid, gid, ino, size, and mtime, ctime and birthtime to the nanosecond. */
const compared = [0, 1, 3, 4, 7, 8, 12, 13, 14, 15, 16, 17];

/** What watchFile and unwatchFile do with a watcher: known to this file alone, as it is in Node. */
const addShare = Symbol('addShare');
const dropShare = Symbol('dropShare');
const dropShares = Symbol('dropShares');
/** Symbols, as in Node: `ref` and `unref` work through a Proxy too. */
const refs = Symbol('refs');
const maxRefs = Symbol('maxRefs');

class StatWatcher extends EventEmitter {
  _handle: NodeJS.Timeout | null;
  readonly #ctx: Context;
  readonly #path: string;
  readonly #bigint: boolean;
  readonly #resource = new AsyncResource('STATWATCHER');
  /** Engine's count of changes at the last look. */
  #changes: number;
  /** The last stat that was good; zeros before there was one. */
  #last: StatArray = new Float64Array(STAT_LENGTH);
  /** Negative errno of the last look, 0 when the file was there. */
  #status: number;
  /** How many watchFile calls keep the process alive, and how many could. */
  [refs] = 1;
  [maxRefs] = 1;
  #billed: number;

  /** @param price - bytes it is billed, its paths included */
  constructor(ctx: Context, path: string, price: number, interval: number, persistent: boolean, bigint: boolean) {
    super();
    // Before anything is made: a refusal leaves nothing.
    ctx.engine.billHandle(price);
    this.#billed = price;
    this.#ctx = ctx;
    this.#path = path;
    this.#bigint = bigint;
    this.#changes = ctx.engine.changes;
    this.#status = ctx.engine.stat(path, this.#last);
    this._handle = every(() => this.#poll(), interval);
    if (!persistent) this.unref();
    // A file that is not there is reported once, with zeros on both sides.
    if (this.#status !== 0) {
      this.#last.fill(0);
      later(() => this.#report(this.#last, this.#last));
    }
  }

  #poll(): void {
    if (this.#ctx.engine.changes === this.#changes) return;
    this.#changes = this.#ctx.engine.changes;
    const now = new Float64Array(STAT_LENGTH);
    const status = this.#ctx.engine.stat(this.#path, now);
    const before = this.#status;
    this.#status = status;
    if (status !== 0) {
      now.fill(0);
      if (status !== before) this.#report(now, this.#last);
      return;
    }
    const last = this.#last;
    this.#last = now;
    if (before !== 0 || compared.some((field) => now[field] !== last[field])) this.#report(now, last);
  }

  #report(current: StatArray, previous: StatArray): void {
    if (this._handle === null) return;
    this.#resource.runInAsyncScope(() => {
      this.emit('change', makeStats(current, this.#bigint), makeStats(previous, this.#bigint));
    });
  }

  /** Kept for callers of old: a watcher is started by `fs.watchFile`. */
  start(): void {}

  /** Stops watching; 'stop' is emitted in the next tick. */
  stop(): void {
    if (this._handle === null) return;
    nextTick(() => this.emit('stop'));
    stopEvery(this._handle);
    this._handle = null;
    this.#ctx.engine.unbillHandle(this.#billed);
  }

  /** Another watchFile call shares this watcher. @throws QuotaFault */
  [addShare](): void {
    if (this._handle) {
      this.#ctx.engine.billHandle(LISTENER_PRICE);
      this.#billed += LISTENER_PRICE;
    }
    this[refs]++;
    this[maxRefs]++;
  }

  [dropShare](): void {
    if (this._handle) {
      this.#ctx.engine.unbillHandle(LISTENER_PRICE);
      this.#billed -= LISTENER_PRICE;
    }
    this[maxRefs]--;
    this.unref();
  }

  [dropShares](): void {
    this[maxRefs] = 0;
    this[refs] = 0;
    this._handle?.unref();
  }

  /** The watcher keeps the process alive. More calls than there are shares do nothing. */
  ref(): this {
    if (this[refs] === this[maxRefs]) return this;
    if (this._handle && this[refs]++ === 0) this._handle.ref();
    return this;
  }

  /** One share less keeps the process alive. */
  unref(): this {
    if (this[refs] === 0) return this;
    if (this._handle && --this[refs] === 0) this._handle.unref();
    return this;
  }
}

interface WatchFileOptions {
  readonly interval?: unknown;
  readonly persistent?: unknown;
  readonly bigint?: unknown;
}

/** The members watchFile and unwatchFile of `ctx.fs`. */
export function makeStatWatching(ctx: Context) {
  const watchers = new Map<string, StatWatcher>();

  /** The key of a path: absolute and normalized, so it has to be text, as in Node. */
  function keyOf(filename: unknown): string {
    const path = validatePath(filename, 'path');
    // Bytes are refused, with path.resolve's own error.
    return typeof path === 'string' ? posix.resolve(ctx.cwd(), path) : posix.resolve(path as never);
  }

  /** Both forms of the path are kept, but for one that is the same in both. */
  function start(key: string, interval: number, given: WatchFileOptions): StatWatcher {
    const path = ctx.resolve(key);
    const price = WATCHER_PRICE + path.length + (path === key ? 0 : textBytes(key));
    const watcher = new StatWatcher(ctx, path, price, interval, Boolean(given.persistent), given.bigint === true);
    watchers.set(key, watcher);
    return watcher;
  }

  function watchFile(filename: unknown, options: unknown, listener?: unknown): EventEmitter {
    const key = keyOf(filename);
    const hasOptions = options !== null && typeof options === 'object';
    const onChange = hasOptions ? listener : options;
    const given: WatchFileOptions = { interval: DEFAULT_INTERVAL, persistent: true, ...(hasOptions ? options : {}) };
    validateFunction(onChange, 'listener');

    let watcher = watchers.get(key);
    if (watcher === undefined) validateUint32(given.interval, 'interval');
    try {
      if (watcher) watcher[addShare]();
      else watcher = start(key, Math.max(1, given.interval as number), given);
    } catch (error) {
      throw error instanceof Fault ? faultToError(error, 'watch', key) : error;
    }
    watcher.addListener('change', onChange);
    return watcher;
  }

  function unwatchFile(filename: unknown, listener?: unknown): void {
    const key = keyOf(filename);
    const watcher = watchers.get(key);
    if (watcher === undefined) return;
    if (typeof listener === 'function') {
      const before = watcher.listenerCount('change');
      watcher.removeListener('change', listener as () => void);
      if (watcher.listenerCount('change') < before) watcher[dropShare]();
    } else {
      watcher.removeAllListeners('change');
      watcher[dropShares]();
    }
    if (watcher.listenerCount('change') > 0) return;
    watcher.stop();
    watchers.delete(key);
  }

  return { watchFile, unwatchFile };
}
