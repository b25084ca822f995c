/**
 * Adapter, mock-fs: the subpath `quotafs/mock-fs`. The whole process is put on a
 * volume, by `mount`, until `mock.restore()`. At most one is active.
 */
import { tmpdir } from 'node:os';
import { posix } from 'node:path';
import { isPromise } from 'node:util/types';
import type { CreateFsOptions } from '../../facade/index.js';
import { type Mount, mount } from '../mount/index.js';
import {
  type DirectoryItems,
  type DirectoryOptions,
  disk,
  type FileOptions,
  Item,
  loadItem,
  type Place,
  putItem,
  type SymlinkOptions,
} from './items.js';
import { loadedIn, volumeWith } from './lazy.js';

export type { Attributes, DirectoryItems, DirectoryOptions, FileOptions, Item, SymlinkOptions } from './items.js';

/** Options of {@link mock}; `maxQuota` and the other options of `createFs` too. */
export interface MockOptions extends CreateFsOptions {
  /** Whether the working directory is made. Default true. */
  readonly createCwd?: boolean;
  /** Whether `os.tmpdir()` is made. Default true. */
  readonly createTmp?: boolean;
}

/** Options of `mock.load`. */
export interface LoadOptions {
  /** Whether directories in a directory are loaded too. Default true. */
  readonly recursive?: boolean;
  /** Whether contents are read when they are asked for. Default true. */
  readonly lazy?: boolean;
}

let active: Mount | undefined;

function restore(): void {
  active?.unmount();
  active = undefined;
}

/** Runs with the disk in place; a promise that comes back keeps it so until it settles. */
function bypass<T>(run: () => T): T {
  const suspended = active;
  if (suspended === undefined) return run();
  const directory = process.cwd();
  suspended.unmount();
  const resume = (): void => {
    // restore() or another mock() in the meantime has the last word.
    if (active !== suspended) return;
    active = mount(suspended.fs);
    if (suspended.fs.existsSync(directory)) process.chdir(directory);
  };
  let result: T | undefined;
  try {
    return (result = run());
  } finally {
    if (isPromise(result)) result.then(resume, resume);
    else resume();
  }
}

/**
 * Puts the process on a volume in memory, with what the configuration says in it. Calling it again begins anew.
 *
 * @param config - paths and what is there; relative ones start at the working directory
 * @throws ENOSPC when it does not fit into `maxQuota`; the disk is then in place
 * @example
 * mock({ 'path/to/dir': { 'file.txt': 'text', empty: {} }, '/etc/app.conf': mock.file({ content: 'x', mode: 0o600 }) });
 * mock.restore();
 */
function mockFs(config: DirectoryItems = {}, options: MockOptions = {}): void {
  const { createCwd = true, createTmp = true, clock = Date.now, ...rest } = options;
  restore();
  const cwd = process.cwd();
  const loaded = loadedIn(config, cwd);
  let set: number | undefined;
  const fs = volumeWith(loaded, { ...rest, clock: () => set ?? clock() });
  const place: Place = {
    fs,
    shows: (path) => loaded.has(path),
    at(time, run) {
      set = time === undefined ? undefined : Number(time);
      try {
        return run();
      } finally {
        set = undefined;
      }
    },
  };
  if (createCwd) fs.mkdirSync(cwd, { recursive: true });
  if (createTmp) fs.mkdirSync(tmpdir(), { recursive: true });
  for (const [path, item] of Object.entries(config)) putItem(place, posix.resolve(cwd, path), item);
  active = mount(fs);
}

/**
 * What the disk has at a path, attributes included.
 *
 * @param options - a directory that is loaded with what is below it is read when it is asked for, contents do not
 *   count against the quota until they are changed; `lazy: false` reads everything now. `recursive: false` takes a
 *   directory's files and not its directories
 * @throws the disk's errors
 */
function load(path: string, { recursive = true, lazy = true }: LoadOptions = {}): Item {
  const source = posix.resolve(path);
  const isLazy = lazy && recursive && disk.lstatSync(source).isDirectory();
  // Some of Node's functions call others by their names in `node:fs`.
  return isLazy ? new Item('directory', {}, source) : bypass(() => loadItem(source, recursive));
}

/** mock-fs's function, with its parts. */
export const mock = Object.assign(mockFs, {
  /** A file with attributes. */
  file: (options: FileOptions = {}): Item => new Item('file', options),
  /** A directory with attributes. */
  directory: (options: DirectoryOptions = {}): Item => new Item('directory', options),
  /** A symbolic link. */
  symlink: (options: SymlinkOptions): Item => new Item('symlink', options),
  load,
  /** Gives the process the disk back. */
  restore,
  /** Runs a function on the disk; also an asynchronous one, but then everything else runs there too until it settles. */
  bypass,
});

export default mock;
