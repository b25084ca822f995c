/** D-MemFS layer: an operation as a promise, and the one that waits for locks. */
import { steadyNow } from '../host/index.js';
import type { MfsContext } from './context.js';
import { deliver } from './deliver.js';
import { LockConflict, toError } from './errors.js';
import { waiterPrice } from './prices.js';

/** What a call is about, for its error. */
export interface About {
  readonly operation: string;
  readonly path?: string;
  readonly dest?: string;
}

/** Runs `body`, which makes its own errors, now and answers later. */
export function later<T>(body: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      const value = body();
      deliver(() => resolve(value));
    } catch (error) {
      deliver(() => reject(error));
    }
  });
}

/**
 * Runs `body` now and, as long as it meets a locked file, again when its turn for that file has come.
 *
 * @param timeoutMs - milliseconds to wait in all, Infinity for ever; then the error is EBUSY.
 * @param body - is told the inode whose line it has reached the head of, undefined at first.
 */
export function whenUnlocked<T>(
  { engine, locks }: MfsContext,
  about: About,
  timeoutMs: number,
  body: (turn: number | undefined) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadline = steadyNow() + timeoutMs;
    const attempt = (turn?: number): void => {
      try {
        const value = body(turn);
        deliver(() => resolve(value));
      } catch (thrown) {
        const left = deadline - steadyNow();
        if (thrown instanceof LockConflict && left > 0) standInLine(thrown, left);
        else fail(thrown);
      }
    };
    const standInLine = (conflict: LockConflict, left: number): void => {
      const price = waiterPrice(`${about.path ?? ''}${about.dest ?? ''}`);
      try {
        engine.billHandle(price);
      } catch (refusal) {
        fail(refusal);
        return;
      }
      const leave = (next: () => void) => (): void => {
        engine.unbillHandle(price);
        next();
      };
      const { ino, kind } = conflict;
      locks.wait(
        ino,
        kind,
        left,
        leave(() => attempt(ino)),
        leave(() => fail(conflict)),
      );
    };
    const fail = (thrown: unknown): void => {
      const error = toError(thrown, about.operation, about.path, about.dest);
      deliver(() => reject(error));
    };
    attempt();
  });
}
