/**
 * Facade layer: operations on a descriptor (open, close, read and its vectors). Owns Node's many argument forms of
 * read and write; the engine gets bytes, an offset, a length and a position.
 */
import { EINVAL, Fault } from '../../core/index.js';
import { deliverAll } from '../completion.js';
import type { Context } from '../context.js';
import type { Given, Operation } from '../define.js';
import { asBytes } from '../encoding.js';
import { opensPathLast, parseFlags } from '../options.js';
import { type Caller, toNodeError } from '../uv-exception.js';
import {
  bindingFd,
  isView,
  parseMode,
  type View,
  validateFd,
  validateFunction,
  validateInteger,
  validateObject,
  validatePath,
  validateView,
} from '../validate.js';
import { checkReadRange, NO_RANGE, type RangeOptions, rangeOf, writePosition } from './ranges.js';
import { lateFd, settle, vectorForms } from './vectors.js';

/** Bytes that a `read` without a buffer allocates, as Node's. */
const DEFAULT_READ_SIZE = 16384;
const byteLengthOf = (view: unknown): number => (isView(view) ? view.byteLength : Number.NaN);

/** A close without a callback has nobody to tell: its failure is an uncaught exception, as in Node. */
export function throwError(error: unknown): void {
  if (error !== null && error !== undefined) throw error;
}

/** open and close. */
export function openAndClose(ctx: Context) {
  const { engine } = ctx;
  const open: Operation = {
    syscall: 'open',
    paths: 1,
    arity: 3,
    run(path, flags, mode) {
      const early = opensPathLast ? undefined : ctx.resolve(path);
      const bits = parseFlags(flags);
      const permissions = parseMode(mode, 'mode', 0o666);
      return engine.open(early ?? ctx.resolve(path), bits, permissions);
    },
    runCallback(path, flags, mode) {
      const early = opensPathLast ? undefined : ctx.resolve(path);
      const permissions = parseMode(mode, 'mode', 0o666);
      const bits = parseFlags(flags);
      return engine.open(early ?? ctx.resolve(path), bits, permissions);
    },
    checksFirst(path, flags, mode) {
      if (!opensPathLast) validatePath(path);
      parseMode(mode, 'mode', 0o666);
      parseFlags(flags);
      validatePath(path);
    },
  };
  const close: Operation = {
    syscall: 'close',
    paths: 0,
    arity: 1,
    run: (fd) => engine.close(bindingFd(fd)),
  };
  return { open, close };
}

/** The arguments of open, in all their forms, as four. */
export function openArguments(args: Given): unknown[] {
  if (args.length < 3) return [args[0], 'r', 0o666, args[1]];
  if (typeof args[2] === 'function') return [args[0], args[1], 0o666, args[2]];
  return [args[0], args[1], args[2], args[3]];
}

/** read and readv in their forms. */
export function readForms(ctx: Context) {
  const { engine } = ctx;

  const readSync = (caller: Caller, args: Given): number => {
    // By index: to take an arguments object apart by pattern goes through its iterator, at 300 ns.
    const fd: unknown = args[0];
    const buffer: unknown = args[1];
    try {
      const file = lateFd ? undefined : validateFd(fd);
      validateView(buffer);
      let offset: unknown = args[2];
      let length: unknown = args[3];
      let position: unknown = args[4];
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
      throw toNodeError(error, 'read', undefined, undefined, caller);
    }
  };

  const read = (caller: Caller, args: Given): void => {
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
      settle(error, 'read', callback, buffer, caller);
    }
  };

  const vector = (fd: number, views: readonly View[], position: unknown): number =>
    readVector(ctx, fd, views, position);
  const { later: readv, sync: readvSync } = vectorForms('readv', 'read', vector);
  return { read, readSync, readv, readvSync };
}

/** libuv refuses to read into no buffers at all, and fills no more than IOV_MAX of them. */
export function readVector(ctx: Context, fd: number, views: readonly View[], position: unknown): number {
  if (views.length === 0) throw new Fault(EINVAL);
  return ctx.engine.readv(fd, views.slice(0, 1024).map(asBytes), writePosition(position));
}

/** The four ways to call `fs.read`: by position, with options, without a buffer, with a callback alone. */
function readForm(args: Given): RangeOptions & { readonly callback: unknown } {
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
