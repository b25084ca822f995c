/**
 * Facade layer: fs.watch and its FSWatcher. Owns the watcher's life: started by
 * watch(), ended by close() or its signal; the events come from watch-handle.
 * Invariant: after close() returns no event is emitted, only 'close', once.
 */
import { EventEmitter } from 'node:events';
import { nextTick } from 'node:process';
import type { Context } from './context.js';
import { decodeName, presentName } from './encoding.js';
import { getOptions } from './options.js';
import { makeStatWatching } from './stat-watcher.js';
import type { Caller, UvException } from './uv-exception.js';
import { validateBoolean, validatePath } from './validate.js';
import { type EventType, WatchHandle } from './watch-handle.js';
import { type Ignore, parseIgnore } from './watch-ignore.js';
import { makePromisesWatch } from './watch-promises.js';

export interface WatchSettings {
  readonly persistent: boolean;
  readonly recursive: boolean;
  readonly encoding: unknown;
  readonly ignore: Ignore;
  readonly throwIfNoEntry: boolean;
}

class FSWatcher extends EventEmitter {
  #handle: WatchHandle | undefined;
  #recursive = false;

  /** Starts watching; once only. */
  open(ctx: Context, filename: unknown, settings: WatchSettings): void {
    const { persistent, recursive, encoding, ignore, throwIfNoEntry } = settings;
    const handle = new WatchHandle(ctx, (type: EventType, name: string) => {
      if (ignore(decodeName(name))) return;
      this.emit('change', type, recursive ? decodeName(name) : presentName(name, encoding));
    });
    this.#recursive = recursive;
    this.#handle = handle;
    try {
      handle.start(filename, persistent, recursive);
    } catch (error) {
      if (throwIfNoEntry || (error as UvException).code !== 'ENOENT') throw error;
    }
  }

  /** Kept for callers of old: a watcher is started by `fs.watch`. */
  start(): void {}

  /** Stops watching; 'close' is emitted. Nothing happens when it is closed or was never started. */
  close(): void {
    const handle = this.#handle;
    if (handle === undefined || !handle.initialized) return;
    handle.close();
    this.#handle = undefined;
    // Node's recursive watcher says so at once, the other in the next tick.
    if (this.#recursive) this.emit('close');
    else nextTick(() => this.emit('close'));
  }

  /** The watcher keeps the process alive. */
  ref(): this {
    this.#handle?.ref();
    return this;
  }

  /** The process may end while the watcher is open. */
  unref(): this {
    this.#handle?.unref();
    return this;
  }
}

function closeOnAbort(watcher: FSWatcher, signal: AbortSignal): void {
  const close = (): void => watcher.close();
  if (signal.aborted) {
    nextTick(close);
    return;
  }
  signal.addEventListener('abort', close, { once: true });
  watcher.once('close', () => signal.removeEventListener('abort', close));
}

interface Given {
  readonly persistent?: unknown;
  readonly recursive?: unknown;
  readonly encoding?: unknown;
  readonly signal?: AbortSignal;
  readonly ignore?: unknown;
  readonly throwIfNoEntry?: unknown;
}

function parseSettings({ persistent = true, recursive = false, encoding, ignore, throwIfNoEntry }: Given) {
  if (recursive) {
    validateBoolean(recursive, 'options.recursive');
    if (persistent !== null) validateBoolean(persistent, 'options.persistent');
  }
  return {
    // As in Node's native code, only the very value true counts.
    persistent: persistent === true,
    recursive: recursive === true,
    encoding,
    ignore: parseIgnore(ignore),
    throwIfNoEntry: throwIfNoEntry !== false,
  };
}

function from(error: unknown, caller: Caller): unknown {
  if (error instanceof Error && 'code' in error) Error.captureStackTrace(error, caller);
  return error;
}

/** The members watch, watchFile and unwatchFile of `ctx.fs`, and promises.watch. */
export function makeWatch(ctx: Context) {
  function watch(filename: unknown, options?: unknown, listener?: unknown): FSWatcher {
    const onChange = typeof options === 'function' ? options : listener;
    try {
      const given = getOptions(options) as Given;
      validatePath(filename, 'path');
      const watcher = new FSWatcher();
      watcher.open(ctx, filename, parseSettings(given));
      if (onChange) watcher.addListener('change', onChange as () => void);
      if (given.signal) closeOnAbort(watcher, given.signal);
      return watcher;
    } catch (error) {
      throw from(error, watch);
    }
  }

  return { fs: { watch, ...makeStatWatching(ctx) }, promises: { watch: makePromisesWatch(ctx) } };
}
