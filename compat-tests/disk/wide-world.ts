/**
 * Compat tests, disk: the helpers of the statements at the edges (statements/). They observe, as world.ts does.
 */
import type { Dir, ReadStream, WriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { NodeFs } from '../targets.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a step gives or throws; entries of a directory without their names, whose order is the disk's. */
const stepResult = async (step: () => unknown): Promise<unknown> => {
  try {
    const value = await step();
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => (each === null ? null : typeof each));
    return 'isFile' in value ? 'entry' : value;
  } catch (error) {
    return { error };
  }
};

const count = async (dir: AsyncIterable<unknown>): Promise<number> => {
  let n = 0;
  for await (const _ of dir) n++;
  return n;
};

const dirStep = (dir: Dir, step: string): unknown => {
  const odd = dir as unknown as Record<string, (value: unknown) => unknown>;
  switch (step) {
    case 'read':
      return dir.read();
    case 'readSync':
      return dir.readSync();
    case 'close':
      return dir.close();
    case 'closeSync':
      return dir.closeSync();
    case 'readCb':
      return new Promise((resolve) => dir.read((error, entry) => resolve(error ?? entry)));
    case 'closeCb':
      return new Promise((resolve) =>
        dir.close((...args: unknown[]) => resolve(args.length === 0 ? 'no argument' : args[0])),
      );
    case 'dispose':
      return Symbol.asyncDispose in dir ? dir[Symbol.asyncDispose]() : 'none';
    case 'iterate':
      return count(dir);
    case 'entries':
      return count(Reflect.apply(odd.entries, dir, []) as AsyncIterable<unknown>);
    case 'path':
      return typeof dir.path;
    case 'readTwice':
      return Promise.all([dir.read(), dir.read()]);
    case 'readBad':
      return odd.read(1);
    default:
      return odd.close('x');
  }
};

/** The inode behind one end of a pipe, when there is one already. */
const inodeOf = (fs: NodeFs, { fd, path }: { fd?: unknown; path: unknown }): number | undefined => {
  try {
    return typeof fd === 'number' ? fs.fstatSync(fd).ino : fs.statSync(path as string).ino;
  } catch {
    return undefined;
  }
};

export const wideHelpers = (fs: NodeFs, root: string): Record<string, unknown> => ({
  promisify,
  /** A path of `length` bytes in all. */
  long: (length: number, name: string) => {
    const fill = Math.max(0, length - Buffer.byteLength(`${root}/${name}`));
    return `${root}/${'./'.repeat(fill >> 1)}${fill % 2 ? '/' : ''}${name}`;
  },
  /** The first of so many links in a row. */
  chain: (links: number, target: string) => {
    for (let i = links; i >= 1; i--) {
      try {
        fs.rmSync(`${root}/k${i}`, { force: true });
        fs.symlinkSync(i === links ? target : `k${i + 1}`, `${root}/k${i}`);
      } catch {
        // In the way, or no place for it: the chain is shorter.
      }
    }
    return `${root}/k1`;
  },
  bytes: (...name: number[]) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]),
  umasked: (mask: number, run: () => unknown) => {
    const before = process.umask(mask);
    try {
      return run();
    } finally {
      process.umask(before);
    }
  },
  /** Size and blocks of a file without holes: as written, made shorter, made longer at its end. */
  measured: (path: string, data: string, length: number) => {
    const sizes = () => {
      const { size, blocks, blksize } = fs.statSync(path);
      return [size, blocks, blksize];
    };
    fs.writeFileSync(path, data);
    const written = sizes();
    fs.truncateSync(path, Math.min(length, written[0]));
    const shorter = sizes();
    fs.appendFileSync(path, 'x');
    return [written, shorter, sizes()];
  },
  /** Calls that are made one after the other and waited for together. */
  together: async (calls: (() => Promise<unknown>)[]) => Promise.allSettled(calls.map(async (call) => call())),
  misuse: async (open: () => Dir, steps: string[]) => {
    const dir = open();
    const results: unknown[] = [];
    for (const step of steps) results.push([step, await stepResult(() => dirStep(dir, step))]);
    await stepResult(() => dir.close());
    return results;
  },
  /** A whole file as a web stream. A handle of which one failed hangs afterwards, in Node, so it has a handle of its own. */
  web: async (path: string, options?: object) => {
    if (!fs.statSync(path).isFile()) return 'skipped';
    const handle = await fs.promises.open(path);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of handle.readableWebStream(options)) chunks.push(new Uint8Array(chunk));
    } finally {
      await handle.close();
    }
    return Buffer.concat(chunks);
  },
  /** What a watcher hears of one change, repetitions left out. */
  watched: async (path: string, change: () => unknown) => {
    const heard: string[] = [];
    const watcher = fs.watch(path, (type, name) => {
      const event = `${type} ${name}`;
      if (heard.at(-1) !== event) heard.push(event);
    });
    try {
      change();
    } catch (error) {
      heard.push(String(Reflect.get(Object(error), 'code')));
    }
    for (let seen = -1, i = 0; i < 10 && (i < 3 || seen !== heard.length); i++) {
      seen = heard.length;
      await pause(8);
    }
    watcher.close();
    return heard;
  },
  /** One file through a pipeline into another; where reader and writer meet in one file, a disk does not answer alike. */
  piped: async (makeReader: () => ReadStream, makeWriter: () => WriteStream) => {
    const reader = makeReader();
    const from = inodeOf(fs, reader as { path: unknown });
    let writer: WriteStream;
    try {
      writer = makeWriter();
    } catch (error) {
      reader.on('error', () => {}).destroy();
      while (!reader.closed) await pause(1);
      throw error;
    }
    const paths = [reader.path, writer.path];
    if (from === undefined || from === inodeOf(fs, writer)) {
      // Both are listened to before either is waited for: the writer may fail while the reader closes.
      for (const stream of [reader, writer]) stream.on('error', () => {}).destroy();
      while (!reader.closed || !writer.closed) await pause(1);
      return 'skipped';
    }
    let outcome: unknown = 'done';
    try {
      await pipeline(reader, writer);
    } catch (error) {
      outcome = error;
    }
    for (let i = 0; i < 50 && !(reader.closed && writer.closed); i++) await pause(1);
    return {
      paths,
      outcome,
      read: reader.bytesRead,
      written: writer.bytesWritten,
      closed: [reader.closed, writer.closed],
    };
  },
});

/** Names of these helpers, for the scope of a program. */
export const WIDE_NAMES = Object.keys(wideHelpers({} as NodeFs, ''));
