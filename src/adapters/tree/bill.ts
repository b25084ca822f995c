/**
 * Adapters, trees: what a transfer keeps in memory while it runs, billed to the
 * volume it writes to. A file system that is none of ours is not billed.
 * Invariant: after `end` nothing of it is billed any more.
 */
import type { Engine } from '../../core/index.js';
import { engineOf, toNodeError } from '../../facade/index.js';

/** Bytes of a directory that is remembered, and of an entry that waits, beside its path. */
export const ENTRY_PRICE = 192;

/** Volumes with a transfer whose {@link Bill.work} is not billed: imports, unless another kind is given. */
const importing = new WeakSet<object>();

export class Bill {
  readonly #engine: Engine | undefined;
  #bytes = 0;
  #isFirst = false;

  readonly #working: WeakSet<object>;

  constructor(fs: object, working = importing) {
    this.#engine = engineOf(fs);
    this.#working = working;
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

  /**
   * Takes memory to work with: of one transfer of a kind at a time it lies within the margin, so that a volume can be filled
   * to its last byte; those that run beside it are billed. False when there is no room.
   */
  work(bytes: number): boolean {
    const engine = this.#engine;
    if (engine !== undefined && !this.#working.has(engine)) {
      this.#working.add(engine);
      this.#isFirst = true;
    }
    return this.#isFirst || this.tryTake(bytes);
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
    if (this.#isFirst) this.#working.delete(this.#engine as Engine);
    this.#isFirst = false;
  }
}
