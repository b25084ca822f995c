/**
 * Facade layer: what stands under every watcher, in the place of libuv's
 * fs_event. Owns what a watch knows: its own name, and of a recursive one the
 * directories below, from which Node's watcher tells what an event means.
 * Invariant: what it knows is billed until it is closed.
 */
import { AsyncResource } from 'node:async_hooks';
import { posix } from 'node:path';
import {
  type ChangeEvent,
  DT_DIR,
  Fault,
  QuotaFault,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  STAT_LENGTH,
  type Watch,
} from '../../core/index.js';
import { detached, every, stopEvery, textBytes } from '../../host/index.js';
import type { Context } from '../context.js';
import { asidePrefix } from '../cp/apply.js';
import { encodeName } from '../encoding.js';
import { faultToError, spell, uvException } from '../uv-exception.js';
import { enqueue, pendingNames, Seat } from './queue.js';

export type EventType = 'rename' | 'change';

/** Bytes of a recursive watch beside the price of one (measured 190). */
const TREE_PRICE = 256;
/** Bytes of a directory that a recursive watch knows, beside its name (measured 90). */
const DIRECTORY_PRICE = 128;
/** The longest interval a timer takes: it is there to be referenced, not to fire. */
const FOREVER = 2 ** 31 - 1;

const nothing = (): void => {};
const NONE: ReadonlySet<string> = new Set();
/** Of all watches that are not recursive: an empty Set takes 200 bytes. Nothing is put into it. */
const NO_DIRECTORIES = new Set<string>();

/** Something that keeps the process alive while it is referenced, and costs no time. */
function keepAlive(): NodeJS.Timeout {
  return every(nothing, FOREVER);
}

/** The part of a path after its last slash, as libuv names a watched file itself. */
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Receives a change: `name` is a byte string. */
type OnChange = (type: EventType, name: string) => void;

/** One watch: from start() until close(). */
export class WatchHandle {
  readonly #ctx: Context;
  readonly #price: number;
  readonly #onChange: OnChange;
  readonly #resource = new AsyncResource('FSEVENTWRAP');
  #watch: Watch | undefined;
  #alive: NodeJS.Timeout | undefined;
  #path = '';
  #ownName = '';
  #isDirectory = false;
  #recursive = false;
  #gone = false;
  /** Why a directory is not known: the volume could not pay for it. */
  #refusal: unknown;
  /** Directories below, by name relative to the watched one (recursive watches only), and what they are billed. */
  #directories = NO_DIRECTORIES;
  #billed = 0;
  #seat: Seat | undefined;

  /** @param price - what it is billed beside the price of a watch: matchers, what listens to a signal */
  constructor(ctx: Context, price: number, onChange: OnChange) {
    this.#ctx = ctx;
    this.#price = price;
    this.#onChange = onChange;
  }

  get initialized(): boolean {
    return this.#watch !== undefined;
  }

  /**
   * @param given the path as the caller wrote it
   * @throws Node's error for a path that cannot be watched (ENOENT, EACCES, …)
   */
  start(given: unknown, persistent: boolean, recursive: boolean): void {
    // The recursive watcher resolves the path itself, and the empty one is the working directory then.
    const path = detached(this.#ctx.resolve(recursive && given === '' ? '.' : given, 'filename'));
    const stat = new Float64Array(STAT_LENGTH);
    const errno = -this.#ctx.engine.stat(path, stat);
    if (errno !== 0) throw recursive ? this.#statError(errno, given) : watchError(errno, given);
    this.#path = path;
    this.#ownName = detached(baseName(encodeName(spell(given) ?? '')));
    this.#isDirectory = (stat[1] & S_IFMT) === S_IFDIR;
    this.#recursive = recursive;
    const { engine } = this.#ctx;
    try {
      this.#watch = engine.watch(path, recursive, (event) => this.#onEvent(event));
      this.#seat = new Seat(engine, this.#watch.ino, (event) => this.#deliver(event));
      const price = this.#price + (recursive ? TREE_PRICE : 0) + textBytes(path) + textBytes(this.#ownName);
      engine.billHandle(price);
      this.#billed = price;
    } catch (error) {
      this.close();
      throw watchFault(error, given);
    }
    if (recursive && this.#isDirectory) {
      this.#directories = new Set();
      this.#scan('');
      // As inotify, whose watches are counted: all of the tree is watched, or nothing.
      if (this.#refusal) {
        this.close();
        throw watchFault(this.#refusal, given);
      }
    }
    this.#alive = keepAlive();
    if (!persistent) this.#alive.unref();
  }

  /** Node's recursive watcher begins with a statSync of the resolved path, which has to be text. */
  #statError(errno: number, given: unknown): Error {
    posix.resolve(given as string);
    const filename = posix.resolve(this.#ctx.cwd(), spell(given) ?? '');
    return Object.assign(uvException(errno, 'stat', filename), { filename });
  }

  close(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#seat?.leave();
    stopEvery(this.#alive);
    this.#alive = undefined;
    this.#directories.clear();
    this.#ctx.engine.unbillHandle(this.#billed);
    this.#billed = 0;
  }

  ref(): void {
    this.#alive?.ref();
  }

  unref(): void {
    this.#alive?.unref();
  }

  #onEvent(event: ChangeEvent): void {
    if (!event.self && baseName(event.name).startsWith(asidePrefix)) return;
    if (this.#seat !== undefined) enqueue(this.#seat, event);
  }

  /** Called in a macrotask of its own. */
  #deliver(event: ChangeEvent): void {
    this.#resource.runInAsyncScope(() => {
      if (this.#recursive) this.#deliverRecursive(event);
      else this.#onChange(this.#typeOf(event), event.self ? this.#ownName : event.name);
    });
  }

  /** A directory's own attributes are reported as 'rename': inotify flags them IN_ISDIR, which libuv takes so. */
  #typeOf(event: ChangeEvent): EventType {
    return event.self && this.#isDirectory ? 'rename' : event.kind;
  }

  /**
   * Node's recursive watcher on Linux looks at what an event left behind before it says what it was: the attributes
   * of a known directory are no news, and a directory that appears is reported with all it brings along.
   */
  #deliverRecursive(event: ChangeEvent): void {
    const { kind, name } = event;
    if (this.#gone) return;
    if (event.self) {
      this.#deliverOwn();
      return;
    }
    const format = this.#format(this.#full(name));
    if (kind === 'change') {
      // Gone already: the event that says so follows.
      if (format !== 0) this.#onChange(format === S_IFLNK ? 'rename' : 'change', name);
      return;
    }
    if (format === S_IFDIR && this.#directories.has(name)) return;
    this.#onChange('rename', name);
    if (format !== S_IFDIR) {
      if (this.#directories.size > 0) this.#forget(name);
      return;
    }
    const announced = this.#seat && pendingNames(this.#seat);
    for (const brought of this.#scan(name, announced)) this.#onChange('rename', brought);
  }

  #full(name: string): string {
    return `${this.#path === '/' ? '' : this.#path}/${name}`;
  }

  /** Takes note of a directory and those below it, but for what has been `announced`; returns the names of all that is below. */
  #scan(top: string, announced: ReadonlySet<string> = NONE): string[] {
    const { engine } = this.#ctx;
    const found: string[] = [];
    const directories = [top];
    for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
      if (at !== '' && !this.#note(at)) continue;
      const types: number[] = [];
      let names: string[];
      try {
        names = engine.readdir(this.#full(at), types);
      } catch {
        // Removed meanwhile, or not ours to read: nothing to tell of.
        continue;
      }
      names.forEach((name, index) => {
        const full = at === '' ? name : `${at}/${name}`;
        if (announced.has(full)) return;
        found.push(full);
        if (types[index] === DT_DIR) directories.push(full);
      });
    }
    return found;
  }

  /** Makes a directory known, when the volume can pay for it. */
  #note(name: string): boolean {
    if (this.#directories.has(name)) return true;
    const price = DIRECTORY_PRICE + name.length;
    try {
      this.#ctx.engine.billHandle(price);
    } catch (error) {
      this.#refusal = error;
      return false;
    }
    this.#billed += price;
    this.#directories.add(detached(name));
    return true;
  }

  #forget(name: string): void {
    if (!this.#directories.has(name)) return;
    for (const directory of this.#directories) {
      if (directory !== name && !directory.startsWith(`${name}/`)) continue;
      this.#directories.delete(directory);
      const price = DIRECTORY_PRICE + directory.length;
      this.#billed -= price;
      this.#ctx.engine.unbillHandle(price);
    }
  }

  #deliverOwn(): void {
    if (this.#format(this.#path) !== 0) {
      if (!this.#isDirectory) this.#onChange('change', this.#ownName);
    } else {
      this.#gone = true;
      this.#onChange('rename', '');
    }
  }

  #format(path: string): number {
    const stat = new Float64Array(STAT_LENGTH);
    return this.#ctx.engine.lstat(path, stat) === 0 ? stat[1] & S_IFMT : 0;
  }
}

/** A fault of the engine as a watcher's error. */
export function watchFault(error: unknown, given: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  if (!(error instanceof QuotaFault)) return watchError(error.errno, given);
  return Object.assign(faultToError(error, 'watch', spell(given)), { filename: given });
}

/** A libuv error that also carries the path as `filename`: the keys of watchers' errors have an order of their own. */
function watchError(errno: number, given: unknown): Error {
  const { code, message, errno: number } = uvException(errno, 'watch');
  // An empty path is none to Node, and of anything else it makes text: promises.watch hands in a URL as it is.
  const path = `${given}`;
  const error = new Error(path ? `${message} '${path}'` : message);
  return Object.assign(error, { errno: number, syscall: 'watch', code }, path && { path }, { filename: given });
}
