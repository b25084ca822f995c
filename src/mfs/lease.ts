/**
 * D-MemFS layer: what an open handle owes. A lease is the descriptor, the lock
 * and the bill of one handle, apart from it, so that all can be given back when
 * the handle itself was collected without having been closed. Invariant: each
 * lease is given back exactly once.
 */
import type { MfsContext } from './context.js';
import type { LockKind } from './locks.js';
import { handlePrice, TEXT_PRICE } from './prices.js';

export interface Lease {
  readonly context: MfsContext;
  readonly fd: number;
  readonly ino: number;
  readonly kind: LockKind;
  /** The path as it was opened, for messages. */
  readonly path: string;
  open: boolean;
  /** Bytes billed for text on top of the handle. */
  text: number;
}

const unclosed = new FinalizationRegistry<Lease>((lease) => {
  if (!lease.open) return;
  giveBack(lease);
  lease.context.warn(
    `The handle of '${lease.path}' was collected without being closed; until then its file was locked. ` +
      'Open with `using`, or close in `finally`.',
  );
});

/** Gives the lease back, with a warning, when `handle` is collected before it is closed. */
export function watchOver(handle: object, lease: Lease): void {
  unclosed.register(handle, lease, lease);
}

/** Bills a TextHandle, once for each handle. @throws Fault ENOSPC */
export function billText(lease: Lease): void {
  if (lease.text > 0 || !lease.open) return;
  lease.context.engine.billHandle(TEXT_PRICE);
  lease.text = TEXT_PRICE;
}

/** Closes the descriptor and lets the next in line have the file. Once: later calls do nothing. */
export function giveBack(lease: Lease): void {
  if (!lease.open) return;
  lease.open = false;
  unclosed.unregister(lease);
  const { engine, locks } = lease.context;
  try {
    engine.close(lease.fd);
  } finally {
    engine.unbillHandle(handlePrice(lease.path) + lease.text);
    locks.release(lease.ino, lease.kind);
  }
}
