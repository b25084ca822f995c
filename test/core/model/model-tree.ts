/**
 * The naive model, part 3: calls that change names. Each follows the order of
 * checks of the Linux VFS (fs/namei.c), since the errno of a call that is wrong
 * in two ways depends on it.
 */

import { NotComparable, Refusal } from './calls.js';
import {
  dropSetIds,
  EXECUTE,
  inGroup,
  type ModelInode,
  may,
  owns,
  READ,
  refuse,
  stickyForbids,
  touchChange,
  touchContent,
  WRITE,
} from './model-inode.js';
import { type Last, ModelPaths } from './model-path.js';

const PATH_MAX = 4096;

let nextId = 1;

export class ModelTree extends ModelPaths {
  makeInode(type: ModelInode['type'], mode: number, directory: ModelInode | null): ModelInode {
    const now = this.who.now();
    const inheritsGroup = directory !== null && (directory.mode & 0o2000) !== 0;
    return {
      id: nextId++,
      type,
      mode: inheritsGroup && type === 'directory' ? mode | 0o2000 : mode,
      uid: this.who.uid,
      gid: inheritsGroup ? directory.gid : this.who.gid,
      nlink: type === 'directory' ? 2 : 1,
      data: new Uint8Array(0),
      entries: new Map(),
      parent: type === 'directory' ? directory : null,
      target: '',
      atime: now,
      mtime: now,
      ctime: now,
      birthtime: now,
      generation: 0,
    };
  }

  addEntry(directory: ModelInode, name: string, inode: ModelInode): void {
    directory.entries.set(name, inode);
    if (inode.type === 'directory') {
      directory.nlink++;
      inode.parent = directory;
    }
    touchContent(this.who, directory);
  }

  private removeEntry(directory: ModelInode, name: string): void {
    const inode = directory.entries.get(name);
    directory.entries.delete(name);
    if (inode?.type === 'directory') directory.nlink--;
    touchContent(this.who, directory);
  }

  private dropLink(inode: ModelInode): void {
    inode.nlink = inode.type === 'directory' ? 0 : inode.nlink - 1;
    touchChange(this.who, inode);
  }

  /** filename_create(): the place for a new name. */
  private placeFor(path: string, forDirectory: boolean): Last {
    const last = this.begin(path);
    if (last.kind !== 'name') refuse('EEXIST');
    if (this.child(last.directory, last.name)) refuse('EEXIST');
    if (last.trailing && !forDirectory) refuse('ENOENT');
    return last;
  }

  requireCreatable(directory: ModelInode): void {
    if (!may(this.who, directory, WRITE | EXECUTE)) refuse('EACCES');
  }

  /** may_delete(). */
  private requireDeletable(directory: ModelInode, victim: ModelInode, asDirectory: boolean): void {
    if (!may(this.who, directory, WRITE | EXECUTE)) refuse('EACCES');
    if (stickyForbids(this.who, directory, victim)) refuse('EPERM');
    if (asDirectory && victim.type !== 'directory') refuse('ENOTDIR');
    if (!asDirectory && victim.type === 'directory') refuse('EISDIR');
  }

  mkdir(path: string, mode: number): void {
    const place = this.placeFor(path, true);
    this.requireCreatable(place.directory);
    const inode = this.makeInode('directory', mode & 0o1777 & ~this.who.umask, place.directory);
    this.addEntry(place.directory, place.name, inode);
  }

  /** Node's own loop (src/node_file.cc, MKDirpSync): it has no system call of its own. */
  mkdirp(path: string, mode: number): string | null {
    const made: { place: Last; mtime: bigint; ctime: bigint }[] = [];
    const makeOne = (at: string): void => {
      const place = this.begin(at);
      const { mtime, ctime } = place.directory;
      this.mkdir(at, mode);
      made.push({ place, mtime, ctime });
    };
    try {
      return this.makeAll(path, makeOne);
    } catch (error) {
      if (!this.who.mkdirpLeavesParts || error instanceof NotComparable) {
        for (const { place, mtime, ctime } of made.reverse()) {
          this.removeEntry(place.directory, place.name);
          Object.assign(place.directory, { mtime, ctime });
        }
      }
      throw error;
    }
  }

  private makeAll(path: string, makeOne: (path: string) => void): string | null {
    const pending = [path];
    let first: string | null = null;
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const at = next;
      const code = this.codeOf(() => makeOne(at));
      if (code === 'ok') {
        first ??= at;
      } else if (code === 'ENOENT' && at.includes('/')) {
        const parent = at.slice(0, at.lastIndexOf('/'));
        if (parent === '') refuse('ENOENT');
        pending.push(at, parent);
      } else if (['EACCES', 'ENOSPC', 'ENOTDIR', 'EPERM', 'ENOENT'].includes(code)) {
        refuse(code);
      } else {
        const found = this.lookup(at, true);
        if (found.type !== 'directory') refuse(code === 'EEXIST' && pending.length > 0 ? 'ENOTDIR' : 'EEXIST');
      }
    }
    return first;
  }

  private codeOf(body: () => void): string {
    try {
      body();
      return 'ok';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }

  symlink(target: string, path: string): void {
    this.checkPath(target, target.startsWith('/') ? this.who.pathLimit : PATH_MAX);
    const place = this.placeFor(path, false);
    this.requireCreatable(place.directory);
    const inode = this.makeInode('symlink', 0o777, place.directory);
    inode.target = target;
    this.addEntry(place.directory, place.name, inode);
  }

  link(existing: string, path: string): void {
    const source = this.lookup(existing, false);
    const place = this.placeFor(path, false);
    if (this.who.protectedHardlinks && !this.isSafeToLink(source) && !owns(this.who, source)) refuse('EPERM');
    this.requireCreatable(place.directory);
    if (source.type === 'directory') refuse('EPERM');
    source.nlink++;
    touchChange(this.who, source);
    this.addEntry(place.directory, place.name, source);
  }

  private isSafeToLink(inode: ModelInode): boolean {
    const runsAsOther = (inode.mode & 0o4000) !== 0 || (inode.mode & 0o2010) === 0o2010;
    return inode.type === 'file' && !runsAsOther && may(this.who, inode, READ | WRITE);
  }

  unlink(path: string): void {
    const last = this.beginAtName(path);
    if (last.kind !== 'name') refuse('EISDIR');
    const victim = this.child(last.directory, last.name) ?? refuse('ENOENT');
    if (last.trailing) refuse(victim.type === 'directory' ? 'EISDIR' : 'ENOTDIR');
    this.requireDeletable(last.directory, victim, false);
    this.removeEntry(last.directory, last.name);
    this.dropLink(victim);
  }

  rmdir(path: string): void {
    const last = this.beginAtName(path);
    if (last.kind === 'root') refuse('EBUSY');
    if (last.kind === 'dot') refuse('EINVAL');
    if (last.kind === 'dotdot') refuse('ENOTEMPTY');
    const victim = this.child(last.directory, last.name) ?? refuse('ENOENT');
    this.requireDeletable(last.directory, victim, true);
    if (victim.entries.size > 0) refuse('ENOTEMPTY');
    this.removeEntry(last.directory, last.name);
    this.dropLink(victim);
  }

  /** rm -r of one name, nothing removed when anything below may not be. */
  removeTree(path: string): void {
    const last = this.begin(path);
    if (last.kind === 'dot' || last.kind === 'dotdot') refuse('EINVAL');
    if (last.kind === 'root') refuse('EBUSY');
    const victim = this.child(last.directory, last.name) ?? refuse('ENOENT');
    this.requireDeletable(last.directory, victim, victim.type === 'directory');
    if (last.trailing && victim.type !== 'directory') refuse('ENOTDIR');
    this.requireTreeDeletable(victim);
    this.removeBelow(last.directory, last.name, victim);
  }

  private requireTreeDeletable(victim: ModelInode): void {
    if (victim.type !== 'directory') return;
    if (!may(this.who, victim, READ)) refuse('EACCES');
    for (const child of victim.entries.values()) {
      this.requireDeletable(victim, child, child.type === 'directory');
      this.requireTreeDeletable(child);
    }
  }

  private removeBelow(directory: ModelInode, name: string, victim: ModelInode): void {
    for (const [childName, child] of [...victim.entries]) this.removeBelow(victim, childName, child);
    this.removeEntry(directory, name);
    this.dropLink(victim);
  }

  /** cp -r to an absent name: modes kept, owner and times new, every name an inode of its own. */
  copyTree(from: string, to: string): void {
    const source = this.lookup(from, false);
    const place = this.begin(to);
    if (place.kind !== 'name' || this.child(place.directory, place.name)) refuse('EEXIST');
    if (place.trailing && source.type !== 'directory') refuse('ENOENT');
    this.requireCreatable(place.directory);
    if (isAbove(source, place.directory)) refuse('EINVAL');
    this.requireCopyable(source);
    this.copyBelow(source, place.directory, place.name);
  }

  private requireCopyable(source: ModelInode): void {
    if (source.type === 'file' && !may(this.who, source, READ)) refuse('EACCES');
    if (source.type !== 'directory') return;
    if (!may(this.who, source, READ | EXECUTE)) refuse('EACCES');
    for (const child of source.entries.values()) this.requireCopyable(child);
  }

  private copyBelow(source: ModelInode, directory: ModelInode, name: string): void {
    const copy = this.makeInode(source.type, source.mode, directory);
    copy.target = source.target;
    copy.data = source.data.slice();
    this.addEntry(directory, name, copy);
    for (const [childName, child] of source.entries) this.copyBelow(child, copy, childName);
  }

  rename(from: string, to: string): void {
    const source = this.beginAtName(from);
    const target = this.beginAtName(to);
    if (source.kind !== 'name' || target.kind !== 'name') refuse('EBUSY');
    const moved = this.child(source.directory, source.name) ?? refuse('ENOENT');
    const replaced = this.child(target.directory, target.name);
    if (moved.type !== 'directory' && (source.trailing || target.trailing)) refuse('ENOTDIR');
    if (isAbove(moved, target.directory)) refuse('EINVAL');
    if (replaced && isAbove(replaced, source.directory)) refuse('ENOTEMPTY');
    if (moved === replaced) return;
    const asDirectory = moved.type === 'directory';
    this.requireDeletable(source.directory, moved, asDirectory);
    if (replaced) this.requireDeletable(target.directory, replaced, asDirectory);
    else this.requireCreatable(target.directory);
    if (asDirectory && source.directory !== target.directory && !may(this.who, moved, WRITE)) refuse('EACCES');
    if (replaced && replaced.entries.size > 0) refuse('ENOTEMPTY');
    if (replaced) {
      this.removeEntry(target.directory, target.name);
      this.dropLink(replaced);
    }
    this.removeEntry(source.directory, source.name);
    this.addEntry(target.directory, target.name, moved);
    touchChange(this.who, moved);
  }

  protected setMode(inode: ModelInode, mode: number): void {
    if (!owns(this.who, inode)) refuse('EPERM');
    const keepsGroupId = this.who.uid === 0 || inGroup(this.who, inode.gid);
    inode.mode = mode & (keepsGroupId ? 0o7777 : 0o5777);
    touchChange(this.who, inode);
  }

  /** chown(2): -1 keeps. */
  protected setOwner(inode: ModelInode, uid: number, gid: number): void {
    if (this.who.uid !== 0) {
      const mine = inode.uid === this.who.uid;
      if (uid !== -1 && !(mine && uid === inode.uid)) refuse('EPERM');
      if (gid !== -1 && !(mine && (gid === inode.gid || inGroup(this.who, gid)))) refuse('EPERM');
    }
    const { mode } = inode;
    dropSetIds(this.who, inode);
    if (inode.mode !== mode && !owns(this.who, inode)) {
      inode.mode = mode;
      refuse('EPERM');
    }
    if (uid !== -1) inode.uid = uid;
    if (gid !== -1) inode.gid = gid;
    touchChange(this.who, inode);
  }
}

/** True when `upper` is `lower` or one of its parents. */
function isAbove(upper: ModelInode, lower: ModelInode): boolean {
  for (let at: ModelInode | null = lower; at !== null; at = at.parent) if (at === upper) return true;
  return false;
}
