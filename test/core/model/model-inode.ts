/**
 * The naive model, part 1: inodes as plain objects, permission checks and
 * timestamps. Simple on purpose: nothing here is fast, everything follows the
 * manual page it names. It shares no code with the engine.
 */
import { Refusal } from './calls.js';

export interface ModelInode {
  id: number;
  type: 'file' | 'directory' | 'symlink';
  /** Permission bits including suid, sgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  data: Uint8Array;
  entries: Map<string, ModelInode>;
  parent: ModelInode | null;
  target: string;
  /** Nanoseconds since the epoch. */
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
  birthtime: bigint;
  /** Content changes: writes and truncations. */
  generation: number;
}

/** Who calls, and on which machine. */
export interface ModelOptions {
  uid: number;
  gid: number;
  groups: readonly number[];
  umask: number;
  /** Nanoseconds since the epoch. */
  now: () => bigint;
  /** A path this long or longer is ENAMETOOLONG. 4096 on Linux. */
  pathLimit: number;
  /** Climbing above the root cannot be compared (the real root is elsewhere). */
  jail: boolean;
  /** A refused mkdirp leaves the directories it has made, as Node does; the engine takes them back. */
  mkdirpLeavesParts: boolean;
  /** fs.protected_hardlinks. */
  protectedHardlinks: boolean;
}

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

const DAY = 86_400n * 1_000_000_000n;

export const refuse = (code: string): never => {
  throw new Refusal(code);
};

/** path_resolution(7), "Permissions" and capabilities(7) for root. */
export function may(who: ModelOptions, inode: ModelInode, want: number): boolean {
  if (who.uid === 0) {
    if (inode.type === 'directory') return true;
    return (want & EXECUTE) === 0 || (inode.mode & 0o111) !== 0;
  }
  return (permissionBits(who, inode) & want) === want;
}

function permissionBits(who: ModelOptions, inode: ModelInode): number {
  if (who.uid === inode.uid) return (inode.mode >> 6) & 7;
  if (inGroup(who, inode.gid)) return (inode.mode >> 3) & 7;
  return inode.mode & 7;
}

export const inGroup = (who: ModelOptions, gid: number): boolean => who.gid === gid || who.groups.includes(gid);
export const owns = (who: ModelOptions, inode: ModelInode): boolean => who.uid === 0 || who.uid === inode.uid;

/** unlink(2) on sticky directories: only the owner of the entry or of the directory. */
export function stickyForbids(who: ModelOptions, directory: ModelInode, victim: ModelInode): boolean {
  return (directory.mode & 0o1000) !== 0 && !owns(who, victim) && !owns(who, directory);
}

/** mount(8), relatime: only when the old time says nothing newer than the last change, or is a day old. */
export function touchAccess(who: ModelOptions, inode: ModelInode): void {
  const now = who.now();
  if (inode.atime > inode.mtime && inode.atime > inode.ctime && now - inode.atime < DAY) return;
  inode.atime = now;
}

export function touchChange(who: ModelOptions, inode: ModelInode): void {
  inode.ctime = who.now();
}

export function touchContent(who: ModelOptions, inode: ModelInode): void {
  inode.mtime = who.now();
  inode.ctime = inode.mtime;
}

/** write(2), truncate(2): content changed by someone else than root loses suid, and sgid where it means "run as". */
export function dropPrivileges(who: ModelOptions, inode: ModelInode): void {
  if (who.uid !== 0 && inode.type === 'file') dropSetIds(who, inode);
}

/** chown(2) does so even for root. */
export function dropSetIds(who: ModelOptions, inode: ModelInode): void {
  if (inode.type === 'directory') return;
  inode.mode &= ~0o4000;
  if ((inode.mode & 0o010) !== 0 || !(who.uid === 0 || inGroup(who, inode.gid))) inode.mode &= ~0o2000;
}
