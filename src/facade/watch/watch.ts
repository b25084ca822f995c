/**
 * Facade layer: fs.watch and its FSWatcher. Owns the watcher's life: started by
 * watch(), ended by close() or its signal; the events come from handle.ts.
 * Invariant: after close() returns no event is emitted, only 'close', once.
 */
import { EventEmitter } from 'node:events';
import { nextTick } from '../../host/index.js';
import type { Context } from '../context.js';
import { decodeName, presentName } from '../encoding.js';
import { AbortError } from '../node-errors.js';
import { getOptions } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { type Caller, stackFrom, type UvException } from '../uv-exception.js';
import { validateBoolean, validatePath } from '../validate.js';
import { type EventType, WatchHandle } from './handle.js';
import { type Ignore, type Ignored, parseIgnore } from './ignore.js';
import { type Change, makePromisesWatch } from './promises.js';
import { makeStatWatching } from './stat-watcher.js';

interface WatchSettings {
  readonly persistent: boolean;
  readonly recursive: boolean;
  readonly encoding: unknown;
  readonly ignore: Ignored | undefined;
  /** What the watch is billed beside its own price. */
  readonly price: number;
  readonly throwIfNoEntry: boolean;
}

/** Bytes of what listens to a watcher's signal, and to the watcher for it (measured 350). */
const SIGNAL_PRICE = 512;

/** From Node 24 on the matcher of `ignore` stands on the watcher. */
const showsMatcher = nodeAtLeast(24);

/** Starts a watcher: known to this file alone, as it is in Node. */
const begin = Symbol('begin');

class FSWatcher extends EventEmitter {
  _handle: WatchHandle | null;
  declare _ignoreMatcher: Ignore | null;

  constructor(ctx: Context, { encoding, ignore, price }: WatchSettings) {
    super();
    this._handle = new WatchHandle(ctx, price, (type: EventType, name: string) => {
      if (ignore?.matches(decodeName(name))) return;
      this.emit('change', type, presentName(name, encoding));
    });
    if (showsMatcher) this._ignoreMatcher = ignore?.matches ?? null;
  }

  [begin](filename: unknown, persistent: boolean): void {
    this._handle?.start(filename, persistent, false);
  }

  /** Kept for callers of old: a watcher is started by `fs.watch`. */
  start(): void {}

  /** Stops watching; 'close' is emitted in the next tick. Nothing happens when it is closed or was never started. */
  close(): void {
    if (!this._handle?.initialized) return;
    this._handle.close();
    this._handle = null;
    nextTick(() => this.emit('close'));
  }

  /** The watcher keeps the process alive. */
  ref(): this {
    this._handle?.ref();
    return this;
  }

  /** The process may end while the watcher is open. */
  unref(): this {
    this._handle?.unref();
    return this;
  }
}

/** The watcher of a whole tree. Node's is a class of its own, and of the same name. */
const RecursiveWatcher = class FSWatcher extends EventEmitter {
  static {
    // The bundler drops a name that nothing uses.
    Object.defineProperty(FSWatcher, 'name', { value: 'FSWatcher', configurable: true });
  }
  readonly #handle: WatchHandle;
  readonly #signal: AbortSignal | undefined;
  #closed = false;

  constructor(ctx: Context, { ignore, price }: WatchSettings, signal: AbortSignal | undefined) {
    super();
    this.#signal = signal;
    this.#handle = new WatchHandle(ctx, price, (type: EventType, name: string) => {
      const filename = decodeName(name);
      if (!ignore?.matches(filename)) this.emit('change', type, filename);
    });
  }

  [begin](filename: unknown, persistent: boolean): void {
    this.#handle.start(filename, persistent, true);
  }

  /** Stops watching; 'close' is emitted before the call returns. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handle.close();
    this.emit('close');
  }

  ref(): void {
    this.#handle.ref();
  }

  unref(): void {
    this.#handle.unref();
  }

  /** The next change of each turn; what happens between two turns is not kept (promises.watch keeps it). */
  [Symbol.asyncIterator]() {
    const signal = this.#signal;
    const next = (): Promise<IteratorResult<Change>> | { done: true } => {
      if (this.#closed) return { done: true };
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          this.close();
          reject(new AbortError(signal?.reason));
        };
        if (signal?.aborted) {
          abort();
          return;
        }
        signal?.addEventListener('abort', abort, { once: true });
        this.once('change', (eventType, filename) => {
          signal?.removeEventListener('abort', abort);
          resolve(Object.assign(Object.create(null), { value: { eventType, filename } }));
        });
      });
    };
    const end = () => {
      this.close();
      return { done: true };
    };
    const iterator = { next, return: end, [Symbol.asyncIterator]: () => iterator };
    return iterator;
  }
};
type Watcher = FSWatcher | InstanceType<typeof RecursiveWatcher>;

function closeOnAbort(watcher: Watcher, signal: AbortSignal): void {
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

/** Since Node 24 nothing need be there to be watched. */
const mayMiss = nodeAtLeast(24);

function parseSettings({ persistent = true, recursive = false, encoding, ignore, signal, throwIfNoEntry }: Given) {
  if (recursive) {
    validateBoolean(recursive, 'options.recursive');
    if (persistent !== null) validateBoolean(persistent, 'options.persistent');
  }
  const ignored = ignore === null || ignore === undefined ? undefined : parseIgnore(ignore);
  return {
    // As in Node's native code, only the very value true counts.
    persistent: persistent === true,
    recursive: recursive === true,
    encoding,
    ignore: ignored,
    price: (ignored?.price ?? 0) + (signal ? SIGNAL_PRICE : 0),
    throwIfNoEntry: (!mayMiss && !recursive) || throwIfNoEntry === undefined || Boolean(throwIfNoEntry),
  };
}

/** The members watch, watchFile and unwatchFile of `ctx.fs`, and promises.watch. */
export function makeWatch(ctx: Context) {
  function watch(caller: Caller, filename: unknown, options?: unknown, listener?: unknown): EventEmitter {
    const onChange = typeof options === 'function' ? options : listener;
    try {
      const given = getOptions(options) as Given;
      const path = validatePath(filename, 'path');
      const settings = parseSettings(given);
      const { recursive, persistent, throwIfNoEntry } = settings;
      const watcher = recursive ? new RecursiveWatcher(ctx, settings, given.signal) : new FSWatcher(ctx, settings);
      try {
        watcher[begin](path, persistent);
      } catch (error) {
        if (throwIfNoEntry || (error as UvException).code !== 'ENOENT') throw error;
      }
      if (onChange) watcher.addListener('change', onChange as () => void);
      if (given.signal) closeOnAbort(watcher, given.signal);
      return watcher;
    } catch (error) {
      throw stackFrom(error, caller);
    }
  }

  return { watch, ...makeStatWatching(ctx), promises: { watch: makePromisesWatch(ctx) } };
}
