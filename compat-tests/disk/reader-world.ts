/**
 * Compat tests, disk: helpers of statements about odd memory, lines, web streams, blobs, directories that remove
 * themselves and directories read while they change (statements/memory.ts, readers.ts). They observe, as world.ts does.
 */
import type { Dirent } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import type { NodeFs } from '../targets.js';
import { pause } from './stream-world.js';

/** Milliseconds after which Node is taken to wait for ever. */
const PATIENCE = 300;

class Heir extends Uint8Array {}

/** Memory that can change its size, which the types of this project's oldest Node do not know. */
const changeable = <T extends ArrayBufferLike>(make: new (length: number) => T, length: number): T =>
  Reflect.construct(make, [length, { maxByteLength: length + 100 }]) as T;
const resize = (buffer: ArrayBuffer, length: number): void => {
  Reflect.apply(Reflect.get(buffer, 'resize'), buffer, [length]);
};

const filled = <T extends Uint8Array>(bytes: T, text: Buffer): T => {
  bytes.set(text.subarray(0, bytes.length));
  return bytes;
};

/** The text's bytes in memory of one kind. */
const memory = (kind: string, text: string): unknown => {
  const bytes = Buffer.from(text);
  const n = bytes.length;
  switch (kind) {
    case 'part':
      return Buffer.from(`__${text}__`).subarray(2, -2);
    case 'shared':
      return filled(new Uint8Array(new SharedArrayBuffer(n + 3), 3), bytes);
    case 'growable':
      return filled(new Uint8Array(changeable(SharedArrayBuffer, n)), bytes);
    case 'resizable':
      return filled(new Uint8Array(changeable(ArrayBuffer, n), 0, n), bytes);
    case 'tracking': {
      const buffer = changeable(ArrayBuffer, n + 5);
      const view = filled(new Uint8Array(buffer), bytes);
      resize(buffer, n);
      return view;
    }
    case 'shrunk': {
      const buffer = changeable(ArrayBuffer, n + 5);
      const view = filled(new Uint8Array(buffer, 2, n), bytes);
      resize(buffer, 1);
      return view;
    }
    case 'detached': {
      const view = filled(new Uint8Array(n), bytes);
      structuredClone(view.buffer, { transfer: [view.buffer] });
      return view;
    }
    case 'realm':
      return filled(new (runInNewContext('Uint8Array') as typeof Uint8Array)(n), bytes);
    case 'heir':
      return filled(new Heir(n), bytes);
    case 'dataview':
      return new DataView(filled(new Uint8Array(n + 1), bytes).buffer, 0, n);
    case 'wide':
      return new Uint16Array(filled(new Uint8Array(n + (n % 2)), bytes).buffer);
    default:
      return filled(new Uint8Array(n), bytes).buffer;
  }
};

const shownMemory = (item: unknown): unknown => {
  if (!ArrayBuffer.isView(item)) return item;
  const text =
    item.byteLength === 0 ? '' : Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString('latin1');
  return `${item.constructor.name} ${text}`;
};

/** A read's result without the memory it hands back, which is shown beside it. */
const seen = async (result: unknown, to: unknown): Promise<unknown> => {
  const value = await result;
  const shown = Array.isArray(to) ? to.map(shownMemory) : shownMemory(to);
  if (typeof value !== 'object' || value === null) return [value, shown];
  const { buffer, buffers, ...rest } = value as Record<string, unknown>;
  return [rest, (buffer ?? buffers) === to, shown];
};

const attempt = async (start: () => unknown): Promise<unknown> => {
  try {
    return await start();
  } catch (error) {
    return { error };
  }
};

const quietly = (start: () => unknown): void => {
  try {
    start();
  } catch {
    // In the way, or no place for it: the statement goes on without.
  }
};

const soon = async (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([attempt(() => promise), pause(PATIENCE).then(() => 'waits')]);

/** A value with every occurrence of a random name masked. */
const without = (value: unknown, name: string): unknown => {
  if (typeof value === 'string') return value.replaceAll(name, 'TEMP');
  if (!(value instanceof Error)) return value;
  value.message = value.message.replaceAll(name, 'TEMP');
  for (const key of ['path', 'dest']) if (key in value) Reflect.set(value, key, without(Reflect.get(value, key), name));
  return value;
};

interface Disposable {
  path: unknown;
  remove(): unknown;
}

export const readerHelpers = (fs: NodeFs, root: string, other: () => NodeFs): Record<string, unknown> => {
  /** Opens a file of its own for `use`, closes it, and tells whether it was closed by then. */
  const withHandle = async (path: string, use: (handle: FileHandle) => unknown): Promise<unknown> => {
    if (!fs.statSync(path).isFile()) return 'skipped';
    const handle = await fs.promises.open(path);
    const outcome = await attempt(() => use(handle));
    // A stream that is being destroyed closes the handle by itself: closing it meanwhile ends Node 20.
    for (let i = 0; i < 12 && handle.fd !== -1; i++) await pause(3);
    const closed = handle.fd === -1;
    const closing = closed ? 'closed already' : await soon(handle.close());
    return [outcome, closed, closing];
  };

  return {
    other,
    memory,
    seen,
    quietly,
    linesOf: async (path: string, text: string, options: object, limit: number) => {
      fs.writeFileSync(path, text);
      return withHandle(path, async (handle) => {
        const lines: string[] = [];
        for await (const line of handle.readLines(options)) {
          lines.push(line);
          if (lines.length >= limit) break;
        }
        return lines;
      });
    },
    webBytes: (path: string, size: number, autoClose: boolean) =>
      withHandle(path, async (handle) => {
        const stream = handle.readableWebStream({ type: 'bytes', autoClose } as object);
        const reader = stream.getReader({ mode: 'byob' });
        const chunks: unknown[] = [];
        for (let i = 0; i < 6; i++) {
          const { value, done } = await reader.read(new Uint8Array(size));
          chunks.push(value, done);
          if (done) break;
        }
        reader.releaseLock();
        return [chunks, stream.locked];
      }),
    webCancel: (path: string, reason: unknown, early: boolean) =>
      withHandle(path, async (handle) => {
        const reader = handle.readableWebStream().getReader();
        if (!early) await reader.read();
        const answer = await reader.cancel(reason);
        return [answer, await attempt(() => reader.closed), (await reader.read()).done];
      }),
    webTwice: (path: string) =>
      withHandle(path, async (handle) => [
        typeof handle.readableWebStream(),
        await attempt(() => handle.readableWebStream()),
        await attempt(() => handle.readLines()),
      ]),
    blob: async (path: string, options: object, act: () => unknown, use: (blob: Blob) => unknown) => {
      const blob = await fs.openAsBlob(path, options);
      // What cannot be read has a size all the same, and slices of that size.
      if (!fs.statSync(path).isFile()) return [blob.size, blob.type];
      // Ours reads when the blob is made: the access time of both has moved from here on.
      const before = await attempt(() => blob.text());
      const acted = await attempt(act);
      // A disk's clock is coarse: a change in the tick of the opening may go unnoticed.
      await pause(8);
      return [blob.size, blob.type, before, acted, await attempt(() => use(blob))];
    },
    tempGone: async (how: string, prefix: string, args: unknown[], act: (made: Disposable) => unknown, end: string) => {
      const make = Reflect.get(how === 'Sync' ? fs : fs.promises, `mkdtempDisposable${how}`) as typeof Reflect.apply;
      let made: Disposable;
      try {
        made = await (make as unknown as (...all: unknown[]) => Disposable)(prefix, ...args);
      } catch (error) {
        return String(Reflect.get(Object(error), 'message')).replace(/\w{6}'$/, "'");
      }
      const path = String(made.path);
      const symbol = how === 'Sync' ? Symbol.dispose : Symbol.asyncDispose;
      const remove = (): unknown =>
        end === 'dispose' ? Reflect.apply(Reflect.get(made, symbol) as () => unknown, made, []) : made.remove();
      const outcomes = [path.startsWith(prefix), Reflect.ownKeys(made).map(String)];
      const results = [await attempt(() => act(made)), await attempt(remove)];
      if (end === 'twice') results.push(await attempt(remove));
      const left = fs.existsSync(path);
      fs.rmSync(path, { recursive: true, force: true });
      const shown = results.map((result) => {
        const error = Reflect.get(Object(result), 'error');
        return error === undefined ? without(result, path) : without(error, path);
      });
      return [...outcomes, ...shown, left];
    },
    readWhile: async (options: object, reads: number, act: () => unknown, how: string) => {
      const top = `${root}/z`;
      fs.rmSync(top, { recursive: true, force: true });
      fs.mkdirSync(`${top}/1/2/3/4`, { recursive: true });
      const dir = fs.opendirSync(top, options);
      const next = (): unknown => {
        if (how === 'readSync') return dir.readSync();
        if (how === 'read') return dir.read();
        return new Promise((resolve, reject) =>
          dir.read((error, entry: Dirent | null) => (error ? reject(error) : resolve(entry))),
        );
      };
      const found: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        if (i === reads) found.push(await attempt(act));
        const entry = await attempt(next);
        found.push(entry);
        if (entry === null || 'error' in Object(entry)) break;
      }
      found.push(await attempt(() => dir.close()));
      return found;
    },
  };
};

/** Names of these helpers, for the scope of a program. */
export const READER_NAMES = Object.keys(readerHelpers({} as NodeFs, '', () => ({}) as NodeFs));
