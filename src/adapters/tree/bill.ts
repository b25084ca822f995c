/**
 * Adapters, trees: what a transfer keeps in memory while it runs, billed to the
 * volume it writes to. A file system that is none of ours is not billed.
 * Invariant: after `end` nothing of it is billed any more.
 */
import type { Engine } from '../../core/index.js';
import { engineOf, toNodeError } from '../../facade/index.js';

/** Bytes of a directory that is remembered, and of an entry that waits, beside its path. */
export const ENTRY_PRICE = 192;

export class Bill {
  readonly #engine: Engine | undefined;
  #bytes = 0;

  constructor(fs: object) {
    this.#engine = engineOf(fs);
  }

  /** `maxQuota` of the volume, bytes. */
  get limit(): number {
    return this.#engine?.quota.limit ?? Number.POSITIVE_INFINITY;
  }

  /** @throws QuotaExceededError that names `path` */
  take(bytes: number, path: string): void {
    try {
      this.#engine?.billHandle(bytes);
    } catch (error) {
      throw toNodeError(error, 'open', path, undefined, this.take);
    }
    this.#bytes += bytes;
  }

  /** `take` that answers false instead of throwing. */
  tryTake(bytes: number): boolean {
    if (this.#engine?.tryBillHandle(bytes) === false) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#engine?.unbillHandle(bytes);
    this.#bytes -= bytes;
  }

  end(): void {
    this.give(this.#bytes);
  }
}
