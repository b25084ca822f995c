/**
 * D-MemFS layer: the locks between handles. A file (an inode, whatever its
 * names) has many readers or one writer, from open to close. Who has to wait
 * stands in one line per file and is served in order, so nobody starves: a
 * newcomer does not overtake even where the holders would admit it. Entries
 * exist only while somebody holds the file or waits for it.
 */
import { after, stopAfter } from '../host/index.js';
import { LockConflict } from './errors.js';

export type LockKind = 'read' | 'write';

interface Waiter {
  readonly kind: LockKind;
  /** Called, synchronously, when it is this waiter's turn; it may take the lock or not. */
  readonly attempt: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** Who waits for one file. */
interface Line {
  /** In order of arrival. */
  readonly waiters: Set<Waiter>;
  /** True while `serve` runs: what happens inside it is left to its loop. */
  serving: boolean;
}

/** In the table of holders: the file has a writer. A positive number counts readers. */
const WRITER = -1;

/** Of all file systems that never opened a file: an empty Map takes 200 bytes. Nothing is put into them. */
const NO_HOLDERS = new Map<number, number>();
const NO_LINES = new Map<number, Line>();

export class FileLocks {
  /** A number per file that is held, so that an open handle costs a table entry and no object. */
  #holders = NO_HOLDERS;
  #lines = NO_LINES;

  /** True when no file is held at all. */
  get idle(): boolean {
    return this.#holders.size === 0;
  }

  /** True while a handle holds the file. */
  isHeld(ino: number): boolean {
    return this.#holders.has(ino);
  }

  /** True while a handle that may write holds the file. */
  isWritten(ino: number): boolean {
    return this.#holders.get(ino) === WRITER;
  }

  /**
   * Takes the lock.
   *
   * @param turn - the inode whose line the caller has just reached the head of, or undefined.
   * @throws LockConflict when a holder, or somebody in line before, is in the way.
   */
  acquire(ino: number, kind: LockKind, turn?: number): void {
    if (!this.#admits(ino, kind) || (this.#lines.has(ino) && turn !== ino)) throw new LockConflict(ino, kind);
    if (this.#holders === NO_HOLDERS) this.#holders = new Map();
    this.#holders.set(ino, kind === 'write' ? WRITER : (this.#holders.get(ino) ?? 0) + 1);
  }

  /** Gives back what `acquire` took, and serves the line. */
  release(ino: number, kind: LockKind): void {
    const holders = this.#holders.get(ino) ?? 0;
    if (kind === 'read' && holders > 1) this.#holders.set(ino, holders - 1);
    else this.#holders.delete(ino);
    this.#serve(ino);
  }

  /**
   * Stands in line for a file that is held.
   *
   * @param timeoutMs - milliseconds to wait; Infinity for ever.
   * @param attempt - called when the turn has come.
   * @param expired - called instead when the time is up.
   */
  wait(ino: number, kind: LockKind, timeoutMs: number, attempt: () => void, expired: () => void): void {
    if (this.#lines === NO_LINES) this.#lines = new Map();
    const line = this.#lines.get(ino) ?? { waiters: new Set(), serving: false };
    this.#lines.set(ino, line);
    const waiter: Waiter = { kind, attempt, timer: undefined };
    line.waiters.add(waiter);
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    waiter.timer = after(() => {
      line.waiters.delete(waiter);
      expired();
      this.#serve(ino);
    }, timeoutMs);
  }

  #admits(ino: number, kind: LockKind): boolean {
    const holders = this.#holders.get(ino) ?? 0;
    return holders === 0 || (kind === 'read' && holders > 0);
  }

  #serve(ino: number): void {
    const line = this.#lines.get(ino);
    if (line === undefined || line.serving) return;
    line.serving = true;
    for (const waiter of line.waiters) {
      if (!this.#admits(ino, waiter.kind)) break;
      line.waiters.delete(waiter);
      stopAfter(waiter.timer);
      waiter.attempt();
    }
    line.serving = false;
    if (line.waiters.size === 0) this.#lines.delete(ino);
  }
}
