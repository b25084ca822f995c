/**
 * Facade layer: the stream classes of one fs object. Owns nothing but the
 * binding: the streams are Node's own classes, told through `options.fs` to do
 * their I/O on this object. Invariant: a stream calls the object's *current*
 * open, read, write, writev, fsync and close, so members that users patch are
 * honoured; an `options.fs` of the caller's wins, as in Node.
 */
import { detached, ownFs as nodeFs } from '../../host/index.js';
import type { Context } from '../context.js';
import { isFileHandle, releaseShare, type SharedFileHandle, takeShare } from '../handle/refs.js';
import { streamsOn } from '../members.js';
import { methodNotImplemented } from '../node-errors.js';
import { toNodeError } from '../uv-exception.js';
import { billed, billMore, knownToHandle, leaveUnbilled, seenByOthers } from './bill.js';

type Fs = typeof nodeFs;
type Operations = Record<string, unknown>;
/** What Node's constructors are called with: any object, or what they refuse themselves. */
type StreamOptions = Record<string, unknown>;
type StreamConstructor = (this: object, path: unknown, options: unknown) => void;

type Done = (error?: unknown, ...results: unknown[]) => void;

/** Bytes of what listens to a stream's signal, and to the stream for it (measured 600). */
const SIGNAL_PRICE = 896;

/** fs-shaped operations on a FileHandle: what Node does internally when `fd` is one of its own handles. */
function handleOperations(handle: SharedFileHandle): Operations {
  return {
    open: () => {
      throw methodNotImplemented('open()');
    },
    close: (_fd: number, done: Done) => {
      handle[releaseShare]();
      handle.close().then(() => done(), done);
    },
    fsync: (_fd: number, done: Done) => {
      handle.sync().then(() => done(), done);
    },
    read: (_fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done) => {
      handle.read(buffer, offset, length, position).then(
        (result) => done(null, result.bytesRead, result.buffer),
        (error) => done(error, 0, buffer),
      );
    },
    write: (_fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done) => {
      handle.write(buffer, offset, length, position).then(
        (result) => done(null, result.bytesWritten, result.buffer),
        (error) => done(error, 0, buffer),
      );
    },
    writev: (_fd: number, buffers: Buffer[], position: number, done: Done) => {
      handle.writev(buffers, position).then(
        (result) => done(null, result.bytesWritten, result.buffers),
        (error) => done(error, 0, buffers),
      );
    },
  };
}

/** Enumerable properties, inherited ones too: Node copies options with for-in. */
function copyOptions(options: object): StreamOptions {
  const copy: StreamOptions = {};
  for (const key in options) copy[key] = (options as StreamOptions)[key];
  return copy;
}

/** Runs Node's constructor on `stream` with this fs object behind it. */
function construct(Real: StreamConstructor, stream: object, given: unknown, options: unknown, ours: Fs): void {
  const path = detached(given);
  if (options == null || typeof options === 'function') {
    Real.call(stream, path, { fs: ours });
    return;
  }
  if (typeof options === 'string') {
    Real.call(stream, path, { encoding: options, fs: ours });
    return;
  }
  // Not an object: Node's constructor refuses it in its own words.
  if (typeof options !== 'object') {
    Real.call(stream, path, options);
    return;
  }

  const copy = copyOptions(options);
  if (copy.signal) billMore(stream, SIGNAL_PRICE);
  if (!isFileHandle(copy.fd)) {
    if (copy.fs) leaveUnbilled(stream);
    Real.call(stream, path, { ...copy, fs: copy.fs || ours });
    return;
  }
  if (copy.fs) throw methodNotImplemented('FileHandle with fs');

  const handle = copy.fd;
  // Before the constructor: with a signal that is aborted, that closes the handle already.
  handle[takeShare]();
  try {
    Real.call(stream, path, { ...copy, fd: handle.fd, fs: handleOperations(handle) });
  } catch (error) {
    handle[releaseShare]();
    throw error;
  }
  handle.on('close', () => (stream as { close(): void }).close());
  knownToHandle(stream);
}

/** Dresses `Stream`, a constructor with no prototype of its own yet, as the class `Real`. */
function streamClass(ctx: Context, Real: StreamConstructor, Stream: StreamConstructor): StreamConstructor {
  // Members of its own, as Node's has: who lists the prototype finds them.
  Stream.prototype = Object.create(Real.prototype, {
    ...Object.getOwnPropertyDescriptors(Real.prototype),
    constructor: { value: Stream, writable: true, configurable: true },
  });
  Object.assign(Stream.prototype, billed(ctx, Real.prototype));
  Object.setPrototypeOf(Stream, Real);
  return Stream;
}

/**
 * ReadStream and WriteStream. Plain functions over Node's, so they can be called without `new`, applied to an object
 * of a derived class (ES5 style) and extended. V8 names them by the keys that they have here.
 */
function makeStreamClasses(ctx: Context): { ReadStream: StreamConstructor; WriteStream: StreamConstructor } {
  const make = (
    Real: StreamConstructor,
    Stream: StreamConstructor,
    self: object,
    args: [unknown, unknown],
  ): unknown => {
    if (!(self instanceof Stream)) return Reflect.construct(Stream, args);
    const on = streamsOn(ctx);
    if (on !== ctx.fs) seenByOthers(self);
    construct(Real, self, ...args, on as Fs);
  };
  const [RealRead, RealWrite] = [nodeFs.ReadStream, nodeFs.WriteStream] as unknown as StreamConstructor[];
  const classes = {
    ReadStream: function (this: object, path: unknown, options: unknown): unknown {
      return make(RealRead, classes.ReadStream, this, [path, options]);
    },
    WriteStream: function (this: object, path: unknown, options: unknown): unknown {
      return make(RealWrite, classes.WriteStream, this, [path, options]);
    },
  };
  streamClass(ctx, RealRead, classes.ReadStream);
  streamClass(ctx, RealWrite, classes.WriteStream);
  return classes;
}

/** Bytes of a Utf8Stream beside its descriptor (measured 1,890). */
const TEXT_PRICE = 2304;

/** Bills a Utf8Stream for a descriptor that it has, until that is closed. One that it opened is closed when it cannot pay. */
function billText({ engine }: Context, fd: number, isOpened: boolean): void {
  if (!engine.ownsFd(fd)) return;
  try {
    engine.billHandle(TEXT_PRICE);
    engine.tieHandle(fd, TEXT_PRICE);
  } catch (error) {
    if (isOpened) engine.close(fd);
    throw toNodeError(error, 'open', undefined, undefined);
  }
}

const utf8Operations = ['write', 'writeSync', 'fsync', 'fsyncSync', 'close', 'open', 'openSync', 'mkdir', 'mkdirSync'];

/** Utf8Stream (Node 24.6 and later): a real class, so derived the modern way. */
function utf8StreamClass(ctx: Context, Real: new (options?: object) => object): unknown {
  const bind = (options: unknown): object | undefined => {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) return options as undefined;
    const own = (options as StreamOptions).fs;
    if (own !== undefined && (typeof own !== 'object' || own === null)) return options;
    const ours = ctx.fs as unknown as Operations;
    const operations = Object.fromEntries(utf8Operations.map((member) => [member, ours[member]]));
    const calls = { ...operations, ...own };
    const { open, openSync } = calls;
    if (typeof open !== 'function' || typeof openSync !== 'function') return { ...options, fs: calls };
    // Billed as it is opened: an error that 'ready' were to find could come between other listeners of it.
    const billed = {
      open: (path: unknown, flags: unknown, mode: unknown, done: Done) =>
        Reflect.apply(open, calls, [
          ...[path, flags, mode],
          (error: unknown, fd: number) => {
            let refusal = error;
            try {
              if (!error) billText(ctx, fd, true);
            } catch (unpaid) {
              refusal = unpaid;
            }
            done(refusal, fd);
          },
        ]),
      openSync: (...args: unknown[]) => {
        const fd: number = Reflect.apply(openSync, calls, args);
        billText(ctx, fd, true);
        return fd;
      },
    };
    return { ...options, fs: { ...calls, ...billed } };
  };
  const { Utf8Stream } = {
    Utf8Stream: class extends Real {
      constructor(options: unknown = {}) {
        super(bind(options));
        const { fd } = options as StreamOptions;
        if (typeof fd === 'number') billText(ctx, fd, false);
      }
    },
  };
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(Real.prototype);
  Object.defineProperties(Utf8Stream.prototype, members);
  return Utf8Stream;
}

/** The stream classes of `ctx.fs`. Its `createReadStream` and `createWriteStream` make instances of what is there then. */
export function makeStreams(ctx: Context): object {
  const { ReadStream, WriteStream } = makeStreamClasses(ctx);
  const classes = { ReadStream, WriteStream, FileReadStream: ReadStream, FileWriteStream: WriteStream };
  const Utf8Stream: unknown = (nodeFs as unknown as Operations).Utf8Stream;
  if (typeof Utf8Stream !== 'function') return classes;
  return { ...classes, Utf8Stream: utf8StreamClass(ctx, Utf8Stream as new (options?: object) => object) };
}
