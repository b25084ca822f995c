/**
 * Facade layer: reading and writing through a FileHandle. Owns the argument
 * forms of the handle's read, write and writeFile, which differ from those of
 * `fs.read` and `fs.write`, and the shape of their results. All engine calls run
 * at call time.
 */
import { resolveLater } from '../completion.js';
import type { Context } from '../context.js';
import { asBytes, encodeText } from '../encoding.js';
import { readVector } from '../ops/fd.js';
import { knownEncoding } from '../ops/fd-write.js';
import { checkReadRange, checkWriteRange, rangeOf, writePosition } from '../ops/ranges.js';
import { throwIfAborted } from '../ops/read-file.js';
import { writeOpenFile } from '../ops/whole-file.js';
import { nodeAtLeast } from '../running-node.js';
import {
  isView,
  validateInteger,
  validateObject,
  validateText,
  validateTextEncoding,
  validateView,
  validateViews,
} from '../validate.js';

/** Results have no prototype, as Node's. */
const result = <T extends object>(fields: T): T => Object.assign(Object.create(null), fields);

/** Node 20 took any position that is no safe integer for the shared offset. */
const checksPosition = nodeAtLeast(22);

interface ReadOptions {
  readonly buffer?: unknown;
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly position?: unknown;
}

export function readHandle(ctx: Context, fd: number, args: readonly unknown[]): object {
  let [buffer, offset, length, position] = args;
  if (!isView(buffer)) {
    if (buffer !== undefined) validateObject(buffer, 'options', true);
    const options: ReadOptions = (buffer as ReadOptions | null | undefined) ?? {};
    ({ buffer = Buffer.alloc(16384), offset, length, position } = options);
    // Node takes the default length of the buffer before it looks whether there is one: null is its TypeError.
    if (buffer === null && length === undefined) void (buffer as unknown as Buffer).byteLength;
    validateView(buffer);
    ({ offset, length, position } = rangeOf({ offset, length, position }, buffer.byteLength));
  }
  if (offset !== null && typeof offset === 'object') {
    ({ offset, length, position } = rangeOf(offset, buffer.byteLength));
  }
  const start = offset ?? 0;
  validateInteger(start, 'offset', 0);
  const place = checksPosition ? position : writePosition(position);
  const range = checkReadRange(buffer, start, length ?? buffer.byteLength - start, place);
  if (range.length === 0) return result({ bytesRead: 0, buffer });
  const bytesRead = ctx.engine.read(fd, asBytes(buffer), range.offset, range.length, range.position);
  return result({ bytesRead, buffer });
}

export function readvHandle(ctx: Context, fd: number, buffers: unknown, position: unknown): object {
  validateViews(buffers);
  const bytesRead = readVector(ctx, fd, buffers, position);
  return result({ bytesRead, buffers });
}

export function writeHandle(ctx: Context, fd: number, args: readonly unknown[]): object {
  const [buffer, offset, length, position] = args;
  if (isView(buffer)) {
    if (buffer.byteLength === 0) return result({ bytesWritten: 0, buffer });
    const given = typeof offset === 'object' ? rangeOf(offset, buffer.byteLength) : { offset, length, position };
    const range = checkWriteRange(buffer, given.offset, given.length, given.position);
    const bytesWritten = ctx.engine.write(fd, asBytes(buffer), range.offset, range.length, range.position);
    return result({ bytesWritten, buffer });
  }
  validateText(buffer, 'buffer');
  validateTextEncoding(buffer, length);
  const bytes = encodeText(buffer, knownEncoding(length));
  const bytesWritten = ctx.engine.write(fd, bytes, 0, bytes.length, writePosition(offset));
  return result({ bytesWritten, buffer });
}

export function writevHandle(ctx: Context, fd: number, buffers: unknown, position: unknown): object {
  validateViews(buffers);
  if (buffers.length === 0) return result({ bytesWritten: 0, buffers });
  const bytesWritten = ctx.engine.writev(fd, buffers.map(asBytes), writePosition(position));
  return result({ bytesWritten, buffers });
}

type Content = Iterable<unknown> | AsyncIterable<unknown>;

/** Content that comes in pieces: anything iterable that is neither text nor a view. */
export function isPieces(data: unknown): data is Content {
  if (typeof data !== 'object' || data === null || isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/** Writes pieces as they come; the pieces accepted before a failure stay. */
export async function writePieces(
  ctx: Context,
  fd: () => number,
  data: Content,
  encoding: unknown,
  signal: unknown,
): Promise<void> {
  throwIfAborted(signal);
  for await (const piece of data) {
    throwIfAborted(signal);
    const bytes = isView(piece) ? asBytes(piece) : Buffer.from(piece as string, (encoding || 'utf8') as BufferEncoding);
    if (bytes.length === 0) continue;
    writeOpenFile(ctx, fd(), bytes);
    // A source that never waits would keep timers, and the signal, from their turn.
    await resolveLater(undefined);
    throwIfAborted(signal);
  }
}

/** Writes bytes whole, at the handle's offset, unless that was aborted. */
export function writeContent(ctx: Context, fd: number, bytes: Uint8Array, signal: unknown): void {
  throwIfAborted(signal);
  writeOpenFile(ctx, fd, bytes);
}
