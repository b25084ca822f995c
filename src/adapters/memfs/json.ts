/**
 * Adapter, memfs: a volume as the flat object that memfs makes of it, and as
 * its picture of a tree. Symbolic links are not in the object, as there.
 */
import { posix } from 'node:path';

type NodeFs = typeof import('node:fs');

/** Paths and what is there: a file's content, or null for an empty directory. */
export type DirectoryJSON<T extends string | Buffer | null = string | Buffer | null> = Record<string, T>;

/** @param base - the directory that names are relative to; '' for absolute names */
export function addToJSON(fs: NodeFs, path: string, base: string, json: DirectoryJSON, asBuffer: boolean): void {
  const stats = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return;
  const name = base === '' ? path : posix.relative(base, path);
  if (stats.isFile()) {
    json[name] = asBuffer ? fs.readFileSync(path) : fs.readFileSync(path, 'utf8');
    return;
  }
  const names = fs.readdirSync(path).sort();
  if (names.length === 0 && name !== '' && name !== '/') json[name] = null;
  for (const each of names) addToJSON(fs, posix.join(path, each), base, json, asBuffer);
}

/** Options of {@link Volume.toTree}. */
export interface ToTreeOptions {
  /** Where to begin; default '/'. */
  readonly dir?: string;
  /** Levels to show; default 10. */
  readonly depth?: number;
  /** What every line but the first begins with; default nothing. */
  readonly tab?: string;
  /** Whether names are sorted, directories first; default true. Else they come as `readdir` gives them. */
  readonly sort?: boolean;
}

/** The tree as memfs draws it: directories first. */
export function drawTree(fs: NodeFs, { dir = '/', depth = 10, tab = '', sort = true }: ToTreeOptions): string {
  const from = posix.resolve(dir);
  const label = posix.basename(from) === '' ? '/' : `${posix.basename(from)}/`;
  if (depth < 1) return `${label} (...)`;
  return [label, ...linesBelow(fs, from, depth, sort).map((line) => tab + line)].join('\n');
}

function linesBelow(fs: NodeFs, dir: string, depth: number, sort: boolean): string[] {
  const entries = fs.readdirSync(dir, { withFileTypes: true });
  const rank = (entry: (typeof entries)[number]): number => (entry.isDirectory() ? 0 : 1);
  if (sort) entries.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
  return entries.flatMap((entry, index) => {
    const [branch, stem] = index === entries.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  '];
    const path = posix.join(dir, entry.name);
    if (entry.isSymbolicLink()) return [`${branch}${entry.name} → ${fs.readlinkSync(path)}`];
    if (!entry.isDirectory()) return [branch + entry.name];
    if (depth <= 1) return [`${branch}${entry.name}/ (...)`];
    return [`${branch}${entry.name}/`, ...linesBelow(fs, path, depth - 1, sort).map((line) => stem + line)];
  });
}
