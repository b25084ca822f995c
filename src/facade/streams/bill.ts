/**
 * Facade layer: what a stream is billed while it is open: itself, and what it
 * reads ahead. Owns the methods that Node's streams call on themselves around
 * their life: `_construct`, `_read` and `_destroy`. Invariant: a bill ends when
 * its stream is destroyed or its descriptor closed, whichever comes first.
 *
 * In a volume without room a stream is still read: in smaller pieces, of which
 * it holds no more than one. In a volume with room it reads no more than there
 * is: Node takes a Buffer of 64 KiB for each read, and again to find the end.
 */
import type { HandleTie } from '../../core/index.js';
import { textBytes } from '../../host/index.js';
import type { Context } from '../context.js';
import { toNodeError } from '../uv-exception.js';

/** Bytes of a stream with its state and listeners (measured 540 for writing, 1,300 for reading with two pieces held). */
const WRITE_PRICE = 768;
const READ_PRICE = 2560;
/** Bytes that are always read: two pieces of that size are in the price. */
const LEAST = 512;

interface Streaming {
  readonly fd: number | null;
  readonly pos: number | undefined;
  readonly path: unknown;
  readonly autoClose: boolean;
  readonly readableLength: number;
  readonly readableEncoding: string | null;
  readonly _readableState: { highWaterMark: number };
  once(event: string, listener: () => void): unknown;
}

type Done = (error?: unknown) => void;
type Method = (this: object, ...args: never[]) => unknown;

/** What was built on a stream: its bytes, and how many bytes each byte read becomes there. */
interface More {
  readonly bytes: number;
  readonly factor: number;
}

interface Bill extends More {
  readonly tie: HandleTie;
  /** What the stream would read ahead, while it is held to less. */
  usual: number | undefined;
}

const bills = new WeakMap<object, Bill>();
const PLAIN: More = { bytes: 0, factor: 1 };
const built = new WeakMap<object, More>();

/** Adds to what a new stream will be billed: it opens later than it is made. */
export function billMore(stream: object, bytes: number, factor = 1): void {
  const before = built.get(stream) ?? PLAIN;
  built.set(stream, { bytes: before.bytes + bytes, factor: Math.max(before.factor, factor) });
}

/** Marks a stream on another fs, which is nothing to this volume. */
const foreign = new WeakSet<object>();
export const leaveUnbilled = (stream: object): void => {
  foreign.add(stream);
};

/** Streams that were destroyed before they were opened, by a signal that was aborted already: Node opens them all the same. */
const early = new WeakSet<object>();

/** Bytes of a stream that has ended and is known to its FileHandle (measured 960). */
const ENDED_PRICE = 1280;

/** Streams of a FileHandle, which knows them until it is closed, as in Node. */
const known = new WeakSet<object>();
export const knownToHandle = (stream: object): void => {
  known.add(stream);
};

function end(stream: object): void {
  bills.get(stream)?.tie.set(0);
  bills.delete(stream);
}

/** How much of `size` bytes may be read now, beside what is held. */
function room(stream: Streaming, bill: Bill, size: number): number {
  const wanted = bill.usual ?? size;
  // Text has two bytes for each character as soon as one of them is beyond Latin-1.
  const width = stream.readableEncoding ? 2 : 1;
  const held = bill.bytes + stream.readableLength * width;
  const factor = bill.factor * width;
  let granted = wanted;
  while (granted > LEAST && !bill.tie.set(held + granted * factor)) granted = Math.max(LEAST, granted >>> 2);
  if (granted === wanted && bill.usual === undefined) return wanted;
  bill.usual = granted === wanted ? undefined : wanted;
  stream._readableState.highWaterMark = granted;
  return granted;
}

/** Streams on members that somebody has replaced, who sees each read as Node makes it. */
const seen = new WeakSet<object>();
export const seenByOthers = (stream: object): void => {
  seen.add(stream);
};

/** The size of the next read: with Buffers of what is left the stream of a small file takes 0.8 to 0.9 of the time. */
function worthReading(ctx: Context, stream: Streaming, size: number): number {
  if (stream.fd === null || known.has(stream) || seen.has(stream) || ctx.fs.read !== ctx.own.read) return size;
  return Math.min(size, ctx.engine.ahead(stream.fd, stream.pos ?? -1) || LEAST);
}

/** The methods of `real`, Node's prototype, with the bill of a volume around them. */
export function billed(ctx: Context, real: Record<'_construct' | '_destroy' | '_read', Method>): object {
  const { engine } = ctx;
  const reads = typeof real._read === 'function';
  const methods = {
    _construct(this: Streaming, callback: Done): void {
      const done = callback as never;
      if (foreign.has(this)) {
        real._construct.call(this, done);
        return;
      }
      const { bytes, factor } = built.get(this) ?? PLAIN;
      const price = bytes + (reads ? READ_PRICE : WRITE_PRICE) + textBytes(this.path);
      try {
        engine.billHandle(price);
      } catch (error) {
        callback(toNodeError(error, 'open', this.path ?? undefined, undefined, methods._construct));
        return;
      }
      const opened: Done = (error) => {
        const { fd } = this;
        if (error || fd === null || !engine.ownsFd(fd)) engine.unbillHandle(price);
        else if (early.has(this)) {
          // In Node it stays open, with nobody to close it.
          engine.unbillHandle(price);
          engine.close(fd);
        } else {
          bills.set(this, { tie: engine.tieHandle(fd, price), usual: undefined, bytes: price, factor });
          const ended = (): unknown => (known.has(this) ? bills.get(this)?.tie.set(ENDED_PRICE) : end(this));
          if (!this.autoClose) this.once(reads ? 'end' : 'finish', ended);
        }
        callback(error);
      };
      real._construct.call(this, opened as never);
    },
    _destroy(this: Streaming, error: unknown, callback: Done): void {
      if (!bills.has(this)) early.add(this);
      end(this);
      real._destroy.call(this, error as never, callback as never);
    },
    ...(reads && {
      _read(this: Streaming, size: number): void {
        const bill = bills.get(this);
        const read = bill === undefined ? size : worthReading(ctx, this, room(this, bill, size));
        real._read.call(this, read as never);
      },
    }),
  };
  return methods;
}
