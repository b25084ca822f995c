/**
 * The real file system, through node:fs, as a subject of the model tests. The
 * volume's root is a directory of its own; absolute link targets get that
 * directory put in front. With `uid` the calls run as that user (the process
 * must be root for it).
 */
import * as fs from 'node:fs';
import { bytesText, type Calls, type Chunk, chunkBytes, Refusal, type StatText, type Times } from './calls.js';

export class DiskSubject implements Calls {
  readonly slots = new Map<number, number>();
  /** Inodes of links whose target has the root's path in front. */
  private readonly rooted = new Set<number>();

  constructor(
    readonly root: string,
    private as?: { uid: number; gid: number },
  ) {}

  private call<T>(body: () => T): T {
    try {
      return this.as ? asUser(this.as, body) : body();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || code.startsWith('ERR_')) throw error;
      throw new Refusal(code);
    }
  }

  become(uid: number, gid: number): void {
    this.as = { uid, gid };
  }

  path(path: string): Buffer | string {
    if (path === '') return '';
    return bytes(/^\/+$/.test(path) ? this.root : this.root + path);
  }

  private target(target: string): Buffer | string {
    return target === '' ? '' : bytes(target.startsWith('/') ? this.root + target : target);
  }

  private fd(slot: number): number {
    const fd = this.slots.get(slot);
    if (fd === undefined) throw new Refusal('EBADF');
    return fd;
  }

  open(slot: number, path: string, flags: number, mode: number): void {
    const fd = this.call(() => fs.openSync(this.path(path), flags, mode));
    const before = this.slots.get(slot);
    if (before !== undefined) fs.closeSync(before);
    this.slots.set(slot, fd);
  }

  close(slot: number): void {
    fs.closeSync(this.fd(slot));
    this.slots.delete(slot);
  }

  closeAll(): void {
    for (const fd of this.slots.values()) fs.closeSync(fd);
    this.slots.clear();
  }

  read(slot: number, length: number, position: number): string {
    const target = Buffer.alloc(length);
    const count = this.call(() => fs.readSync(this.fd(slot), target, 0, length, position === -1 ? null : position));
    return bytesText(target.subarray(0, count));
  }

  readv(slot: number, lengths: readonly number[], position: number): string {
    const targets = lengths.map((length) => Buffer.alloc(length));
    const count = this.call(() => fs.readvSync(this.fd(slot), targets, position === -1 ? undefined : position));
    return bytesText(Buffer.concat(targets).subarray(0, count));
  }

  write(slot: number, chunk: Chunk, position: number): number {
    const source = chunkBytes(chunk);
    return this.call(() => fs.writeSync(this.fd(slot), source, 0, source.length, position === -1 ? null : position));
  }

  writev(slot: number, chunks: readonly Chunk[], position: number): number {
    return this.call(() =>
      fs.writevSync(this.fd(slot), chunks.map(chunkBytes), position === -1 ? undefined : position),
    );
  }

  seek(): number {
    throw new Error('not a system call of Node');
  }

  fstat(slot: number): StatText {
    return this.text(this.call(() => fs.fstatSync(this.fd(slot))));
  }

  ftruncate(slot: number, length: number): void {
    this.call(() => fs.ftruncateSync(this.fd(slot), length));
  }

  fchmod(slot: number, mode: number): void {
    this.call(() => fs.fchmodSync(this.fd(slot), mode));
  }

  fchown(slot: number, uid: number, gid: number): void {
    this.call(() => fs.fchownSync(this.fd(slot), uid, gid));
  }

  futimes(slot: number, times: Times): void {
    this.call(() => fs.futimesSync(this.fd(slot), seconds(times[0], times[1]), seconds(times[2], times[3])));
  }

  fsync(): void {
    throw new Error('too slow to compare');
  }

  stat(path: string): StatText {
    return this.text(this.call(() => fs.statSync(this.path(path))));
  }

  lstat(path: string): StatText {
    return this.text(this.call(() => fs.lstatSync(this.path(path))));
  }

  private text(stat: fs.Stats): StatText {
    const type = stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'file';
    const prefix = type === 'symlink' && this.rooted.has(stat.ino) ? this.root.length : 0;
    const size = type === 'directory' ? 0 : stat.size - prefix;
    return `${type} ${(stat.mode & 0o7777).toString(8)} nlink ${stat.nlink} uid ${stat.uid} gid ${stat.gid} size ${size}`;
  }

  access(path: string, mode: number): void {
    this.call(() => fs.accessSync(this.path(path), mode));
  }

  mkdir(path: string, mode: number): void {
    this.call(() => fs.mkdirSync(this.path(path), mode));
  }

  mkdirp(path: string, mode: number): string | null {
    const made = this.call(() => fs.mkdirSync(this.path(path), { recursive: true, mode }));
    if (made === undefined) return null;
    return Buffer.from(made, 'utf8').toString('latin1').slice(this.root.length);
  }

  rmdir(path: string): void {
    this.call(() => fs.rmdirSync(this.path(path)));
  }

  unlink(path: string): void {
    this.call(() => fs.unlinkSync(this.path(path)));
  }

  rename(from: string, to: string): void {
    this.call(() => fs.renameSync(this.path(from), this.path(to)));
  }

  link(existing: string, path: string): void {
    this.call(() => fs.linkSync(this.path(existing), this.path(path)));
  }

  symlink(target: string, path: string): void {
    this.call(() => fs.symlinkSync(this.target(target), this.path(path)));
    const { ino } = fs.lstatSync(this.path(path));
    if (target.startsWith('/')) this.rooted.add(ino);
    else this.rooted.delete(ino);
  }

  readlink(path: string): string {
    return withoutRoot(
      this.call(() => fs.readlinkSync(this.path(path), 'latin1')),
      this.root,
    );
  }

  realpath(path: string): string {
    return withoutRoot(
      this.call(() => fs.realpathSync.native(this.path(path), 'latin1' as BufferEncoding)),
      this.root,
    );
  }

  readdir(path: string): string {
    const found = this.call(() => fs.readdirSync(this.path(path), { withFileTypes: true, encoding: 'latin1' }));
    const lines = found.map((entry) => {
      const type = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'file';
      return `${entry.name}:${type}`;
    });
    return lines.sort().join(' ');
  }

  /** Node's truncate is open(r+) and ftruncate, not truncate(2). */
  truncate(): void {
    throw new Error('not a system call of Node');
  }

  removeTree(): void {
    throw new Error('not a system call of Node');
  }

  copyTree(): void {
    throw new Error('not a system call of Node');
  }

  /** Whether owner and times go along is the running Node's to say, not the call's. */
  copyFile(from: string, to: string, mode: number): void {
    this.call(() => fs.copyFileSync(this.path(from), this.path(to), mode & fs.constants.COPYFILE_EXCL));
  }

  readFile(path: string, flags: number): string {
    return bytesText(this.call(() => fs.readFileSync(this.path(path), { flag: flags as unknown as string })));
  }

  writeFile(path: string, chunk: Chunk, flags: number, mode: number): void {
    this.call(() => fs.writeFileSync(this.path(path), chunkBytes(chunk), { flag: flags as unknown as string, mode }));
  }

  chmod(path: string, mode: number): void {
    this.call(() => fs.chmodSync(this.path(path), mode));
  }

  chown(path: string, uid: number, gid: number): void {
    this.call(() => fs.chownSync(this.path(path), uid, gid));
  }

  lchown(path: string, uid: number, gid: number): void {
    this.call(() => fs.lchownSync(this.path(path), uid, gid));
  }

  utimes(path: string, times: Times): void {
    this.call(() => fs.utimesSync(this.path(path), seconds(times[0], times[1]), seconds(times[2], times[3])));
  }

  lutimes(path: string, times: Times): void {
    this.call(() => fs.lutimesSync(this.path(path), seconds(times[0], times[1]), seconds(times[2], times[3])));
  }
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A Date, since Node takes a negative number for "now". */
const seconds = (whole: number, nanoseconds: number): Date => new Date(whole * 1000 + nanoseconds / 1e6);

/** What the volume would say: absolute targets begin at its own root. */
export function withoutRoot(path: string, root: string): string {
  if (path === root) return '/';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}

/** Effective ids for the length of one call. Root's capabilities go and come with them. */
export function asUser<T>({ uid, gid }: { uid: number; gid: number }, body: () => T): T {
  const { setegid, seteuid, setgroups } = process as Required<
    Pick<NodeJS.Process, 'setegid' | 'seteuid' | 'setgroups'>
  >;
  setgroups([gid]);
  setegid(gid);
  seteuid(uid);
  try {
    return body();
  } finally {
    seteuid(0);
    setegid(0);
  }
}
