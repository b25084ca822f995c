/**
 * Adapter, overlay: what the engine found different, with what a person wants to
 * know of both sides.
 */
import type { Stats } from 'node:fs';
import type { Engine, LowerChange } from '../../core/index.js';
import { decodeName } from '../../facade/index.js';
import { diffText } from './diff.js';
import { type LowerFs, openLower } from './source.js';

type NodeFs = typeof import('node:fs');

/** One side of a change. */
export interface ChangeSide {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes of a file, length of a link's target; 0 for a directory. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
}

/** One path that differs from the lower tree. */
export interface Change {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Of a changed one, what differs. */
  readonly what: readonly ('type' | 'content' | 'mode' | 'owner' | 'mtime')[];
  /** What the lower tree has; undefined for an added one. */
  readonly before: ChangeSide | undefined;
  /** What the overlay has; undefined for a deleted one. */
  readonly after: ChangeSide | undefined;
  /**
   * The difference as a unified diff, also of an added or deleted file, and of a link's target. Undefined when a side is
   * a directory, no text (it holds a zero byte or is no UTF-8) or above 4 MiB, or when the content is the same.
   */
  diff(): string | undefined;
}

const LARGEST_DIFF = 4 * 1024 * 1024;

/** All changes, sorted by path as bytes. */
export function listChanges(engine: Engine, fs: NodeFs, lower: LowerFs): Change[] {
  return engine.lowerChanges().map((change) => describe(change, fs, lower));
}

function describe({ path: bytes, kind, what }: LowerChange, fs: NodeFs, lower: LowerFs): Change {
  const path = decodeName(bytes);
  // A name that is no UTF-8 is reached by its bytes.
  const name = Buffer.from(bytes, 'latin1');
  const before = kind === 'added' ? undefined : sideOf(lower.lstatSync(name));
  const after = kind === 'deleted' ? undefined : sideOf(fs.lstatSync(name));
  const diff = (): string | undefined => {
    const old = before === undefined ? '' : textOf(lower, name, before);
    const fresh = after === undefined ? '' : textOf(fs, name, after);
    if (old === undefined || fresh === undefined || old === fresh) return undefined;
    const label = path.startsWith('/') ? path : `/${path}`;
    return diffText(old, fresh, before ? `a${label}` : '/dev/null', after ? `b${label}` : '/dev/null');
  };
  return { path, kind, what, before, after, diff };
}

function sideOf(stats: Stats): ChangeSide {
  const type = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other';
  return { type, size: type === 'directory' ? 0 : stats.size, mode: stats.mode & 0o7777 };
}

/** A file's text or a link's target, or undefined when there is none. */
function textOf(fs: LowerFs, path: Buffer, side: ChangeSide): string | undefined {
  if (side.type === 'symlink') return fs.readlinkSync(path, 'utf8');
  if (side.type !== 'file' || side.size > LARGEST_DIFF) return undefined;
  const bytes = readAll(fs, path, side.size);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function readAll(fs: LowerFs, path: Buffer, size: number): Buffer {
  const fd = openLower(fs, path);
  try {
    const bytes = Buffer.alloc(size);
    let done = 0;
    while (done < size) {
      const count = fs.readSync(fd, bytes, done, size - done, done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    fs.closeSync(fd);
  }
}
