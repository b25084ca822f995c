/** Demo: moving trees between two file systems, and looking at them. Works on any two `node:fs`-shaped objects. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { TreeNode } from './terminal.js';

type NodeFs = typeof import('node:fs');

/** Paths of all files below a directory, relative to it, in a stable order. */
export function filesBelow(fs: NodeFs, directory: string, prefix = ''): string[] {
  return fs.readdirSync(posix.join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(prefix, entry.name);
    if (entry.isDirectory()) return filesBelow(fs, directory, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Copies files one by one; `onBytes` hears how much has arrived so far. */
export function copyFiles(
  from: { fs: NodeFs; directory: string },
  to: { fs: NodeFs; directory: string },
  paths: readonly string[],
  onBytes: (total: number) => void = () => {},
): void {
  let total = 0;
  for (const path of paths) {
    const target = posix.join(to.directory, path);
    const data = from.fs.readFileSync(posix.join(from.directory, path));
    to.fs.mkdirSync(posix.dirname(target), { recursive: true });
    to.fs.writeFileSync(target, data);
    total += data.length;
    onBytes(total);
  }
}

/** SHA-256 of each file, by relative path. */
export function hashes(fs: NodeFs, directory: string): Map<string, string> {
  return new Map(
    filesBelow(fs, directory).map((path) => {
      const data = fs.readFileSync(posix.join(directory, path));
      return [path, createHash('sha256').update(data).digest('hex')];
    }),
  );
}

/** Paths whose hash differs, or that only one side has. */
export function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}

/** The directory as a tree for printing; a folder named in `collapsed` is shown as one line. */
export function describeTree(fs: NodeFs, directory: string, collapsed: readonly string[] = []): TreeNode {
  const name = `${posix.basename(directory)}/`;
  const paths = collapsed.includes(directory) ? filesBelow(fs, directory) : [];
  if (paths.length > 0) {
    const size = paths.reduce((sum, path) => sum + fs.statSync(posix.join(directory, path)).size, 0);
    return { name, size, note: `${paths.length} files` };
  }
  const children = fs.readdirSync(directory, { withFileTypes: true }).map((entry) => {
    const path = posix.join(directory, entry.name);
    return entry.isDirectory() ? describeTree(fs, path, collapsed) : { name: entry.name, size: fs.statSync(path).size };
  });
  return { name, size: children.reduce((sum, child) => sum + child.size, 0), children };
}
