/**
 * The naive model, part 4: open files, contents and attributes, and the whole
 * set of calls. It is checked against the real disk (model-vs-disk.test.ts) and
 * then judges the engine (model.test.ts).
 */
import {
  bytesText,
  type Calls,
  type Chunk,
  chunkBytes,
  NotComparable,
  Refusal,
  type StatText,
  type Times,
} from './calls.js';
import {
  dropPrivileges,
  type ModelInode,
  type ModelOptions,
  may,
  owns,
  READ,
  refuse,
  touchAccess,
  touchChange,
  touchContent,
  WRITE,
} from './model-inode.js';
import type { Last } from './model-path.js';
import { ModelTree } from './model-tree.js';

/** Of the engine: copies take owner and times along, as libuv's since Node 22. */
export const COPYFILE_ATTRIBUTES = 8;

const O_WRONLY = 1;
const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_APPEND = 0o2000;
const O_DIRECTORY = 0o200000;
const O_NOFOLLOW = 0o400000;
const O_NOATIME = 0o1000000;
const O_PATH = 0o10000000;
const PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW;

/** Access mode 3 asks for both permissions and gives neither. */
const READABLE = [0, 2];
const WRITABLE = [1, 2];

/** An open file description. */
interface OpenFile {
  inode: ModelInode;
  flags: number;
  offset: number;
}

export class Model extends ModelTree implements Calls {
  readonly slots = new Map<number, OpenFile>();

  static create(who: ModelOptions): Model {
    const root: ModelInode = new ModelTree(undefined as never, who).makeInode('directory', 0o755, null);
    return new Model(root, who);
  }

  become(uid: number, gid: number): void {
    Object.assign(this.who, { uid, gid, groups: [] });
  }

  // ── open files ──

  open(slot: number, path: string, flags: number, mode: number): void {
    this.slots.set(slot, this.openFile(path, flags, mode));
  }

  private openFile(path: string, wanted: number, mode: number): OpenFile {
    const flags = wanted & O_PATH ? wanted & PATH_FLAGS : wanted; // O_PATH beats everything else
    const creates = (flags & O_CREAT) !== 0;
    const exclusive = creates && (flags & O_EXCL) !== 0;
    if (creates && flags & O_DIRECTORY) refuse('EINVAL');
    let last = this.begin(path);
    let mustBeDirectory = (flags & O_DIRECTORY) !== 0;
    let follows = (flags & O_NOFOLLOW) === 0 && !exclusive;
    for (;;) {
      if (last.kind === 'name' && last.trailing && creates) refuse('EISDIR');
      mustBeDirectory ||= last.trailing;
      follows ||= last.trailing;
      const inode = this.itself(last);
      if (inode === undefined) {
        if (!creates) refuse('ENOENT');
        return this.createFile(last, flags, mode);
      }
      if (inode.type !== 'symlink' || !follows) return this.openExisting(inode, flags, exclusive, mustBeDirectory);
      last = this.followOnce(last.directory, inode);
    }
  }

  private createFile(last: Last, flags: number, mode: number): OpenFile {
    this.requireCreatable(last.directory);
    const inode = this.makeInode('file', mode & 0o7777 & ~this.who.umask, last.directory);
    this.addEntry(last.directory, last.name, inode);
    return { inode, flags, offset: 0 };
  }

  private openExisting(inode: ModelInode, flags: number, exclusive: boolean, mustBeDirectory: boolean): OpenFile {
    if (exclusive) refuse('EEXIST');
    const directory = inode.type === 'directory';
    if (flags & O_CREAT && directory) refuse('EISDIR');
    if (mustBeDirectory && !directory) refuse('ENOTDIR');
    if (flags & O_PATH) return { inode, flags, offset: 0 };
    if (inode.type === 'symlink') refuse('ELOOP');
    const access = flags & O_ACCMODE;
    let want = access === 0 ? READ : access === O_WRONLY ? WRITE : READ | WRITE;
    if (flags & O_TRUNC) want |= WRITE;
    if (directory && want & WRITE) refuse('EISDIR');
    if (!may(this.who, inode, want)) refuse('EACCES');
    if (flags & O_NOATIME && !owns(this.who, inode)) refuse('EPERM');
    if (flags & O_TRUNC) this.setSize(inode, 0);
    return { inode, flags, offset: 0 };
  }

  private anyFile(slot: number): OpenFile {
    return this.slots.get(slot) ?? refuse('EBADF');
  }

  /** A descriptor opened with O_PATH stands for a place: it can be closed and asked with fstat. */
  private file(slot: number): OpenFile {
    const file = this.anyFile(slot);
    return file.flags & O_PATH ? refuse('EBADF') : file;
  }

  close(slot: number): void {
    this.anyFile(slot);
    this.slots.delete(slot);
  }

  private readFrom(file: OpenFile, length: number, position: number): Uint8Array {
    if (!READABLE.includes(file.flags & O_ACCMODE)) refuse('EBADF');
    if (file.inode.type === 'directory') refuse('EISDIR');
    const start = position === -1 ? file.offset : position;
    const bytes = file.inode.data.slice(start, start + length);
    if (position === -1) file.offset += bytes.length;
    if (!(file.flags & O_NOATIME)) touchAccess(this.who, file.inode);
    return bytes;
  }

  read(slot: number, length: number, position: number): string {
    return bytesText(this.readFrom(this.file(slot), length, position));
  }

  readv(slot: number, lengths: readonly number[], position: number): string {
    return this.read(
      slot,
      lengths.reduce((sum, length) => sum + length, 0),
      position,
    );
  }

  private writeTo(file: OpenFile, bytes: Uint8Array, position: number): number {
    if (!WRITABLE.includes(file.flags & O_ACCMODE)) refuse('EBADF');
    if (bytes.length === 0) return 0;
    const { inode } = file;
    const start = file.flags & O_APPEND ? inode.data.length : position === -1 ? file.offset : position;
    const end = start + bytes.length;
    if (end > inode.data.length) inode.data = resized(inode.data, end);
    inode.data.set(bytes, start);
    if (position === -1) file.offset = end;
    inode.generation++;
    dropPrivileges(this.who, inode);
    touchContent(this.who, inode);
    return bytes.length;
  }

  write(slot: number, chunk: Chunk, position: number): number {
    return this.writeTo(this.file(slot), chunkBytes(chunk), position);
  }

  writev(slot: number, chunks: readonly Chunk[], position: number): number {
    return this.writeTo(this.file(slot), Buffer.concat(chunks.map(chunkBytes)), position);
  }

  seek(slot: number, offset: number, whence: 0 | 1 | 2): number {
    const file = this.file(slot);
    if (file.inode.type === 'directory') throw new NotComparable();
    const base = whence === 0 ? 0 : whence === 1 ? file.offset : file.inode.data.length;
    if (base + offset < 0) refuse('EINVAL');
    file.offset = base + offset;
    return file.offset;
  }

  fstat(slot: number): StatText {
    return statText(this.anyFile(slot).inode);
  }

  ftruncate(slot: number, length: number): void {
    const file = this.file(slot);
    if (file.inode.type !== 'file' || !WRITABLE.includes(file.flags & O_ACCMODE)) refuse('EINVAL');
    this.setSize(file.inode, length);
  }

  fchmod(slot: number, mode: number): void {
    this.setMode(this.file(slot).inode, mode);
  }

  fchown(slot: number, uid: number, gid: number): void {
    this.setOwner(this.file(slot).inode, uid, gid);
  }

  futimes(slot: number, times: Times): void {
    this.setTimes(this.file(slot).inode, times);
  }

  fsync(slot: number): void {
    this.file(slot);
  }

  // ── looking ──

  stat(path: string): StatText {
    return statText(this.lookup(path, true));
  }

  lstat(path: string): StatText {
    return statText(this.lookup(path, false));
  }

  access(path: string, mode: number): void {
    if (!may(this.who, this.lookup(path, true), mode)) refuse('EACCES');
  }

  readlink(path: string): string {
    const inode = this.lookup(path, false);
    if (inode.type !== 'symlink') refuse('EINVAL');
    touchAccess(this.who, inode);
    return inode.target;
  }

  /** realpath(3), as one walk that remembers where it went. */
  realpath(path: string): string {
    if (this.who.jail && path.length > 1000) throw new NotComparable(); // the C library measures pieces, not the whole
    let last = this.begin(path);
    let mustBeDirectory = false;
    for (;;) {
      mustBeDirectory ||= last.trailing;
      const inode = this.itself(last) ?? refuse('ENOENT');
      if (inode.type === 'symlink') {
        last = this.followOnce(last.directory, inode);
        continue;
      }
      if (mustBeDirectory && inode.type !== 'directory') refuse('ENOTDIR');
      if (inode.type === 'directory') return pathOf(inode);
      const parent = pathOf(last.directory);
      return `${parent === '/' ? '' : parent}/${last.name}`;
    }
  }

  readdir(path: string): string {
    const directory = this.lookup(path, true);
    if (directory.type !== 'directory') refuse('ENOTDIR');
    if (!may(this.who, directory, READ)) refuse('EACCES');
    touchAccess(this.who, directory);
    const lines = [...directory.entries].map(([name, inode]) => `${name}:${inode.type}`);
    return lines.sort().join(' ');
  }

  // ── whole files ──

  /** As Node's truncate, which is ftruncate: the times move even when the size does not. */
  truncate(path: string, length: number): void {
    const inode = this.lookup(path, true);
    if (inode.type === 'directory') refuse('EISDIR');
    if (!may(this.who, inode, WRITE)) refuse('EACCES');
    this.setSize(inode, length);
  }

  private setSize(inode: ModelInode, length: number): void {
    inode.data = resized(inode.data, length);
    inode.generation++;
    dropPrivileges(this.who, inode);
    touchContent(this.who, inode);
  }

  /** libuv's uv_fs_copyfile: a copy of a directory is left out, since the real one destroys the target before it fails. */
  copyFile(from: string, to: string, mode: number): void {
    const source = this.openFile(from, 0, 0).inode;
    if (source.type === 'directory') throw new NotComparable();
    const exclusive = mode & 1 ? O_EXCL : 0;
    const target = this.openFile(to, O_WRONLY | O_CREAT | exclusive, source.mode).inode;
    if (target === source) return;
    if (!owns(this.who, target)) throw new NotComparable();
    const changes = target.generation + 1; // the truncation and the writing count as one
    this.setSize(target, 0);
    if (mode & COPYFILE_ATTRIBUTES) this.copyAttributes(source, target);
    this.setMode(target, source.mode);
    if (source.data.length > 0) {
      touchAccess(this.who, source);
      this.writeTo({ inode: target, flags: O_WRONLY, offset: 0 }, source.data, 0);
    }
    target.generation = changes;
  }

  /** The times first, then the owner, where a refusal is passed over. */
  private copyAttributes(source: ModelInode, target: ModelInode): void {
    target.atime = source.atime;
    target.mtime = source.mtime;
    try {
      this.setOwner(target, source.uid, source.gid);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  readFile(path: string, flags: number): string {
    const file = this.openFile(path, flags, 0o666);
    return bytesText(this.readFrom(file, file.inode.data.length, 0));
  }

  writeFile(path: string, chunk: Chunk, flags: number, mode: number): void {
    const file = this.openFile(path, flags, mode);
    const { inode } = file;
    const opened = inode.generation;
    this.writeTo(file, chunkBytes(chunk), -1);
    if (flags & O_TRUNC && opened > 0) inode.generation = opened; // truncation and writing count as one
  }

  // ── attributes ──

  chmod(path: string, mode: number): void {
    this.setMode(this.lookup(path, true), mode);
  }

  chown(path: string, uid: number, gid: number): void {
    this.setOwner(this.lookup(path, true), uid, gid);
  }

  lchown(path: string, uid: number, gid: number): void {
    this.setOwner(this.lookup(path, false), uid, gid);
  }

  utimes(path: string, times: Times): void {
    this.setTimes(this.lookup(path, true), times);
  }

  lutimes(path: string, times: Times): void {
    this.setTimes(this.lookup(path, false), times);
  }

  private setTimes(inode: ModelInode, [atimeSec, atimeNsec, mtimeSec, mtimeNsec]: Times): void {
    if (!owns(this.who, inode)) refuse('EPERM');
    inode.atime = BigInt(atimeSec) * 1_000_000_000n + BigInt(atimeNsec);
    inode.mtime = BigInt(mtimeSec) * 1_000_000_000n + BigInt(mtimeNsec);
    touchChange(this.who, inode);
  }
}

function resized(data: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(data.subarray(0, length));
  return copy;
}

function pathOf(directory: ModelInode): string {
  const { parent } = directory;
  if (parent === null) return '/';
  const [name] = [...parent.entries].find(([, inode]) => inode === directory) ?? refuse('ENOENT');
  const above = pathOf(parent);
  return `${above === '/' ? '' : above}/${name}`;
}

export function statText(inode: ModelInode): StatText {
  const size = inode.type === 'file' ? inode.data.length : inode.type === 'symlink' ? inode.target.length : 0;
  return `${inode.type} ${inode.mode.toString(8)} nlink ${inode.nlink} uid ${inode.uid} gid ${inode.gid} size ${size}`;
}
