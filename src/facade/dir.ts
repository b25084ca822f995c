/**
 * Facade layer: Dir and opendir. Owns the batch of entries read ahead
 * (`bufferSize`), the directories still to be entered (`recursive`) and Node's
 * rule that synchronous and asynchronous calls on one Dir may not overlap.
 */
import { posix } from 'node:path';
import type { DirectoryStream, Engine } from '../core/index.js';
import { detached, nextTick, textBytes } from '../host/index.js';
import { defer } from './completion.js';
import type { Context } from './context.js';
import { callSync, type Operation, promiseForm } from './define.js';
import { type Dirent, makeDirent, type ParentPath } from './dirent.js';
import { isUtf8Name, presentName } from './encoding.js';
import { codedTypeError, dirClosed, dirConcurrentOperation } from './node-errors.js';
import { withCodeLast } from './ops/fd-write.js';
import { type AnyOptions, getOptions } from './options.js';
import { hostFs, nodeAtLeast } from './running-node.js';
import { type Caller, toNodeError } from './uv-exception.js';
import { type Callback, validateFunction, validateInteger, validatePath } from './validate.js';

const DEFAULTS: AnyOptions = Object.freeze({ encoding: 'utf8' });
/** Node's default; more is never read ahead, as reading memory in bigger batches gains nothing. */
const DEFAULT_BUFFER_SIZE = 32;

/** Since Node 22 `read()` of a closed Dir rejects; before, it threw. */
const closedReadRejects = nodeAtLeast(22);

/** Node 20 opens inner directories by a call whose error gets its keys from JavaScript: errno, syscall, code, path. */
function inOldOrder(error: unknown): unknown {
  if (nodeAtLeast(22) || !(error instanceof Error) || !('path' in error)) return error;
  const { path } = error;
  delete error.path;
  return Object.assign(withCodeLast(error) as Error, { path });
}

interface Level {
  readonly stream: DirectoryStream;
  readonly path: ParentPath;
}

/** What a Dir reads from: the engine's stream, and ways to open more of them and to close them. */
interface DirSource {
  readonly stream: DirectoryStream;
  open(path: ParentPath): DirectoryStream;
  close(level: Level): void;
  readonly engine: Pick<Engine, 'asciiOnly'>;
}

/** Bytes billed for each directory that a Dir holds open beside its path, with the entries read ahead. Measured on V8, rounded up. */
const LEVEL_PRICE = 4352;
/** Bytes of names read ahead, which are in the price: a batch of long ones has fewer. */
const BATCH_BYTES = 1024;

/** Up to Node 20 a Dir's fields are symbols, and its methods work through a Proxy and on heirs; later they are private. */
const own = Symbol('own');
const self = (dir: Dir): Dir => dir[own] ?? dir;

export class Dir {
  declare readonly [own]?: Dir;
  readonly #source: DirSource;
  readonly #path: ParentPath;
  readonly #encoding: unknown;
  readonly #bufferSize: number;
  readonly #recursive: boolean;
  /** Directories not read to their end; the first is read next. */
  readonly #levels: Level[];
  /** The batch, and how many of it have been given. */
  #entries: Dirent[] = [];
  #given = 0;
  #closed = false;
  /** Calls waiting for the asynchronous one under way, or null when there is none. */
  #waiting: (() => void)[] | null = null;

  constructor(source: DirSource, path: ParentPath, options: unknown) {
    linkToNodes();
    if (source === null || source === undefined) {
      throw codedTypeError('ERR_MISSING_ARGS', 'The "handle" argument must be specified');
    }
    // As Node spreads them: a size that is there and undefined is refused.
    const { encoding, bufferSize, recursive } = { bufferSize: DEFAULT_BUFFER_SIZE, ...getOptions(options, DEFAULTS) };
    try {
      validateInteger(bufferSize, 'options.bufferSize', 1, 4294967295);
    } catch (error) {
      source.close({ stream: source.stream, path });
      throw error;
    }
    this.#source = source;
    this.#path = path;
    this.#encoding = encoding;
    this.#bufferSize = Math.min(bufferSize, DEFAULT_BUFFER_SIZE);
    this.#recursive = Boolean(recursive);
    this.#levels = [{ stream: source.stream, path }];
    if (!nodeAtLeast(22)) Object.defineProperty(this, own, { value: this });
  }

  get path(): string {
    // Typed as Node types it; a Buffer path comes back as the Buffer it was.
    const dir = self(this);
    if (#path in dir) return dir.#path as string;
    // On Node 20 it is a plain property, which other objects lack.
    if (!nodeAtLeast(22)) return undefined as never;
    throw codedTypeError('ERR_INVALID_THIS', 'Value of "this" must be of type Dir');
  }

  /** Next entry, or null at the end: as a promise, or to `callback`. */
  read(callback?: unknown): Promise<Dirent | null> | undefined {
    if (callback === undefined) {
      if (self(this).#closed && !closedReadRejects) throw dirClosed();
      return self(this).#readPromise();
    }
    if (self(this).#closed) throw dirClosed();
    validateFunction(callback, 'callback');
    self(this).#readLater(callback);
    return undefined;
  }

  readSync(): Dirent | null {
    const dir = self(this);
    dir.#requireIdle();
    if (dir.#given === dir.#entries.length && !dir.#fill(this.readSync)) return null;
    return dir.#take() ?? null;
  }

  close(callback?: unknown): Promise<void> | undefined {
    if (callback === undefined) {
      if (self(this).#closed) return Promise.reject(dirClosed());
      return new Promise((resolve, reject) => {
        self(this).#closeLater((error) => (error ? reject(error) : resolve()));
      });
    }
    validateFunction(callback, 'callback');
    self(this).#closeLater(callback);
    return undefined;
  }

  closeSync(): void {
    self(this).#requireIdle();
    self(this).#closeStreams();
  }

  async *entries(): AsyncIterableIterator<Dirent> {
    try {
      for (let entry = await self(this).#readPromise(); entry !== null; entry = await self(this).#readPromise())
        yield entry;
    } finally {
      await this.close();
    }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Dirent> {
    return this.entries();
  }

  [Symbol.dispose](): void {
    if (!self(this).#closed) this.closeSync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!self(this).#closed) await this.close();
  }

  #requireIdle(): void {
    if (this.#closed) throw dirClosed();
    if (this.#waiting !== null) throw dirConcurrentOperation();
  }

  #readPromise(): Promise<Dirent | null> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw dirClosed();
      this.#readLater((error, entry) => (error ? reject(error) : resolve((entry ?? null) as Dirent | null)));
    });
  }

  #readLater(callback: Callback): void {
    if (this.#waiting !== null) {
      this.#waiting.push(() => this.#readLater(callback));
      return;
    }
    // It has waited, and something that waited before it was close(): Node throws here, out of everybody's reach.
    if (this.#closed) {
      nextTick(callback, dirClosed());
      return;
    }
    // From the batch: as soon as Node gives it, which is before the next macrotask.
    if (this.#given < this.#entries.length) {
      const [error, entry] = this.#attempt();
      if (error === undefined) nextTick(callback, null, entry);
      else nextTick(callback, error);
      return;
    }
    this.#waiting = [];
    let failure: unknown;
    try {
      this.#fill(this.read);
    } catch (error) {
      failure = error;
    }
    defer(() => {
      let entry: Dirent | undefined;
      if (failure === undefined) [failure, entry] = this.#attempt();
      // The call is under way until its callback has returned: what that asks for waits, or is refused.
      nextTick(() => {
        const waiting = this.#waiting ?? [];
        this.#waiting = null;
        for (const call of waiting) call();
      });
      if (failure === undefined) callback(null, entry ?? null);
      else callback(failure);
    });
  }

  #closeLater(callback: Callback): void {
    if (this.#closed) {
      nextTick(callback, dirClosed());
      return;
    }
    if (this.#waiting !== null) {
      this.#waiting.push(() => this.#closeLater(callback));
      return;
    }
    this.#closeStreams();
    defer(() => callback(null));
  }

  #closeStreams(): void {
    this.#closed = true;
    for (const level of this.#levels.splice(0)) this.#source.close(level);
  }

  /** Entry of the batch; a directory is opened for later when the walk is recursive. */
  #take(): Dirent | undefined {
    if (this.#given === this.#entries.length) return undefined;
    const next = this.#entries[this.#given++];
    if (this.#recursive && next.isDirectory()) this.#enter(next);
    return next;
  }

  #attempt(): [error: unknown, entry?: Dirent] {
    try {
      return [undefined, this.#take()];
    } catch (error) {
      return [error];
    }
  }

  #enter(dirent: Dirent): void {
    const parent = dirent.parentPath;
    const path = posix.join(parent as string, dirent.name as string);
    try {
      this.#levels.push({ stream: this.#source.open(path), path });
    } catch (error) {
      throw inOldOrder(toNodeError(error, 'opendir', path, undefined, this.read));
    }
  }

  /** Reads the next batch; false at the end of all directories. */
  #fill(caller: (...args: never[]) => unknown): boolean {
    const encoding = this.#encoding;
    const plain = this.#source.engine.asciiOnly && isUtf8Name(encoding);
    const entries: Dirent[] = [];
    this.#entries = entries;
    this.#given = 0;
    try {
      while (this.#levels.length > 0) {
        const [level] = this.#levels;
        const { stream, path } = level;
        const isMore = stream.read(this.#bufferSize, BATCH_BYTES, (name, type) => {
          entries.push(makeDirent(plain ? name : presentName(name, encoding), type, path));
        });
        if (isMore) return true;
        this.#source.close(level);
        this.#levels.shift();
      }
    } catch (error) {
      throw toNodeError(error, 'scandir', this.#path, undefined, caller);
    }
    return false;
  }
}

/** Makes `instanceof fs.Dir` of Node's own class hold too; with the first Dir, since Node loads its class when asked for it. */
function linkToNodes(): void {
  if (Object.getPrototypeOf(Dir.prototype) === Object.prototype)
    Object.setPrototypeOf(Dir.prototype, hostFs.Dir.prototype);
}

/** opendir, opendirSync and the promise form. */
export function opendirForms(ctx: Context) {
  const { engine } = ctx;
  const open = (path: ParentPath): DirectoryStream => {
    const price = LEVEL_PRICE + textBytes(path);
    engine.billHandle(price);
    try {
      return engine.opendir(ctx.resolve(path));
    } catch (error) {
      engine.unbillHandle(price);
      throw error;
    }
  };
  const close = ({ stream, path }: Level): void => {
    stream.close();
    engine.unbillHandle(LEVEL_PRICE + textBytes(path));
  };
  const make = (path: unknown, options: unknown): Dir => {
    const given = detached(validatePath(path));
    const checked = getOptions(options, DEFAULTS);
    return new Dir({ stream: open(given), open, close, engine }, given, checked);
  };
  const operation: Operation = { syscall: 'opendir', paths: 1, arity: 2, run: make };
  function opendir(caller: Caller, path: unknown, options: unknown, last: unknown): void {
    const callback = typeof options === 'function' ? options : last;
    validateFunction(callback, 'callback');
    validatePath(path);
    getOptions(options, DEFAULTS);
    try {
      const dir = make(path, typeof options === 'function' ? undefined : options);
      defer(() => callback(null, dir));
    } catch (error) {
      const made = toNodeError(error, 'opendir', path, undefined, caller);
      defer(() => callback(made));
    }
  }
  // Node's synchronous form reports no path.
  const synchronous: Operation = { syscall: 'opendir', paths: 0, arity: 2, run: make };
  const opendirSync = (caller: Caller, path: unknown, options: unknown): unknown =>
    callSync(caller, synchronous, path, options);
  return { opendir, opendirSync, promise: promiseForm(operation) };
}
