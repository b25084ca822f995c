/**
 * Adapter, SQLite: one file that SQLite has open, as the calls of a VFS (sqlite.org/c3ref/io_methods.html) on the calls
 * of `node:fs`. Methods return SQLite's result codes and throw what the file system throws; `vfs.ts` turns that into
 * codes. Bytes go straight between the WebAssembly heap and the volume.
 */
import { constants } from 'node:fs';
import { type FileLocks, forgetLocks, type Holder, locksOf } from './file-locks.js';
import {
  OPEN_CREATE,
  OPEN_DELETEONCLOSE,
  OPEN_EXCLUSIVE,
  OPEN_READWRITE,
  OPEN_WAL,
  SHM_UNLOCK,
  SQLITE_IOERR_SHORT_READ,
  SQLITE_OK,
  SQLITE_PROTOCOL,
  type WasmMemory,
} from './wasm-api.js';

/** What a file system must have for a database to live on it: plain calls of `node:fs`. */
export type DatabaseFs = Pick<
  typeof import('node:fs'),
  | 'accessSync'
  | 'closeSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'lstatSync'
  | 'openSync'
  | 'readlinkSync'
  | 'readSync'
  | 'realpathSync'
  | 'statSync'
  | 'truncateSync'
  | 'unlinkSync'
  | 'writeSync'
>;

const LOG_SUFFIX = '-wal';
/** The slot of the index that the one writer locks. */
const WRITER = 0;

/** Paths of logs that were refused room. */
const refusedLogs = new WeakMap<object, Set<string>>();

function overflowed(volume: object): Set<string> {
  const paths = refusedLogs.get(volume) ?? new Set();
  refusedLogs.set(volume, paths);
  return paths;
}

export class OpenFile {
  readonly #fs: DatabaseFs;
  readonly #volume: object;
  readonly #fd: number;
  readonly #path: string;
  readonly #key: string;
  readonly #isLog: boolean;
  #locks: FileLocks | undefined;
  #holder: Holder | undefined;

  /** @param volume whose locks count for the file */
  constructor(fs: DatabaseFs, volume: object, path: string, flags: number) {
    this.#fs = fs;
    this.#volume = volume;
    this.#path = path;
    this.#fd = fs.openSync(path, modeOf(flags), 0o644);
    const { dev, ino } = fs.fstatSync(this.#fd);
    this.#key = `${dev}:${ino}`;
    this.#isLog = (flags & OPEN_WAL) !== 0;
    if (flags & OPEN_DELETEONCLOSE) fs.unlinkSync(path);
  }

  close(): void {
    if (this.#locks && this.#holder) {
      this.#locks.leave(this.#holder);
      if (this.#locks.idle) forgetLocks(this.#volume, this.#key);
    }
    this.#fs.closeSync(this.#fd);
  }

  read(heap: Uint8Array, to: number, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const count = this.#fs.readSync(this.#fd, heap, to + done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    if (done === length) return SQLITE_OK;
    heap.fill(0, to + done, to + length);
    return SQLITE_IOERR_SHORT_READ;
  }

  write(heap: Uint8Array, from: number, length: number, position: number): void {
    try {
      for (let done = 0; done < length; ) {
        done += this.#fs.writeSync(this.#fd, heap, from + done, length - done, position + done);
      }
    } catch (error) {
      if (this.#isLog) overflowed(this.#volume).add(this.#path);
      throw error;
    }
  }

  truncate(size: number): void {
    this.#fs.ftruncateSync(this.#fd, size);
  }

  sync(): void {
    this.#fs.fsyncSync(this.#fd);
  }

  size(): number {
    return this.#fs.fstatSync(this.#fd).size;
  }

  /** True when the file is no longer under its name: what is written to it would be lost. */
  hasMoved(): boolean {
    const there = this.#fs.statSync(this.#path, { throwIfNoEntry: false });
    return there === undefined || `${there.dev}:${there.ino}` !== this.#key;
  }

  lock(level: number): number {
    const { locks, holder } = this.#hold();
    return locks.lock(holder, level);
  }

  unlock(level: number): void {
    const { locks, holder } = this.#hold();
    locks.unlock(holder, level);
  }

  isReserved(): boolean {
    return this.#hold().locks.isReserved();
  }

  lockIndex(offset: number, count: number, flags: number): number {
    const { locks, holder } = this.#hold();
    if (offset === WRITER && flags & SHM_UNLOCK) this.#cutLog(locks);
    return locks.lockIndex(holder, offset, count, flags);
  }

  /**
   * SQLite leaves a log that met the end of the disk as it is. Here the writer, who still holds the lock, gives back
   * what is past the last commit: else the volume stays full, and the log finds no room to be moved to the database.
   */
  #cutLog(locks: FileLocks): void {
    const log = this.#path + LOG_SUFFIX;
    if (!overflowed(this.#volume).delete(log)) return;
    const length = locks.committedLog();
    const stats = this.#fs.statSync(log, { throwIfNoEntry: false });
    if (length !== undefined && stats !== undefined && stats.size > length) this.#fs.truncateSync(log, length);
  }

  /** Puts the address of a region of the log's index at `out`. (For SQLITE_BUSY SQLite would wait ten seconds.) */
  index(memory: WasmMemory, region: number, bytes: number, extend: boolean, out: number): number {
    const { locks, holder } = this.#hold();
    const pointer = locks.index(holder, memory, region, bytes, extend);
    memory.poke32(out, pointer ?? 0);
    return pointer === undefined ? SQLITE_PROTOCOL : SQLITE_OK;
  }

  leaveIndex(): void {
    const { locks, holder } = this.#hold();
    locks.leaveIndex(holder);
  }

  /** Only databases are locked, journals never. */
  #hold(): { locks: FileLocks; holder: Holder } {
    this.#locks ??= locksOf(this.#volume, this.#key);
    this.#holder ??= this.#locks.join();
    return { locks: this.#locks, holder: this.#holder };
  }
}

function modeOf(flags: number): number {
  return (
    (flags & OPEN_READWRITE ? constants.O_RDWR : constants.O_RDONLY) |
    (flags & OPEN_CREATE ? constants.O_CREAT : 0) |
    (flags & OPEN_EXCLUSIVE ? constants.O_EXCL : 0)
  );
}
