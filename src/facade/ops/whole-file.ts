/**
 * Facade layer: whole files (readFile, writeFile, appendFile, truncate) by path
 * or descriptor. One engine call each where the path is given, so a refusal
 * leaves nothing half written; encodings are applied here and nowhere below.
 */
import { Fault, O_ACCMODE, O_RDONLY, O_RDWR, S_IFMT, S_IFREG } from '../../core/index.js';
import type { Context } from '../context.js';
import { Answer, type Operations } from '../define.js';
import { asBuffer, asBytes, encodeText } from '../encoding.js';
import { AbortError, fileTooLarge, invalidArgType, invalidArgValue } from '../node-errors.js';
import { type AnyOptions, getOptions, parseFlags } from '../options.js';
import { nodeAtLeast, readFileTakesBuffer } from '../running-node.js';
import { faultIn, PathFault, spell } from '../uv-exception.js';
import {
  bindingFd,
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
  checkDescriptor(ctx, fd, firstCall);
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

/** Stats a descriptor into `ctx.stat`; a failure names `syscall`. */
function checkDescriptor(ctx: Context, fd: number, syscall = 'fstat'): void {
  let errno: number;
  try {
    errno = ctx.engine.fstat(fd, ctx.stat);
  } catch (error) {
    throw faultIn(error, syscall);
  }
  if (errno < 0) throw new Fault(-errno, syscall);
}

/** Node's three forms of one whole-file call check in different orders and differ in what a signal can stop. */
export type Form = 'sync' | 'callback' | 'promise';

function readWhole(ctx: Context, path: unknown, options: AnyOptions, form: Form): unknown {
  const { encoding } = options;
  const buffer = readFileTakesBuffer ? options.buffer : undefined;
  checkBufferOption(buffer);
  if (form !== 'promise' && isInt32(path)) {
    if (form === 'callback') return readDescriptorLater(ctx, path, options, buffer);
    return decodeContent(readOpenFile(ctx, bindingFd(path), buffer, firstCall(encoding)), encoding);
  }
  if (form !== 'sync') throwIfAborted(options.signal);
  // The callback form looks at the flags first, the others at the path.
  const early = form === 'callback' ? parseFlags(options.flag, 'options.flag') : undefined;
  const target = ctx.resolve(path);
  const flags = early ?? parseFlags(options.flag);
  const make = buffer === undefined ? newBuffer : (size: number) => callersBuffer(buffer, size).subarray(0, size);
  const data = ctx.engine.readFile(target, flags, make);
  if (form === 'callback') return decodeAnswer(data, encoding);
  if (form === 'promise') makeDecoder(encoding);
  return decodeContent(data, encoding);
}

/** In the callback form a failure to decode is delivered, not thrown. */
function decodeAnswer(data: Buffer, encoding: unknown): Buffer | string {
  try {
    return decodeContent(data, encoding);
  } catch (error) {
    throw new Answer(error);
  }
}

/**
 * Node's callback reader forgets the error when the descriptor is the caller's
 * (ReadFileContext.close drops it, in 20 to 26): a failed fstat ends in the
 * TypeError of concatenating nothing, a failed read in what was read so far.
 */
function readDescriptorLater(ctx: Context, fd: number, options: AnyOptions, buffer: unknown): unknown {
  const { encoding } = options;
  const signal = options.signal as AbortSignal | undefined;
  let data = Buffer.alloc(0);
  try {
    if (signal?.aborted) checkDescriptor(ctx, fd);
    else data = readOpenFile(ctx, fd, buffer);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.syscall === 'fstat') throw new Answer(concatenatingNothing());
  }
  return decodeAnswer(data, encoding);
}

const concatenatingNothing = (): unknown => invalidArgType('list', 'Array', null);

/** Synchronous utf8 reads of a descriptor go through one binding call that starts with read. */
const firstCall = (encoding: unknown): string => (encoding === 'utf8' || encoding === 'utf-8' ? 'read' : 'fstat');

/**
 * The asynchronous forms: since Node 26 they read a path in one job, whose errors name the path even for read.
 */
export function readWholeLater(ctx: Context, path: unknown, options: AnyOptions, form: Form): unknown {
  try {
    return readWhole(ctx, path, options, form);
  } catch (error) {
    // The promise form makes its decoder before it reads.
    if (form === 'promise' && error instanceof Fault && error.syscall === 'read') makeDecoder(options.encoding);
    if (!readJobNamesPath || !(error instanceof Fault) || error.syscall !== 'read' || isInt32(path)) throw error;
    throw new PathFault(error.errno, 'read', spell(path) ?? '');
  }
}
const readJobNamesPath = nodeAtLeast(26);

/** Where Node makes a decoder before it reads: an encoding it does not know is refused even when nothing was read. */
export function makeDecoder(encoding: unknown): void {
  if (encoding) ONE_BYTE.toString(encoding as BufferEncoding);
}
const ONE_BYTE = Buffer.alloc(1);

/** Content to write as bytes: text is encoded, views are taken as they are. */
export function contentOf(data: unknown, encoding: unknown): Uint8Array {
  if (isView(data)) return asBytes(data);
  validateText(data, 'data');
  return encodeText(data, encoding || 'utf8');
}

/** Writes all bytes at an open file's offset; Node makes no call when there are none. */
export function writeOpenFile(ctx: Context, fd: number, data: Uint8Array): void {
  if (data.length > 0) writeOnce(ctx, fd, data);
}

function writeOnce(ctx: Context, fd: number, data: Uint8Array): void {
  try {
    ctx.engine.write(fd, data, 0, data.length, -1);
  } catch (error) {
    throw faultIn(error, 'write');
  }
}

/** Since Node 26 a bad mode is refused even where a descriptor makes it meaningless. */
export const modeCheckedFirst = nodeAtLeast(26);
/** Since Node 26 the asynchronous forms write in one job, which makes no call for no bytes. */
const writesInOneJob = nodeAtLeast(26);

/** Writes to the caller's descriptor. The callback form makes its write even when there is nothing to write. */
function writeDescriptor(ctx: Context, fd: number, bytes: Uint8Array, flush: boolean, form: Form): void {
  if (form === 'callback') writeOnce(ctx, validateFd(fd), bytes);
  else writeOpenFile(ctx, fd, bytes);
  if (!flush) return;
  try {
    ctx.engine.fsync(fd);
  } catch (error) {
    throw faultIn(error, 'fsync');
  }
}

export function writeWhole(
  ctx: Context,
  path: unknown,
  data: unknown,
  options: AnyOptions,
  flag: unknown,
  form: Form,
): void {
  const { encoding } = options;
  const flush = options.flush ?? false;
  validateBoolean(flush, 'options.flush');
  if (modeCheckedFirst) parseMode(options.mode, 'mode', 0o666);
  // Text in utf8 has a way of its own in the synchronous form: flags and mode are checked always, flush never happens.
  const isPlainText = form === 'sync' && typeof data === 'string' && (encoding === 'utf8' || encoding === 'utf-8');
  const bytes = contentOf(data, encoding);
  if (form !== 'promise' && isInt32(path)) {
    if (isPlainText) {
      parseFlags(flag);
      parseMode(options.mode, 'mode', 0o666);
    }
    if (form === 'callback') throwIfAborted(options.signal);
    writeDescriptor(ctx, path, bytes, flush && !isPlainText, form);
    return;
  }
  if (form !== 'sync') throwIfAborted(options.signal);
  const target = ctx.resolve(path);
  const { flags, mode } = openArguments(flag, options.mode, form);
  // Nothing to write: a descriptor that could not write it does not matter where no call is made.
  const silent = form !== 'callback' || (writesInOneJob && !flush);
  if (silent && bytes.length === 0 && (flags & O_ACCMODE) === O_RDONLY) {
    ctx.engine.close(ctx.engine.open(target, flags, mode));
  } else {
    ctx.engine.writeFile(target, bytes, flags, mode);
  }
}

/** Flags and mode, checked in the form's order. */
function openArguments(flag: unknown, mode: unknown, form: Form): { flags: number; mode: number } {
  const first = form === 'callback' && !writesInOneJob ? parseMode(mode, 'mode', 0o666) : undefined;
  const flags = parseFlags(flag, writesInOneJob && form !== 'sync' ? 'options.flag' : 'flags');
  return { flags, mode: first ?? parseMode(mode, 'mode', 0o666) };
}

function writeAs(ctx: Context, form: Form) {
  return (path: unknown, data: unknown, options: unknown): void => {
    const given = getOptions(options, WRITE_DEFAULTS);
    writeWhole(ctx, path, data, given, given.flag || 'w', form);
  };
}

function appendAs(ctx: Context, form: Form) {
  return (path: unknown, data: unknown, options: unknown): void => {
    const given = getOptions(options, APPEND_DEFAULTS);
    writeWhole(ctx, path, data, given, !given.flag || isInt32(path) ? 'a' : given.flag, form);
  };
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
      run: (path, options) => readWhole(ctx, path, getOptions(options, READ_DEFAULTS), 'sync'),
      runCallback: (path, options) => readWholeLater(ctx, path, getOptions(options, READ_DEFAULTS), 'callback'),
    },
    writeFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      run: writeAs(ctx, 'sync'),
      runCallback: writeAs(ctx, 'callback'),
    },
    appendFile: {
      syscall: 'open',
      paths: 1,
      optional: true,
      lastCallbackWins: true,
      arity: 3,
      signalAt: 2,
      run: appendAs(ctx, 'sync'),
      runCallback: appendAs(ctx, 'callback'),
    },
    truncate: {
      syscall: 'open',
      paths: 1,
      optional: true,
      arity: 2,
      checksFirst: (_path, length = 0) => validateInteger(length, 'len'),
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
