/**
 * Adapters, trees: times as `utimes` wants them. Until Node 24 it cut a double
 * down to whole microseconds, so that 0.721 s became 0.720999.
 */
import type { Stats } from 'node:fs';
import type { WritableFs } from './fs-like.js';

const cuts = Number.parseInt(process.versions.node, 10) < 24;

/** @returns what to hand to `utimes` so that these seconds are what the file has, to the microsecond */
export const settable = (seconds: number): number => (cuts ? seconds + 4e-7 : seconds);

/** Gives a directory the times it had, after something in it came and went. */
export function restoreTimes(fs: WritableFs, path: string, { atimeMs, mtimeMs }: Stats): void {
  fs.utimesSync(path, settable(atimeMs / 1000), settable(mtimeMs / 1000));
}
