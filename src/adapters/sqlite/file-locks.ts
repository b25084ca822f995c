/**
 * Adapter, SQLite: who may read and write a database file. SQLite's five levels (lockingv3.html) for the file, and the
 * eight slots of a write-ahead log's index. Locks belong to connections; they hold between all connections of the
 * thread to one inode, whichever instance of SQLite and whichever name they came by.
 */
import { SHM_UNLOCK, SQLITE_BUSY, SQLITE_OK, type WasmMemory } from './wasm-api.js';

export const NONE = 0;
const SHARED = 1;
const RESERVED = 2;
const PENDING = 3;
const EXCLUSIVE = 4;

const SHM_SHARED = 4;

const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/** One connection's hold on a file. */
export interface Holder {
  level: number;
  /** Slots of the index held, as bits. */
  shared: number;
  exclusive: number;
}

/** The locks of one file and, while its write-ahead log is in use, the log's index: memory that connections share. */
export class FileLocks {
  readonly #holders = new Set<Holder>();
  readonly #indexUsers = new Set<Holder>();
  #memory: WasmMemory | undefined;
  #regions: number[] = [];

  get idle(): boolean {
    return this.#holders.size === 0;
  }

  join(): Holder {
    const holder = { level: NONE, shared: 0, exclusive: 0 };
    this.#holders.add(holder);
    return holder;
  }

  leave(holder: Holder): void {
    this.leaveIndex(holder);
    this.#holders.delete(holder);
  }

  /** @returns SQLITE_OK or SQLITE_BUSY; a refused EXCLUSIVE keeps PENDING, which lets no new reader in */
  lock(holder: Holder, level: number): number {
    if (holder.level >= level) return SQLITE_OK;
    const others = [...this.#holders].filter((each) => each !== holder);
    const highest = Math.max(NONE, ...others.map((each) => each.level));
    if (highest >= (level === SHARED ? PENDING : RESERVED)) return SQLITE_BUSY;
    if (level === EXCLUSIVE && highest >= SHARED) {
      holder.level = PENDING;
      return SQLITE_BUSY;
    }
    holder.level = level;
    return SQLITE_OK;
  }

  unlock(holder: Holder, level: number): void {
    holder.level = Math.min(holder.level, level);
  }

  isReserved(): boolean {
    return [...this.#holders].some(({ level }) => level >= RESERVED);
  }

  /** Locks or unlocks slots of the index. */
  lockIndex(holder: Holder, offset: number, count: number, flags: number): number {
    const slots = ((1 << count) - 1) << offset;
    if (flags & SHM_UNLOCK) {
      holder.shared &= ~slots;
      holder.exclusive &= ~slots;
      return SQLITE_OK;
    }
    const shares = (flags & SHM_SHARED) !== 0;
    const conflicts = (each: Holder) => (shares ? each.exclusive : each.shared | each.exclusive) & slots;
    if ([...this.#holders].some((each) => each !== holder && conflicts(each) !== 0)) return SQLITE_BUSY;
    if (shares) holder.shared |= slots;
    else holder.exclusive |= slots;
    return SQLITE_OK;
  }

  /**
   * @returns a region of the index in the heap; 0 when it is not there and not wanted, undefined when another instance of
   *   SQLite, whose heap is not this one, has the index
   */
  index(holder: Holder, memory: WasmMemory, region: number, bytes: number, extend: boolean): number | undefined {
    if (this.#memory !== undefined && this.#memory !== memory) return undefined;
    this.#memory = memory;
    this.#indexUsers.add(holder);
    while (extend && this.#regions.length <= region) {
      const pointer = memory.alloc(bytes);
      memory.heap8u().fill(0, pointer, pointer + bytes);
      this.#regions.push(pointer);
    }
    return this.#regions[region] ?? 0;
  }

  /** Bytes of the log up to its last commit, by the header of the index (sqlite.org/walformat.html). */
  committedLog(): number | undefined {
    const [header] = this.#regions;
    if (header === undefined || this.#memory === undefined) return undefined;
    const view = new DataView(this.#memory.heap8u().buffer, header);
    const size = view.getUint16(14, true);
    const pageSize = (size & 0xfe00) | ((size & 1) << 16);
    return LOG_HEADER + view.getUint32(16, true) * (FRAME_HEADER + pageSize);
  }

  /** With its last user the index goes: the log is read again by who opens it next. */
  leaveIndex(holder: Holder): void {
    holder.shared = 0;
    holder.exclusive = 0;
    this.#indexUsers.delete(holder);
    if (this.#indexUsers.size > 0) return;
    for (const pointer of this.#regions) this.#memory?.dealloc(pointer);
    this.#regions = [];
    this.#memory = undefined;
  }
}

const volumes = new WeakMap<object, Map<string, FileLocks>>();

/**
 * @param volume what stands for the file system: two fs objects on one volume share its locks
 * @param file what names the inode
 */
export function locksOf(volume: object, file: string): FileLocks {
  const files = volumes.get(volume) ?? new Map<string, FileLocks>();
  volumes.set(volume, files);
  const locks = files.get(file) ?? new FileLocks();
  files.set(file, locks);
  return locks;
}

export function forgetLocks(volume: object, file: string): void {
  volumes.get(volume)?.delete(file);
}
