/** D-MemFS layer: the asynchronous handle, a {@link MemoryFileHandle} whose answers come later. */

import type { Bytes } from './bytes.js';
import { later } from './late-mfs.js';
import type { MemoryFileHandle, OpenMode } from './memory-file-handle.js';

/**
 * A binary file handle, made by {@link AsyncMemoryFileSystem.open}. The methods are those of
 * {@link MemoryFileHandle}; they take effect at the call, in the order of the calls, and bytes given to `write` may
 * be reused at once.
 */
export class AsyncMemoryFileHandle implements AsyncIterable<Buffer>, AsyncDisposable {
  /** The same open file, synchronously: for a TextHandle, for example. */
  readonly sync: MemoryFileHandle;

  /** Made by {@link AsyncMemoryFileSystem.open} only. */
  constructor(handle: MemoryFileHandle) {
    this.sync = handle;
  }

  get path(): string {
    return this.sync.path;
  }

  get mode(): OpenMode {
    return this.sync.mode;
  }

  get closed(): boolean {
    return this.sync.closed;
  }

  read(size?: number): Promise<Buffer> {
    return later(() => this.sync.read(size));
  }

  /** `target` is filled before the promise settles, and belongs to the call until then. */
  readInto(target: Bytes): Promise<number> {
    return later(() => this.sync.readInto(target));
  }

  write(data: Bytes): Promise<number> {
    return later(() => this.sync.write(data));
  }

  reserve(size: number): Promise<void> {
    return later(() => this.sync.reserve(size));
  }

  seek(offset: number, whence?: 0 | 1 | 2): Promise<number> {
    return later(() => this.sync.seek(offset, whence));
  }

  tell(): Promise<number> {
    return later(() => this.sync.tell());
  }

  truncate(size?: number): Promise<number> {
    return later(() => this.sync.truncate(size));
  }

  flush(): Promise<void> {
    return later(() => this.sync.flush());
  }

  readable(): Promise<boolean> {
    return later(() => this.sync.readable());
  }

  writable(): Promise<boolean> {
    return later(() => this.sync.writable());
  }

  seekable(): Promise<boolean> {
    return later(() => this.sync.seekable());
  }

  close(): Promise<void> {
    return later(() => this.sync.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The lines from the position on, each with its '\n'. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    const lines = this.sync[Symbol.iterator]();
    for (;;) {
      const step = await later(() => lines.next());
      if (step.done) return;
      yield step.value;
    }
  }
}
