/**
 * Facade layer: operations on a descriptor (open, close, read, write and their
 * vectors, fsync, ftruncate, fchmod, …). Owns Node's many argument forms of
 * read and write; the engine gets bytes, an offset, a length and a position.
 */
import { EINVAL, Fault } from '../../core/index.js';
import { deliverAll } from '../completion.js';
import type { Context } from '../context.js';
import { callbackForm, copyPromisifyArgs, type Operation, type Operations, syncForm } from '../define.js';
import { asBytes, encodeText } from '../encoding.js';
import { invalidArgValue } from '../node-errors.js';
import { parseFlags } from '../options.js';
import { nodeAtLeast } from '../running-node.js';
import { splitTimes } from '../times.js';
import { type Caller, toNodeError } from '../uv-exception.js';
import {
  bindingFd,
  type Callback,
  isView,
  parseMode,
  toUnixTimestamp,
  type View,
  validateFd,
  validateFunction,
  validateId,
  validateInteger,
  validateObject,
  validatePath,
  validatePosition,
  validateReadRange,
  validateText,
  validateTextEncoding,
  validateView,
  validateViews,
  validateWriteRange,
} from '../validate.js';
import { fstatOperation } from './look.js';

/** The options object that read and write take in place of positional arguments. */
interface RangeOptions {
  readonly buffer?: unknown;
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly position?: unknown;
}
const NO_RANGE: RangeOptions = Object.freeze({});

/** Bytes that a `read` without a buffer allocates, as Node's. */
const DEFAULT_READ_SIZE = 16384;

export interface Range {
  readonly offset: number;
  readonly length: number;
  readonly position: number;
}

const byteLengthOf = (view: unknown): number => (isView(view) ? view.byteLength : Number.NaN);

/** Checks what `read` was given, once its form is known. A `length` of 0 asks the engine for nothing. */
export function checkReadRange(buffer: View, offset: unknown, length: unknown, position: unknown): Range {
  let start = 0;
  if (offset !== null && offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    start = offset;
  }
  // Node coerces the length to an int32.
  const count = (length as number) | 0;
  const early = positionLast ? -1 : readPosition(position, count);
  if (count === 0) return { offset: start, length: 0, position: early };
  if (buffer.byteLength === 0) throw invalidArgValue('buffer', buffer, 'is empty and cannot be written');
  validateReadRange(start, count, buffer.byteLength);
  return { offset: start, length: count, position: positionLast ? readPosition(position, count) : early };
}

/** Up to Node 22 the position is looked at last, and not at all when nothing is to be read. */
const positionLast = !nodeAtLeast(24);

const readPosition = (position: unknown, length: number): number =>
  position === null || position === undefined ? -1 : validatePosition(position, 'position', length);

/** A write position: anything that is no safe integer means the shared offset, as in Node's binding. */
export const writePosition = (position: unknown): number =>
  Number.isSafeInteger(position) && (position as number) >= 0 ? (position as number) : -1;

/** Checks what a write of bytes was given. */
export function checkWriteRange(buffer: View, offset: unknown, length: unknown, position: unknown): Range {
  let start = 0;
  if (offset !== null && offset !== undefined) {
    validateInteger(offset, 'offset', 0);
    start = offset;
  }
  const count = typeof length === 'number' ? length : buffer.byteLength - start;
  validateWriteRange(start, count, buffer.byteLength);
  return { offset: start, length: count, position: writePosition(position) };
}

/** Fills a range from an options object: `{ offset = 0, length = byteLength - offset, position = null }`. */
export function rangeOf(options: RangeOptions | null | undefined, byteLength: number): RangeOptions {
  const { offset = 0, length = byteLength - (offset as number), position = null } = options ?? NO_RANGE;
  return { offset, length, position };
}

/** Operations on a descriptor whose forms need nothing special. FileHandle uses their promise forms. */
export function descriptorOperations(ctx: Context) {
  const { engine } = ctx;
  return {
    fstat: fstatOperation(ctx),
    fsync: { syscall: 'fsync', paths: 0, arity: 1, run: (fd) => engine.fsync(bindingFd(fd)) },
    fdatasync: { syscall: 'fdatasync', paths: 0, arity: 1, run: (fd) => engine.fsync(bindingFd(fd)) },
    ftruncate: {
      syscall: 'ftruncate',
      paths: 0,
      arity: 2,
      optional: true,
      checksFirst: (_fd, length = 0) => validateInteger(length, 'len'),
      run(fd, length = 0) {
        validateInteger(length, 'len');
        engine.ftruncate(bindingFd(fd), Math.max(0, length));
      },
    },
    fchmod: {
      syscall: 'fchmod',
      paths: 0,
      arity: 2,
      checksFirst: (_fd, mode) => parseMode(mode, 'mode'),
      run(fd, mode) {
        const bits = parseMode(mode, 'mode');
        engine.fchmod(bindingFd(fd), bits);
      },
    },
    fchown: {
      syscall: 'fchown',
      paths: 0,
      arity: 3,
      checksFirst(_fd, uid, gid) {
        validateId(uid, 'uid');
        validateId(gid, 'gid');
      },
      run(fd, uid, gid) {
        validateId(uid, 'uid');
        validateId(gid, 'gid');
        engine.fchown(bindingFd(fd), uid, gid);
      },
    },
    futimes: {
      syscall: 'futime',
      paths: 0,
      arity: 3,
      checksFirst(_fd, atime, mtime) {
        toUnixTimestamp(atime, 'atime');
        toUnixTimestamp(mtime, 'mtime');
      },
      run(fd, atime, mtime) {
        const access = toUnixTimestamp(atime, 'atime');
        const change = toUnixTimestamp(mtime, 'mtime');
        const file = bindingFd(fd);
        const look = (): number => engine.fstat(file, ctx.stat);
        engine.futimes(file, ...splitTimes(ctx, access, change, look));
      },
    },
  } satisfies Operations;
}

/** A close without a callback has nobody to tell: its failure is an uncaught exception, as in Node. */
function throwError(error: unknown): void {
  if (error !== null && error !== undefined) throw error;
}

/** open and close in their forms. */
export function openAndClose(ctx: Context) {
  const { engine } = ctx;
  const open: Operation = {
    syscall: 'open',
    paths: 1,
    arity: 3,
    run(path, flags, mode) {
      const early = pathLast ? undefined : ctx.resolve(path);
      const bits = parseFlags(flags);
      const permissions = parseMode(mode, 'mode', 0o666);
      return engine.open(early ?? ctx.resolve(path), bits, permissions);
    },
    runCallback(path, flags, mode) {
      const early = pathLast ? undefined : ctx.resolve(path);
      const permissions = parseMode(mode, 'mode', 0o666);
      const bits = parseFlags(flags);
      return engine.open(early ?? ctx.resolve(path), bits, permissions);
    },
    checksFirst(path, flags, mode) {
      if (!pathLast) validatePath(path);
      parseMode(mode, 'mode', 0o666);
      parseFlags(flags);
      validatePath(path);
    },
  };
  const openWithAll = callbackForm(open);
  const openLater = (...args: unknown[]): void => {
    if (args.length < 3) openWithAll(args[0], 'r', 0o666, args[1]);
    else if (typeof args[2] === 'function') openWithAll(args[0], args[1], 0o666, args[2]);
    else openWithAll(args[0], args[1], args[2], args[3]);
  };
  const close: Operation = {
    syscall: 'close',
    paths: 0,
    arity: 1,
    run: (fd) => engine.close(bindingFd(fd)),
  };
  const closeWithCallback = callbackForm(close);
  return {
    open: openLater,
    openSync: syncForm(open),
    close: (fd: unknown, callback: unknown = throwError): void => closeWithCallback(fd, callback),
    closeSync: syncForm(close),
  };
}

/** Since Node 26 open looks at the path after flags and mode. */
const pathLast = nodeAtLeast(26);

/** read and readv in their forms. */
export function readForms(ctx: Context) {
  const { engine } = ctx;

  const readSync = function readSync(...args: unknown[]): number {
    const [fd, buffer] = args;
    try {
      const file = lateFd ? undefined : validateFd(fd);
      validateView(buffer);
      let [, , offset, length, position] = args;
      if (args.length <= 3 || typeof offset === 'object') {
        if (offset !== undefined) validateObject(offset, 'options', true);
        ({ offset, length, position } = rangeOf(offset as RangeOptions | null, buffer.byteLength));
      }
      // Unlike the asynchronous forms, this one takes no null for 0.
      if (offset === null) validateInteger(offset, 'offset', 0);
      const range = checkReadRange(buffer, offset, length, position);
      if (range.length === 0) return 0;
      return engine.read(file ?? bindingFd(fd), asBytes(buffer), range.offset, range.length, range.position);
    } catch (error) {
      throw toNodeError(error, 'read', undefined, undefined, readSync);
    }
  };

  const read = function read(...args: unknown[]): void {
    let callback: unknown;
    let buffer: View | undefined;
    try {
      const fd = validateFd(args[0]);
      const form = readForm(args);
      callback = form.callback;
      const view = form.buffer;
      validateView(view);
      buffer = view;
      validateFunction(callback, 'cb');
      const range = checkReadRange(view, form.offset, form.length, form.position);
      const count = range.length === 0 ? 0 : engine.read(fd, asBytes(view), range.offset, range.length, range.position);
      deliverAll(callback, [null, count, view]);
    } catch (error) {
      settle(error, 'read', callback, buffer, read);
    }
  };
  copyPromisifyArgs(read, 'read');

  const vector = (fd: number, views: readonly View[], position: unknown): number =>
    readVector(ctx, fd, views, position);
  const { later: readv, sync: readvSync } = vectorForms('readv', 'read', vector);
  return { read, readSync, readv, readvSync };
}

/** libuv refuses to read into no buffers at all. */
export function readVector(ctx: Context, fd: number, views: readonly View[], position: unknown): number {
  if (views.length === 0) throw new Fault(EINVAL);
  return ctx.engine.readv(fd, views.map(asBytes), writePosition(position));
}

/** Since Node 22 the buffer is checked before the descriptor. */
const lateFd = nodeAtLeast(22);

/** The four ways to call `fs.read`: by position, with options, without a buffer, with a callback alone. */
function readForm(args: readonly unknown[]): RangeOptions & { readonly callback: unknown } {
  if (args.length > 4) {
    return { buffer: args[1], offset: args[2], length: args[3], position: args[4], callback: args[5] };
  }
  let buffer: unknown = args[1];
  let options: unknown = null;
  let callback: unknown;
  if (args.length === 4) {
    validateObject(args[2], 'options', true);
    options = args[2];
    callback = args[3];
  } else if (args.length === 3) {
    callback = args[2];
    if (!isView(buffer)) {
      options = buffer;
      ({ buffer = Buffer.alloc(DEFAULT_READ_SIZE) } = (options as RangeOptions | null | undefined) ?? NO_RANGE);
    }
  } else {
    callback = buffer;
    buffer = Buffer.alloc(DEFAULT_READ_SIZE);
  }
  if (options !== undefined) validateObject(options, 'options', true);
  return { ...rangeOf(options as RangeOptions | null, byteLengthOf(buffer)), buffer, callback };
}

/** An error of read or write: argument errors are thrown, faults reach the callback with (error, 0, data). */
function settle(error: unknown, syscall: string, callback: unknown, data: unknown, caller: Caller): void {
  const made = toNodeError(error, syscall, undefined, undefined, caller);
  if (made === error) throw made;
  deliverAll(callback as Callback, [made, 0, data]);
}

function vectorForms(
  name: 'readv' | 'writev',
  syscall: string,
  run: (fd: number, views: readonly View[], position: unknown) => number,
) {
  const sync = function self(fd: unknown, views: unknown, position: unknown): number {
    try {
      const file = lateFd ? undefined : validateFd(fd);
      validateViews(views);
      if (name === 'writev' && views.length === 0) return 0;
      return run(file ?? bindingFd(fd), views, position);
    } catch (error) {
      throw toNodeError(error, syscall, undefined, undefined, self);
    }
  };
  const later = function self(fd: unknown, views: unknown, position: unknown, callback: unknown): void {
    const done = callback || position;
    try {
      const file = validateFd(fd);
      validateViews(views);
      validateFunction(done, 'cb');
      const empty = name === 'writev' && views.length === 0;
      deliverAll(done, [null, empty ? 0 : run(file, views, position), views]);
    } catch (error) {
      settle(error, syscall, done, views, self);
    }
  };
  copyPromisifyArgs(later, name);
  return { later, sync };
}

/** write and writev in their forms. */
export function writeForms(ctx: Context) {
  const { engine } = ctx;

  const writeBytes = (fd: number, data: View, range: Range): number =>
    engine.write(fd, asBytes(data), range.offset, range.length, range.position);

  const writeText = (fd: number, text: string, position: unknown, encoding: unknown): number => {
    const bytes = encodeText(text, knownEncoding(encoding));
    return engine.write(fd, bytes, 0, bytes.length, writePosition(position));
  };

  const writeSync = function writeSync(
    fd: unknown,
    data: unknown,
    offset: unknown,
    length: unknown,
    position: unknown,
  ): number {
    try {
      const file = lateFd ? undefined : validateFd(fd);
      if (!isView(data)) {
        validateText(data, 'buffer');
        validateTextEncoding(data, length);
        return writeText(file ?? bindingFd(fd), data, offset, length);
      }
      const range: RangeOptions =
        typeof offset === 'object' ? rangeOf(offset, data.byteLength) : { offset, length, position };
      const checked = checkWriteRange(data, range.offset, range.length, range.position);
      return writeBytes(file ?? bindingFd(fd), data, checked);
    } catch (error) {
      throw withCodeLast(toNodeError(error, 'write', undefined, undefined, writeSync));
    }
  };

  const write = function write(...args: unknown[]): void {
    const [fd, data, offset, length, position] = args;
    let callback: unknown;
    try {
      const file = validateFd(fd);
      if (isView(data)) {
        callback = args[5] || position || length || offset;
        validateFunction(callback, 'cb');
        const range: RangeOptions =
          typeof offset === 'object'
            ? rangeOf(offset, data.byteLength)
            : { offset: typeof offset === 'function' ? null : offset, length, position };
        const checked = checkWriteRange(data, range.offset, range.length, range.position);
        deliverAll(callback, [null, writeBytes(file, data, checked), data]);
        return;
      }
      validateText(data, 'buffer');
      // write(fd, text[, position[, encoding]], callback)
      let place = offset;
      let encoding = length;
      if (typeof position === 'function') {
        callback = position;
      } else if (typeof offset === 'function') {
        callback = offset;
        place = null;
        encoding = 'utf8';
      } else {
        callback = length;
        encoding = 'utf8';
      }
      validateTextEncoding(data, encoding);
      validateFunction(callback, 'cb');
      deliverAll(callback, [null, writeText(file, data, place, encoding), data]);
    } catch (error) {
      settle(error, 'write', callback, data, write);
    }
  };
  copyPromisifyArgs(write, 'write');

  const vector = (fd: number, views: readonly View[], position: unknown): number =>
    engine.writev(fd, views.map(asBytes), writePosition(position));
  const { later: writev, sync: writevSync } = vectorForms('writev', 'write', vector);
  return { write, writeSync, writev, writevSync };
}

/** writeSync is the one call whose error still comes from JavaScript in Node: its keys run errno, syscall, code. */
function withCodeLast(error: unknown): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error) || 'requested' in error) return error;
  const { code } = error;
  delete error.code;
  return Object.assign(error, { code });
}

/** Node's binding takes unknown encoding names for utf8. */
export const knownEncoding = (encoding: unknown): unknown =>
  typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
