/**
 * Adapter, overlay: writes changes to a real directory. Deletions come first,
 * deepest first; then what is new or different, parents first. A file is written
 * beside its place and renamed into it, so a reader sees the old or the new one.
 * No link below the directory is followed: whoever can put one there could lead
 * the writing elsewhere.
 */
import type { Stats } from 'node:fs';
import type { Change } from './changes.js';

type NodeFs = typeof import('node:fs');
/** The calls that changes are written with. */
export type ApplyFs = Pick<
  NodeFs,
  | 'chmodSync'
  | 'closeSync'
  | 'fchmodSync'
  | 'futimesSync'
  | 'lchownSync'
  | 'linkSync'
  | 'lstatSync'
  | 'lutimesSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readlinkSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'utimesSync'
  | 'writeSync'
>;

const CHUNK = 64 * 1024;
let names = 0;

/** Writes `changes` of the tree below `base` to `dir`. What lies outside `base` is left out. */
export function applyChanges(changes: readonly Change[], fs: NodeFs, base: string, dir: string, out: ApplyFs): void {
  const prefix = base === '/' ? '/' : `${base}/`;
  const mine = changes.filter(({ path }) => path.startsWith(prefix) || path === base);
  const target = (path: string): string => (path === base ? dir : join(dir, path.slice(prefix.length)));
  const writer = new Writer(fs, out, dir);
  for (const { path, before, kind, what } of [...mine].reverse()) {
    if (kind === 'deleted' || what.includes('type')) writer.remove(target(path), before?.type === 'directory');
  }
  const directories: Change[] = [];
  for (const change of mine) {
    if (change.after === undefined) continue;
    const to = target(change.path);
    if (change.after.type === 'directory') {
      directories.push(change);
      writer.makeDirectory(to);
    } else writer.write(change, to);
  }
  // Modes and times of directories last: writing into them needs the one and moves the other.
  for (const { path } of directories.reverse()) writer.finishDirectory(path, target(path));
}

const join = (dir: string, name: string): string => (dir === '/' ? `/${name}` : `${dir}/${name}`);

class Writer {
  /** First names of files with several, by inode number. */
  private readonly linked = new Map<number, string>();
  /** Directories known to be real ones. */
  private readonly checked = new Set<string>();

  constructor(
    private readonly fs: NodeFs,
    private readonly out: ApplyFs,
    private readonly dir: string,
  ) {}

  remove(path: string, directory: boolean): void {
    if (!this.enter(path)) return;
    const { out } = this;
    const stats = out.lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isDirectory()) {
      if (directory) out.rmdirSync(path);
      else throw refusal('EISDIR', 'illegal operation on a directory', path);
    } else out.unlinkSync(path);
  }

  makeDirectory(path: string): void {
    this.demandParents(path);
    const { out } = this;
    const stats = out.lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) out.mkdirSync(path, { mode: 0o700 });
    else if (!stats.isDirectory() && path !== this.dir) throw refusal('ENOTDIR', 'not a directory', path);
    // Room to write below, until it gets its own mode.
    else if (path !== this.dir) out.chmodSync(path, 0o700 | (stats.mode & 0o7777));
  }

  finishDirectory(from: string, path: string): void {
    const stats = this.fs.lstatSync(from);
    this.out.chmodSync(path, stats.mode & 0o7777);
    this.out.utimesSync(path, stats.atimeMs / 1000, stats.mtimeMs / 1000);
  }

  write(change: Change, to: string): void {
    this.demandParents(to);
    const { fs, out } = this;
    const { path } = change;
    const stats = fs.lstatSync(path);
    const old = out.lstatSync(to, { throwIfNoEntry: false });
    if (old?.isDirectory()) throw refusal('EISDIR', 'illegal operation on a directory', to);
    const first = stats.nlink > 1 ? this.linked.get(stats.ino) : undefined;
    const temporary = `${to.slice(0, to.lastIndexOf('/') + 1)}.quotafs-${Date.now().toString(36)}-${names++}`;
    if (stats.nlink > 1) this.linked.set(stats.ino, first ?? to);
    try {
      if (first !== undefined) out.linkSync(first, temporary);
      else if (stats.isSymbolicLink()) this.copyLink(path, temporary, stats);
      else if (stats.isFile()) this.copyFile(path, temporary, stats);
      else throw refusal('ENOTSUP', 'operation not supported', to);
      out.renameSync(temporary, to);
    } catch (error) {
      if (out.lstatSync(temporary, { throwIfNoEntry: false }) !== undefined) out.unlinkSync(temporary);
      throw error;
    }
  }

  private copyLink(from: string, to: string, stats: Stats): void {
    this.out.symlinkSync(this.fs.readlinkSync(from, 'buffer'), to);
    this.out.lutimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
  }

  private copyFile(from: string, to: string, stats: Stats): void {
    const { fs, out } = this;
    const source = fs.openSync(from, 'r');
    try {
      const target = out.openSync(to, 'wx', 0o600);
      try {
        const buffer = Buffer.alloc(Math.min(CHUNK, Math.max(1, stats.size)));
        for (;;) {
          const count = fs.readSync(source, buffer, 0, buffer.length, null);
          if (count === 0) break;
          let done = 0;
          while (done < count) done += out.writeSync(target, buffer, done, count - done);
        }
        out.fchmodSync(target, stats.mode & 0o7777);
        out.futimesSync(target, stats.atimeMs / 1000, stats.mtimeMs / 1000);
      } finally {
        out.closeSync(target);
      }
    } finally {
      fs.closeSync(source);
    }
  }

  /** Makes sure that the directories on the way are there and no links. */
  private demandParents(path: string): void {
    if (!this.enter(path)) throw refusal('ENOENT', 'no such file or directory', path);
  }

  /** True when every directory between `dir` and `path` is there. @throws ELOOP when one is a link */
  private enter(path: string): boolean {
    if (path === this.dir) return true;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (this.checked.has(parent) || parent === this.dir) return true;
    if (!this.enter(parent)) return false;
    const stats = this.out.lstatSync(parent, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (stats.isSymbolicLink()) throw refusal('ELOOP', 'too many symbolic links encountered', parent);
    if (!stats.isDirectory()) throw refusal('ENOTDIR', 'not a directory', parent);
    this.checked.add(parent);
    return true;
  }
}

const refusal = (code: string, words: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${words}, applyTo '${path}'`), { code, syscall: 'applyTo', path });
