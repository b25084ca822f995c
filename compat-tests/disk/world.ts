/**
 * Compat tests, disk: what a program sees besides `fs`. A world is one file
 * system with an empty directory in it and the descriptors and handles that the
 * program keeps. The helpers only observe; none repairs what an fs got wrong.
 */
import nodeFs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Report } from '../describe.js';
import type { NodeFs } from '../targets.js';
import { copyHelpers } from './copy-world.js';
import { byPath, listDirectory, type Reading } from './listing.js';
import { readerHelpers } from './reader-world.js';
import { drain, feed, pause, turn } from './stream-world.js';
import { snapshot } from './tree.js';
import { watchHelpers } from './watch-world.js';
import { wideHelpers } from './wide-world.js';

/** A number no process has open, for slots that hold no descriptor. */
const NEVER_OPEN = 987_654;
/** So many levels above the working tree that '..' in links never leaves the base. */
export const NESTING = '1/2/3/4/5/6/7/w';

type Callback = (...args: unknown[]) => void;
export interface Called {
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

const inodeOf = (fs: NodeFs, fd: number): number | undefined => {
  try {
    return fs.fstatSync(fd).ino;
  } catch {
    return undefined;
  }
};

/** Makes a world on `fs` with the working tree below `base`; the tree must not exist. `other` makes another object of the kind. */
export const makeWorld = (fs: NodeFs, base: string, other: () => NodeFs): World => {
  const root = join(base, NESTING);
  fs.mkdirSync(root, { recursive: true });
  fs.chmodSync(base, 0o700);
  const strays: string[] = [];
  const descriptors: number[] = new Array(4).fill(NEVER_OPEN);
  const handles: FileHandle[] = [];
  const open: number[] = [];
  const openHandles: FileHandle[] = [];
  const cb = makeCallbackRunner(fs, strays);
  const isOpen = (ino: number): boolean =>
    [...open, ...openHandles.map(({ fd }) => fd)].some((fd) => inodeOf(fs, fd) === ino);

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
    list: (opened: unknown, how: Reading) => listDirectory(fs, opened, how),
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
    ...copyHelpers(fs, base, isOpen, () => {
      world.parted = true;
    }),
    text: async (blob: Promise<Blob>) => [(await blob).size, (await blob).type, await (await blob).text()],
    lazy: async function* (items: unknown[]) {
      for (const item of items) {
        await turn();
        yield item;
      }
    },
    tree: () => new Report(snapshot(fs, base)),
    ...wideHelpers(fs, root),
    ...readerHelpers(fs, root, other),
    ...watchHelpers(fs),
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
