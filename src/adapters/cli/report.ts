/** Adapter, command line: what the program would have written, as text. */
import type { Quota } from '../../facade/index.js';
import { formatBytes } from '../../host/index.js';
import type { Change } from '../overlay/index.js';
import { printable } from '../tree/index.js';

const SIGNS = { added: '+', changed: '~', deleted: '-' } as const;

/** Without directories of which only a time is different: something in them is, and says so itself. */
export const worthTelling = (changes: readonly Change[]): Change[] =>
  changes.filter(
    ({ after, what }) => after?.type !== 'directory' || what.some((each) => each !== 'mtime') || !what.length,
  );

/** One line: how much there is, and what it took. */
export function summary(changes: readonly Change[], quota: Quota): string {
  const count = (kind: Change['kind']): number => changes.filter((each) => each.kind === kind).length;
  const bytes = changes.reduce((sum, { after }) => sum + (after?.type === 'file' ? after.size : 0), 0);
  const counts = `${count('added')} added, ${count('changed')} changed, ${count('deleted')} deleted`;
  return `${counts} (${formatBytes(bytes)}); quota peak ${formatBytes(quota.peak)} of ${formatBytes(quota.limit)}`;
}

interface Branch {
  readonly children: Map<string, Branch>;
  change?: Change;
}

/** The changes as a tree, as tree(1) draws it. Directories that only lead to one are put in its line. */
export function changeTree(changes: readonly Change[]): string {
  const root: Branch = { children: new Map() };
  for (const change of changes) {
    let branch = root;
    for (const name of change.path.split('/').filter(Boolean)) {
      const next = branch.children.get(name) ?? { children: new Map() };
      branch.children.set(name, next);
      branch = next;
    }
    branch.change = change;
  }
  const lines: string[] = [];
  const visit = ({ children }: Branch, prefix: string): void => {
    const last = children.size - 1;
    for (const [index, [name, child]] of [...children].entries()) {
      const [path, end] = straight(name, child);
      lines.push(`${prefix}${index === last ? '└── ' : '├── '}${line(path, end)}`);
      visit(end, prefix + (index === last ? '    ' : '│   '));
    }
  };
  if (root.change !== undefined) lines.push(line('/', root));
  for (const [name, child] of root.children) {
    const [path, end] = straight(`/${name}`, child);
    lines.push(line(path, end));
    visit(end, '');
  }
  return lines.join('\n');
}

function straight(name: string, branch: Branch): [string, Branch] {
  const [[next, child] = []] = branch.children;
  if (branch.change !== undefined || branch.children.size !== 1 || !next || !child) return [name, branch];
  return straight(`${name}/${next}`, child);
}

function line(name: string, { change, children }: Branch): string {
  const shown = printable(name);
  if (change === undefined) return shown.endsWith('/') ? shown : `${shown}/`;
  const { after, before, kind, what } = change;
  const side = after ?? before;
  const isDirectory = side?.type === 'directory' || children.size > 0;
  const sizes =
    side?.type !== 'file'
      ? []
      : before?.type === 'file' && after !== undefined
        ? [`${formatBytes(after.size)}, was ${formatBytes(before.size)}`]
        : [formatBytes(side.size)];
  // Of a file, new content needs no word.
  const parts = what.filter((each) => each !== 'content' && each !== 'mtime');
  const notes = [...sizes, ...parts];
  return `${SIGNS[kind]} ${shown}${isDirectory && !shown.endsWith('/') ? '/' : ''}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}

/** The changes of text files as unified diffs. */
export const diffs = (changes: readonly Change[]): string => changes.map((change) => change.diff() ?? '').join('');
