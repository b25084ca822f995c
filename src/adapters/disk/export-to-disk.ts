/**
 * Adapter, disk: a tree of a file system becomes a directory of the real disk.
 * Each file is written under a hidden name beside its place and then renamed, so
 * that no reader ever sees half of one. Nothing is written through a symbolic
 * link below the directory.
 */

import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateInteger } from '../../facade/index.js';
import { codeOf, ownFs } from '../../host/index.js';
import { type OutsideLinks, type ReadableFs, settable } from '../tree/index.js';
import { refuse } from './disk-error.js';
import { type DiskAction, type PlannedAction, planExport } from './export-plan.js';
import { forEachAtOnce } from './pool.js';
import { type Progress, progressOf, type TransferCounts } from './progress.js';

/** Captured when the package is loaded: `node:fs` may be patched later, and the disk stays the disk. */
const { chmod, link, lstat, lutimes, mkdir, open, rename, symlink, unlink, utimes } = ownFs.promises;

const PIECE = 256 * 1024;
/** Not the set-id bits: a program on the disk would run as who exported it. */
const MODE = 0o1777;

/** Options of {@link exportToDisk}. */
export interface ExportToDiskOptions {
  /** Whether files that are on the disk may be replaced. Default false: the export is refused before it begins. */
  readonly overwrite?: boolean;
  /** Find out what would be done, and do nothing. Default false. */
  readonly dryRun?: boolean;
  /** Asked for each entry; false leaves it and what is below it out. `path` is relative to `from`. */
  readonly filter?: (path: string, stats: Stats) => boolean;
  /** Files that are written at once. Default 8. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** What happens to a symbolic link that leads out of the tree. Default 'refuse'. */
  readonly outsideLinks?: OutsideLinks;
}

/** What was, or would be, exported. */
export interface ExportResult extends TransferCounts {
  readonly actions: readonly DiskAction[];
}

/**
 * Copies a directory of a file system to the disk. Modes, times, symbolic and hard links and empty directories are
 * kept, owners and set-id bits are not. A symbolic link with an absolute target inside the tree becomes a relative one.
 *
 * A failure half way leaves the files that are done, each of them whole. Directories that are there already keep
 * their modes and times. (Nobody may rename directories below `dir` meanwhile: Node has no calls that would notice.)
 *
 * @param fs the file system that has the tree
 * @param from a directory on it
 * @param dir directory on the disk; made when it is not there
 * @returns what was done; with `dryRun` what would be
 * @throws DiskError, see {@link DiskErrorCode}: all but CHANGED before anything is written; the errors of the disk and
 *   of `fs`
 */
export async function exportToDisk(
  fs: ReadableFs,
  from: string,
  dir: string | URL,
  options: ExportToDiskOptions = {},
): Promise<ExportResult> {
  const {
    overwrite = false,
    dryRun = false,
    outsideLinks = 'refuse',
    filter = () => true,
    concurrency = 8,
    onProgress,
  } = options;
  validateInteger(concurrency, 'options.concurrency', 1);
  const root = resolve(dir instanceof URL ? fileURLToPath(dir) : dir);
  if (!fs.statSync(from).isDirectory()) throw refuse('TYPE', 'what is exported must be a directory', from);
  const plan = await planExport(fs, normal(from), root, { overwrite, outsideLinks, filter });
  const result = { ...count(plan), actions: plan.map(({ from: _, stats: __, ...action }) => action) };
  if (dryRun) return result;
  await mkdir(root, { recursive: true });
  const of = (type: DiskAction['type']): PlannedAction[] => plan.filter((each) => each.type === type);
  for (const each of of('directory')) await makeDirectory(join(root, each.path), each);
  const done = progressOf(result, onProgress);
  await forEachAtOnce(of('file'), concurrency, async (each) => {
    await writeFile(fs, join(root, each.path), each);
    done(each.path, each.size);
  });
  for (const each of of('link')) {
    await put(join(root, each.path), each, (at) => link(join(root, each.target ?? ''), at));
  }
  for (const each of of('symlink')) {
    await put(join(root, each.path), each, async (at) => {
      await symlink(each.target ?? '', at);
      const mtime = settable(each.stats.mtimeMs / 1000);
      await lutimes(at, mtime, mtime);
    });
  }
  // Children first: making an entry moves its directory's time, and a mode may forbid it.
  for (const { path, stats, action } of of('directory').reverse()) {
    if (action === 'create') await setAttributes(join(root, path), stats);
  }
  return result;
}

/** An absolute path without a slash at its end. */
const normal = (path: string): string => join('/', path).replace(/(?<=.)\/$/, '');

function count(plan: readonly PlannedAction[]): TransferCounts {
  const number = (type: DiskAction['type']): number => plan.filter((each) => each.type === type).length;
  return {
    files: number('file'),
    directories: number('directory'),
    symlinks: number('symlink'),
    links: number('link'),
    bytes: plan.reduce((sum, { size }) => sum + size, 0),
  };
}

async function makeDirectory(at: string, { path, action }: PlannedAction): Promise<void> {
  if (action === 'create') await mkdir(at, { mode: 0o700 });
  else if (!(await lstat(at)).isDirectory()) throw refuse('CHANGED', 'a directory on the disk is none any more', path);
}

async function writeFile(fs: ReadableFs, at: string, each: PlannedAction): Promise<void> {
  await put(at, each, async (spare) => {
    const file = await open(spare, 'wx', 0o600);
    try {
      const fd = fs.openSync(each.from, 'r');
      try {
        const piece = Buffer.allocUnsafe(PIECE);
        for (;;) {
          const length = fs.readSync(fd, piece, 0, PIECE, null);
          if (length === 0) break;
          for (let written = 0; written < length; ) {
            written += (await file.write(piece, written, length - written)).bytesWritten;
          }
        }
      } finally {
        fs.closeSync(fd);
      }
      await file.chmod(each.stats.mode & MODE);
      const mtime = settable(each.stats.mtimeMs / 1000);
      await file.utimes(mtime, mtime);
    } finally {
      await file.close();
    }
  });
}

/** Makes an entry in one step: what needs more is made under a name of its own, then gets its place. */
async function put(at: string, { action, type }: PlannedAction, make: (spare: string) => Promise<void>): Promise<void> {
  if (action === 'create' && type !== 'file') {
    await make(at);
    return;
  }
  const spare = join(dirname(at), `.quotafs-${randomBytes(6).toString('hex')}`);
  try {
    await make(spare);
    if (action === 'create') await linkOrRename(spare, at);
    else await rename(spare, at);
  } finally {
    await removeSpare(spare);
  }
}

/** Not `rm`: Node's calls other functions of the public `fs`, which may be patched. */
async function removeSpare(spare: string): Promise<void> {
  try {
    await unlink(spare);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** A link, unlike a rename, does not replace what has come there meanwhile. Some file systems have none. */
async function linkOrRename(spare: string, at: string): Promise<void> {
  try {
    await link(spare, at);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) throw error;
    await rename(spare, at);
  }
}

async function setAttributes(at: string, { mode, mtimeMs }: Stats): Promise<void> {
  await chmod(at, mode & MODE);
  await utimes(at, settable(mtimeMs / 1000), settable(mtimeMs / 1000));
}
