/** Adapters, trees: what an entry has beside its name and content. */
import type { WritableFs } from './fs-like.js';
import { settable } from './times.js';

export interface Attributes {
  /** Permission bits; default those of a new file. */
  readonly mode?: number;
  /** Seconds since the epoch; default now. */
  readonly mtime?: number;
}

/** Last of all: making something in a directory moves its time. */
export function applyAttributes(fs: WritableFs, path: string, { mode, mtime }: Attributes): void {
  if (mode !== undefined) fs.chmodSync(path, mode);
  if (mtime !== undefined) fs.utimesSync(path, settable(mtime), settable(mtime));
}
