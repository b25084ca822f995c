/**
 * Facade layer: readFile by path or descriptor, into a Buffer, text or the
 * caller's own buffer. A path is one engine call.
 */

import { Fault, QuotaFault, S_IFMT, S_IFREG } from '../../core/index.js';
import { Rest } from '../completion.js';
import type { Context } from '../context.js';
import { asBuffer } from '../encoding.js';
import { readFileSyncByMembers } from '../late.js';
import { membersMade, membersNow, readsInSync } from '../members.js';
import { AbortError, fileTooLarge, invalidArgType, invalidArgValue, stringTooLong } from '../node-errors.js';
import { type AnyOptions, opensPathLast, parseFlags } from '../options.js';
import { bufferOption, nodeAtLeast } from '../running-node.js';
import { Answer, faultIn, PathFault, spell } from '../uv-exception.js';
import { bindingFd, isInt32, isView, validateView } from '../validate.js';

/** Node's limit for one read: 2 GiB less one byte. */
const MAX_LENGTH = 2 ** 31 - 1;
/** Bytes asked for at a time when a file's size says nothing. */
const READ_STEP = 65536;

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

export function checkBufferOption(option: unknown): void {
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
  if (size > MAX_LENGTH) throw firstCall === 'read' ? stringTooLong() : fileTooLarge(size);
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

export function readWhole(ctx: Context, path: unknown, options: AnyOptions, form: Form): unknown {
  const { encoding } = options;
  const buffer = bufferOption(options.buffer);
  checkBufferOption(buffer);
  if (
    form === 'sync' &&
    buffer === undefined &&
    !isPlainText(encoding) &&
    readsInSync(membersNow(ctx), membersMade(ctx))
  ) {
    const fstat = (fd: number) => {
      checkDescriptor(ctx, fd);
      return ctx.stat;
    };
    const data = readFileSyncByMembers(membersNow(ctx), path, options.flag, fstat);
    return decodeContent(data, encoding);
  }
  if (form !== 'promise' && isInt32(path)) {
    if (form === 'callback') return readDescriptorLater(ctx, path, options, buffer);
    // Plain text is read by one binding call, which takes any number for a descriptor, and flags.
    const isText = isPlainText(encoding) && buffer === undefined;
    if (isText) parseFlags(options.flag);
    const fd = isText ? path : bindingFd(path);
    return decodeContent(readOpenFile(ctx, fd, buffer, firstCall(encoding)), encoding);
  }
  if (form !== 'sync') throwIfAborted(options.signal);
  // The callback form looks at the flags first, the others at the path; but see opensPathLast.
  const isOpen = form === 'sync' && opensPathLast && (!isPlainText(encoding) || buffer !== undefined);
  const early = form === 'callback' || isOpen ? parseFlags(options.flag, isOpen ? 'flags' : 'options.flag') : undefined;
  const target = ctx.resolve(path);
  const flags = early ?? parseFlags(form === 'promise' ? options.flag || 'r' : options.flag);
  if (form !== 'sync' && options.signal) {
    const read = readUnlessAborted(ctx, target, flags, options, buffer, form);
    if (read !== undefined) return read;
  }
  if (buffer === undefined && isPlainText(encoding)) return ctx.engine.decodeFile(target, flags, decoders[form]);
  const data = ctx.engine.readFile(target, flags, (size) => {
    // Nothing is read, and no access time moved, when that fails.
    if (form === 'promise' && (!readsInOneJob || buffer !== undefined || size > ONE_JOB)) makeDecoder(encoding);
    try {
      return buffer === undefined ? newBuffer(size) : callersBuffer(buffer, size).subarray(0, size);
    } catch (error) {
      // In the callback form it is delivered, whoever threw it.
      throw form === 'callback' ? new Answer(error) : error;
    }
  });
  if (form === 'callback') return decodeAnswer(data, encoding);
  return decodeContent(data, encoding);
}

/**
 * A file that is opened now and read when the news is due, unless that was aborted by then: it is not touched, as in
 * Node. What Node reads in one job is read now. Nothing when there is no room for a descriptor: a full volume can be read.
 */
function readUnlessAborted(
  ctx: Context,
  target: string,
  flags: number,
  options: AnyOptions,
  buffer: unknown,
  form: Form,
): unknown {
  const { encoding, signal } = options;
  const { engine, stat } = ctx;
  let fd: number;
  try {
    fd = engine.open(target, flags, 0o666);
  } catch (error) {
    if (error instanceof QuotaFault) return undefined;
    throw error;
  }
  const read = (): unknown => {
    try {
      throwIfAborted(signal);
      const data = readOpenFile(ctx, fd, buffer);
      return form === 'callback' ? decodeAnswer(data, encoding) : decodeContent(data, encoding);
    } finally {
      engine.close(fd);
    }
  };
  const inOneJob = readsInOneJob && buffer === undefined && engine.fstat(fd, stat) === 0 && stat[8] <= ONE_JOB;
  if (inOneJob) return read();
  if (form === 'promise') {
    try {
      makeDecoder(encoding);
    } catch (error) {
      engine.close(fd);
      throw error;
    }
  }
  return new Rest(read);
}

/** What `toString('utf8')` calls, on any bytes: text straight from the storage, without a copy, takes a quarter less. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

function decodeStored(bytes: Uint8Array, start: number, end: number): string {
  // Node reads for text in pieces, and finds out at the end.
  if (end - start > MAX_LENGTH) throw stringTooLong();
  return utf8Slice.call(bytes, start, end);
}

function decodeStoredLater(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > MAX_LENGTH) throw fileTooLarge(end - start);
  return utf8Slice.call(bytes, start, end);
}

function decodeStoredAnswer(bytes: Uint8Array, start: number, end: number): string {
  try {
    return decodeStoredLater(bytes, start, end);
  } catch (error) {
    throw new Answer(error);
  }
}

const decoders = { sync: decodeStored, promise: decodeStoredLater, callback: decodeStoredAnswer };

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
function readDescriptorLater(ctx: Context, fd: number, options: AnyOptions, buffer: unknown, isLast = false): unknown {
  const { encoding } = options;
  const signal = options.signal as AbortSignal | undefined;
  if (signal && !isLast) return new Rest(() => readDescriptorLater(ctx, fd, options, buffer, true));
  let data: Buffer = Buffer.alloc(0);
  try {
    if (signal?.aborted) checkDescriptor(ctx, fd);
    else data = readOpenFile(ctx, fd, buffer);
  } catch (error) {
    if (!(error instanceof Fault)) throw new Answer(slicingNothing());
    if (error.syscall === 'fstat') throw new Answer(concatenatingNothing());
  }
  return decodeAnswer(data, encoding);
}

const slicingNothing = (): unknown => new TypeError("Cannot read properties of null (reading 'slice')");
const concatenatingNothing = (): unknown => invalidArgType('list', 'Array', null);

/** Synchronous utf8 reads of a descriptor go through one binding call that starts with read. */
const firstCall = (encoding: unknown): string => (isPlainText(encoding) ? 'read' : 'fstat');
/** Text in utf8, for which Node's synchronous forms have a way of their own. */
export const isPlainText = (encoding: unknown): boolean => encoding === 'utf8' || encoding === 'utf-8';

/** Since Node 26 the asynchronous forms read a small file in one job; one that is larger is read as before. */
const readsInOneJob = nodeAtLeast(26);
const ONE_JOB = 512 * 1024;

/**
 * The asynchronous forms: since Node 26 they read a path in one job, whose errors name the path even for read.
 */
export function readWholeLater(ctx: Context, path: unknown, options: AnyOptions, form: Form): unknown {
  try {
    return readWhole(ctx, path, options, form);
  } catch (error) {
    if (!(error instanceof Fault) || error.syscall !== 'read' || isInt32(path)) throw error;
    const inOneJob = readsInOneJob && options.buffer === undefined;
    // Elsewhere the promise form makes its decoder before it reads.
    if (form === 'promise' && !inOneJob) makeDecoder(options.encoding);
    if (!inOneJob) throw error;
    throw new PathFault(error.errno, 'read', spell(path) ?? '');
  }
}

/** Where Node makes a decoder before it reads: an encoding it does not know is refused even when nothing was read. */
export function makeDecoder(encoding: unknown): void {
  if (encoding) ONE_BYTE.toString(encoding as BufferEncoding);
}
const ONE_BYTE = Buffer.alloc(1);
