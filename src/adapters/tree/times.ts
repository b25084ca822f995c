/**
 * Adapters, trees: times as `utimes` wants them. Until Node 24 it cut a double
 * down to whole microseconds, so that 0.721 s became 0.720999.
 */
import { STAT_LENGTH } from '../../core/index.js';
import { engineOf } from '../../facade/index.js';
import type { WritableFs } from './fs-like.js';

const cuts = Number.parseInt(process.versions.node, 10) < 24;

/** @returns what to hand to `utimes` so that these seconds are what the file has, to the microsecond */
export const settable = (seconds: number): number => (cuts ? seconds + 4e-7 : seconds);

/**
 * Remembers the times of a directory in which something will come and go.
 * @param path absolute
 * @returns sets them back: to the nanosecond on a volume of ours, which no call of `node:fs` can
 */
export function keepTimes(fs: WritableFs, path: string): () => void {
  const engine = engineOf(fs);
  if (engine === undefined) {
    const { atimeMs, mtimeMs } = fs.statSync(path);
    return () => fs.utimesSync(path, settable(atimeMs / 1000), settable(mtimeMs / 1000));
  }
  const stat = new Float64Array(STAT_LENGTH);
  const bytes = Buffer.from(path).toString('latin1');
  engine.stat(bytes, stat);
  return () => engine.utimes(bytes, stat[10] ?? 0, stat[11] ?? 0, stat[12] ?? 0, stat[13] ?? 0);
}
