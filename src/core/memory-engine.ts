/** Core layer: the volume as an Engine. One line for each call; the work is in `sys/`. */
import type { AuditReport } from './audit.js';
import { WATCH_PRICE } from './cost.js';
import type {
  ChangeEvent,
  DirectoryStream,
  Engine,
  FileSystemStats,
  HandleTie,
  LowerChange,
  StatArray,
  TreeEntry,
  VolumeImage,
  Watch,
} from './engine.js';
import { EINVAL, ENOSPC } from './errno.js';
import { Fault, fault } from './fault.js';
import { GENERATION } from './inode.js';
import {
  audit,
  dropChanges,
  importTree,
  liveTree,
  lowerChanges,
  overLower,
  restoreImage,
  restoreTree,
  takeImage,
  usage,
} from './late-engine.js';
import {
  chmod,
  chown,
  copyTree,
  fchmod,
  fchown,
  futimes,
  lchown,
  link,
  lutimes,
  move,
  opendir,
  readlink,
  realpath,
  removeTree,
  symlink,
  truncate,
  utimes,
} from './late-sys.js';
import { FOLLOW, lookup } from './namei.js';
import type { VolumeOptions } from './options.js';
import type { Pressure } from './pressure.js';
import type { TreeSource } from './snapshot/source.js';
import * as dir from './sys/dir.js';
import * as io from './sys/io.js';
import { readdir } from './sys/list.js';
import * as opening from './sys/open.js';
import { rename } from './sys/rename.js';
import * as looking from './sys/stat.js';
import { unlink } from './sys/unlink.js';
import * as whole from './sys/whole-file.js';
import type { QuotaUsage } from './usage.js';
import { Volume } from './volume.js';

class MemoryEngine extends Volume implements Engine {
  open(path: string, flags: number, mode: number, preallocate = 0): number {
    return opening.open(this, path, flags, mode, preallocate);
  }
  close(fd: number): void {
    opening.close(this, fd);
  }
  ownsFd(fd: number): boolean {
    return this.files.has(fd);
  }
  inodeOf(fd: number): number {
    return this.files.get(fd).ino;
  }
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): number {
    return io.read(this, fd, target, offset, length, position);
  }
  ahead(fd: number, position: number): number {
    return io.ahead(this, fd, position);
  }
  write(fd: number, source: Uint8Array, offset: number, length: number, position: number): number {
    return io.write(this, fd, source, offset, length, position);
  }
  readv(fd: number, targets: readonly Uint8Array[], position: number): number {
    return io.readv(this, fd, targets, position);
  }
  writev(fd: number, sources: readonly Uint8Array[], position: number): number {
    return io.writev(this, fd, sources, position);
  }
  seek(fd: number, offset: number, whence: 0 | 1 | 2): number {
    return io.seek(this, fd, offset, whence);
  }
  fstat(fd: number, out: StatArray): number {
    return looking.fstat(this, fd, out);
  }
  ftruncate(fd: number, length: number): void {
    io.ftruncate(this, fd, length);
  }
  allocate(fd: number, length: number): void {
    io.allocate(this, fd, length);
  }
  fchmod(fd: number, mode: number): void {
    fchmod(this, fd, mode);
  }
  fchown(fd: number, uid: number, gid: number): void {
    fchown(this, fd, uid, gid);
  }
  futimes(fd: number, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void {
    futimes(this, fd, atimeSec, atimeNsec, mtimeSec, mtimeNsec);
  }
  fsync(fd: number): void {
    io.fsync(this, fd);
  }

  stat(path: string, out: StatArray): number {
    return looking.stat(this, path, out);
  }
  lstat(path: string, out: StatArray): number {
    return looking.lstat(this, path, out);
  }
  access(path: string, mode: number): number {
    return looking.access(this, path, mode);
  }
  lookup(path: string): number {
    return lookup(this, path, FOLLOW);
  }

  mkdir(path: string, mode: number): void {
    dir.mkdir(this, path, mode);
  }
  mkdirp(path: string, mode: number): string | undefined {
    return dir.mkdirp(this, path, mode);
  }
  mkdtemp(prefix: string): string {
    return dir.mkdtemp(this, prefix);
  }
  rmdir(path: string): void {
    dir.rmdir(this, path);
  }
  unlink(path: string): void {
    unlink(this, path);
  }
  rename(from: string, to: string): void {
    rename(this, from, to);
  }
  move(from: string, to: string): void {
    move(this, from, to);
  }
  link(existing: string, path: string): void {
    link(this, existing, path);
  }
  symlink(target: string, path: string): void {
    symlink(this, target, path);
  }
  readlink(path: string): string {
    return readlink(this, path);
  }
  realpath(path: string): string {
    return realpath(this, path);
  }
  readdir(path: string, types?: number[]): string[] {
    return readdir(this, path, types);
  }
  opendir(path: string): DirectoryStream {
    return opendir(this, path);
  }

  truncate(path: string, length: number): void {
    truncate(this, path, length);
  }
  copyFile(from: string, to: string, mode: number): void {
    whole.copyFile(this, from, to, mode);
  }
  readFile<T extends Uint8Array>(path: string, flags: number, make: (size: number) => T): T {
    return whole.readFile(this, path, flags, make);
  }
  decodeFile<T>(path: string, flags: number, decode: (bytes: Uint8Array, start: number, end: number) => T): T {
    return whole.decodeFile(this, path, flags, decode);
  }
  writeFile(path: string, data: Uint8Array, flags: number, mode: number): void {
    whole.writeFile(this, path, data, flags, mode);
  }

  chmod(path: string, mode: number): void {
    chmod(this, path, mode);
  }
  chown(path: string, uid: number, gid: number): void {
    chown(this, path, uid, gid);
  }
  lchown(path: string, uid: number, gid: number): void {
    lchown(this, path, uid, gid);
  }
  utimes(path: string, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void {
    utimes(this, path, atimeSec, atimeNsec, mtimeSec, mtimeNsec);
  }
  lutimes(path: string, atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number): void {
    lutimes(this, path, atimeSec, atimeNsec, mtimeSec, mtimeNsec);
  }
  statfs(path: string): FileSystemStats {
    return looking.statfs(this, path);
  }

  removeTree(path: string): void {
    removeTree(this, path);
  }
  copyTree(from: string, to: string): void {
    copyTree(this, from, to);
  }
  importTree(entries: Iterable<TreeEntry>): void {
    importTree(this, entries);
  }

  takeImage(): VolumeImage {
    return takeImage(this);
  }
  restoreImage(image: VolumeImage): void {
    restoreImage(this, image);
  }
  tree(): TreeSource {
    return liveTree(this);
  }
  restoreTree(tree: TreeSource): void {
    restoreTree(this, tree);
  }

  lowerChanges(): LowerChange[] {
    return this.lower === undefined ? [] : lowerChanges(this, this.lower);
  }
  dropChanges(): void {
    if (this.lower === undefined) throw fault(EINVAL);
    dropChanges(this, this.lower);
  }

  get asciiOnly(): boolean {
    return this.directories.asciiOnly;
  }
  billHandle(bytes: number): void {
    this.bank.reserveHandle(bytes);
    this.handleBytes += bytes;
  }
  tryBillHandle(bytes: number): boolean {
    const fits = this.bank.tryReserveHandle(bytes);
    if (fits) this.handleBytes += bytes;
    return fits;
  }
  tieHandle(fd: number, bytes: number): HandleTie {
    const tie = this.files.tie(fd, bytes);
    this.handleBytes -= bytes;
    return tie;
  }
  unbillHandle(bytes: number): void {
    this.bank.release(bytes);
    this.handleBytes -= bytes;
  }
  generation(ino: number): number {
    return this.inodes.get(ino, GENERATION);
  }
  watch(path: string, recursive: boolean, listener: (event: ChangeEvent) => void): Watch {
    const ino = lookup(this, path, FOLLOW);
    if (ino < 0) throw fault(-ino);
    this.bank.reserveHandle(WATCH_PRICE);
    this.watches++;
    const name = path.replace(/\/+$/, '');
    return this.events.add(ino, name.slice(name.lastIndexOf('/') + 1), recursive, listener, () => {
      this.watches--;
      this.bank.release(WATCH_PRICE);
    });
  }
  get quota(): Engine['quota'] {
    return this.bank;
  }
  usage(path?: string): QuotaUsage {
    return usage(this, path);
  }
  resize(maxQuota: number): void {
    if (!Number.isSafeInteger(maxQuota) || maxQuota < 0) throw fault(EINVAL);
    if (maxQuota < this.bank.used) throw new Fault(ENOSPC);
    this.bank.setLimit(maxQuota);
    this.lower?.divide();
  }
  onPressure(share: number, listener: (pressure: Pressure) => void): () => void {
    return this.bank.onPressure(share, listener);
  }
  audit(): AuditReport {
    return audit(this);
  }
}

/** Makes an empty volume. @throws GuardFault when the memory guard refuses the quota */
export const createVolume = (options?: VolumeOptions): Engine => {
  const engine = new MemoryEngine(options);
  if (engine.lower !== undefined) overLower(engine, engine.lower);
  return engine;
};
