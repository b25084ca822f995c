/**
 * D-MemFS layer: the synchronous file system, the D-MemFS API in TypeScript's
 * habits. It owns nothing but its context: each method checks its arguments,
 * runs one operation and turns a fault into an error. A call that throws has
 * changed nothing.
 */

import type { Engine } from '../core/index.js';
import type { MfsContext } from './context.js';
import {
  atEdge,
  checkNames,
  copyFile,
  copyTree,
  count,
  createContext,
  exportEntry,
  exportFile,
  filesToExport,
  flag,
  glob,
  importTree,
  invalidType,
  list,
  lookFor,
  makeDirectory,
  moveTo,
  normalizePath,
  openNow,
  removeFile,
  removeTree,
  renameTo,
  requestOpen,
  requireFile,
  statOf,
  statsOf,
  toByteString,
  walk,
} from './late-mfs.js';
import type { MfsStat } from './looking.js';
import { type MemoryFileHandle, makeHandle, type OpenMode } from './memory-file-handle.js';
import type { OpenOptions } from './open.js';
import type { MemoryFileSystemOptions } from './options.js';
import type { MfsStats } from './stats.js';
import type { Tree } from './tree.js';
import type { WalkEntry } from './walk.js';

/** Options of {@link MemoryFileSystem.mkdir}. */
export interface MkdirOptions {
  /** No error when the directory is there already; default false. */
  readonly existOk?: boolean;
}

/** Options of {@link MemoryFileSystem.exportTree}. */
export interface ExportTreeOptions {
  /** Only files changed since they were imported; default false. */
  readonly onlyDirty?: boolean;
}

/** Options of {@link MemoryFileSystem.exportAsBuffer}. */
export interface ExportAsBufferOptions {
  /** Files larger than this many bytes are refused with EFBIG; default no limit. */
  readonly maxSize?: number;
}

/** The context of a synchronous file system, for the asynchronous class. A WeakMap would be work for every collection. */
export let contextOf: (owner: object) => MfsContext;

/**
 * A file system in memory with a hard quota, after Python's D-MemFS (the semantics are its, unless
 * docs/d-memfs.md says otherwise).
 *
 * Paths are absolute POSIX strings; backslashes count as slashes, relative paths start at the root, and a path that
 * climbs above the root is a TypeError with code ERR_INVALID_ARG_VALUE. Other failures are Errors with POSIX's
 * `code`, a negative `errno` and `path` (and `dest`); what does not fit is a QuotaExceededError, code ENOSPC.
 */
export class MemoryFileSystem {
  /** @internal The engine below. What programs ask of it is in `quota` and `fs`. */
  readonly engine: Engine;
  readonly #context: MfsContext;

  /**
   * @throws TypeError or RangeError for an option that is unknown or impossible; Error ENOMEM when `memoryGuard`
   *   finds too little memory and `memoryGuardAction` is 'raise'.
   */
  constructor(options: MemoryFileSystemOptions = {}) {
    this.#context = createContext(options);
    this.engine = this.#context.engine;
  }

  static {
    contextOf = (owner) => {
      if (#context in owner) return owner.#context;
      throw invalidType('source', 'a MemoryFileSystem', owner);
    };
  }

  /**
   * Opens a file and locks it until the handle is closed: many readers, or one writer.
   *
   * @param mode - 'rb' reads, 'wb' empties or creates, 'ab' appends or creates, 'r+b' reads and writes what exists,
   *   'xb' creates what must not exist. Parents must exist.
   * @throws EBUSY when the file is locked; a synchronous open cannot wait. ENOENT, EEXIST ('xb'), EISDIR.
   */
  open(path: string, mode: OpenMode = 'rb', options: OpenOptions = {}): MemoryFileHandle {
    const request = requestOpen(this.#context, path, mode, options);
    const lease = atEdge('open', () => openNow(this.#context, request), path);
    return makeHandle(lease, mode);
  }

  /** Makes a directory and its missing parents. EEXIST when it is there, unless `existOk`; ENOTDIR below a file. */
  mkdir(path: string, options: MkdirOptions = {}): void {
    const existOk = readMkdirOptions(options);
    atEdge('mkdir', () => makeDirectory(this.#context, path, existOk), path);
  }

  /** Gives a file or directory another name. EEXIST when that is taken, ENOENT without its parent, EBUSY while open. */
  rename(src: string, dst: string): void {
    atEdge('rename', () => renameTo(this.#context, src, dst), src, dst);
  }

  /** As `rename`, and makes the missing parents of `dst`. */
  move(src: string, dst: string): void {
    atEdge('move', () => moveTo(this.#context, src, dst), src, dst);
  }

  /** Removes a file. EISDIR for a directory, EBUSY while open. */
  remove(path: string): void {
    atEdge('remove', () => removeFile(this.#context, path), path);
  }

  /** Removes a directory and all below it. ENOTDIR for a file, EBUSY for the root and while a file below is open. */
  rmtree(path: string): void {
    atEdge('rmtree', () => removeTree(this.#context, path), path);
  }

  /** The names in a directory, sorted by their bytes. */
  listdir(path: string): string[] {
    return atEdge('listdir', () => list(this.#context, path), path);
  }

  /** True when something is at `path`; links are followed, and a link to nowhere is nothing. */
  exists(path: string): boolean {
    return lookFor(this.#context, path) !== undefined;
  }

  /** True for a directory, or a link to one. */
  isDir(path: string): boolean {
    return lookFor(this.#context, path)?.isDir ?? false;
  }

  /** True for a file, or a link to one. */
  isFile(path: string): boolean {
    return lookFor(this.#context, path)?.isFile ?? false;
  }

  /** Size, times (milliseconds since the epoch) and generation of a file or directory. */
  stat(path: string): MfsStat {
    return atEdge('stat', () => statOf(this.#context, path), path);
  }

  /** The volume's totals. */
  stats(): MfsStats {
    return atEdge('stats', () => statsOf(this.#context));
  }

  /** Bytes in a file. EISDIR for a directory. */
  getSize(path: string): number {
    return atEdge('getSize', () => requireFile(this.#context, toByteString(normalizePath(path))).size, path);
  }

  /** Copies a file to a name that is free. EISDIR for a directory; EBUSY while the source is open for writing. */
  copy(src: string, dst: string): void {
    atEdge('copy', () => copyFile(this.#context, src, dst), src, dst);
  }

  /** Copies a directory and all below it to a name that is free: all or nothing. Links are copied as links. */
  copyTree(src: string, dst: string): void {
    atEdge('copyTree', () => copyTree(this.#context, src, dst), src, dst);
  }

  /** Goes through a directory from the top down: path, names of the directories in it, names of the files in it. */
  walk(path = '/'): IterableIterator<WalkEntry> {
    return atEdge('walk', () => walk(this.#context, path), path);
  }

  /**
   * The paths that match a pattern, sorted: `*` and `?` within a name, `[seq]` and `[!seq]`, `**` for any number of
   * directories.
   */
  glob(pattern: string): string[] {
    return atEdge('glob', () => glob(this.#context, pattern), pattern);
  }

  /** A file's contents in a Buffer of the caller's own, which the quota does not count. */
  exportAsBuffer(path: string, options: ExportAsBufferOptions = {}): Buffer {
    const maxSize = readExportOptions(options);
    return atEdge('exportAsBuffer', () => exportFile(this.#context, path, maxSize), path);
  }

  /**
   * Files and their contents at and below a path, by path; `importTree` takes the same form. Empty when there is nothing.
   * EBUSY while one of them is open for writing.
   */
  exportTree(prefix: string | ExportTreeOptions = '/', options: ExportTreeOptions = {}): Record<string, Buffer> {
    return Object.fromEntries(this.iterExportTree(prefix, options));
  }

  /** As `exportTree`, a file at a time. Which files is settled at the call; those removed meanwhile are left out. */
  iterExportTree(
    prefix: string | ExportTreeOptions = '/',
    options: ExportTreeOptions = {},
  ): IterableIterator<[path: string, data: Buffer]> {
    const { path, onlyDirty } = readExportTreeArguments(prefix, options);
    const files = atEdge('iterExportTree', () => filesToExport(this.#context, path, onlyDirty), path);
    return entriesOf(this.#context, files, path);
  }

  /**
   * Writes files and the directories they need: all of them, or none and an error. They count as not dirty.
   *
   * @param tree - paths and contents: an object, a Map, or pairs. The contents are copied.
   * @throws QuotaExceededError, EISDIR for the path of a directory, ENOTDIR below a file, EBUSY for a file that is open.
   */
  importTree(tree: Tree): void {
    atEdge('importTree', () => importTree(this.#context, tree));
  }
}

function* entriesOf(
  context: MfsContext,
  files: readonly string[],
  path: string,
): IterableIterator<[path: string, data: Buffer]> {
  for (const file of files) {
    const entry = atEdge('iterExportTree', () => exportEntry(context, file), path);
    if (entry !== undefined) yield entry;
  }
}

/** Checks the options of `mkdir`. */
function readMkdirOptions(options: MkdirOptions): boolean {
  checkNames('options', options, ['existOk']);
  return flag('existOk', options.existOk);
}

/** Checks the options of `exportAsBuffer`. */
export function readExportOptions(options: ExportAsBufferOptions): number | undefined {
  checkNames('options', options, ['maxSize']);
  return options.maxSize === undefined ? undefined : count('maxSize', options.maxSize);
}

/** `(prefix, options)` or `(options)`. */
export function readExportTreeArguments(
  prefix: string | ExportTreeOptions,
  options: ExportTreeOptions,
): { path: string; onlyDirty: boolean } {
  if (typeof prefix === 'object') return readExportTreeArguments('/', prefix);
  if (typeof prefix !== 'string') throw invalidType('prefix', 'a string or an options object', prefix);
  checkNames('options', options, ['onlyDirty']);
  return { path: prefix, onlyDirty: flag('onlyDirty', options.onlyDirty) };
}
