/**
 * Adapter, union: where a path leads, name by name as path_resolution(7), over
 * both layers. The directories and links on the way are brought into memory, so
 * that a change lands where the path leads. Invariant: what is brought up is
 * whole, or it is not there.
 */
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import type { NodeFs } from './lower.js';

const MOST_LINKS = 40;
const PERMISSIONS = 0o7777;
const PIECE = 256 * 1024;

/** Where a path ends, or is stopped. */
export interface Reached {
  /** Without links and dots. */
  readonly path: string;
  /** What is there; nothing when neither layer has it. */
  readonly found: Stats | undefined;
  /** Whether it is the disk's alone. */
  readonly isBelow: boolean;
  /** Whether names are left that cannot be looked up, because nothing or no directory is there. */
  readonly isBlocked: boolean;
}

export interface Reach {
  /** @param follow - whether a link at the end is followed */
  to(path: string, follow: boolean): Reached;
  /** Brings up what only the disk has at the end of a path. @throws what the upper layer throws, ENOSPC foremost */
  bring(reached: Reached): void;
}

/** What is at a path, links not followed; nothing where it cannot be known: the call itself will say why. */
export function entryIn(fs: NodeFs, path: string): Stats | undefined {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** In pieces, so that a file larger than the quota never comes into memory. */
function copyContent(lower: NodeFs, from: number, upper: NodeFs, to: number): void {
  const piece = Buffer.allocUnsafe(PIECE);
  for (let length: number; (length = lower.readSync(from, piece, 0, PIECE, null)) > 0; ) {
    upper.writeSync(to, piece, 0, length);
  }
}

function copyFile(lower: NodeFs, upper: NodeFs, path: string, source: Stats): void {
  const from = lower.openSync(path, 'r');
  try {
    const to = upper.openSync(path, 'wx', source.mode & PERMISSIONS);
    try {
      copyContent(lower, from, upper, to);
      upper.fchmodSync(to, source.mode & PERMISSIONS);
      upper.futimesSync(to, source.atime, source.mtime);
    } catch (error) {
      upper.unlinkSync(path);
      throw error;
    } finally {
      upper.closeSync(to);
    }
  } finally {
    lower.closeSync(from);
  }
}

/** One entry, whose directory is in memory. */
function copyEntry(lower: NodeFs, upper: NodeFs, path: string, source: Stats): void {
  if (source.isSymbolicLink()) upper.symlinkSync(lower.readlinkSync(path), path);
  else if (source.isFile()) copyFile(lower, upper, path, source);
  else if (source.isDirectory()) {
    upper.mkdirSync(path);
    upper.chmodSync(path, source.mode & PERMISSIONS);
  }
}

export function makeReach(lower: NodeFs, upper: NodeFs): Reach {
  const look = (path: string, isBlocked: boolean): Reached => {
    const own = entryIn(upper, path);
    return { path, found: own ?? entryIn(lower, path), isBelow: own === undefined, isBlocked };
  };
  const bring = ({ path, found, isBelow }: Reached): void => {
    if (isBelow && found !== undefined) copyEntry(lower, upper, path, found);
  };
  return {
    bring,
    to(path, follow) {
      const names = posix.isAbsolute(path) ? path.split('/') : [...process.cwd().split('/'), ...path.split('/')];
      let [at, links] = ['/', 0];
      for (let name: string | undefined; (name = names.shift()) !== undefined; ) {
        if (name === '' || name === '.') continue;
        if (name === '..') {
          at = posix.dirname(at);
          continue;
        }
        const isLast = names.every((each) => each === '');
        const next = look(posix.join(at, name), !isLast);
        const isLink = next.found?.isSymbolicLink() ?? false;
        if (isLast && !(isLink && follow)) return next;
        if (!isLink && !next.found?.isDirectory()) return next;
        bring(next);
        if (!isLink) {
          at = next.path;
          continue;
        }
        if (++links > MOST_LINKS) return { ...next, isBlocked: true, isBelow: false };
        const target = upper.readlinkSync(next.path);
        if (target.startsWith('/')) at = '/';
        names.unshift(...target.split('/'));
      }
      return look(at, false);
    },
  };
}
