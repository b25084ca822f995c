/** D-MemFS layer: questions about one path. Nothing here changes the volume. */
import { EISDIR, ENOENT, fault, S_IFDIR, S_IFMT, S_IFREG } from '../core/index.js';
import type { MfsContext } from './context.js';
import { normalizeOrNothing, normalizePath, toByteString } from './paths.js';

/** What {@link MemoryFileSystem.stat} answers. */
export interface MfsStat {
  /** Bytes in the file; 0 for a directory. */
  size: number;
  /** Milliseconds since the epoch, as `Date.now()`. */
  createdAt: number;
  /** Milliseconds since the epoch, as `Date.now()`. */
  modifiedAt: number;
  /** Counts the changes of a file's content since it was made or imported; 0 for a directory. */
  generation: number;
  isDir: boolean;
}

/** The places of Node's stat array that are used here. */
const MODE = 1;
const INO = 7;
const SIZE = 8;
const MTIME = 12;
const BIRTHTIME = 16;

/** What stands at a path. */
export interface Found {
  readonly ino: number;
  readonly isDir: boolean;
  readonly isFile: boolean;
  readonly size: number;
}

/** Follows links. A negative errno when there is nothing. */
export const look = (context: MfsContext, bytes: string): Found | number => read(context, bytes, 'stat');

/** As {@link look}, and does not follow a link at the end. */
export const lookHere = (context: MfsContext, bytes: string): Found | number => read(context, bytes, 'lstat');

/** Follows links. */
export function requireExists(context: MfsContext, bytes: string): Found {
  const found = look(context, bytes);
  if (typeof found === 'number') throw fault(-found);
  return found;
}

/** Follows links; a directory is EISDIR. */
export function requireFile(context: MfsContext, bytes: string): Found {
  const found = requireExists(context, bytes);
  if (found.isDir) throw fault(EISDIR);
  return found;
}

function read({ engine, stat }: MfsContext, bytes: string, call: 'stat' | 'lstat'): Found | number {
  const result = engine[call](bytes, stat);
  if (result < 0) return result;
  const format = stat[MODE] & S_IFMT;
  return { ino: stat[INO], isDir: format === S_IFDIR, isFile: format === S_IFREG, size: stat[SIZE] };
}

/** What is at a path that the caller only asks about: undefined for nothing, and for a path that names nothing. */
export function lookFor(context: MfsContext, path: unknown): Found | undefined {
  const normal = normalizeOrNothing(path);
  if (normal === undefined) return undefined;
  const found = look(context, toByteString(normal));
  return typeof found === 'number' ? undefined : found;
}

export function statOf(context: MfsContext, path: unknown): MfsStat {
  const bytes = toByteString(normalizePath(path));
  const { ino, isDir, size } = requireExists(context, bytes);
  const { stat, engine } = context;
  return {
    size: isDir ? 0 : size,
    createdAt: milliseconds(stat, BIRTHTIME),
    modifiedAt: milliseconds(stat, MTIME),
    generation: isDir ? 0 : engine.generation(ino),
    isDir,
  };
}

const milliseconds = (stat: Float64Array, at: number): number => stat[at] * 1000 + stat[at + 1] / 1e6;

/** True when something, a dangling link too, has the name. */
export function isTaken(context: MfsContext, bytes: string): boolean {
  const found = lookHere(context, bytes);
  if (typeof found !== 'number') return true;
  if (found === -ENOENT) return false;
  throw fault(-found);
}
