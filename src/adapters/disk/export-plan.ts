/**
 * Adapter, disk: what an export would do, found out before it does anything.
 * Every directory on the way is a real one, no link leads out, and nothing is
 * in the way that must not go.
 */
import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, ownFs } from '../../host/index.js';
import {
  below,
  isWithin,
  leadsOut,
  type OutsideLinks,
  parentOf,
  type ReadableFs,
  relativeTarget,
  walkTree,
} from '../tree/index.js';
import { refuse } from './disk-error.js';

const { lstat, stat } = ownFs.promises;

/** One step of an export. */
export interface DiskAction {
  /** Relative to the directory on the disk. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  /** 'keep' is a directory that is there already. */
  readonly action: 'create' | 'replace' | 'keep';
  /** Bytes of a file, 0 for others. */
  readonly size: number;
  /** What a symbolic link will say, or the path of a hard link's first name. */
  readonly target?: string;
}

/** A step with what it needs to be done. */
export interface PlannedAction extends DiskAction {
  /** Where it is on the file system. */
  readonly from: string;
  readonly stats: Stats;
}

interface PlanOptions {
  readonly overwrite: boolean;
  readonly outsideLinks: OutsideLinks;
  readonly filter: (path: string, stats: Stats) => boolean;
}

/** @param from absolute path of a directory on `fs` */
export async function planExport(
  fs: ReadableFs,
  from: string,
  dir: string,
  options: PlanOptions,
): Promise<PlannedAction[]> {
  const plan: PlannedAction[] = [];
  const firsts = new Map<string, string>();
  /** Directories that are not on the disk: nothing below them can be in the way. */
  const fresh = new Set<string>();
  if (!(await isDirectoryOrFree(dir))) fresh.add('');
  const left = new Set<string>();
  for (const { path, stats } of walkTree(fs, from, refuse, (entry) => !left.delete(entry.path))) {
    if (!options.filter(path, stats)) {
      if (stats.isDirectory()) left.add(path);
      continue;
    }
    const there = fresh.has(parentOf(path)) ? undefined : await look(join(dir, path));
    const entry = { path, from: below(from, path), stats };
    if (stats.isDirectory()) {
      if (there === undefined) fresh.add(path);
      plan.push({ ...entry, type: 'directory', size: 0, action: directoryAction(path, there) });
      continue;
    }
    const action = fileAction(path, there, options.overwrite);
    if (stats.isSymbolicLink()) {
      const target = linkTarget(fs, entry.from, path, from, options.outsideLinks);
      if (target !== undefined) plan.push({ ...entry, type: 'symlink', size: 0, action, target });
      continue;
    }
    if (!stats.isFile()) throw refuse('TYPE', 'an entry is neither file, directory nor link', path);
    const key = stats.nlink > 1 ? `${stats.dev}:${stats.ino}` : undefined;
    const first = key === undefined ? undefined : firsts.get(key);
    if (first !== undefined) plan.push({ ...entry, type: 'link', size: 0, action, target: first });
    else plan.push({ ...entry, type: 'file', size: stats.size, action });
    if (key !== undefined && first === undefined) firsts.set(key, path);
  }
  return plan;
}

/**
 * True when the destination is there, false when it can be made.
 * @throws DiskError when it, or what it would be made in, is something else
 */
async function isDirectoryOrFree(dir: string): Promise<boolean> {
  const conflict = () => refuse('CONFLICT', 'on the disk, a file is in the place of a directory', dir);
  for (let at = dir; ; at = dirname(at)) {
    const there = await stat(at).catch((error) => {
      if (error.code === 'ENOTDIR') throw conflict();
      if (error.code !== 'ENOENT') throw error;
    });
    if (there?.isDirectory()) return at === dir;
    if (there !== undefined) throw conflict();
    if ((await look(at)) !== undefined) throw refuse('LINK', 'on the disk, a symbolic link leads nowhere', at);
  }
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function directoryAction(path: string, there: Stats | undefined): 'create' | 'keep' {
  if (there === undefined) return 'create';
  if (there.isDirectory()) return 'keep';
  if (there.isSymbolicLink()) throw refuse('LINK', 'on the disk, a symbolic link is in the place of a directory', path);
  throw refuse('CONFLICT', 'on the disk, a file is in the place of a directory', path);
}

function fileAction(path: string, there: Stats | undefined, overwrite: boolean): 'create' | 'replace' {
  if (there === undefined) return 'create';
  if (there.isDirectory()) throw refuse('CONFLICT', 'on the disk, a directory is in the place of a file', path);
  if (!overwrite) throw refuse('EXISTS', 'the disk has an entry of this name', path);
  return 'replace';
}

/** An absolute target inside the tree becomes relative: on the disk, the tree's root is somewhere else. */
function linkTarget(
  fs: ReadableFs,
  link: string,
  path: string,
  root: string,
  outsideLinks: OutsideLinks,
): string | undefined {
  const target = String(fs.readlinkSync(link));
  if (!leadsOut(path, target, root)) {
    return target.startsWith('/') && isWithin(target, root) ? relativeTarget(path, target, root) : target;
  }
  if (outsideLinks === 'keep') return target;
  if (outsideLinks === 'skip') return undefined;
  throw refuse('LINK', `a symbolic link leads out, to ${JSON.stringify(target)}`, path);
}
