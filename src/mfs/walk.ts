/**
 * D-MemFS layer: going through a directory tree, from the top down, without
 * recursion. Links to directories are listed and never entered, so a walk ends.
 * Each directory is read when the walk reaches it: what vanished meanwhile is
 * skipped, the walk as a whole is no snapshot (as D-MemFS's).
 */
import { DT_DIR, DT_LINK, ENOENT, ENOTDIR, Fault, fault } from '../core/index.js';
import type { MfsContext } from './context.js';
import { atEdge } from './errors.js';
import { look, lookHere, requireExists } from './looking.js';
import { fromByteString, join, normalizePath, toByteString } from './paths.js';

/** One step of a walk: a directory's path, the names of the directories in it, the names of everything else. */
export type WalkEntry = [path: string, directories: string[], files: string[]];

/** Starts at `path`; a path that is no directory is an error at once, not at the first step. */
export function walk(context: MfsContext, path: string): IterableIterator<WalkEntry> {
  const root = toByteString(normalizePath(path));
  if (!requireExists(context, root).isDir) throw fault(ENOTDIR);
  return textOf(context, root, path);
}

function* textOf(context: MfsContext, root: string, path: string): IterableIterator<WalkEntry> {
  const steps = levels(context, root);
  for (;;) {
    const step = atEdge('walk', () => steps.next(), path);
    if (step.done) return;
    const [directory, directories, files] = step.value;
    yield [fromByteString(directory), directories.map(fromByteString), files.map(fromByteString)];
  }
}

/** The walk in byte strings. */
export function* levels(context: MfsContext, root: string): IterableIterator<WalkEntry> {
  const pending = [root];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const level = readLevel(context, path);
    if (level === undefined) continue;
    yield [path, level.directories, level.files];
    for (const name of level.enter.reverse()) pending.push(join(path, name));
  }
}

interface Level {
  directories: string[];
  files: string[];
  /** The directories without the links to directories. */
  enter: string[];
}

function readLevel(context: MfsContext, path: string): Level | undefined {
  const level: Level = { directories: [], files: [], enter: [] };
  const types: number[] = [];
  const names = readOrNothing(context, path, types);
  names?.forEach((name, index) => {
    const type = types[index];
    if (type === DT_DIR) level.enter.push(name);
    if (type === DT_DIR || (type === DT_LINK && leadsToDirectory(context, join(path, name)))) {
      level.directories.push(name);
    } else {
      level.files.push(name);
    }
  });
  return names && level;
}

/** Undefined when the directory was removed, or replaced by something else, since its parent was read. */
function readOrNothing(context: MfsContext, path: string, types: number[]): string[] | undefined {
  try {
    return context.engine.readdir(path, types);
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.errno === ENOENT || thrown.errno === ENOTDIR)) return undefined;
    throw thrown;
  }
}

function leadsToDirectory(context: MfsContext, path: string): boolean {
  const found = look(context, path);
  return typeof found !== 'number' && found.isDir;
}

/** Byte paths of everything at and below `root` that is not a directory, links not followed. */
export function* leavesBelow(context: MfsContext, root: string): IterableIterator<string> {
  const found = lookHere(context, root);
  if (typeof found === 'number') return;
  if (!found.isDir) {
    yield root;
    return;
  }
  for (const [directory, , files] of levels(context, root)) {
    for (const name of files) yield join(directory, name);
  }
}
