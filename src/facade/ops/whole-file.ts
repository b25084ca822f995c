/**
 * Facade layer: whole files (readFile, writeFile, appendFile, truncate) by path
 * or descriptor. One engine call each where the path is given, so a refusal
 * leaves nothing half written; encodings are applied here and nowhere below.
 */
import { Fault, O_ACCMODE, O_RDONLY, O_RDWR, S_IFMT, S_IFREG } from '../../core/index.js';
import type { Context } from '../context.js';
import type { Operations } from '../define.js';
import { asBuffer, asBytes, encodeText } from '../encoding.js';
import { AbortError, fileTooLarge, invalidArgType, invalidArgValue } from '../node-errors.js';
import { type AnyOptions, getOptions, parseFlags } from '../options.js';
import { nodeAtLeast, readFileTakesBuffer } from '../running-node.js';
import { faultIn, PathFault, spell } from '../uv-exception.js';
import {
  isInt32,
  isView,
  parseMode,
  validateBoolean,
  validateFd,
  validateInteger,
  validateText,
  validateView,
} from '../validate.js';

/** Node's limit for one read: 2 GiB less one byte. */
const MAX_LENGTH = 2 ** 31 - 1;
/** Bytes asked for at a time when a file's size says nothing. */
const READ_STEP = 65536;

export const READ_DEFAULTS: AnyOptions = Object.freeze({ flag: 'r' });
export const WRITE_DEFAULTS: AnyOptions = Object.freeze({ encoding: 'utf8', mode: 0o666, flag: 'w', flush: false });
export const APPEND_DEFAULTS: AnyOptions = Object.freeze({ encoding: 'utf8', mode: 0o666, flag: 'a' });

export function throwIfAborted(signal: unknown): void {
  const given = signal as AbortSignal | undefined;
  if (given?.aborted) throw new AbortError(given.reason);
}

function newBuffer(size: number): Buffer {
  if (size > MAX_LENGTH) throw fileTooLarge(size);
  return Buffer.allocUnsafe(size);
}

/** The memory a `buffer` option gives for `size` bytes. */
function callersBuffer(option: unknown, size: number): Buffer {
  const made: unknown = typeof option === 'function' ? option(size) : option;
  const isFunction = typeof option === 'function';
  validateView(made, isFunction ? 'options.buffer()' : 'options.buffer');
  const buffer = asBuffer(made);
  if (size > buffer.byteLength) {
    throw invalidArgValue(bufferName(option), buffer.byteLength, `is smaller than the file size of ${size} bytes`);
  }
  return buffer;
}

const bufferName = (option: unknown): string =>
  typeof option === 'function' ? 'options.buffer().byteLength' : 'options.buffer.byteLength';

function checkBufferOption(option: unknown): void {
  if (option === undefined || typeof option === 'function' || isView(option)) return;
  throw invalidArgType('options.buffer', ['Buffer', 'TypedArray', 'DataView', 'Function'], option);
}

/** Bytes, or text where an encoding was asked for. */
export function decodeContent(data: Buffer, encoding: unknown): Buffer | string {
  return encoding ? data.toString(encoding as BufferEncoding) : data;
}

/** Reads an open file from its offset to the end. */
export function readOpenFile(ctx: Context, fd: number, bufferOption: unknown, firstCall = 'fstat'): Buffer {
  const { engine, stat } = ctx;
  const errno = statOf(ctx, fd, firstCall);
  if (errno < 0) throw new Fault(-errno, firstCall);
  const size = (stat[1] & S_IFMT) === S_IFREG ? stat[8] : 0;
  if (size > MAX_LENGTH) throw fileTooLarge(size);
  try {
    if (bufferOption !== undefined) {
      const target = callersBuffer(bufferOption, size);
      return target.subarray(0, engine.read(fd, target, 0, size, -1));
    }
    const target = Buffer.allocUnsafe(size === 0 ? READ_STEP : size);
    const count = engine.read(fd, target, 0, target.length, -1);
    return count === target.length ? target : Buffer.from(target.subarray(0, count));
  } catch (error) {
    throw faultIn(error, 'read');
  }
}

function statOf(ctx: Context, fd: number, syscall: string): number {
  try {
    return ctx.engine.fstat(fd, ctx.stat);
  } catch (error) {
    throw faultIn(error, syscall);
  }
}

function readWhole(ctx: Context, path: unknown, options: AnyOptions, flagName = 'flags'): unknown {
  const { encoding } = options;
  const buffer = readFileTakesBuffer ? options.buffer : undefined;
  checkBufferOption(buffer);
  if (isInt32(path)) return decodeContent(readOpenFile(ctx, path, buffer, firstCall(encoding)), encoding);
  throwIfAborted(options.signal);
  const flags = parseFlags(options.flag, flagName);
  const make = buffer === undefined ? newBuffer : (size: number) => callersBuffer(buffer, size).subarray(0, size);
  return decodeContent(ctx.engine.readFile(ctx.resolve(path), flags, make), encoding);
}

/** Synchronous utf8 reads of a descriptor go through one binding call that starts with read. */
const firstCall = (encoding: unknown): string => (encoding === 'utf8' || encoding === 'utf-8' ? 'read' : 'fstat');

/**
 * The asynchronous forms: since Node 26 they read a path in one job, whose errors name the path even for read.
 */
export function readWholeLater(ctx: Context, path: unknown, options: AnyOptions, flagName?: string): unknown {
  try {
    return readWhole(ctx, path, options, flagName);
  } catch (error) {
    if (!readJobNamesPath || !(error instanceof Fault) || error.syscall !== 'read' || isInt32(path)) throw error;
    throw new PathFault(error.errno, 'read', spell(path) ?? '');
  }
}
const readJobNamesPath = nodeAtLeast(26);

/** Content to write as bytes: text is encoded, views are taken as they are. */
export function contentOf(data: unknown, encoding: unknown): Uint8Array {
  if (isView(data)) return asBytes(data);
  validateText(data, 'data');
  return encodeText(data, encoding || 'utf8');
}

/** Writes all bytes at an open file's offset; Node makes no call when there are none. */
export function writeOpenFile(ctx: Context, fd: number, data: Uint8Array): void {
  if (data.length === 0) return;
  try {
    ctx.engine.write(fd, data, 0, data.length, -1);
  } catch (error) {
    throw faultIn(error, 'write');
  }
}

/** Since Node 22 a bad mode is refused even where a descriptor makes it meaningless. */
const modeCheckedFirst = nodeAtLeast(24);

export function writeWhole(
  ctx: Context,
  path: unknown,
  data: unknown,
  options: AnyOptions,
  flagOverride?: unknown,
): void {
  const flush = options.flush ?? false;
  validateBoolean(flush, 'options.flush');
  if (modeCheckedFirst) parseMode(options.mode, 'mode', 0o666);
  const flag = flagOverride ?? (options.flag || 'w');
  const bytes = contentOf(data, options.encoding);
  throwIfAborted(options.signal);
  if (isInt32(path)) {
    writeOpenFile(ctx, path, bytes);
    return;
  }
  const flags = parseFlags(flag);
  const mode = parseMode(options.mode, 'mode', 0o666);
  const target = ctx.resolve(path);
  // Nothing to write: a descriptor that could not write it does not matter.
  if (bytes.length === 0 && (flags & O_ACCMODE) === O_RDONLY) ctx.engine.close(ctx.engine.open(target, flags, mode));
  else ctx.engine.writeFile(target, bytes, flags, mode);
}

function appendWhole(ctx: Context, path: unknown, data: unknown, options: unknown): void {
  const given = getOptions(options, APPEND_DEFAULTS);
  writeWhole(ctx, path, data, given, !given.flag || isInt32(path) ? 'a' : given.flag);
}

/** truncate(path): open, ftruncate, close, as Node does it, so errors name those system calls and come in their order. */
function truncatePath(ctx: Context, path: unknown, length: unknown): void {
  const { engine } = ctx;
  const fd = engine.open(ctx.resolve(path), O_RDWR, 0o666);
  try {
    validateInteger(length, 'len');
    engine.ftruncate(fd, Math.max(0, length));
  } catch (error) {
    throw faultIn(error, 'ftruncate');
  } finally {
    engine.close(fd);
  }
}

/** Up to Node 22 truncate took a descriptor too. */
const truncateTakesFd = !nodeAtLeast(24);
let warnedOfTruncate = false;

function truncateDescriptor(ctx: Context, fd: number, length: unknown): void {
  if (!warnedOfTruncate) {
    warnedOfTruncate = true;
    process.emitWarning(
      'Using fs.truncate with a file descriptor is deprecated. Please use fs.ftruncate with a file descriptor instead.',
      'DeprecationWarning',
      'DEP0081',
    );
  }
  validateInteger(length, 'len');
  validateFd(fd);
  try {
    ctx.engine.ftruncate(fd, Math.max(0, length));
  } catch (error) {
    throw faultIn(error, 'ftruncate');
  }
}

export function wholeFileOperations(ctx: Context) {
  return {
    readFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 2,
      signalAt: 1,
      run: (path, options) => readWhole(ctx, path, getOptions(options, READ_DEFAULTS)),
      runCallback: (path, options) => readWholeLater(ctx, path, getOptions(options, READ_DEFAULTS), 'options.flag'),
    },
    writeFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      run: (path, data, options) => writeWhole(ctx, path, data, getOptions(options, WRITE_DEFAULTS)),
    },
    appendFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      run: (path, data, options) => appendWhole(ctx, path, data, options),
    },
    truncate: {
      syscall: 'open',
      paths: 1,
      optional: true,
      arity: 2,
      run(path, length = 0) {
        if (truncateTakesFd && typeof path === 'number') {
          truncateDescriptor(ctx, path, length);
          return;
        }
        truncatePath(ctx, path, length);
      },
      runCallback(path, length = 0) {
        if (truncateTakesFd && typeof path === 'number') {
          truncateDescriptor(ctx, path, length);
          return;
        }
        validateInteger(length, 'len');
        truncatePath(ctx, path, length);
      },
    },
  } satisfies Operations;
}
