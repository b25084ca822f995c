/**
 * Adapter, mount: copies between a mount and the disk, between two mounts, or
 * of a tree of the disk around a mount point. Each side's calls go to the owner
 * its path had when the copy was asked for, so a copy does not cross a mount
 * point, and one whose mount has ended in the meantime does not reach the disk.
 * Invariant: a file that does not fit leaves the target as it was; nothing
 * larger than the target's whole limit is read into memory.
 */
import type { CopySyncOptions, PathLike } from 'node:fs';
import { posix } from 'node:path';
import { QuotaExceededError, QuotaFault } from '../../core/index.js';
import { engineOf } from '../../facade/index.js';
import { ownFs } from '../../host/index.js';
import { copyError, crossingError, retold } from './errors.js';
import { absolutePath, type NodeFs, onDisk, type Place, textOf } from './table.js';

const { constants } = ownFs;
const PERMISSIONS = 0o7777;

/** One side of a copy: the object to call and the path to name. */
export interface End {
  readonly fs: NodeFs;
  readonly path: PathLike;
}

/** `node:fs`, to which the disk alone is there. */
const disk = new Proxy(ownFs, {
  get: (fs, name) => {
    const member: unknown = Reflect.get(fs, name);
    return (...args: unknown[]) => onDisk(() => Reflect.apply(member as () => unknown, fs, args));
  },
});

export const endOf = ({ fs, path }: Place): End => ({ fs: fs ?? disk, path: path as PathLike });

/** copyFile(2) of libuv: content and permission bits. */
export function copyFileAcross(src: End, dest: End, mode = 0): void {
  const [from, to] = [textOf(src.path) ?? '', textOf(dest.path) ?? ''];
  // Blocks cannot be shared between two file systems, and the caller wants nothing else.
  if (mode & constants.COPYFILE_FICLONE_FORCE) throw crossingError('EXDEV', 'copyfile', from, to);
  try {
    const { size, mode: bits } = src.fs.statSync(src.path);
    const quota = engineOf(dest.fs)?.quota;
    if (quota !== undefined && size > quota.limit) {
      throw new QuotaExceededError('', new QuotaFault('bytes', size, quota.available, quota.limit));
    }
    const flag = mode & constants.COPYFILE_EXCL ? 'wx' : 'w';
    dest.fs.writeFileSync(dest.path, src.fs.readFileSync(src.path), { flag, mode: bits & PERMISSIONS });
    dest.fs.chmodSync(dest.path, bits & PERMISSIONS);
  } catch (error) {
    throw retold(error, 'copyfile', from, to);
  }
}

/** Yields the two paths the filter is to be asked about; is resumed with its answer. */
type Copying = Generator<readonly [string, string], void, boolean>;

/** True when `path` is in `directory`, by spelling, as Node asks it. */
const isWithin = (directory: string, path: string): boolean =>
  !posix.relative(absolutePath(directory), absolutePath(path)).startsWith('..');

const look = (follow: boolean | undefined) => (follow ? 'statSync' : 'lstatSync');

/** `cp` as Node does it, one entry at a time. */
function* copyAcross(src: End, dest: End, options: CopySyncOptions): Copying {
  const [from, to] = [textOf(src.path) ?? '', textOf(dest.path) ?? ''];
  if (options.filter && !(yield [from, to])) return;
  const source = src.fs[look(options.dereference)](from);
  const target = dest.fs[look(options.dereference)](to, { throwIfNoEntry: false });
  const isDirectory = source.isDirectory();
  if (target && target.isDirectory() !== isDirectory) {
    throw isDirectory
      ? copyError('CP_DIR_TO_NON_DIR', `cannot overwrite non-directory ${to} with directory ${from}`, to)
      : copyError('CP_NON_DIR_TO_DIR', `cannot overwrite directory ${to} with non-directory ${from}`, to);
  }
  if (isDirectory) {
    if (isWithin(from, to)) throw copyError('CP_EINVAL', `cannot copy ${from} to a subdirectory of self ${to}`, to);
    if (!options.recursive) throw copyError('EISDIR', `${from} is a directory (not copied)`, from);
    if (target === undefined) dest.fs.mkdirSync(to, { recursive: true });
    for (const name of src.fs.readdirSync(from)) {
      const child = ({ fs }: End, path: string): End => ({ fs, path: posix.join(path, name) });
      yield* copyAcross(child(src, from), child(dest, to), options);
    }
    if (target === undefined) dest.fs.chmodSync(to, source.mode & PERMISSIONS);
    return;
  }
  dest.fs.mkdirSync(posix.dirname(to), { recursive: true });
  if (source.isSymbolicLink()) {
    const given = src.fs.readlinkSync(from);
    // Only a link gives way to a link.
    if (target?.isSymbolicLink()) dest.fs.unlinkSync(to);
    const whole = posix.resolve(posix.dirname(absolutePath(from)), given);
    return dest.fs.symlinkSync(options.verbatimSymlinks ? given : whole, to);
  }
  if (!source.isFile()) throw copyError('CP_UNKNOWN', `cannot copy an unknown file type: ${to}`, to);
  if (target && options.force === false) {
    if (options.errorOnExist) throw copyError('CP_EEXIST', `${to} already exists`, to);
    return;
  }
  // A link in the way is replaced, never written through; nor are a file's other names.
  if (target && (target.isSymbolicLink() || target.nlink > 1)) dest.fs.unlinkSync(to);
  copyFileAcross(src, dest, options.mode);
  if (options.preserveTimestamps) dest.fs.utimesSync(to, source.atimeMs / 1000, source.mtimeMs / 1000);
}

export function cpAcrossSync(src: End, dest: End, options: CopySyncOptions = {}): void {
  const copying = copyAcross(src, dest, options);
  for (let next = copying.next(); !next.done; ) next = copying.next(Boolean(options.filter?.(...next.value)));
}

export async function cpAcross(src: End, dest: End, options: CopySyncOptions = {}): Promise<void> {
  const copying = copyAcross(src, dest, options);
  for (let next = copying.next(); !next.done; ) next = copying.next(Boolean(await options.filter?.(...next.value)));
}
