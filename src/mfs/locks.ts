/**
 * D-MemFS layer: the locks between handles. A file (an inode, whatever its
 * names) has many readers or one writer, from open to close. Who has to wait
 * stands in one line per file and is served in order, so nobody starves: a
 * newcomer does not overtake even where the holders would admit it. A state
 * exists only while somebody holds the file, so memory is bounded by the open
 * handles and the callers that wait.
 */
import { LockConflict } from './errors.js';

export type LockKind = 'read' | 'write';

interface Waiter {
  readonly kind: LockKind;
  /** Called, synchronously, when it is this waiter's turn; it may take the lock or not. */
  readonly attempt: () => void;
  timer: NodeJS.Timeout | undefined;
}

interface State {
  readers: number;
  writer: boolean;
  /** In order of arrival. */
  readonly line: Set<Waiter>;
  /** True while `serve` runs: what happens inside it is left to its loop. */
  serving: boolean;
}

// Captured at load: fake timers must not stop a timeout that a program waits for.
const { setTimeout, clearTimeout } = globalThis;

export class FileLocks {
  readonly #states = new Map<number, State>();

  /** True when no file is held at all. */
  get idle(): boolean {
    return this.#states.size === 0;
  }

  /** True while a handle holds the file. */
  isHeld(ino: number): boolean {
    return this.#states.has(ino);
  }

  /** True while a handle that may write holds the file. */
  isWritten(ino: number): boolean {
    return this.#states.get(ino)?.writer ?? false;
  }

  /**
   * Takes the lock.
   *
   * @param turn - the inode whose line the caller has just reached the head of, or undefined.
   * @throws LockConflict when a holder, or somebody in line before, is in the way.
   */
  acquire(ino: number, kind: LockKind, turn?: number): void {
    const state = this.#states.get(ino);
    if (state === undefined) {
      this.#states.set(ino, {
        readers: kind === 'read' ? 1 : 0,
        writer: kind === 'write',
        line: new Set(),
        serving: false,
      });
      return;
    }
    if (!admits(state, kind) || (state.line.size > 0 && turn !== ino)) throw new LockConflict(ino, kind);
    if (kind === 'read') state.readers++;
    else state.writer = true;
  }

  /** Gives back what `acquire` took, and serves the line. */
  release(ino: number, kind: LockKind): void {
    const state = this.#states.get(ino);
    if (state === undefined) return;
    if (kind === 'read') state.readers--;
    else state.writer = false;
    this.#serve(ino, state);
  }

  /**
   * Stands in line for a file that is held.
   *
   * @param timeoutMs - milliseconds to wait; Infinity for ever.
   * @param attempt - called when the turn has come.
   * @param expired - called instead when the time is up.
   */
  wait(ino: number, kind: LockKind, timeoutMs: number, attempt: () => void, expired: () => void): void {
    const state = this.#states.get(ino);
    if (state === undefined) {
      attempt();
      return;
    }
    const waiter: Waiter = { kind, attempt, timer: undefined };
    state.line.add(waiter);
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    waiter.timer = setTimeout(() => {
      state.line.delete(waiter);
      expired();
      this.#serve(ino, state);
    }, timeoutMs);
  }

  #serve(ino: number, state: State): void {
    if (state.serving) return;
    state.serving = true;
    for (const waiter of state.line) {
      if (!admits(state, waiter.kind)) break;
      state.line.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.attempt();
    }
    state.serving = false;
    if (state.readers === 0 && !state.writer) this.#states.delete(ino);
  }
}

const admits = (state: State, kind: LockKind): boolean => !state.writer && (kind === 'read' || state.readers === 0);
