/**
 * Adapter, overlay: writes changes to a real directory, in four steps: new
 * directories are made where nothing is in their place and all new contents are
 * written under names of our own, as long as those they will have; then what is
 * gone is removed, then the new files are renamed into their places, then
 * directories get their modes and times. So what can run out of room has been
 * written before anything is touched, and is taken back; what was moved is read before its
 * old place is removed, which matters when the directory is the one below the overlay.
 *
 * No link below the directory is followed: whoever can put one there could lead
 * the writing elsewhere.
 */

import type { Stats } from 'node:fs';
import { codeOf } from '../../host/index.js';
import type { Change } from './changes.js';

type NodeFs = typeof import('node:fs');
/** The calls that changes are written with. */
export type ApplyFs = Pick<
  NodeFs,
  | 'chmodSync'
  | 'closeSync'
  | 'lchownSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'openSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'utimesSync'
  | 'writeSync'
>;

const CHUNK = 64 * 1024;
const BILLION = 1_000_000_000n;
let names = 0;

/** Writes `changes` of the tree below `base` to `dir`. What lies outside `base` is left out. */
export function applyChanges(changes: readonly Change[], fs: NodeFs, base: string, dir: string, out: ApplyFs): void {
  const prefix = base === '/' ? '/' : `${base}/`;
  const writer = new Writer(fs, out, base, dir);
  const mine = changes
    .filter(({ path }) => path.startsWith(prefix) || path === base)
    .map((change) => ({ change, to: change.path === base ? dir : join(dir, change.path.slice(prefix.length)) }));
  const gone = mine.filter(({ change }) => change.kind === 'deleted' || change.what.includes('type'));
  const here = mine.filter(({ change }) => change.after !== undefined);
  const files = here.filter(({ change }) => change.after?.type !== 'directory');
  const directories = here.filter(({ change }) => change.after?.type === 'directory');
  for (const { to } of gone) writer.willRemove.add(to);
  try {
    writer.makeRoot();
    for (const { to } of here) writer.prepare(to);
    for (const { to } of directories) writer.prepareDirectory(to);
    for (const { change, to } of files) writer.stage(change, to);
    writer.made = undefined;
    for (const { change, to } of gone.reverse()) writer.remove(to, change.before?.type === 'directory');
    for (const { to } of directories) writer.makeDirectory(to);
    for (const { change, to } of files) writer.place(change, to);
    for (const { change, to } of directories.reverse()) writer.setAttributes(change.path, to);
    writer.finishParents();
  } finally {
    writer.takeBack();
  }
}

const join = (dir: string, name: string): string => (dir === '/' ? `/${name}` : `${dir}/${name}`);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Until Node 24 times are cut off to microseconds: half of one more, and what was one stays it. */
const HALF = Number(process.versions.node.split('.')[0]) < 24 ? 5e-7 : 0;
/** A time as Node takes it: seconds, as exact as a number can be. */
const secondsOf = (nanos: bigint): number => Number(nanos / BILLION) + Number(nanos % BILLION) / 1e9 + HALF;

class Writer {
  /** Places that hold something which is to be removed first. */
  readonly willRemove = new Set<string>();
  /** Written contents by the place they are for. */
  private readonly staged = new Map<string, string>();
  /** Directories that were made only because something in them differs. */
  private readonly parents: string[] = [];
  /** Directories to be removed when it is refused, as long as that takes all of it back. */
  made: string[] | undefined = [];
  /** Staged first names of files with several, by inode number. */
  private readonly linked = new Map<number, string>();

  constructor(
    private readonly fs: NodeFs,
    private readonly out: ApplyFs,
    private readonly base: string,
    private readonly dir: string,
  ) {}

  private look(path: string): Stats | undefined {
    return this.out.lstatSync(path, { throwIfNoEntry: false });
  }

  exists(path: string): boolean {
    return this.look(path) !== undefined;
  }

  makeRoot(): void {
    if (this.exists(this.dir)) return;
    const first = this.out.mkdirSync(this.dir, { recursive: true }) ?? this.dir;
    for (let at = this.dir; at.length >= first.length; at = parentOf(at)) this.made?.unshift(at);
  }

  /** Makes the directories on the way to a path, but for what is to come in the place of something else. */
  prepare(path: string): void {
    if (!this.comesLater(path)) this.makeParents(path);
  }

  /** Makes a directory too. */
  prepareDirectory(path: string): void {
    // In this order: below what is to be removed nothing can be looked for, which may be a file, or a link to one.
    if (!this.comesLater(path) && !this.exists(path)) this.makeParents(join(path, 'x'));
  }

  private comesLater(path: string): boolean {
    for (let at = path; at !== this.dir && at !== '/'; at = parentOf(at)) if (this.willRemove.has(at)) return true;
    return false;
  }

  /** Writes the new content beside its place, or as near as there is a directory that stays. */
  stage(change: Change, to: string): void {
    const { fs, out } = this;
    const stats = fs.lstatSync(change.path);
    if (this.keepsContent(change, to, stats)) return;
    if (!stats.isFile() && !stats.isSymbolicLink()) throw refusal('ENOTSUP', 'operation not supported', to);
    const first = stats.nlink > 1 ? this.linked.get(stats.ino) : undefined;
    // As long as its name to come: a longer one could need room.
    const length = Buffer.byteLength(to.slice(to.lastIndexOf('/') + 1));
    const temporary = join(this.nearestDirectory(to), `.quotafs-${process.pid}-${names++}-`.padEnd(length, '-'));
    if (stats.nlink > 1) this.linked.set(stats.ino, first ?? temporary);
    this.staged.set(to, temporary);
    if (first !== undefined) {
      out.linkSync(first, temporary);
      return;
    }
    if (stats.isSymbolicLink()) out.symlinkSync(fs.readlinkSync(change.path, 'buffer'), temporary);
    else this.copyFile(change.path, temporary, stats.size);
    this.setAttributes(change.path, temporary);
  }

  private keepsContent({ kind, what }: Change, to: string, stats: Stats): boolean {
    if (kind !== 'changed' || what.includes('content') || what.includes('type') || !stats.isFile()) return false;
    return this.enter(to) && this.look(to)?.isFile() === true;
  }

  private nearestDirectory(path: string): string {
    let at = parentOf(path);
    while (at !== this.dir && (this.willRemove.has(at) || !this.enter(at) || !this.look(at)?.isDirectory())) {
      at = parentOf(at);
    }
    return at;
  }

  remove(path: string, directory: boolean): void {
    if (!this.enter(path)) return;
    const stats = this.look(path);
    if (stats === undefined) return;
    if (!stats.isDirectory()) this.out.unlinkSync(path);
    else if (directory) this.out.rmdirSync(path);
    else throw refusal('EISDIR', 'illegal operation on a directory', path);
  }

  makeDirectory(path: string): void {
    if (path === this.dir) return;
    this.makeParents(path);
    const stats = this.look(path);
    if (stats === undefined) {
      this.out.mkdirSync(path, { mode: 0o700 });
      this.made?.push(path);
    } else if (!stats.isDirectory()) throw refusal('ENOTDIR', 'not a directory', path);
    // Room to write below, until it gets its own mode.
    else this.out.chmodSync(path, 0o700 | (stats.mode & 0o7777));
  }

  place(change: Change, to: string): void {
    const temporary = this.staged.get(to);
    this.makeParents(to);
    if (temporary === undefined) {
      this.setAttributes(change.path, to);
      return;
    }
    if (this.look(to)?.isDirectory()) throw refusal('EISDIR', 'illegal operation on a directory', to);
    this.out.renameSync(temporary, to);
    // Renaming one name of a file over another does nothing, says rename(2): then it is still there.
    if (!this.exists(temporary)) this.staged.delete(to);
  }

  /** Removes what has not come to its place. */
  takeBack(): void {
    for (const temporary of this.staged.values()) if (this.exists(temporary)) this.out.unlinkSync(temporary);
    for (const path of this.made?.reverse() ?? []) this.out.rmdirSync(path);
  }

  /** Owner first, because that clears set-id bits; then the mode, then the times. */
  setAttributes(from: string, path: string): void {
    const { out } = this;
    const stats = this.fs.lstatSync(from, { bigint: true });
    const now = out.lstatSync(path, { bigint: true });
    if (stats.uid !== now.uid || stats.gid !== now.gid) this.giveAway(path, Number(stats.uid), Number(stats.gid));
    const times = [secondsOf(stats.atimeNs), secondsOf(stats.mtimeNs)] as const;
    if (stats.isSymbolicLink()) out.lutimesSync(path, ...times);
    else {
      out.chmodSync(path, Number(stats.mode & 0o7777n));
      out.utimesSync(path, ...times);
    }
  }

  /** The owner that the overlay shows, where this process may set it: who is not root only has files of his own. */
  private giveAway(path: string, uid: number, gid: number): void {
    try {
      this.out.lchownSync(path, uid, gid);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
    }
  }

  private copyFile(from: string, to: string, size: number): void {
    const { fs, out } = this;
    const source = fs.openSync(from, 'r');
    try {
      const target = out.openSync(to, 'wx', 0o600);
      try {
        const buffer = Buffer.alloc(Math.min(CHUNK, Math.max(1, size)));
        for (;;) {
          const count = fs.readSync(source, buffer, 0, buffer.length, null);
          if (count === 0) break;
          let done = 0;
          while (done < count) done += out.writeSync(target, buffer, done, count - done);
        }
      } finally {
        out.closeSync(target);
      }
    } finally {
      fs.closeSync(source);
    }
  }

  /** Makes the directories on the way that are not there. @throws as `enter` */
  private makeParents(path: string): void {
    if (this.enter(path)) return;
    const parent = parentOf(path);
    this.makeDirectory(parent);
    this.parents.push(parent);
  }

  /** Gives them the modes and times that the overlay shows. */
  finishParents(): void {
    for (const path of this.parents.reverse()) {
      this.setAttributes(join(this.base, path.slice(this.dir === '/' ? 1 : this.dir.length + 1)), path);
    }
  }

  /** True when every directory between `dir` and `path` is there. @throws ELOOP, ENOTDIR when one is something else */
  private enter(path: string): boolean {
    if (path === this.dir || parentOf(path) === this.dir) return true;
    const parent = parentOf(path);
    if (!this.enter(parent)) return false;
    const stats = this.look(parent);
    if (stats === undefined) return false;
    if (stats.isDirectory()) return true;
    // What is to be removed is not in the way.
    if (this.willRemove.has(parent)) return false;
    if (stats.isSymbolicLink()) throw refusal('ELOOP', 'too many symbolic links encountered', parent);
    throw refusal('ENOTDIR', 'not a directory', parent);
  }
}

/** An error of `applyTo`, shaped as Node's. */
export const refusal = (code: string, words: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${words}, applyTo '${path}'`), { code, syscall: 'applyTo', path });
