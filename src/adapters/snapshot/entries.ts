/** Adapter, snapshots: what is in a snapshot, without restoring it. */
import { nanosAt, PAGE_BYTES, ROOT, S_IFDIR, S_IFLNK, S_IFMT, secondsAt, type TreeSource } from '../../core/index.js';
import { decodeName } from '../../facade/index.js';

/** Where the time of modification is among those of a node. */
const MTIME = 2;

/** A name in a snapshot. */
export interface SnapshotEntry {
  /** Absolute. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly ino: number;
  /** Bytes of a file or of a link's target, 0 for a directory. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** A copy of a file's bytes or of a link's target; empty for a directory. Read it before the snapshot is disposed of. */
  content(): Buffer;
}

/** Everything below the root, parents first, names in the order in which they were made. */
export function* entriesOf(tree: TreeSource): Generator<SnapshotEntry, void> {
  const pending: [ino: number, path: string][] = [[ROOT, '']];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const names: [string, number][] = [];
    tree.forEachName(next[0], (name, ino) => names.push([name, ino]));
    for (const [name, ino] of names) {
      const entry = entryOf(tree, `${next[1]}/${decodeName(name)}`, ino);
      yield entry;
      if (entry.type === 'directory') pending.push([ino, entry.path]);
    }
  }
}

function entryOf(tree: TreeSource, path: string, ino: number): SnapshotEntry {
  const { mode, uid, gid, size, times } = tree.node(ino);
  return {
    path,
    type: typeOf(mode & S_IFMT),
    mode: mode & 0o7777,
    uid,
    gid,
    ino,
    size,
    mtimeMs: secondsAt(times, MTIME) * 1000 + nanosAt(times, MTIME) / 1e6,
    content: () => {
      const content = Buffer.alloc(size);
      tree.forEachPage(ino, (page, bytes, start, length) => {
        content.set(bytes.subarray(start, start + length), page * PAGE_BYTES);
      });
      return content;
    },
  };
}

const typeOf = (format: number): SnapshotEntry['type'] =>
  format === S_IFDIR ? 'directory' : format === S_IFLNK ? 'symlink' : 'file';
