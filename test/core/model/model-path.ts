/**
 * The naive model, part 2: path_resolution(7). A walk ends at the last name
 * without looking it up; callers decide what they need of it.
 */
import { NotComparable } from './calls.js';
import { EXECUTE, type ModelInode, type ModelOptions, may, refuse, touchAccess } from './model-inode.js';

/** Where a path ends. */
export interface Last {
  directory: ModelInode;
  /** The last name; '' for the root. */
  name: string;
  kind: 'name' | 'dot' | 'dotdot' | 'root';
  /** The path ended in a slash. */
  trailing: boolean;
}

const MAX_LINKS = 40;
const NAME_MAX = 255;

export class ModelPaths {
  /** Symbolic links followed in the current call. */
  private followed = 0;

  /** Links whose access time the current call has moved, with the time before: a call that nobody runs takes it back. */
  private readonly touches: [link: ModelInode, atime: bigint][] = [];

  constructor(
    readonly root: ModelInode,
    protected readonly who: ModelOptions,
  ) {}

  beginCall(): void {
    this.touches.length = 0;
  }

  undoCall(): void {
    for (const [link, atime] of this.touches.reverse()) link.atime = atime;
  }

  /** Start of a system call's path argument: getname(9) checks come before the walk. */
  begin(path: string): Last {
    this.checkPath(path);
    this.followed = 0;
    return this.walk(this.root, path);
  }

  /** As begin(), for calls that give the root an answer of its own: on the disk it is a directory like others. */
  beginAtName(path: string): Last {
    const last = this.begin(path);
    if (last.kind === 'root' && this.who.jail) throw new NotComparable();
    return last;
  }

  checkPath(path: string, limit = this.who.pathLimit): void {
    if (path === '') refuse('ENOENT');
    if (path.length >= limit) refuse('ENAMETOOLONG');
  }

  /** The inode at a path, as stat(2) (follow) or lstat(2) sees it. */
  lookup(path: string, follow: boolean): ModelInode {
    return this.finish(this.begin(path), follow);
  }

  walk(start: ModelInode, path: string): Last {
    let directory = path.startsWith('/') ? this.root : start;
    const names = path.split('/').filter((name) => name !== '');
    const trailing = names.length > 0 && path.endsWith('/');
    const name = names.pop();
    if (name === undefined) return { directory: this.root, name: '', kind: 'root', trailing: false };
    for (const step of names) directory = this.enter(directory, step);
    this.requireSearchable(directory);
    if (name === '.') return { directory, name, kind: 'dot', trailing };
    if (name === '..') return { directory, name, kind: 'dotdot', trailing };
    return { directory, name, kind: 'name', trailing };
  }

  private enter(directory: ModelInode, name: string): ModelInode {
    this.requireSearchable(directory);
    if (name === '.') return directory;
    if (name === '..') return this.parentOf(directory);
    const inode = this.child(directory, name) ?? refuse('ENOENT');
    return inode.type === 'symlink' ? this.follow(directory, inode) : inode;
  }

  private requireSearchable(directory: ModelInode): void {
    if (directory.type !== 'directory') refuse('ENOTDIR');
    if (!may(this.who, directory, EXECUTE)) refuse('EACCES');
  }

  private parentOf(directory: ModelInode): ModelInode {
    if (directory === this.root && this.who.jail) throw new NotComparable();
    return directory.parent ?? directory;
  }

  /** The entry of that name, or undefined. The caller has checked that the directory may be searched. */
  child(directory: ModelInode, name: string): ModelInode | undefined {
    if (name.length > NAME_MAX) refuse('ENAMETOOLONG');
    return directory.entries.get(name);
  }

  /** What a link in `directory` points to, followed to its end. */
  follow(directory: ModelInode, link: ModelInode): ModelInode {
    return this.finish(this.followOnce(directory, link), true);
  }

  /** Where a link's target ends. */
  followOnce(directory: ModelInode, link: ModelInode): Last {
    this.followed++;
    if (this.followed > MAX_LINKS) refuse('ELOOP');
    this.touches.push([link, link.atime]);
    touchAccess(this.who, link);
    return this.walk(directory, link.target);
  }

  finish(last: Last, follow: boolean): ModelInode {
    let inode = this.itself(last);
    if (inode === undefined) return refuse('ENOENT');
    if (inode.type === 'symlink' && (follow || last.trailing)) inode = this.follow(last.directory, inode);
    if (last.trailing && inode.type !== 'directory') refuse('ENOTDIR');
    return inode;
  }

  /** The inode a walk ends at, links not followed, or undefined. */
  itself(last: Last): ModelInode | undefined {
    if (last.kind === 'root' || last.kind === 'dot') return last.directory;
    if (last.kind === 'dotdot') return this.parentOf(last.directory);
    return this.child(last.directory, last.name);
  }
}
