/**
 * Adapter, mount: copies between a mount and the disk, or between two mounts.
 * Works on the patched calls, which find each side by its path. Invariant: a
 * file that does not fit leaves the target as it was; nothing larger than the
 * target's whole limit is read into memory.
 */
import type { CopySyncOptions, Stats } from 'node:fs';
import { posix } from 'node:path';
import { QuotaExceededError, QuotaFault } from '../../core/index.js';
import { ownFs } from '../../host/index.js';
import { copyError, crossingError, retold } from './errors.js';
import { absolutePath, locate, type NodeFs } from './table.js';

const { constants } = ownFs;
const PERMISSIONS = 0o7777;

/** copyFile(2) of libuv: content and permission bits. */
export function copyFileAcross(fs: NodeFs, src: string, dest: string, mode = 0): void {
  // Blocks cannot be shared between two file systems, and the caller wants nothing else.
  if (mode & constants.COPYFILE_FICLONE_FORCE) throw crossingError('EXDEV', 'copyfile', src, dest);
  try {
    const { size, mode: bits } = fs.statSync(src);
    const quota = locate(dest).mount?.engine.quota;
    if (quota !== undefined && size > quota.limit) {
      throw new QuotaExceededError('', new QuotaFault('bytes', size, quota.available, quota.limit));
    }
    const flag = mode & constants.COPYFILE_EXCL ? 'wx' : 'w';
    fs.writeFileSync(dest, fs.readFileSync(src), { flag, mode: bits & PERMISSIONS });
    fs.chmodSync(dest, bits & PERMISSIONS);
  } catch (error) {
    throw retold(error, 'copyfile', src, dest);
  }
}

/** Yields the two paths the filter is to be asked about; is resumed with its answer. */
type Copying = Generator<readonly [string, string], void, boolean>;

function lookAt(fs: NodeFs, path: string, follow: boolean | undefined): Stats | undefined {
  const options = { throwIfNoEntry: false } as const;
  return follow ? fs.statSync(path, options) : fs.lstatSync(path, options);
}

/** `cp` as Node does it, one entry at a time. */
function* copyAcross(fs: NodeFs, src: string, dest: string, options: CopySyncOptions): Copying {
  if (options.filter && !(yield [src, dest])) return;
  const source = lookAt(fs, src, options.dereference);
  if (source === undefined) throw retold(missing(src), 'cp', src, dest);
  const target = lookAt(fs, dest, options.dereference);
  if (source.isDirectory()) {
    if (!options.recursive) {
      throw copyError(
        'ERR_FS_EISDIR',
        'EISDIR',
        `Path is a directory: cp returned EISDIR (${src} is a directory (not copied))`,
        src,
      );
    }
    if (target !== undefined && !target.isDirectory()) {
      const words = `cannot overwrite non-directory ${dest} with directory ${src}`;
      throw copyError(
        'ERR_FS_CP_DIR_TO_NON_DIR',
        'EISDIR',
        `Cannot overwrite non-directory with directory: cp returned EISDIR (${words})`,
        dest,
      );
    }
    if (target === undefined) fs.mkdirSync(dest, { recursive: true });
    for (const name of fs.readdirSync(src))
      yield* copyAcross(fs, posix.join(src, name), posix.join(dest, name), options);
    if (target === undefined) fs.chmodSync(dest, source.mode & PERMISSIONS);
    return;
  }
  if (target?.isDirectory()) {
    const words = `cannot overwrite directory ${dest} with non-directory ${src}`;
    throw copyError(
      'ERR_FS_CP_NON_DIR_TO_DIR',
      'ENOTDIR',
      `Cannot overwrite directory with non-directory: cp returned ENOTDIR (${words})`,
      dest,
    );
  }
  if (target !== undefined && options.force === false) {
    if (!options.errorOnExist) return;
    throw copyError(
      'ERR_FS_CP_EEXIST',
      'EEXIST',
      `Target already exists: cp returned EEXIST (${dest} already exists)`,
      dest,
    );
  }
  fs.mkdirSync(posix.dirname(dest), { recursive: true });
  if (source.isSymbolicLink()) return copyLink(fs, src, dest, target !== undefined, options);
  if (!source.isFile()) {
    throw copyError(
      'ERR_FS_CP_UNKNOWN',
      'EINVAL',
      `Cannot copy an unknown file type: cp returned EINVAL (${dest})`,
      dest,
    );
  }
  // A link in the way is replaced, never written through.
  if (target?.isSymbolicLink()) fs.unlinkSync(dest);
  copyFileAcross(fs, src, dest, options.mode);
  if (options.preserveTimestamps) fs.utimesSync(dest, source.atime, source.mtime);
}

function copyLink(fs: NodeFs, src: string, dest: string, replaces: boolean, options: CopySyncOptions): void {
  const given = fs.readlinkSync(src);
  const to = options.verbatimSymlinks ? given : posix.resolve(posix.dirname(absolutePath(src)), given);
  if (replaces) fs.unlinkSync(dest);
  fs.symlinkSync(to, dest);
}

const missing = (path: string): Error => crossingError('ENOENT', 'lstat', path, path);

export function cpAcrossSync(fs: NodeFs, src: string, dest: string, options: CopySyncOptions = {}): void {
  const copying = copyAcross(fs, src, dest, options);
  for (let next = copying.next(); !next.done; ) next = copying.next(Boolean(options.filter?.(...next.value)));
}

export async function cpAcross(fs: NodeFs, src: string, dest: string, options: CopySyncOptions = {}): Promise<void> {
  const copying = copyAcross(fs, src, dest, options);
  for (let next = copying.next(); !next.done; ) next = copying.next(Boolean(await options.filter?.(...next.value)));
}
