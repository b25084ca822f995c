/**
 * Adapters, trees: entries that wait to be made, so that a small tree that is
 * refused has touched nothing. Invariant: all that waits is billed, but for one
 * entry of a volume that has no room for it: there the tree itself may fit.
 */
import { textBytes } from '../../host/index.js';
import { type Bill, ENTRY_PRICE } from './bill.js';

interface Waiting {
  readonly path: string;
  make(): void;
}

const MAX_BYTES = 1024 * 1024;
const MAX_ENTRIES = 2000;

export class Pending {
  /** Bytes of contents that wait. */
  bytes = 0;
  /** Bytes that are billed for what waits. */
  billed = 0;
  /** Most bytes that wait. */
  readonly most: number;
  readonly #bill: Bill;
  #entries: Waiting[] = [];

  constructor(bill: Bill) {
    this.#bill = bill;
    this.most = Math.min(MAX_BYTES, bill.limit / 128);
  }

  /** False when no more may wait. */
  add(path: string, bytes: number, make: () => void): boolean {
    this.#entries.push({ path, make });
    this.bytes += bytes;
    const price = ENTRY_PRICE + textBytes(path) + bytes;
    if (!this.#bill.tryTake(price)) return false;
    this.billed += price;
    return this.billed < this.most && this.#entries.length < MAX_ENTRIES;
  }

  /** All that waits, which is no longer billed. */
  take(): readonly Waiting[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#bill.give(this.billed);
    this.bytes = 0;
    this.billed = 0;
    return entries;
  }
}
