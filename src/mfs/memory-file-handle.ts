/**
 * D-MemFS layer: an open file. A handle holds a descriptor and a lock from
 * `open` to `close`, and nothing else: no bytes are kept back, so whatever
 * `write` accepted is in the file and in the quota when it returns.
 */

import { EBADF, fault } from '../core/index.js';
import type { Bytes } from './bytes.js';
import {
  asBytes,
  atEdge,
  closedFault,
  count,
  demandWhole,
  ExplainedFault,
  giveBack,
  outOfRange,
  watchOver,
} from './late-mfs.js';
import type { Lease } from './lease.js';

/** The modes of `open`: read, write anew, append, read and write, create. There are no text modes. */
export type OpenMode = 'rb' | 'wb' | 'ab' | 'r+b' | 'xb';

/** Bytes looked at for the end of a line at a time; doubled while there is none. */
const LINE_WINDOW = 512;
const NEWLINE = 0x0a;

/** For the file systems: who else could have a lease? */
export let makeHandle: (lease: Lease, mode: OpenMode) => MemoryFileHandle;
/** For the text on top of a handle. */
export let leaseOf: (handle: MemoryFileHandle) => Lease;

/**
 * A binary file handle, made by {@link MemoryFileSystem.open}. Iterating over it gives its lines, as bytes.
 *
 * Every method but `close` throws an Error with code EBADF once the handle is closed, and where its mode does not
 * allow the call.
 */
export class MemoryFileHandle implements Iterable<Buffer>, Disposable {
  readonly #lease: Lease;
  /** As given to `open`. */
  readonly mode: OpenMode;

  static {
    makeHandle = (lease, mode) => new MemoryFileHandle(lease, mode);
    leaseOf = (handle) => handle.#lease;
  }

  private constructor(lease: Lease, mode: OpenMode) {
    this.#lease = lease;
    this.mode = mode;
    watchOver(this, lease);
  }

  /** The path as it was opened. */
  get path(): string {
    return this.#lease.path;
  }

  get closed(): boolean {
    return !this.#lease.open;
  }

  /**
   * Reads from the position on.
   *
   * @param size - bytes to read at most; negative or absent for all that follow.
   * @returns a fresh Buffer, empty at the end of the file.
   */
  read(size = -1): Buffer {
    demandWhole('size', size);
    return this.#run('read', () => {
      const available = this.#readable();
      const length = size < 0 ? available : Math.min(size, available);
      const target = Buffer.allocUnsafe(length);
      const { context, fd } = this.#lease;
      const got = context.engine.read(fd, target, 0, length, -1);
      return got === length ? target : target.subarray(0, got);
    });
  }

  /**
   * Reads from the position on into memory of the caller's.
   *
   * @returns the bytes read, 0 at the end of the file.
   */
  readInto(target: Bytes): number {
    const bytes = asBytes(target, 'target');
    return this.#run('readInto', () => {
      this.#readable();
      return this.#lease.context.engine.read(this.#lease.fd, bytes, 0, bytes.byteLength, -1);
    });
  }

  /**
   * Writes at the position (in mode 'ab' at the end of the file): all of `data`, or nothing and an error.
   *
   * @returns the bytes written, which is all of them.
   * @throws QuotaExceededError when it does not fit; file and position are then as before.
   */
  write(data: Bytes): number {
    const bytes = asBytes(data, 'data');
    return this.#run('write', () => {
      this.#writable();
      if (bytes.byteLength === 0) return 0;
      return this.#lease.context.engine.write(this.#lease.fd, bytes, 0, bytes.byteLength, -1);
    });
  }

  /**
   * Takes the memory for the next `size` bytes to be written at the position (in mode 'ab' at the end) now, without
   * changing the file, so that writing them cannot be refused.
   *
   * @throws QuotaExceededError when they do not fit; nothing has changed then.
   */
  reserve(size: number): void {
    count('size', size);
    this.#run('reserve', () => {
      this.#writable();
      const { context, fd } = this.#lease;
      context.engine.allocate(fd, (this.mode === 'ab' ? this.#size() : this.#position()) + size);
    });
  }

  /**
   * Moves the position.
   *
   * @param offset - bytes from the point that `whence` names. Beyond the end is allowed from the start and from the
   *   position; the gap is a hole once something is written after it.
   * @param whence - 0 from the start, 1 from the position, 2 from the end (where `offset` must not be positive).
   * @returns the new position.
   */
  seek(offset: number, whence: 0 | 1 | 2 = 0): number {
    demandWhole('offset', offset);
    if (whence !== 0 && whence !== 1 && whence !== 2) throw outOfRange('whence', '0, 1 or 2', whence);
    if (whence === 0 && offset < 0) throw outOfRange('offset', '0 or more from the start of the file', offset);
    if (whence === 2 && offset > 0) throw outOfRange('offset', '0 or less from the end of the file', offset);
    return this.#run('seek', () => {
      this.#open();
      return this.#lease.context.engine.seek(this.#lease.fd, offset, whence);
    });
  }

  /** The position, in bytes from the start. */
  tell(): number {
    return this.#run('tell', () => this.#position());
  }

  /**
   * Cuts the file, or extends it with zeros. A position beyond the new end moves there.
   *
   * @param size - the new size in bytes; default the position.
   * @returns the new size.
   */
  truncate(size?: number): number {
    if (size !== undefined) count('size', size);
    return this.#run('truncate', () => {
      this.#writable();
      const { context, fd } = this.#lease;
      const position = this.#position();
      const target = size ?? position;
      context.engine.ftruncate(fd, target);
      if (position > target) context.engine.seek(fd, target, 0);
      return target;
    });
  }

  /** Nothing is ever held back: this only checks that the handle is open. */
  flush(): void {
    this.#run('flush', () => {
      this.#open();
      this.#lease.context.engine.fsync(this.#lease.fd);
    });
  }

  /** True in modes 'rb' and 'r+b'. */
  readable(): boolean {
    return this.#run('readable', () => {
      this.#open();
      return this.mode === 'rb' || this.mode === 'r+b';
    });
  }

  /** True in all modes but 'rb'. */
  writable(): boolean {
    return this.#run('writable', () => {
      this.#open();
      return this.mode !== 'rb';
    });
  }

  /** True while the handle is open. */
  seekable(): boolean {
    return this.#run('seekable', () => {
      this.#open();
      return true;
    });
  }

  /** Gives back the descriptor and the lock. Closing twice is allowed. */
  close(): void {
    this.#run('close', () => giveBack(this.#lease));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The lines from the position on, each with its '\n', as Python's binary files give them. */
  *[Symbol.iterator](): IterableIterator<Buffer> {
    // In a list: one that is kept holds its variables, and a line may be long.
    for (const next = [this.#line()]; next[0]?.length; next.push(this.#line())) yield next.pop() as Buffer;
  }

  #line(): Buffer {
    return this.#run('read', () => {
      const available = this.#readable();
      const { context, fd } = this.#lease;
      const start = this.#position();
      for (let window = LINE_WINDOW; ; window *= 2) {
        const bytes = Buffer.allocUnsafe(Math.min(window, available));
        context.engine.read(fd, bytes, 0, bytes.length, start);
        const end = bytes.indexOf(NEWLINE) + 1;
        if (end === 0 && bytes.length < available) continue;
        const line = bytes.subarray(0, end || bytes.length);
        context.engine.seek(fd, start + line.length, 0);
        return line;
      }
    });
  }

  #run<T>(operation: string, body: () => T): T {
    return atEdge(operation, body, this.#lease.path);
  }

  #open(): void {
    if (!this.#lease.open) throw closedFault();
  }

  /** The bytes between position and end. */
  #readable(): number {
    this.#open();
    if (this.mode !== 'rb' && this.mode !== 'r+b') {
      throw new ExplainedFault(EBADF, `not readable in mode '${this.mode}'`);
    }
    return Math.max(0, this.#size() - this.#position());
  }

  #writable(): void {
    this.#open();
    if (this.mode === 'rb') throw new ExplainedFault(EBADF, `not writable in mode '${this.mode}'`);
  }

  #position(): number {
    this.#open();
    return this.#lease.context.engine.seek(this.#lease.fd, 0, 1);
  }

  #size(): number {
    const { context, fd } = this.#lease;
    const result = context.engine.fstat(fd, context.stat);
    if (result < 0) throw fault(-result);
    return context.stat[8];
  }
}
