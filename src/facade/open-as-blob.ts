/**
 * Facade layer: openAsBlob and, where the host Node has it, openAsBlobSync.
 * Owns the rule that such a blob is the file as it was: once the file has
 * changed, reading the blob fails with NotReadableError, as with Node's.
 *
 * The bytes are copied out when the blob is made, not when it is read: a Blob
 * can be handed to parts of Node (fetch, another Blob) that read
 * its native content and would find an empty one otherwise.
 */
import { Blob } from 'node:buffer';
import { EACCES, Fault, S_IFDIR, S_IFMT, STAT_LENGTH } from '../core/index.js';
import { resolveLater } from './completion.js';
import type { Context } from './context.js';
import { bindingError, codedTypeError } from './node-errors.js';
import { nodeAtLeast } from './running-node.js';
import { type Caller, spell, stackFrom, uvException } from './uv-exception.js';
import { validateObject, validateString } from './validate.js';

/** Node 26 says what went wrong with the path; before, one sentence served all. */
const namesErrors = nodeAtLeast(26);

function openError(errno: number, path: unknown): Error {
  if (namesErrors) return uvException(errno, 'stat', spell(path));
  return bindingError(TypeError, 'ERR_INVALID_ARG_VALUE', 'Unable to open file as blob');
}

const notReadable = (): DOMException => new DOMException('The blob could not be read', 'NotReadableError');

/**
 * Tells whether the file is still what it was, as Node does: by size and modification time. The engine's count of
 * writes finds those that came within one tick of the clock.
 */
function watchFile(ctx: Context, path: string, before: Float64Array): () => boolean {
  // Of the name, not of `ino`: over a lower file system that is the lower one's.
  const writes = (): number => ctx.engine.generation(ctx.engine.lookup(path));
  const generation = writes();
  const now = new Float64Array(STAT_LENGTH);
  return () =>
    ctx.engine.stat(path, now) === 0 &&
    [8, 12, 13].every((field) => now[field] === before[field]) &&
    (now[7] !== before[7] || writes() === generation);
}

const cloneKey = Object.getOwnPropertySymbols(Blob.prototype).find(
  (key) => key.description === 'messaging_clone_symbol',
);

/** As Node's, it stays in its thread, which slices of it need not, and has the very type that was given. */
function stay(blob: Blob, type: string): Blob {
  Object.defineProperty(blob, 'type', { value: type, configurable: true });
  const value = (): never => {
    throw codedTypeError('ERR_INVALID_STATE', 'Invalid state: File-backed Blobs are not cloneable');
  };
  return cloneKey ? Object.defineProperty(blob, cloneKey, { value }) : blob;
}

/** Makes a blob refuse to be read once `unchanged` says no; slices of it too. */
function guard(blob: Blob, unchanged: () => boolean): Blob {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(blob, name, { value, configurable: true, writable: true });
  };
  const errored = (): unknown => new ReadableStream({ start: (controller) => controller.error(notReadable()) });
  // Those that this Node has: `bytes` came with 20.16, `textStream` with 24.
  for (const name of ['text', 'arrayBuffer', 'bytes', 'stream', 'textStream']) {
    const read: unknown = Reflect.get(blob, name);
    const refuse = name.endsWith('tream') ? errored : () => Promise.reject(notReadable());
    if (typeof read === 'function') define(name, () => (unchanged() ? read.call(blob) : refuse()));
  }
  define('slice', (...range: []) => {
    const slice = Blob.prototype.slice.call(blob, ...range);
    // Of nothing, nothing is read.
    return slice.size === 0 ? slice : guard(slice, unchanged);
  });
  return blob;
}

/** Where `index`, counted from the end if negative, lies in `size` bytes, as Blob#slice reckons. */
const placeIn = (size: number, index: number): number =>
  (index < 0 ? Math.max(size + index, 0) : Math.min(index, size)) | 0;

/** A blob that tells its size and cannot be read; nor can slices of it, but those of nothing. */
function unreadable(type: string, size: number): Blob {
  const slice = (start = 0, end = size, sliceType = ''): Blob => {
    const length = placeIn(size, end) - placeIn(size, start);
    return length > 0 ? unreadable(sliceType, length) : new Blob([], { type: sliceType });
  };
  return Object.defineProperties(
    guard(new Blob([], { type }), () => false),
    {
      size: { value: size, configurable: true },
      slice: { value: slice, configurable: true, writable: true },
    },
  );
}

function open(ctx: Context, path: unknown, options: unknown): Blob {
  validateObject(options, 'options');
  const type = (options as { type?: unknown }).type || '';
  validateString(type, 'options.type');
  const resolved = ctx.resolve(path);
  const found = new Float64Array(STAT_LENGTH);
  const errno = -ctx.engine.stat(resolved, found);
  if (errno !== 0) throw openError(errno, path);
  // What cannot be read, a directory or a file without permission, is opened without complaint: Node only looks at it.
  if ((found[1] & S_IFMT) === S_IFDIR) return stay(unreadable(type, found[8]), type);
  try {
    // Where there is nothing to read, nobody reads: the access time stays.
    const content = found[8] === 0 ? [] : [ctx.engine.readFile(resolved, 0, (size) => new Uint8Array(size))];
    return stay(guard(new Blob(content, { type }), watchFile(ctx, resolved, found)), type);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.errno === EACCES) return stay(unreadable(type, found[8]), type);
    throw openError(error.errno, path);
  }
}

/** The members openAsBlob and openAsBlobSync of `ctx.fs`. */
export function makeOpenAsBlob(ctx: Context) {
  // As in Node, everything is checked and thrown at once; only the blob comes later.
  function openAsBlob(caller: Caller, path: unknown, options: unknown = {}): Promise<Blob> {
    try {
      const blob = open(ctx, path, options);
      return resolveLater(blob);
    } catch (error) {
      throw stackFrom(error, caller);
    }
  }

  function openAsBlobSync(caller: Caller, path: unknown, options: unknown = {}): Blob {
    try {
      return open(ctx, path, options);
    } catch (error) {
      throw stackFrom(error, caller);
    }
  }

  return { openAsBlob, openAsBlobSync };
}
