/** Adapter, looking: what can be compared, in the few calls that comparing takes. Paths are relative, '' is the top. */
import type { Stats } from 'node:fs';
import { Snapshot, type SnapshotEntry } from '../snapshot/index.js';
import { below, type ReadableFs } from '../tree/index.js';

/** One side: a file system, a place on one, or a snapshot. */
export type DiffSide = ReadableFs | { readonly fs: ReadableFs; readonly path: string } | Snapshot;

export interface Looked {
  readonly type: 'directory' | 'file' | 'symlink' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface Side {
  /** Names in a directory, sorted. */
  names(directory: string): readonly string[];
  look(path: string): Looked | undefined;
  target(path: string): string;
  /** A file in pieces of one length, the last one shorter. */
  pieces(path: string): Generator<Buffer, undefined>;
}

const PIECE = 256 * 1024;

export function sideOf(side: DiffSide): Side {
  if (side instanceof Snapshot) return snapshotSide(side);
  return 'fs' in side ? fsSide(side.fs, side.path) : fsSide(side, '/');
}

function fsSide(fs: ReadableFs, top: string): Side {
  return {
    names: (directory) => fs.readdirSync(below(top, directory)).sort(),
    look: (path) => {
      const stats = fs.lstatSync(below(top, path), { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      return { type: typeOf(stats), mode: stats.mode & 0o7777, size: stats.size, mtimeMs: stats.mtimeMs };
    },
    target: (path) => String(fs.readlinkSync(below(top, path))),
    *pieces(path): Generator<Buffer, undefined> {
      const fd = fs.openSync(below(top, path), 'r');
      try {
        const piece = Buffer.allocUnsafe(PIECE);
        for (let length = -1; length !== 0; ) {
          length = 0;
          for (let count = -1; count !== 0 && length < PIECE; length += count) {
            count = fs.readSync(fd, piece, length, PIECE - length, null);
          }
          if (length > 0) yield piece.subarray(0, length);
        }
      } finally {
        fs.closeSync(fd);
      }
    },
  };
}

const typeOf = (stats: Stats): Looked['type'] =>
  stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : stats.isFile() ? 'file' : 'other';

function snapshotSide(snapshot: Snapshot): Side {
  const entries = new Map<string, SnapshotEntry>();
  const names = new Map<string, string[]>([['', []]]);
  for (const entry of snapshot.entries()) {
    const path = entry.path.slice(1);
    const slash = path.lastIndexOf('/');
    entries.set(path, entry);
    names.get(path.slice(0, Math.max(0, slash)))?.push(path.slice(slash + 1));
    if (entry.type === 'directory') names.set(path, []);
  }
  return {
    names: (directory) => (names.get(directory) ?? []).sort(),
    look: (path) => entries.get(path),
    target: (path) => String(entries.get(path)?.content() ?? ''),
    *pieces(path): Generator<Buffer, undefined> {
      const content = entries.get(path)?.content() ?? Buffer.alloc(0);
      for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE);
    },
  };
}
