/**
 * Adapter, mock-fs: the subpath `quotafs/mock-fs`. The whole process is put on a
 * volume, by `mount`, until `mock.restore()`. At most one is active.
 */
import { tmpdir } from 'node:os';
import { posix } from 'node:path';
import { isPromise } from 'node:util/types';
import { type CreateFsOptions, createFs } from '../../facade/index.js';
import { type Mount, mount } from '../mount/index.js';
import {
  type DirectoryItems,
  type DirectoryOptions,
  type FileOptions,
  Item,
  loadItem,
  putItem,
  type SymlinkOptions,
} from './items.js';

export type { Attributes, DirectoryItems, DirectoryOptions, FileOptions, Item, SymlinkOptions } from './items.js';

/** Options of {@link mock}; `maxQuota` and the other options of `createFs` too. */
export interface MockOptions extends CreateFsOptions {
  /** Whether the working directory is made. Default true. */
  readonly createCwd?: boolean;
  /** Whether `os.tmpdir()` is made. Default true. */
  readonly createTmp?: boolean;
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
  const { createCwd = true, createTmp = true, ...rest } = options;
  restore();
  const fs = createFs(rest);
  const cwd = process.cwd();
  if (createCwd) fs.mkdirSync(cwd, { recursive: true });
  if (createTmp) fs.mkdirSync(tmpdir(), { recursive: true });
  for (const [path, item] of Object.entries(config)) putItem(fs, posix.resolve(cwd, path), item);
  active = mount(fs);
}

/** mock-fs's function, with its parts. */
export const mock = Object.assign(mockFs, {
  /** A file with attributes. */
  file: (options: FileOptions = {}): Item => new Item('file', options),
  /** A directory with attributes. */
  directory: (options: DirectoryOptions = {}): Item => new Item('directory', options),
  /** A symbolic link. */
  symlink: (options: SymlinkOptions): Item => new Item('symlink', options),
  /**
   * What the disk has at a path, attributes included. It is read now.
   * @param options - `recursive: false` takes a directory's files and not its directories
   */
  load: (path: string, { recursive = true }: { readonly recursive?: boolean } = {}): Item =>
    bypass(() => loadItem(posix.resolve(path), recursive)),
  /** Gives the process the disk back. */
  restore,
  /** Runs a function on the disk; also an asynchronous one, but then everything else runs there too until it settles. */
  bypass,
});
