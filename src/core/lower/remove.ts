/**
 * Core layer: what removing a tree needs of the file system below. What was never
 * looked at is not given an inode to be removed: its permissions are checked, and
 * of its hard links is noted that one name less is there.
 */
import { LOWER_LINK_PRICE } from '../cost.js';
import { STAT_LENGTH, type StatArray } from '../engine.js';
import { EACCES, ENOENT, EPERM } from '../errno.js';
import { fault } from '../fault.js';
import { R_OK, S_IFDIR, S_ISVTX, W_OK, X_OK } from '../flags.js';
import { CTIME, GID, LINKS, MODE, UID } from '../inode.js';
import { mayMode } from '../permission.js';
import type { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';
import { STAT_GID, STAT_MODE, STAT_UID } from './source.js';
import { childPath, hasNames, isKind, keyOf, type LowerRecord } from './table.js';

/** A directory of which not all names have entries; `ino` is 0 when it has no inode itself. */
interface Pending {
  readonly path: string;
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Plans the removal of what is below a directory. Returns what is to be done before the entries are removed; it draws
 * from the prepaid plan. @throws Fault EACCES, EPERM
 */
export const planRemoval = (volume: Volume, lower: Lower, plan: Plan, top: number): (() => void) => {
  const { inodes, directories } = volume;
  const known: number[] = [];
  const unseen: string[] = [];
  const pending: Pending[] = [];
  const directoriesToVisit = [top];
  for (let ino = directoriesToVisit.pop(); ino !== undefined; ino = directoriesToVisit.pop()) {
    for (let entry = directories.first(ino); entry !== 0; entry = directories.next(entry)) {
      const child = directories.ino(entry);
      if (inodes.isDirectory(child)) directoriesToVisit.push(child);
      else if (inodes.get(child, LINKS) > 1) plan.addKeep(child);
    }
    if (!lower.isUntouched(ino)) continue;
    const { path } = lower.records.get(ino) as LowerRecord;
    pending.push({
      path,
      ino,
      mode: inodes.get(ino, MODE),
      uid: inodes.get(ino, UID),
      gid: inodes.get(ino, GID),
    });
  }
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const { path, stat } of unseenIn(volume, lower, directory)) {
      if (isKind(stat, S_IFDIR)) {
        const [mode, uid, gid] = [stat[STAT_MODE], stat[STAT_UID], stat[STAT_GID]] as [number, number, number];
        pending.push({ path, ino: 0, mode, uid, gid });
      } else if (hasNames(stat)) {
        const ino = lower.linked.get(keyOf(stat));
        if (ino === undefined) {
          unseen.push(keyOf(stat));
          plan.addBytes(LOWER_LINK_PRICE);
        } else {
          known.push(ino);
          plan.addKeep(ino);
        }
      }
    }
  }
  return () => {
    for (const key of unseen) {
      // Completing the directory above may have met the object under another name.
      const ino = lower.linked.get(key);
      if (ino !== undefined) {
        dropHidden(volume, lower, ino);
        continue;
      }
      volume.bank.reserve(LOWER_LINK_PRICE);
      lower.noteUnlinked(key);
    }
    for (const ino of known) dropHidden(volume, lower, ino);
  };
};

/** The objects of a directory that have no entry, after the check that they may be removed. */
const unseenIn = (volume: Volume, lower: Lower, directory: Pending): { path: string; stat: StatArray }[] => {
  const allowed = (want: number): boolean => mayMode(volume, directory.mode, directory.uid, directory.gid, want);
  if (!allowed(R_OK)) throw fault(EACCES);
  const names = lower.source.list(directory.path);
  if (typeof names === 'number') throw fault(-names);
  const found: { path: string; stat: StatArray }[] = [];
  for (const name of names) {
    if (directory.ino !== 0 && volume.directories.find(directory.ino, name, 0, name.length) !== 0) continue;
    if (!allowed(W_OK | X_OK)) throw fault(EACCES);
    const path = childPath(directory.path, name);
    const stat: StatArray = new Float64Array(STAT_LENGTH);
    const error = lower.source.lstat(path, stat);
    if (error === -ENOENT) continue;
    if (error !== 0) throw fault(-error);
    const mine = volume.privileged || stat[STAT_UID] === volume.uid || directory.uid === volume.uid;
    if (directory.mode & S_ISVTX && !mine) throw fault(EPERM);
    found.push({ path, stat });
  }
  return found;
};

/** One name that no entry stands for is gone. */
const dropHidden = (volume: Volume, lower: Lower, ino: number): void => {
  const record = lower.records.get(ino) as LowerRecord;
  record.hidden = Math.max(0, record.hidden - 1);
  volume.inodes.touch(ino, CTIME);
  volume.dropLink(ino);
};
