/**
 * D-MemFS layer: the asynchronous file system. Its operations are those of the
 * synchronous one, done at the call and answered later, so calls take effect in
 * the order they are made; only what meets a locked file waits for its turn.
 */

import { detached } from '../host/index.js';
import type { About } from './async-calls.js';
import { AsyncMemoryFileHandle } from './async-file-handle.js';
import type { MfsContext } from './context.js';
import {
  atEdge,
  copyFile,
  copyTree,
  exportEntry,
  exportFile,
  filesToExport,
  later,
  openNow,
  requestOpen,
  whenUnlocked,
} from './late-mfs.js';
import type { MfsStat } from './looking.js';
import { makeHandle, type OpenMode } from './memory-file-handle.js';
import {
  contextOf,
  type ExportAsBufferOptions,
  type ExportTreeOptions,
  MemoryFileSystem,
  type MkdirOptions,
  readExportOptions,
  readExportTreeArguments,
} from './memory-file-system.js';
import type { OpenOptions, OpenRequest } from './open.js';
import type { MemoryFileSystemOptions } from './options.js';
import type { MfsStats } from './stats.js';
import type { Tree } from './tree.js';
import type { WalkEntry } from './walk.js';

/**
 * {@link MemoryFileSystem} with promises, for any number of concurrent callers. `open`, `copy`, `copyTree` and the
 * exports wait (first come, first served) while a file they need is locked, up to `lockTimeout` or
 * `defaultLockTimeout`; the other methods fail with EBUSY at once, as the synchronous ones do.
 */
export class AsyncMemoryFileSystem {
  /** The same volume, synchronously. */
  readonly sync: MemoryFileSystem;
  readonly #context: MfsContext;

  /** @param source - options for a new volume, or a synchronous file system whose volume and locks are shared. */
  constructor(source: MemoryFileSystemOptions | MemoryFileSystem = {}) {
    this.sync = source instanceof MemoryFileSystem ? source : new MemoryFileSystem(source);
    this.#context = contextOf(this.sync);
  }

  /**
   * Opens a file; see {@link MemoryFileSystem.open}. Waits while the file is locked.
   *
   * @throws EBUSY after `lockTimeout` seconds (default `defaultLockTimeout`, null waits for ever).
   */
  open(path: string, mode: OpenMode = 'rb', options: OpenOptions = {}): Promise<AsyncMemoryFileHandle> {
    let request: OpenRequest;
    try {
      request = requestOpen(this.#context, path, mode, options);
    } catch (refusal) {
      return later(() => {
        throw refusal;
      });
    }
    // The request's path: the one given may be a part of something large, which a caller that waits would hold.
    const about = { operation: 'open', path: request.path };
    return whenUnlocked(this.#context, about, request.lockTimeoutMs, (turn) => {
      return new AsyncMemoryFileHandle(makeHandle(openNow(this.#context, request, turn), request.mode));
    });
  }

  /** See {@link MemoryFileSystem.mkdir}. */
  mkdir(path: string, options?: MkdirOptions): Promise<void> {
    return later(() => this.sync.mkdir(path, options));
  }

  /** See {@link MemoryFileSystem.rename}. */
  rename(src: string, dst: string): Promise<void> {
    return later(() => this.sync.rename(src, dst));
  }

  /** See {@link MemoryFileSystem.move}. */
  move(src: string, dst: string): Promise<void> {
    return later(() => this.sync.move(src, dst));
  }

  /** See {@link MemoryFileSystem.remove}. */
  remove(path: string): Promise<void> {
    return later(() => this.sync.remove(path));
  }

  /** See {@link MemoryFileSystem.rmtree}. */
  rmtree(path: string): Promise<void> {
    return later(() => this.sync.rmtree(path));
  }

  /** See {@link MemoryFileSystem.listdir}. */
  listdir(path: string): Promise<string[]> {
    return later(() => this.sync.listdir(path));
  }

  /** See {@link MemoryFileSystem.exists}. */
  exists(path: string): Promise<boolean> {
    return later(() => this.sync.exists(path));
  }

  /** See {@link MemoryFileSystem.isDir}. */
  isDir(path: string): Promise<boolean> {
    return later(() => this.sync.isDir(path));
  }

  /** See {@link MemoryFileSystem.isFile}. */
  isFile(path: string): Promise<boolean> {
    return later(() => this.sync.isFile(path));
  }

  /** See {@link MemoryFileSystem.stat}. */
  stat(path: string): Promise<MfsStat> {
    return later(() => this.sync.stat(path));
  }

  /** See {@link MemoryFileSystem.stats}. */
  stats(): Promise<MfsStats> {
    return later(() => this.sync.stats());
  }

  /** See {@link MemoryFileSystem.getSize}. */
  getSize(path: string): Promise<number> {
    return later(() => this.sync.getSize(path));
  }

  /** See {@link MemoryFileSystem.copy}. Waits while the source is open for writing. */
  copy(src: string, dst: string): Promise<void> {
    const [path, dest] = [detached(src), detached(dst)];
    return this.#whenUnlocked({ operation: 'copy', path, dest }, () => copyFile(this.#context, path, dest));
  }

  /** See {@link MemoryFileSystem.copyTree}. Waits while a file of the source is open for writing. */
  copyTree(src: string, dst: string): Promise<void> {
    const [path, dest] = [detached(src), detached(dst)];
    return this.#whenUnlocked({ operation: 'copyTree', path, dest }, () => copyTree(this.#context, path, dest));
  }

  /** See {@link MemoryFileSystem.walk}; each step is answered later. */
  async *walk(path = '/'): AsyncIterableIterator<WalkEntry> {
    const steps = await later(() => this.sync.walk(path));
    for (;;) {
      const step = await later(() => steps.next());
      if (step.done) return;
      yield step.value;
    }
  }

  /** See {@link MemoryFileSystem.glob}. */
  glob(pattern: string): Promise<string[]> {
    return later(() => this.sync.glob(pattern));
  }

  /** See {@link MemoryFileSystem.exportAsBuffer}. Waits while the file is open for writing. */
  exportAsBuffer(path: string, options: ExportAsBufferOptions = {}): Promise<Buffer> {
    const own = detached(path);
    return this.#whenUnlocked({ operation: 'exportAsBuffer', path: own }, () =>
      exportFile(this.#context, own, readExportOptions(options)),
    );
  }

  /** See {@link MemoryFileSystem.exportTree}. A file that is open for writing is waited for when its turn comes. */
  async exportTree(
    prefix: string | ExportTreeOptions = '/',
    options?: ExportTreeOptions,
  ): Promise<Record<string, Buffer>> {
    const tree: Record<string, Buffer> = {};
    for await (const [path, data] of this.iterExportTree(prefix, options)) tree[path] = data;
    return tree;
  }

  /** See {@link MemoryFileSystem.iterExportTree}. A file that is open for writing is waited for when its turn comes. */
  async *iterExportTree(
    prefix: string | ExportTreeOptions = '/',
    options: ExportTreeOptions = {},
  ): AsyncIterableIterator<[path: string, data: Buffer]> {
    const { path, onlyDirty } = await later(() => readExportTreeArguments(prefix, options));
    const about = { operation: 'iterExportTree', path };
    const files = await later(() => atEdge(about.operation, () => filesToExport(this.#context, path, onlyDirty), path));
    for (const file of files) {
      const entry = await this.#whenUnlocked(about, () => exportEntry(this.#context, file));
      if (entry !== undefined) yield entry;
    }
  }

  /** See {@link MemoryFileSystem.importTree}. The contents have been copied when the call returns. */
  importTree(tree: Tree): Promise<void> {
    return later(() => this.sync.importTree(tree));
  }

  #whenUnlocked<T>(about: About, body: () => T): Promise<T> {
    return whenUnlocked(this.#context, about, this.#context.lockTimeoutMs, body);
  }
}
