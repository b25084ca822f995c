/**
 * Core layer: the contract between the engine and what stands on it.
 *
 * Everything here speaks in canonical values: a path or name is a *byte string*
 * (a JavaScript string whose chars 0–255 are the bytes of the name, so ASCII
 * paths pass unchanged), flags and modes are numbers, times are seconds plus
 * nanoseconds. Paths are absolute; the caller has put the working directory in
 * front. The engine resolves '.', '..', repeated and trailing slashes and
 * symbolic links itself, as path_resolution(7).
 *
 * Failure: methods throw a {@link Fault}, except those documented to *return a
 * negative errno*, because a miss there is an everyday answer.
 * A method that fails has changed nothing.
 */
import type { AuditReport } from './audit.js';
import type { Pressure } from './pressure.js';
import type { TreeSource } from './snapshot/source.js';
import type { QuotaUsage } from './usage.js';

/**
 * Where `stat` writes: the eighteen numbers of Node's own stat array
 * (dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, then
 * seconds and nanoseconds of atime, mtime, ctime and birthtime).
 */
export type StatArray = Float64Array;
export const STAT_LENGTH = 18;

/** A change under a watched inode, in inotify's terms as libuv reports them. */
export interface ChangeEvent {
  /** 'rename' when a name appeared or went, 'change' when content or attributes did. */
  readonly kind: 'rename' | 'change';
  /** Name relative to the watched inode (with '/' when recursive); the watched object's own name when it is itself what changed. */
  readonly name: string;
  /** True when the watched inode itself changed, moved or was removed. */
  readonly self: boolean;
}

export interface Watch {
  /** Inode number watched. */
  readonly ino: number;
  close(): void;
}

/** An open directory stream: opendir(3). Stable while the directory changes. */
export interface DirectoryStream {
  /** Moves to the next entry; false at the end. Throws EBADF once closed. */
  next(): boolean;
  /**
   * Hands on the next entries, `most` of them and until their names have `bytes` at most; false at the end. `found` must
   * not change the volume. Throws EBADF once closed.
   */
  read(most: number, bytes: number, found: (name: string, type: number) => void): boolean;
  /** Name of the current entry, a byte string. */
  readonly name: string;
  /** DT_FILE, DT_DIR or DT_LINK of the current entry. */
  readonly type: number;
  close(): void;
}

/** A bill that ends with a descriptor; see {@link Engine.tieHandle}. */
export interface HandleTie {
  /** Bills so many bytes from now on; false, and nothing changed, when the volume has no room for them to be read ahead. */
  set(bytes: number): boolean;
}

export interface FileSystemStats {
  /** Bytes per block: 4096. */
  readonly blockSize: number;
  readonly blocks: number;
  /** Free blocks, rounded down. */
  readonly freeBlocks: number;
  readonly files: number;
  readonly freeFiles: number;
}

/** One file, directory or link for {@link Engine.importTree}. Parents are created as needed. */
export interface TreeEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** File bytes, or the link's target bytes. Copied, never kept. */
  readonly data?: Uint8Array;
  /** Permission bits; default 0666/0777 less the umask. */
  readonly mode?: number;
  /** Modification time in milliseconds since the epoch; default now. */
  readonly mtimeMs?: number;
}

/** The tree of a volume at one moment. It can be restored as long as it is not disposed of. */
export interface VolumeImage {
  /** Files, directories and links in it, the root not counted. */
  readonly nodes: number;
  /** Bytes billed for its tables; parts that it shares with other images included. */
  readonly charge: number;
  /** False once `dispose` was called. */
  readonly held: boolean;
  /** The tree in it, to be read before `dispose`. */
  tree(): TreeSource;
  /** Gives back what only this image holds. */
  dispose(): void;
}

/** One name that differs from what the file system below has at the same path. */
export interface LowerChange {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Of a changed one, what differs: type, bytes or target, permissions, owner, modification time. */
  readonly what: readonly ('type' | 'content' | 'mode' | 'owner' | 'mtime')[];
}

export interface Engine {
  // ── open files ────────────────────────────────────────────────────────────
  /**
   * open(2). Returns a free descriptor of the engine's band. With `preallocate` the memory for bytes
   * [0, preallocate) is taken too (the size stays), in one step with what the open makes or truncates.
   */
  open(path: string, flags: number, mode: number, preallocate?: number): number;
  close(fd: number): void;
  /** True when `fd` is an open descriptor of this engine. */
  ownsFd(fd: number): boolean;
  /** Inode number behind a descriptor. */
  inodeOf(fd: number): number;
  /** read(2) at the shared offset (`position` -1) or pread(2). Returns bytes read, 0 at the end. */
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): number;
  /** Bytes from there to the end of the file, without reading them; endless where there is no file. */
  ahead(fd: number, position: number): number;
  /** write(2) at the shared offset (`position` -1) or pwrite(2); O_APPEND wins over `position`. All or nothing. */
  write(fd: number, source: Uint8Array, offset: number, length: number, position: number): number;
  /** readv(2)/preadv(2). */
  readv(fd: number, targets: readonly Uint8Array[], position: number): number;
  /** writev(2)/pwritev(2): all or nothing over all buffers. */
  writev(fd: number, sources: readonly Uint8Array[], position: number): number;
  /** lseek(2) with the *shared* offset: whence 0 set, 1 current, 2 end. Returns the new offset. */
  seek(fd: number, offset: number, whence: 0 | 1 | 2): number;
  fstat(fd: number, out: StatArray): number;
  ftruncate(fd: number, length: number): void;
  /** Takes the memory for bytes [0, length) now, without changing the size, so that writes there cannot be refused later (fallocate(2) KEEP_SIZE). */
  allocate(fd: number, length: number): void;
  fchmod(fd: number, mode: number): void;
  fchown(fd: number, uid: number, gid: number): void;
  futimes(fd: number, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void;
  /** fsync(2), fdatasync(2): nothing to do but to check the descriptor. */
  fsync(fd: number): void;

  // ── looking (return 0 or a negative errno, never throw) ───────────────────
  /** stat(2): 0, or a negative errno such as -ENOENT. */
  stat(path: string, out: StatArray): number;
  /** lstat(2): 0, or a negative errno. */
  lstat(path: string, out: StatArray): number;
  /** access(2) with the engine's uid and gid: 0, or a negative errno. */
  access(path: string, mode: number): number;
  /** Inode number at `path`, following links, or a negative errno. */
  lookup(path: string): number;

  // ── names ─────────────────────────────────────────────────────────────────
  mkdir(path: string, mode: number): void;
  /** `mkdir -p`: the first directory made (a byte-string path), or undefined when all existed. */
  mkdirp(path: string, mode: number): string | undefined;
  /** mkdtemp(3): replaces nothing, appends six random characters; returns the path made. */
  mkdtemp(prefix: string): string;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  /** rename that makes missing parents of `to` (mode 0777 less the umask), all or nothing. */
  move(from: string, to: string): void;
  link(existing: string, path: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  realpath(path: string): string;
  /** Names sorted by bytes, as libuv's scandir does. A fresh array. When `types` is given it is filled with DT_* alongside. */
  readdir(path: string, types?: number[]): string[];
  opendir(path: string): DirectoryStream;

  // ── whole files ───────────────────────────────────────────────────────────
  truncate(path: string, length: number): void;
  /** copyfile: COPYFILE_* bits in `mode`, COPYFILE_ATTRIBUTES among them. */
  copyFile(from: string, to: string, mode: number): void;
  /**
   * open + read + close in one step. `make(size)` gives the target (a Buffer in the facade).
   * Faults carry `syscall` 'open' or 'read' (EISDIR comes from read, as on Linux).
   */
  readFile<T extends Uint8Array>(path: string, flags: number, make: (size: number) => T): T;
  /**
   * `readFile` for text: hands the file's bytes to `decode`, which must not keep or change them. They are the
   * stored ones where the file lies in one piece. Of more than 2 GiB there is only the length: `start` is 0, `bytes` empty.
   */
  decodeFile<T>(path: string, flags: number, decode: (bytes: Uint8Array, start: number, end: number) => T): T;
  /** open + write + close in one step; faults carry `syscall` 'open' or 'write'. */
  writeFile(path: string, data: Uint8Array, flags: number, mode: number): void;

  // ── attributes ────────────────────────────────────────────────────────────
  chmod(path: string, mode: number): void;
  chown(path: string, uid: number, gid: number): void;
  lchown(path: string, uid: number, gid: number): void;
  utimes(path: string, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void;
  lutimes(path: string, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void;
  statfs(path: string): FileSystemStats;

  // ── bulk ──────────────────────────────────────────────────────────────────
  /** Removes `path` and everything below it; never follows a link. Throws ENOENT when missing. Root's own removal is EBUSY. */
  removeTree(path: string): void;
  /** Copies a file or tree to the absent path `to`: planned whole, reserved once, then applied; links are copied as links. Parents of `to` must exist. @throws Fault ENOTSUP over a lower file system */
  copyTree(from: string, to: string): void;
  /** Creates or overwrites all entries, or none of them. `generation` of imported files is 0. */
  importTree(entries: Iterable<TreeEntry>): void;

  // ── snapshots ─────────────────────────────────────────────────────────────
  /** Takes an image of the tree; its own bytes are billed, contents are shared until written. @throws QuotaFault, Fault EMLINK, ENOTSUP over a lower file system */
  takeImage(): VolumeImage;
  /**
   * Makes the tree what it was, exactly, or changes nothing. What is open keeps its file, which then has no name.
   * @throws QuotaFault; Fault EINVAL for an image of another volume or a disposed one
   */
  restoreImage(image: VolumeImage): void;
  /** The tree as it is, to be read before the next call. */
  tree(): TreeSource;
  /**
   * `restoreImage` of a tree from elsewhere: of another volume, or of bytes. It is made whole before the old one goes.
   * @throws QuotaFault
   */
  restoreTree(tree: TreeSource): void;

  // ── over a lower file system ──────────────────────────────────────────────
  /** What differs from the file system below, sorted by path; nothing in a volume without one. @throws Fault when it cannot be read */
  lowerChanges(): LowerChange[];
  /** Drops all that differs. What is open keeps its file, which then has no name. @throws Fault EINVAL without one */
  dropChanges(): void;

  // ── whole volume ──────────────────────────────────────────────────────────
  /** Change counter of a file's content: 0 when imported or created empty, one more with each call that writes or truncates. */
  generation(ino: number): number;
  /** True while no name in the volume ever had a byte above 127: every byte string that names something is then plain text. */
  readonly asciiOnly: boolean;
  /**
   * Bills memory that a layer above keeps for this volume (a handle object, a waiting caller), in bytes.
   * It may use the part of the quota that is kept for descriptors. @throws QuotaFault
   */
  billHandle(bytes: number): void;
  /** `billHandle` that answers false instead of throwing. */
  tryBillHandle(bytes: number): boolean;
  /** Takes back what `billHandle` billed. */
  unbillHandle(bytes: number): void;
  /** Makes `bytes` that `billHandle` billed end with the descriptor, at the latest. @throws Fault EBADF */
  tieHandle(fd: number, bytes: number): HandleTie;
  /** Counts every mutation of the volume; equal values mean that nothing changed in between. */
  readonly changes: number;
  watch(path: string, recursive: boolean, listener: (event: ChangeEvent) => void): Watch;
  /** The bank's numbers, in bytes; `peak` is the most that was ever used. `usage` counts more and walks the tree. */
  readonly quota: {
    readonly limit: number;
    readonly used: number;
    readonly available: number;
    readonly peak: number;
  };
  usage(path?: string): QuotaUsage;
  /** Sets a new limit in bytes. Growing works at once. @throws Fault EINVAL for no whole number ≥ 0, ENOSPC when more is used already */
  resize(maxQuota: number): void;
  /** Calls `listener` soon after `used` first reaches `share` (0 to 1) of the limit; again only after it fell below. Returns what ends it. */
  onPressure(share: number, listener: (pressure: Pressure) => void): () => void;
  audit(): AuditReport;
}
