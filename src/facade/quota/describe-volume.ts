/**
 * Facade layer: what a volume looks like in the output of a failing test:
 * `console.log(fs)`, `util.inspect(fs)`. A few lines, however large it is, and
 * looking leaves no trace in it.
 */
import { type Engine, Fault, S_IFDIR, S_IFLNK, S_IFMT, type TreeSource } from '../../core/index.js';
import { formatBytes } from '../../host/index.js';
import { decodeName } from '../encoding.js';

const MOST_LINES = 30;

/** One line. */
export const describeUse = ({ quota: { used, limit } }: Engine): string =>
  `${formatBytes(used)} of ${formatBytes(limit)} used`;

/** How full a volume is, and the first lines of its tree. */
export function describeTree(engine: Engine): string {
  const head = `quotafs: ${describeUse(engine)}`;
  try {
    return `${head}\n${treeLines(engine.tree()).join('\n')}`;
  } catch (error) {
    // Over another file system, only a part of the tree is known.
    if (error instanceof Fault) return head;
    throw error;
  }
}

function treeLines(tree: TreeSource): string[] {
  const lines = ['/'];
  let isCut = false;
  const visit = (directory: number, indent: string): void => {
    const names: [name: string, ino: number][] = [];
    tree.forEachName(directory, (name, ino) => names.push([decodeName(name), ino]));
    for (const [name, ino] of names.sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (lines.length >= MOST_LINES) {
        isCut = true;
        return;
      }
      const { mode, size } = tree.node(ino);
      const shown = name.replace(/\p{Cc}/gu, '?');
      if ((mode & S_IFMT) === S_IFDIR) {
        lines.push(`${indent}${shown}/`);
        visit(ino, `${indent}  `);
      } else
        lines.push(`${indent}${shown} ${(mode & S_IFMT) === S_IFLNK ? targetOf(tree, ino) : `(${formatBytes(size)})`}`);
    }
  };
  visit(tree.inos[0] as number, '  ');
  return isCut ? [...lines, '  … and more'] : lines;
}

function targetOf(tree: TreeSource, ino: number): string {
  let target = '';
  tree.forEachPage(ino, (_page, bytes, start, length) => {
    target = Buffer.from(bytes.subarray(start, start + length)).toString();
  });
  return `-> ${target.replace(/\p{Cc}/gu, '?')}`;
}
