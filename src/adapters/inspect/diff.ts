/** Adapter, looking: what is different between two trees. Owners and inode numbers are not compared. */
import { type DiffSide, type Looked, type Side, sideOf } from './diff-sides.js';

export type { DiffSide };

/** What may differ in an entry that both sides have. */
export type DifferentPart = 'type' | 'content' | 'target' | 'mode' | 'mtime';

/** One entry in which two sides differ. */
export interface Difference {
  /** Relative to the places that are compared. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What differs; empty unless 'changed'. */
  readonly parts: readonly DifferentPart[];
}

/** Options of {@link diff}. */
export interface DiffOptions {
  /** Whether times of the last change count. Default false. */
  readonly times?: boolean;
}

/** In milliseconds. Until Node 24, `utimes` set nothing finer. */
const MICROSECOND = 0.0015;

/**
 * Every difference on the way from `a` to `b`, in the order of the paths. An added or removed directory comes with
 * everything below it. The places themselves are not compared, only what is below them.
 * @throws the errors of the file systems
 */
export function diff(a: DiffSide, b: DiffSide, options: DiffOptions = {}): Difference[] {
  const [left, right] = [sideOf(a), sideOf(b)];
  const found: Difference[] = [];
  const report = (path: string, kind: Difference['kind'], parts: readonly DifferentPart[] = []): void => {
    found.push({ path, kind, parts });
  };
  const reportTree = (side: Side, path: string, kind: Difference['kind']): void => {
    report(path, kind);
    if (side.look(path)?.type !== 'directory') return;
    for (const name of side.names(path)) reportTree(side, `${path}/${name}`, kind);
  };
  const compare = (directory: string): void => {
    const names = new Set([...left.names(directory), ...right.names(directory)]);
    for (const name of [...names].sort()) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const [before, after] = [left.look(path), right.look(path)];
      if (before === undefined || after === undefined) {
        if (after !== undefined) reportTree(right, path, 'added');
        else if (before !== undefined) reportTree(left, path, 'removed');
        continue;
      }
      const parts = compareEntry(left, right, path, before, after, options);
      if (parts.length > 0) report(path, 'changed', parts);
      if (before.type === 'directory' && after.type === 'directory') compare(path);
      else if (before.type === 'directory')
        for (const each of left.names(path)) reportTree(left, `${path}/${each}`, 'removed');
      else if (after.type === 'directory')
        for (const each of right.names(path)) reportTree(right, `${path}/${each}`, 'added');
    }
  };
  compare('');
  return found;
}

function compareEntry(
  left: Side,
  right: Side,
  path: string,
  before: Looked,
  after: Looked,
  { times = false }: DiffOptions,
): DifferentPart[] {
  if (before.type !== after.type) return ['type'];
  const parts: DifferentPart[] = [];
  if (before.type === 'file' && (before.size !== after.size || !sameContent(left, right, path))) parts.push('content');
  if (before.type === 'symlink' && left.target(path) !== right.target(path)) parts.push('target');
  if (before.mode !== after.mode) parts.push('mode');
  if (times && Math.abs(before.mtimeMs - after.mtimeMs) > MICROSECOND) parts.push('mtime');
  return parts;
}

function sameContent(left: Side, right: Side, path: string): boolean {
  const [a, b] = [left.pieces(path), right.pieces(path)];
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

/** Differences as lines: '+ added', '- removed', '~ changed (content, mode)'. */
export function printDiff(differences: readonly Difference[]): string {
  const signs = { added: '+', removed: '-', changed: '~' };
  return differences
    .map(({ path, kind, parts }) => `${signs[kind]} ${path}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`)
    .join('\n');
}
