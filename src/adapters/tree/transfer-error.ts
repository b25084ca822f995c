/**
 * Adapters, trees: the error of a refused transfer. Each adapter has a subclass
 * and a family of codes of its own, so shared code is handed a {@link Refuse}.
 */

/** Why a tree, or an entry of it, was not taken. */
export class TransferError extends Error {
  /** What to branch on; see the table of the adapter. */
  readonly code: string;
  /** The entry concerned, as the archive or the tree spells it. */
  readonly entry?: string;

  constructor(code: string, message: string, entry?: string, options?: ErrorOptions) {
    super(entry === undefined ? message : `${message}: ${JSON.stringify(entry)}`, options);
    this.code = code;
    if (entry !== undefined) this.entry = entry;
  }
}

/** What shared code may find wrong: the last word of the code. */
export type Reason = 'CHANGED' | 'CONFLICT' | 'LINK' | 'NAME' | 'TYPE';

/** Makes the adapter's error for a reason. */
export type Refuse = (reason: Reason, message: string, entry: string) => TransferError;
