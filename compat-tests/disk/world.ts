/**
 * Compat tests, disk: what a program sees besides `fs`. A world is one file
 * system with an empty directory in it and the descriptors and handles that the
 * program keeps. The helpers only observe; none repairs what an fs got wrong.
 */
import nodeFs, { type Dir, type Dirent, type ReadStream, type WriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, Report } from '../describe.js';
import type { NodeFs } from '../targets.js';
import { snapshot } from './tree.js';
import { wideHelpers } from './wide-world.js';

/** A number no process has open, for slots that hold no descriptor. */
const NEVER_OPEN = 987_654;
/** So many levels above the working tree that '..' in links never leaves the base. */
export const NESTING = '1/2/3/4/5/6/7/w';

type Callback = (...args: unknown[]) => void;
interface Called {
  callback: unknown[];
  early?: true;
  returned?: unknown;
}

export interface World {
  readonly fs: NodeFs;
  /** What went wrong outside any statement: second callbacks, uncaught exceptions. */
  readonly strays: string[];
  /** Set where both sides differ on purpose from here on, or a disk may do either: the program ends. */
  parted: boolean;
  /** The helpers by name, in scope of every statement. */
  readonly env: Record<string, unknown>;
  tree(): string;
  /** Closes what the program left open. */
  dispose(): Promise<void>;
}

/** The value a call gives, or its error marked as thrown or rejected. */
const settle = async (start: () => unknown, shown: (error: unknown) => unknown): Promise<unknown> => {
  let value: unknown;
  try {
    value = start();
  } catch (error) {
    return { thrown: shown(error) };
  }
  return Promise.resolve(value).catch((error: unknown) => ({ rejected: shown(error) }));
};

const RANDOM_START = /^[A-Za-z0-9]{6}/;
const RANDOM_END = /[A-Za-z0-9]{6}$/;

/** As {@link settle}, for callers that give the outcome on with {@link revive}. */
const settleAny = async (start: () => unknown): Promise<unknown> => {
  try {
    return await start();
  } catch (failure) {
    return { failure };
  }
};
const revive = (settled: unknown): unknown => {
  if (typeof settled === 'object' && settled !== null && 'failure' in settled) throw settled.failure;
  return settled;
};

/** Replaces the random end of a made directory's name wherever it shows. */
const mask = (value: unknown, prefix: string): unknown => {
  if (typeof value === 'string') {
    if (!value.includes(prefix)) return `${value.length} characters`;
    return value
      .split(prefix)
      .map((part, i) => (i === 0 ? part : part.replace(RANDOM_START, 'XXXXXX')))
      .join(prefix);
  }
  if (Buffer.isBuffer(value)) return mask(value.toString(), prefix);
  if (Array.isArray(value)) return value.map((item) => mask(item, prefix));
  if (value instanceof Error && 'path' in value) {
    value.message = String(mask(value.message, prefix));
    value.path = mask(value.path, prefix);
  } else if (typeof value === 'object' && value !== null && 'callback' in value) {
    return { ...value, callback: mask(value.callback, prefix) };
  }
  return value;
};

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Runs a callback call; the outcome tells all arguments. Some of Node's callbacks
 * come before the call returns (recursive readdir, aborted signals); no other may.
 */
const makeCallbackRunner =
  (fs: NodeFs, strays: string[]) =>
  (start: (callback: Callback) => unknown, early: 'never' | 'allowed' = 'never'): Promise<Called> => {
    let settle: (called: Called) => void = () => {};
    const outcome = new Promise<Called>((resolve) => {
      settle = resolve;
    });
    let calls = 0;
    let inside = early === 'never' && fs !== nodeFs;
    const returned = start((...args) => {
      calls++;
      if (calls > 1) strays.push(`callback called ${calls} times`);
      settle(inside ? { callback: args, early: true } : { callback: args });
    });
    inside = false;
    return returned === undefined ? outcome : outcome.then((called) => ({ ...called, returned }));
  };

const eventNames = ['open', 'ready', 'end', 'finish', 'error', 'close'] as const;
const shownProperties = [
  'path',
  'flags',
  'mode',
  'start',
  'end',
  'pos',
  'bytesRead',
  'bytesWritten',
  'fd',
  'pending',
] as const;

const properties = (stream: ReadStream | WriteStream): Record<string, unknown> => {
  const values = stream as unknown as Record<string, unknown>;
  const shown: Record<string, unknown> = {};
  for (const name of shownProperties) {
    const value = values[name];
    if (value !== undefined) shown[name] = typeof value === 'number' && name === 'fd' ? 'fd' : value;
  }
  return shown;
};

/** Follows a stream to its end, destroys it when nothing else does, and tells events, properties before and after. */
const follow = async (stream: ReadStream | WriteStream, start: (events: unknown[]) => void): Promise<unknown> => {
  const before = properties(stream);
  const closesItself = (stream as { autoClose?: boolean }).autoClose !== false;
  const events: unknown[] = [];
  const over = new Promise<void>((resolve) => {
    for (const name of eventNames) {
      stream.on(name, (value: unknown) => {
        events.push(value instanceof Error ? [name, value] : name);
        if (name !== 'open' && name !== 'ready') resolve();
      });
    }
  });
  start(events);
  await over;
  for (let i = 0; i < 200 && !stream.closed; i++) {
    // A stream that closes by itself may take some turns of the thread pool; the others are closed for it.
    if (i === (closesItself ? 150 : 5)) stream.destroy();
    await (i < 20 ? turn() : pause(1));
  }
  return { before, events, after: properties(stream), destroyed: stream.destroyed, closed: stream.closed };
};

const drain = async (stream: ReadStream): Promise<unknown> => {
  const chunks: unknown[] = [];
  const sizes: number[] = [];
  const report = await follow(stream, () => {
    stream.on('data', (chunk: string | Buffer) => {
      chunks.push(chunk);
      sizes.push(chunk.length);
    });
  });
  const text = chunks.every((chunk) => typeof chunk === 'string');
  const content = text ? chunks.join('') : Buffer.concat(chunks as Buffer[]);
  return { content, sizes, report };
};

const feed = async (stream: WriteStream, chunks: readonly unknown[]): Promise<unknown> => {
  const written: unknown[] = [];
  const report = await follow(stream, (events) => {
    for (const chunk of chunks) {
      try {
        stream.write(chunk as string, (error) => written.push(error ?? null));
      } catch (error) {
        events.push(['write threw', error]);
      }
    }
    stream.end();
  });
  return { written, report };
};

type Kind = 'none' | 'file' | 'directory' | 'link';

/** What is at a path, looked at without following a link there. */
const kindAt = (fs: NodeFs, path: unknown, follow = false): Kind => {
  try {
    const stats = follow ? fs.statSync(path as string) : fs.lstatSync(path as string);
    return stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
  } catch {
    return 'none';
  }
};

/** True when following a link fails in another way than that nothing is there, which C++ takes for an exception. */
const isUnsound = (fs: NodeFs, path: string): boolean => {
  try {
    fs.statSync(path);
    return false;
  } catch (error) {
    return !/^(ENOENT|ENOTDIR)$/.test(String(codeOf(error)));
  }
};

/** Permissions count for everyone else: C++ throws where it may not make what it has to. */
const isRoot = (): boolean => process.geteuid?.() === 0;

/** Entries below a directory: the largest number in one of them, and whether all links can be followed to something or nothing. */
const surveyBelow = (fs: NodeFs, directory: string): { widest: number; sound: boolean } => {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  let widest = entries.length;
  let sound = true;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink()) {
      sound &&= !isUnsound(fs, path);
      if (kindAt(fs, path, true) === 'directory') widest = 2;
    }
    if (!entry.isDirectory()) continue;
    if (!isRoot() && (fs.statSync(path).mode & 0o700) !== 0o700) sound = false;
    const below = surveyBelow(fs, path);
    widest = Math.max(widest, below.widest);
    sound &&= below.sound;
  }
  return { widest, sound };
};

/** Links to a directory that they are in: with two of them, a listing that follows links takes time that doubles with each level. */
const loopsBelow = (fs: NodeFs, directory: string): number => {
  let loops = 0;
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) loops += loopsBelow(fs, path);
    else if (entry.isSymbolicLink() && kindAt(fs, path, true) === 'directory') {
      if (`${fs.realpathSync(directory)}/`.startsWith(`${fs.realpathSync(path)}/`)) loops++;
    }
  }
  return loops;
};

const isWide = (fs: NodeFs, directory: unknown): boolean => {
  try {
    return surveyBelow(fs, String(directory)).widest > 1;
  } catch {
    return true;
  }
};

const isSound = (fs: NodeFs, directory: string): boolean => {
  try {
    return surveyBelow(fs, directory).sound;
  } catch {
    return false;
  }
};

/**
 * True when a directory would be copied into itself, hidden by links and missing parents from Node's checks: Node goes
 * on until a path is too long or its stack is full (docs/differences.md).
 */
const copiesForEver = (fs: NodeFs, from: unknown, to: unknown, dereference: boolean): boolean => {
  if (kindAt(fs, from, dereference) !== 'directory' || typeof to !== 'string') return false;
  const source = fs.realpathSync(from as string);
  if (`${resolve(to)}/`.startsWith(`${resolve(String(from))}/`)) return false;
  let isChecked = true;
  for (let at = dirname(resolve(to)); ; at = dirname(at)) {
    if (kindAt(fs, at, true) === 'none') {
      isChecked = false;
      continue;
    }
    const real = fs.realpathSync(at);
    if (isChecked && real === source) return false;
    if (`${real}/`.startsWith(`${source}/`)) return true;
    if (!isChecked || at === '/') return false;
  }
};

const inodeOf = (fs: NodeFs, fd: number): number | undefined => {
  try {
    return fs.fstatSync(fd).ino;
  } catch {
    return undefined;
  }
};

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code');

/** The error in an outcome of any form: thrown, rejected or called back with. */
const errorIn = (settled: unknown): unknown => {
  if (typeof settled !== 'object' || settled === null) return undefined;
  if ('failure' in settled) return settled.failure;
  const callback = Reflect.get(settled, 'callback');
  return Array.isArray(callback) && callback[0] instanceof Error ? callback[0] : undefined;
};

const major = Number(process.versions.node.split('.')[0]);

/** By path; by type where an encoding made the names alike. */
const byPath = (a: Dirent, b: Dirent): number => {
  const [x, y] = [a, b].map((entry) => `${join(entry.parentPath ?? '', entry.name)}\0${describe(entry)}`);
  return x < y ? -1 : x > y ? 1 : 0;
};

/** Reads a Dir in one of its ways. A disk gives its own order, so the entries are sorted. */
const listDirectory = async (opened: unknown, how: 'sync' | 'for' | 'read' | 'callback'): Promise<unknown> => {
  const value = await opened;
  const dir = (Array.isArray((value as Called).callback) ? (value as Called).callback[1] : value) as Dir | undefined;
  if (typeof dir?.readSync !== 'function') return value;
  const entries: Dirent[] = [];
  if (how === 'for') for await (const entry of dir) entries.push(entry);
  if (how === 'sync') for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) entries.push(entry);
  if (how === 'read') for (let entry = await dir.read(); entry !== null; entry = await dir.read()) entries.push(entry);
  if (how === 'callback') {
    for (;;) {
      const entry = await new Promise<Dirent | null>((resolve, reject) => {
        dir.read((error, next) => (error ? reject(error) : resolve(next)));
      });
      if (entry === null) break;
      entries.push(entry);
    }
  }
  if (how === 'sync') dir.closeSync();
  else if (how !== 'for') await dir.close();
  return { path: dir.path, entries: entries.sort(byPath) };
};

/** Makes a world on `fs` with the working tree below `base`; the tree must not exist. */
export const makeWorld = (fs: NodeFs, base: string): World => {
  const root = join(base, NESTING);
  fs.mkdirSync(root, { recursive: true });
  fs.chmodSync(base, 0o700);
  const strays: string[] = [];
  const descriptors: number[] = new Array(4).fill(NEVER_OPEN);
  const handles: FileHandle[] = [];
  const open: number[] = [];
  const openHandles: FileHandle[] = [];
  const cb = makeCallbackRunner(fs, strays);

  const keep = (slot: number, value: unknown): unknown => {
    if (typeof value === 'number') {
      descriptors[slot] = value;
      open.push(value);
      return 'fd';
    }
    if (typeof value === 'object' && value !== null && 'callback' in value) {
      const called = value as Called;
      return {
        ...called,
        callback: called.callback.map((item) => (typeof item === 'number' ? keep(slot, item) : item)),
      };
    }
    return value;
  };

  const take = (slot: number): number => {
    const fd = descriptors[slot];
    descriptors[slot] = NEVER_OPEN;
    const at = open.indexOf(fd);
    if (at >= 0) open.splice(at, 1);
    return fd;
  };

  const env: Record<string, unknown> = {
    p: (name: string) => `${root}/${name}`,
    q: (name: string) => `${NESTING}/${name}`,
    url: (path: string) => pathToFileURL(path),
    C: nodeFs.constants,
    S: descriptors,
    H: handles,
    cb,
    put: (slot: number, value: unknown) => (isPromise(value) ? value.then((v) => keep(slot, v)) : keep(slot, value)),
    hput: async (slot: number, opened: Promise<FileHandle>) => {
      handles[slot] = await opened;
      openHandles.push(handles[slot]);
      return handles[slot];
    },
    take,
    into: (size: number, read: (buffer: Buffer) => unknown) => {
      const buffer = Buffer.alloc(size, '.');
      const result = read(buffer);
      return isPromise(result) ? result.then((value) => [value, buffer]) : [result, buffer];
    },
    drain,
    feed,
    list: listDirectory,
    collect: async (source: AsyncIterable<unknown>) => {
      const items: unknown[] = [];
      for await (const item of source) items.push(item);
      return items;
    },
    sorted: async (found: unknown) => {
      const value = await found;
      if (Array.isArray(value)) return value.every((v) => typeof v === 'string') ? value.sort() : value.sort(byPath);
      if (typeof value !== 'object' || value === null || !('callback' in value)) return value;
      const called = value as Called;
      return { callback: called.callback.map((item) => (Array.isArray(item) ? item.sort() : item)) };
    },
    /** A made directory has a random name: it is checked and masked, then renamed to `to` or removed. */
    temp: async (make: () => unknown, prefix: string, to: string) => {
      const outcome = await settle(make, (error) => mask(error, prefix));
      const parent = dirname(prefix);
      const names = fs.existsSync(parent) ? fs.readdirSync(parent) : [];
      const created = names.filter((name) => RANDOM_END.test(name) && `${parent}/${name}`.startsWith(prefix));
      for (const name of created) {
        try {
          fs.renameSync(`${parent}/${name}`, to);
        } catch {
          fs.rmdirSync(`${parent}/${name}`);
        }
      }
      return [created.length, mask(outcome, prefix)];
    },
    /**
     * copyFile. One that fails late leaves its destination as it was here; libuv has emptied and removed it by then
     * (docs/differences.md). It is removed on both sides, so that the program can go on; or the program ends here.
     */
    copying: async (to: unknown, run: () => unknown) => {
      const before = kindAt(fs, to);
      const { nlink: links, ino } = before === 'file' ? fs.lstatSync(to as string) : { nlink: 0, ino: -1 };
      const isOpen = [...open, ...openHandles.map(({ fd }) => fd)].some((fd) => inodeOf(fs, fd) === ino);
      const settled = await settleAny(run);
      if (!/^(EISDIR|ENOTSUP|EPERM)$/.test(String(codeOf(errorIn(settled))))) return revive(settled);
      // Other names and open descriptors would show it.
      if (before === 'link' || links > 1 || isOpen) world.parted = true;
      else if (before !== 'directory') {
        try {
          // The times of the parent tell that something came and went.
          if (before === 'none') fs.writeFileSync(to as string, '', { flag: 'wx' });
          fs.unlinkSync(to as string);
        } catch (error) {
          // Gone already, or it must stay: then it is empty on one side only.
          if (before === 'file' && codeOf(error) !== 'ENOENT') world.parted = true;
        }
      }
      return revive(settled);
    },
    /**
     * A copy of a tree. A disk lists a directory in an order of its own: which obstacle in it is met first, and what was
     * copied by then, is compared only where there is no choice.
     */
    copyingTree: async (from: unknown, to: unknown, options: unknown, run: () => unknown) => {
      if (copiesForEver(fs, from, to, Reflect.get(Object(options), 'dereference') === true)) return 'skipped';
      // Node removes the link, and then finds no source behind it (docs/differences.md).
      if (kindAt(fs, to) === 'link' && String(from).startsWith(`${String(to)}/`)) return 'skipped';
      const hasChoice = kindAt(fs, from, true) === 'directory' && isWide(fs, from);
      const settled = await settleAny(run);
      if (!hasChoice || !errorIn(settled)) return revive(settled);
      world.parted = true;
      return 'fails';
    },
    /** True where native cpSync ends the process: its C++ throws exceptions that nothing catches. */
    abortsCp: (from: unknown, to: unknown, options: unknown) => {
      const given = Object(options) as { dereference?: unknown; recursive?: unknown };
      const dereference = given.dereference === true;
      if (kindAt(fs, to, dereference) !== 'none' && kindAt(fs, to, true) === 'none') return true;
      if (dereference && kindAt(fs, from, true) === 'none' && kindAt(fs, to, true) !== 'none') return true;
      if (major >= 26 || given.recursive !== true) return false;
      return !isSound(fs, base);
    },
    text: async (blob: Promise<Blob>) => [(await blob).size, (await blob).type, await (await blob).text()],
    lazy: async function* (items: unknown[]) {
      for (const item of items) {
        await turn();
        yield item;
      }
    },
    tree: () => new Report(snapshot(fs, base)),
    loops: () => loopsBelow(fs, base) > 1,
    ...wideHelpers(fs, root),
  };

  const dispose = async (): Promise<void> => {
    // A handle that a stream still refers to closes only when that stream lets go: it is not waited for.
    const closing = openHandles.map(async (handle) => handle.close().catch(() => {}));
    if (closing.length > 0) await Promise.race([Promise.allSettled(closing), pause(100)]);
    for (const fd of open) {
      try {
        fs.closeSync(fd);
      } catch {
        // Closed by the program itself.
      }
    }
  };

  const world: World = { fs, strays, parted: false, env, tree: () => snapshot(fs, base), dispose };
  return world;
};
