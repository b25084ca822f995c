/** Adapter, looking: what is different between two trees. Owners and inode numbers are not compared. */
import type { Stats } from 'node:fs';
import { below, type ReadableFs } from '../tree/index.js';

/** One side: a file system, or a place on one. */
export type DiffSide = ReadableFs | { readonly fs: ReadableFs; readonly path: string };

/** What may differ in an entry that both sides have. */
export type DifferentPart = 'type' | 'content' | 'target' | 'mode' | 'mtime';

export interface Difference {
  /** Relative to the places that are compared. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What differs; empty unless 'changed'. */
  readonly parts: readonly DifferentPart[];
}

export interface DiffOptions {
  /** Whether times of the last change count. Default false. */
  readonly times?: boolean;
}

const PIECE = 256 * 1024;
/** In milliseconds. Until Node 24, `utimes` set nothing finer. */
const MICROSECOND = 0.0015;

/**
 * Every difference on the way from `a` to `b`, in the order of the paths. An added or removed directory comes with
 * everything below it. The places themselves are not compared, only what is below them.
 * @throws the errors of the file systems
 */
export function diff(a: DiffSide, b: DiffSide, options: DiffOptions = {}): Difference[] {
  const [left, right] = [place(a), place(b)];
  const found: Difference[] = [];
  const report = (path: string, kind: Difference['kind'], parts: readonly DifferentPart[] = []): void => {
    found.push({ path, kind, parts });
  };
  const reportTree = ({ fs, path: root }: Place, path: string, kind: Difference['kind']): void => {
    report(path, kind);
    if (!fs.lstatSync(below(root, path)).isDirectory()) return;
    for (const name of fs.readdirSync(below(root, path)).sort())
      reportTree({ fs, path: root }, `${path}/${name}`, kind);
  };
  const compare = (directory: string): void => {
    const names = new Set([...namesIn(left, directory), ...namesIn(right, directory)]);
    for (const name of [...names].sort()) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const [before, after] = [look(left, path), look(right, path)];
      if (before === undefined || after === undefined) {
        if (after !== undefined) reportTree(right, path, 'added');
        else if (before !== undefined) reportTree(left, path, 'removed');
        continue;
      }
      const parts = compareEntry(left, right, path, before, after, options);
      if (parts.length > 0) report(path, 'changed', parts);
      if (before.isDirectory() && after.isDirectory()) compare(path);
      else if (before.isDirectory())
        for (const each of namesIn(left, path)) reportTree(left, `${path}/${each}`, 'removed');
      else if (after.isDirectory())
        for (const each of namesIn(right, path)) reportTree(right, `${path}/${each}`, 'added');
    }
  };
  compare('');
  return found;
}

interface Place {
  readonly fs: ReadableFs;
  readonly path: string;
}

const place = (side: DiffSide): Place => ('fs' in side ? side : { fs: side, path: '/' });
const namesIn = ({ fs, path }: Place, directory: string): string[] => fs.readdirSync(below(path, directory)).sort();
const look = ({ fs, path }: Place, at: string): Stats | undefined =>
  fs.lstatSync(below(path, at), { throwIfNoEntry: false });

const typeOf = (stats: Stats): string =>
  stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : stats.isFile() ? 'file' : 'other';

function compareEntry(
  left: Place,
  right: Place,
  path: string,
  before: Stats,
  after: Stats,
  { times = false }: DiffOptions,
): DifferentPart[] {
  if (typeOf(before) !== typeOf(after)) return ['type'];
  const parts: DifferentPart[] = [];
  if (before.isFile() && (before.size !== after.size || !sameContent(left, right, path))) parts.push('content');
  if (before.isSymbolicLink() && targetOf(left, path) !== targetOf(right, path)) parts.push('target');
  if ((before.mode & 0o7777) !== (after.mode & 0o7777)) parts.push('mode');
  if (times && Math.abs(before.mtimeMs - after.mtimeMs) > MICROSECOND) parts.push('mtime');
  return parts;
}

const targetOf = ({ fs, path }: Place, at: string): string => String(fs.readlinkSync(below(path, at)));

function sameContent(left: Place, right: Place, path: string): boolean {
  const [a, b] = [piecesOf(left, path), piecesOf(right, path)];
  try {
    for (;;) {
      const [one, two] = [a.next(), b.next()];
      if (one.done || two.done) return one.done === two.done;
      if (!one.value.equals(two.value)) return false;
    }
  } finally {
    a.return(undefined);
    b.return(undefined);
  }
}

/** A file in pieces of one length, the last one shorter. */
function* piecesOf({ fs, path }: Place, at: string): Generator<Buffer, undefined> {
  const fd = fs.openSync(below(path, at), 'r');
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
}

/** Differences as lines: '+ added', '- removed', '~ changed (content, mode)'. */
export function printDiff(differences: readonly Difference[]): string {
  const signs = { added: '+', removed: '-', changed: '~' };
  return differences
    .map(({ path, kind, parts }) => `${signs[kind]} ${path}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`)
    .join('\n');
}
