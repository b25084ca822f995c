/**
 * D-MemFS layer: whole files and trees, copied, taken out and put in. A file
 * that a handle may be writing is not read: the caller would get half of it.
 */
import {
  COPYFILE_EXCL,
  EBUSY,
  EEXIST,
  EFBIG,
  EISDIR,
  ENOTDIR,
  fault,
  O_RDONLY,
  type TreeEntry,
} from '../core/index.js';
import { asBytes, type Bytes } from './bytes.js';
import type { MfsContext } from './context.js';
import { ExplainedFault, invalidType, LockConflict } from './errors.js';
import { isTaken, look, lookHere, requireExists, requireFile } from './looking.js';
import { fromByteString, normalizePath, toByteString } from './paths.js';
import { leavesBelow } from './walk.js';

/** Paths with contents: an object, a Map, or pairs. */
export type Tree = Readonly<Record<string, Bytes>> | Iterable<readonly [path: string, data: Bytes]>;

/** Copies a file to a name that is free; permissions go along. */
export function copyFile(context: MfsContext, from: string, to: string): void {
  const source = toByteString(normalizePath(from, 'src'));
  const target = toByteString(normalizePath(to, 'dst'));
  const { ino } = requireFile(context, source);
  if (isTaken(context, target)) throw fault(EEXIST);
  refuseWritten(context, ino);
  context.engine.copyFile(source, target, COPYFILE_EXCL);
}

/** Copies a directory and everything below it to a name that is free: all or nothing. */
export function copyTree(context: MfsContext, from: string, to: string): void {
  const source = toByteString(normalizePath(from, 'src'));
  const target = toByteString(normalizePath(to, 'dst'));
  if (!requireExists(context, source).isDir) throw fault(ENOTDIR);
  if (isTaken(context, target)) throw fault(EEXIST);
  const real = context.engine.realpath(source);
  if (!context.locks.idle) {
    for (const path of leavesBelow(context, real)) {
      const found = lookHere(context, path);
      if (typeof found !== 'number') refuseWritten(context, found.ino);
    }
  }
  context.engine.copyTree(real, target);
}

/** The contents of a file in memory of the caller's own, outside the quota. */
export function exportFile(context: MfsContext, path: string, maxSize = Number.POSITIVE_INFINITY): Buffer {
  const bytes = toByteString(normalizePath(path));
  const { ino, size } = requireFile(context, bytes);
  if (size > maxSize) throw new ExplainedFault(EFBIG, `the file's ${size} bytes exceed maxSize ${maxSize}`);
  refuseWritten(context, ino);
  return contents(context, bytes);
}

/** Byte paths of the files at and below a prefix, those changed since they were imported only when `onlyDirty`. */
export function filesToExport(context: MfsContext, prefix: string, onlyDirty: boolean): string[] {
  const root = toByteString(normalizePath(prefix, 'prefix'));
  const start = look(context, root);
  if (typeof start === 'number') return [];
  return (start.isDir ? [...leavesBelow(context, root)] : [root]).filter((path) => {
    const found = look(context, path);
    if (typeof found === 'number' || !found.isFile) return false;
    return !onlyDirty || context.engine.generation(found.ino) > 0;
  });
}

/** One file of an export; undefined when it has been removed since the export began. */
export function exportEntry(context: MfsContext, bytes: string): [path: string, data: Buffer] | undefined {
  const found = look(context, bytes);
  if (typeof found === 'number' || !found.isFile) return undefined;
  refuseWritten(context, found.ino);
  return [fromByteString(bytes), contents(context, bytes)];
}

/** Writes every file of the tree, and the directories it needs: all or nothing. */
export function importTree(context: MfsContext, tree: Tree): void {
  if (typeof tree !== 'object' || tree === null) throw invalidType('tree', 'an object or an iterable of pairs', tree);
  const entries = new Map<string, TreeEntry>();
  for (const [path, data] of Symbol.iterator in tree ? tree : Object.entries(tree)) {
    const bytes = toByteString(normalizePath(path, 'a path of the tree'));
    if (entries.has(bytes)) throw new ExplainedFault(EEXIST, `two entries of the tree are the file '${path}'`);
    entries.set(bytes, { path: bytes, type: 'file', data: asBytes(data, `the data of '${path}'`) });
  }
  for (const bytes of entries.keys()) refuseTarget(context, bytes);
  if (entries.size > 0) context.engine.importTree(entries.values());
}

function refuseTarget(context: MfsContext, bytes: string): void {
  const found = look(context, bytes);
  if (typeof found === 'number') return;
  if (found.isDir) throw new ExplainedFault(EISDIR, `'${fromByteString(bytes)}' is a directory`);
  if (context.locks.isHeld(found.ino)) throw new ExplainedFault(EBUSY, `'${fromByteString(bytes)}' is open`);
}

function refuseWritten(context: MfsContext, ino: number): void {
  if (context.locks.isWritten(ino)) throw new LockConflict(ino, 'read');
}

function contents(context: MfsContext, bytes: string): Buffer {
  return context.engine.readFile(bytes, O_RDONLY, (size) => Buffer.allocUnsafe(size));
}
