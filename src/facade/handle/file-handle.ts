/**
 * Facade layer: FileHandle, the object form of a descriptor. Owns the count of
 * shares: each call, stream and reader holds one, and close() closes the
 * descriptor when the last is given back. Invariant: after close() began, `fd`
 * is -1 as soon as nothing is pending, and no method reaches the engine.
 */
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  promiseOfRest,
  Rest,
  rejectLater,
  rejectUnlessAborted,
  resolveLater,
  resolveUnlessAborted,
} from '../completion.js';
import type { Context } from '../context.js';
import type { Operation } from '../define.js';
import { seldomFdOperations } from '../late-calls.js';
import { AbortError } from '../node-errors.js';
import { fstatOperation } from '../ops/look.js';
import { checkBufferOption, decodeContent, makeDecoder, readOpenFile, throwIfAborted } from '../ops/read-file.js';
import { APPEND_DEFAULTS, checkWriteOptions, contentOf, READ_DEFAULTS, WRITE_DEFAULTS } from '../ops/whole-file.js';
import { type AnyOptions, getOptions } from '../options.js';
import { bufferOption } from '../running-node.js';
import { billMore } from '../streams/bill.js';
import { type Caller, isPastOpening, toNodeError } from '../uv-exception.js';
import { isPieces, readHandle, readvHandle, writeContent, writeHandle, writePieces, writevHandle } from './io.js';
import { releaseShare, takeShare } from './refs.js';
import { webStream } from './web-stream.js';

/** Operations on a descriptor by name: what the handle's methods of one call stand for. */
type Runs = ReturnType<typeof operationsOf>;
const operationsOf = (ctx: Context) => ({ fstat: fstatOperation(ctx), ...seldomFdOperations(ctx) });

/** @param kept - bytes that someone else keeps with the handle */
export type HandleMaker = (open: () => number, kept?: number) => FileHandle;

/** Bytes billed for the object beside its descriptor: itself, its emitter's fields, its `close`. Measured on V8, rounded up. */
const HANDLE_PRICE = 448;
/** Bytes of a line reader beside its stream, and what it makes of a byte that is read: lines that wait (of 20 characters: 4). */
const LINES_PRICE = 6144;
const LINES_FACTOR = 8;

/** Gives a function that makes handles for one volume. */
export function fileHandleMaker(ctx: Context): HandleMaker {
  let runs: Runs | undefined;
  return (open, kept = 0) => {
    runs ??= operationsOf(ctx);
    const price = HANDLE_PRICE + kept;
    ctx.engine.billHandle(price);
    try {
      const fd = open();
      // With the descriptor, whoever closes that: a handle that is lost, or closed by its number, is told nothing.
      ctx.engine.tieHandle(fd, price);
      return new FileHandle(ctx, runs, fd);
    } catch (error) {
      ctx.engine.unbillHandle(price);
      throw error;
    }
  };
}

/** The stream classes as Node's own handle calls them; the types of @types/node say less. */
type StreamClass<T> = new (path: undefined, options: object) => T;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Node's words for a call on a handle that is closed; `syscall` is the name of its inner function. */
function closedError(call: string, caller: Caller): Error {
  const error = Object.assign(new Error('file closed'), { code: 'EBADF', syscall: call });
  Error.captureStackTrace(error, caller);
  return error;
}

/** The handle itself: Node's methods work through a Proxy and on heirs of a handle, where private fields do not. */
const own = Symbol('own');

export class FileHandle extends EventEmitter {
  declare readonly [own]: FileHandle;
  readonly #ctx: Context;
  readonly #runs: Runs;
  #fd: number;
  #shares = 1;
  #closing: Promise<void> | undefined;
  #waiter: Waiter | undefined;
  #locked = false;
  #resource: AsyncResource | undefined;

  constructor(ctx: Context, runs: Runs, fd: number) {
    super();
    Object.defineProperty(this, own, { value: this });
    this.#ctx = ctx;
    this.#runs = runs;
    this.#fd = fd;
  }

  getAsyncId(): number {
    this[own].#resource ??= new AsyncResource('FILEHANDLE', { requireManualDestroy: false });
    return this[own].#resource.asyncId();
  }

  get fd(): number {
    return this[own].#fd;
  }

  appendFile(data: unknown, options?: unknown) {
    return this[own].#write(data, () => getOptions(options, APPEND_DEFAULTS), this.appendFile);
  }
  chmod(mode: unknown) {
    return this[own].#operate('fchmod', this.chmod, mode);
  }
  chown(uid: unknown, gid: unknown) {
    return this[own].#operate('fchown', this.chown, uid, gid);
  }
  datasync() {
    return this[own].#operate('fdatasync', this.datasync);
  }
  sync() {
    return this[own].#operate('fsync', this.sync);
  }
  read(buffer?: unknown, offset?: unknown, length?: unknown, position?: unknown) {
    const args = [buffer, offset, length, position];
    return this[own].#call('read', 'read', this.read, (fd) => readHandle(this[own].#ctx, fd, args));
  }
  readv(buffers: unknown, position?: unknown) {
    return this[own].#call('readv', 'read', this.readv, (fd) => readvHandle(this[own].#ctx, fd, buffers, position));
  }
  readFile(options?: unknown) {
    let signal: unknown;
    const read = (fd: number): unknown => {
      const given = getOptions(options, READ_DEFAULTS);
      ({ signal } = given);
      const buffer = bufferOption(given.buffer);
      checkBufferOption(buffer);
      makeDecoder(given.encoding);
      throwIfAborted(signal);
      const now = (): unknown => {
        throwIfAborted(signal);
        return decodeContent(readOpenFile(this[own].#ctx, fd, buffer), given.encoding);
      };
      return signal ? new Rest(now) : now();
    };
    return this[own].#call('readFile', 'read', this.readFile, read, () => signal);
  }
  readLines(options: object | undefined = undefined) {
    const input = this.createReadStream(options);
    billMore(input, LINES_PRICE, LINES_FACTOR);
    return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  }
  stat(options?: unknown) {
    return this[own].#operate('fstat', this.stat, options);
  }
  truncate(length: unknown = 0) {
    return this[own].#operate('ftruncate', this.truncate, length);
  }
  utimes(atime: unknown, mtime: unknown) {
    return this[own].#operate('futimes', this.utimes, atime, mtime);
  }
  write(buffer: unknown, offset?: unknown, length?: unknown, position?: unknown) {
    const args = [buffer, offset, length, position];
    return this[own].#call('write', 'write', this.write, (fd) => writeHandle(this[own].#ctx, fd, args));
  }
  writev(buffers: unknown, position?: unknown) {
    return this[own].#call('writev', 'write', this.writev, (fd) => writevHandle(this[own].#ctx, fd, buffers, position));
  }
  writeFile(data: unknown, options?: unknown) {
    return this[own].#write(data, () => getOptions(options, WRITE_DEFAULTS), this.writeFile);
  }

  /** Resolves when the descriptor is closed: at once, or when the last pending call has been answered. */
  close = (): Promise<void> => {
    if (this.#fd === -1) return Promise.resolve();
    if (this.#closing) return this.#closing;
    this.#shares--;
    this.#closing = this.#shares === 0 ? this.#closeNow() : this.#closeWhenFree();
    const forget = (): void => {
      this.#closing = undefined;
    };
    this.#closing.then(forget, forget);
    this.emit('close');
    return this.#closing;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readableWebStream(options: unknown = {}) {
    const stream = webStream(this[own].#ctx.engine, this, options, {
      closing: () => this[own].#closing !== undefined,
      lock: () => {
        const before = this[own].#locked;
        this[own].#locked = true;
        return before;
      },
      unlock: () => {
        this[own].#locked = false;
      },
    });
    return stream;
  }

  createReadStream(options: object | undefined = undefined) {
    const Stream = this[own].#ctx.fs.ReadStream as unknown as StreamClass<ReadStream>;
    return new Stream(undefined, { ...options, fd: this });
  }
  createWriteStream(options: object | undefined = undefined) {
    const Stream = this[own].#ctx.fs.WriteStream as unknown as StreamClass<WriteStream>;
    return new Stream(undefined, { ...options, fd: this });
  }

  /** A stream or reader keeps the descriptor open. */
  [takeShare](): void {
    this[own].#shares++;
  }
  [releaseShare](): void {
    this[own].#shares--;
    if (this[own].#shares > 0 || this[own].#fd === -1) return;
    const waiter = this[own].#waiter;
    this[own].#closeNow().then(waiter?.resolve, waiter?.reject);
  }

  #closeNow(): Promise<void> {
    const fd = this.#fd;
    this.#fd = -1;
    try {
      this.#ctx.engine.close(fd);
    } catch (error) {
      return rejectLater(toNodeError(error, 'close', undefined, undefined, this.close));
    }
    return resolveLater(undefined);
  }

  #closeWhenFree(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** One engine call while holding a share; `name` is what a closed handle reports. */
  #call(
    name: string,
    syscall: string,
    caller: Caller,
    run: (fd: number) => unknown,
    signal?: () => unknown,
  ): Promise<never> {
    if (this.#fd === -1) return Promise.reject(closedError(name, caller));
    this[takeShare]();
    let outcome: Promise<unknown>;
    try {
      const value = run(this.#fd);
      const watched = signal?.();
      if (value instanceof Rest)
        outcome = promiseOfRest(value, (error) => toNodeError(error, syscall, undefined, undefined, caller));
      else outcome = watched ? resolveUnlessAborted(value, watched as AbortSignal) : resolveLater(value);
    } catch (error) {
      const made = toNodeError(error, syscall, undefined, undefined, caller);
      const watched = isPastOpening(error) && signal?.();
      outcome = watched ? rejectUnlessAborted(made, watched as AbortSignal) : rejectLater(made);
    }
    const done = (): void => this[releaseShare]();
    outcome.then(done, done);
    return outcome as Promise<never>;
  }

  #operate(name: keyof Runs, caller: Caller, a?: unknown, b?: unknown): Promise<never> {
    const operation: Operation = this.#runs[name];
    const run = operation.runPromise ?? operation.run;
    return this.#call(name, operation.syscall, caller, (fd) => run(fd, a, b));
  }

  #write(data: unknown, options: () => AnyOptions, caller: Caller): Promise<never> {
    if (this.#fd === -1) return Promise.reject(closedError('writeFile', caller));
    if (isPieces(data)) return this.#writePieces(data, options, caller) as Promise<never>;
    let signal: unknown;
    const write = (fd: number): void => {
      const given = options();
      checkWriteOptions(given);
      ({ signal } = given);
      writeContent(this.#ctx, fd, contentOf(data, given.encoding), signal);
    };
    return this.#call('writeFile', 'write', caller, write, () => signal);
  }

  async #writePieces(
    data: Iterable<unknown> | AsyncIterable<unknown>,
    options: () => AnyOptions,
    caller: Caller,
  ): Promise<void> {
    this[takeShare]();
    try {
      const given = options();
      checkWriteOptions(given);
      const { encoding, signal } = given;
      await writePieces(this.#ctx, () => this.#fd, data, encoding, signal);
    } catch (error) {
      throw error instanceof AbortError ? error : toNodeError(error, 'write', undefined, undefined, caller);
    } finally {
      this[releaseShare]();
    }
  }
}
