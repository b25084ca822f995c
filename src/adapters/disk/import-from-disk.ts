/**
 * Adapter, disk: a directory of the real disk becomes a tree of a file system.
 * First the whole directory is looked at, and the sum held against the quota;
 * then files are read, several at once. The list of entries is billed to the
 * file system while it is needed; memory beside the quota: one piece for each
 * file that is being read.
 */

import type { promises, Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateInteger } from '../../facade/index.js';
import { codeOf, ownFs, textBytes } from '../../host/index.js';
import { leadsOut, type OutsideLinks, TreeWriter, type WritableFs } from '../tree/index.js';
import { refuse } from './disk-error.js';
import { forEachAtOnce } from './pool.js';
import { type Progress, progressOf, type TransferCounts } from './progress.js';

/** Captured when the package is loaded: `node:fs` may be patched later, and the disk stays the disk. */
const { lstat, open, readdir, readlink, stat } = ownFs.promises;

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = ownFs.constants;
const PIECE = 256 * 1024;

/** Options of {@link importFromDisk}. */
export interface ImportFromDiskOptions {
  /** Directory that gets the tree; made when it is not there. Default '/'. */
  readonly to?: string;
  /** Asked for each entry; false leaves it and what is below it out. `path` is relative to `dir`, with slashes. */
  readonly filter?: (path: string, stats: Stats) => boolean;
  /** Files that are read at once. Default 8. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** What happens to a symbolic link that leads out of the tree. Default 'keep': in a volume it leads nowhere else. */
  readonly outsideLinks?: OutsideLinks;
}

/** Bytes of an entry in the list, beside its path. */
const ENTRY_PRICE = 320;

/** What is known of an entry: a Stats has three times as much. */
interface Found {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds. */
  readonly mtime: number;
  readonly dev: number;
  readonly ino: number;
  /** The text of a symbolic link. */
  readonly target?: string;
  /** The first name of a file that has several. */
  readonly first?: string;
}

/**
 * Copies a directory of the disk into a file system, all or nothing. Modes, times, symbolic and hard links and empty
 * directories are kept, owners are not. Existing files are replaced, existing directories are merged into.
 *
 * @param fs the file system that gets the tree
 * @param dir directory on the disk
 * @returns what was imported
 * @throws QuotaExceededError (ENOSPC) before anything is read when it cannot fit; DiskError, see {@link DiskErrorCode};
 *   the errors of the disk and of `fs`. The file system is then as it was.
 */
export async function importFromDisk(
  fs: WritableFs,
  dir: string | URL,
  options: ImportFromDiskOptions = {},
): Promise<TransferCounts> {
  const { to = '/', outsideLinks = 'keep', concurrency = 8, onProgress } = options;
  validateInteger(concurrency, 'options.concurrency', 1);
  const root = resolve(dir instanceof URL ? fileURLToPath(dir) : dir);
  const writer = new TreeWriter(fs, to, { atomic: true, refuse });
  try {
    const found = await plan(root, writer, options.filter ?? (() => true), outsideLinks);
    const counts = count(found);
    // The tree is made beside what it replaces.
    writer.demandRoom(counts.bytes, '', counts.files + counts.directories + counts.symlinks);
    const done = progressOf(counts, onProgress);
    for (const entry of found) if (entry.kind !== 'file') makeOther(writer, entry);
    const files = found.filter(({ kind, first }) => kind === 'file' && first === undefined);
    await forEachAtOnce(files, concurrency, async (file) => {
      await copyFile(writer, join(root, file.path), file);
      done(file.path, file.size);
    });
    for (const { path, first } of found) if (first !== undefined) writer.link(path, first);
    writer.commit();
    return counts;
  } catch (error) {
    writer.rollback();
    throw error;
  }
}

/** Everything that will be imported, parents first. */
async function plan(
  root: string,
  writer: TreeWriter,
  filter: (path: string, stats: Stats) => boolean,
  outsideLinks: OutsideLinks,
): Promise<Found[]> {
  const found: Found[] = [];
  const firsts = new Map<string, string>();
  if (!(await stat(root)).isDirectory()) throw refuse('TYPE', 'what is imported must be a directory', root);
  const add = (kind: Found['kind'], path: string, stats: Stats, more: Pick<Found, 'target' | 'first'>): void => {
    writer.bill(ENTRY_PRICE + textBytes(path), path);
    const { size, mode, mtimeMs, dev, ino } = stats;
    found.push({ path, kind, size, mode: mode & 0o7777, mtime: mtimeMs / 1000, dev, ino, ...more });
  };
  const visit = async (directory: string): Promise<void> => {
    for (const name of (await readdir(join(root, directory))).sort()) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const stats = await look(join(root, path), path);
      if (!filter(path, stats)) continue;
      if (stats.isSymbolicLink()) {
        const target = await readlink(join(root, path));
        const leaves = outsideLinks !== 'keep' && leadsOut(path, target, writer.to);
        if (leaves && outsideLinks === 'refuse') throw refuse('LINK', 'a symbolic link leads out', path);
        if (!leaves) add('symlink', path, stats, { target });
        continue;
      }
      if (!stats.isFile() && !stats.isDirectory()) throw refuse('TYPE', 'an entry is a device, pipe or socket', path);
      if (stats.isFile()) add('file', path, stats, { first: firstName(firsts, path, stats) });
      else {
        add('directory', path, stats, {});
        await visit(path);
      }
    }
  };
  await visit('');
  return found;
}

/** A name that is not UTF-8 comes with U+FFFD in the place of its bytes, and names nothing. */
async function look(at: string, path: string): Promise<Stats> {
  try {
    return await lstat(at);
  } catch (error) {
    const isSpoiled = path.includes('\ufffd') && codeOf(error) === 'ENOENT';
    throw isSpoiled ? refuse('NAME', 'a name is not UTF-8', path) : error;
  }
}

function firstName(firsts: Map<string, string>, path: string, { nlink, dev, ino }: Stats): string | undefined {
  if (nlink < 2) return undefined;
  const key = `${dev}:${ino}`;
  const first = firsts.get(key);
  if (first === undefined) firsts.set(key, path);
  return first;
}

function count(found: readonly Found[]): TransferCounts {
  const counts = { files: 0, directories: 0, symlinks: 0, links: 0, bytes: 0 };
  for (const { kind, size, first } of found) {
    if (first !== undefined) counts.links++;
    else if (kind === 'directory') counts.directories++;
    else if (kind === 'symlink') counts.symlinks++;
    else {
      counts.files++;
      counts.bytes += size;
    }
  }
  return counts;
}

function makeOther(writer: TreeWriter, { path, kind, mode, mtime, target }: Found): void {
  if (kind === 'directory') writer.directory(path, { mode, mtime });
  else if (target !== undefined) writer.symlink(path, target, { mode, mtime });
}

/** The very file that was looked at: not what a link leads to that is in its place now, and no pipe that nobody writes to. */
async function openPlanned(from: string, { path, dev, ino }: Found): Promise<promises.FileHandle> {
  const changed = () => refuse('CHANGED', 'a file was replaced while the tree was read', path);
  const file = await open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error) => {
    throw error.code === 'ELOOP' || error.code === 'ENXIO' ? changed() : error;
  });
  const now = await file.stat();
  if (now.dev === dev && now.ino === ino) return file;
  await file.close();
  throw changed();
}

/** Whole into memory when it is small, else piece by piece. */
async function copyFile(writer: TreeWriter, from: string, found: Found): Promise<void> {
  const { path, size, mode, mtime } = found;
  const file = await openPlanned(from, found);
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, size + 1));
    const changed = () => refuse('CHANGED', 'a file changed its size while it was read', path);
    let { bytesRead } = await file.read(piece, 0, piece.length);
    if (bytesRead > size) throw changed();
    const sink = writer.file(path, size, { mode, mtime });
    for (let left = size; ; ) {
      if (bytesRead > left) throw changed();
      sink.write(piece.subarray(0, bytesRead));
      left -= bytesRead;
      if (bytesRead === 0) {
        if (left > 0) throw changed();
        break;
      }
      ({ bytesRead } = await file.read(piece, 0, piece.length));
    }
    sink.end();
  } finally {
    await file.close();
  }
}
