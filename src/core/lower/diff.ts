/**
 * Core layer: what a volume differs in from the file system below it. Both trees
 * are walked side by side, by path; below an untouched directory in its own place
 * only what was changed is looked at.
 */

import { readContent } from '../changing.js';
import type { LowerChange } from '../engine.js';
import { STAT_LENGTH, type StatArray } from '../engine.js';
import { ENOENT, ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { S_IFDIR, S_IFMT } from '../flags.js';
import { GID, MODE, MTIME, ROOT, UID } from '../inode.js';
import { PAGE_BYTES } from '../storage/size-classes.js';
import { nanosAt, secondsAt } from '../times.js';
import type { Volume } from '../volume.js';
import type { Lower } from './lower.js';
import { STAT_DEV, STAT_GID, STAT_INO, STAT_MODE, STAT_SIZE, STAT_UID } from './source.js';
import { childPath, hasNames, isKind, keyOf, type LowerRecord } from './table.js';

/** Index of the modification time in a StatArray. */
const STAT_MTIME = 12;

/** Nanoseconds that times may differ by: Node sets them from seconds with a fraction. */
const TIME_GRAIN = 1000;

/** A name to compare: the inode here (0 for none), and where a moved or copied-over object is below. */
interface Place {
  readonly path: string;
  readonly ino: number;
  /** The lower object at `path`, undefined when there is none. */
  readonly stat: StatArray | undefined;
  /** Instead of an inode: an object of the lower tree that is shown at `path` and was never looked at. */
  readonly shown: { readonly path: string; readonly stat: StatArray } | undefined;
}

export const lowerChanges = (volume: Volume, lower: Lower): LowerChange[] => {
  const changes: LowerChange[] = [];
  // What was changed through one of its names differs under those too that were never looked up.
  const thorough = [...lower.records.values()].some((record) => record.kept && record.hidden > 0);
  const pending: Place[] = [{ path: '/', ino: ROOT, stat: statOf(lower, '/'), shown: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const change = compare(volume, lower, place);
    if (change !== undefined) changes.push(change);
    pending.push(...childrenOf(volume, lower, place, thorough));
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
};

const statOf = (lower: Lower, path: string): StatArray | undefined => {
  const stat: StatArray = new Float64Array(STAT_LENGTH);
  const error = lower.source.lstat(path, stat);
  if (error === -ENOENT || error === -ENOTDIR) return undefined;
  if (error !== 0) throw fault(-error);
  return stat;
};

const compare = (volume: Volume, lower: Lower, { path, ino, stat, shown }: Place): LowerChange | undefined => {
  if (ino === 0 && shown === undefined) return { path, kind: 'deleted', what: [] };
  if (stat === undefined) return { path, kind: 'added', what: [] };
  // A directory that only leads to a root is not shown as the disk has it.
  if (lower.records.get(ino)?.leads !== undefined) return undefined;
  if (shown?.path === path) return undefined;
  const what = shown === undefined ? differences(volume, lower, path, ino, stat) : differencesBelow(shown.stat, stat);
  return what.length === 0 ? undefined : { path, kind: 'changed', what };
};

/** Two objects of the lower tree are never compared byte by byte. */
const differencesBelow = (shown: StatArray, stat: StatArray): LowerChange['what'] => {
  const kind = (shown[STAT_MODE] as number) & S_IFMT;
  if (!isKind(stat, kind)) return ['type'];
  return kind === S_IFDIR ? [] : ['content'];
};

const differences = (volume: Volume, lower: Lower, path: string, ino: number, stat: StatArray): LowerChange['what'] => {
  const { inodes } = volume;
  const mode = inodes.get(ino, MODE);
  const what: LowerChange['what'][number][] = [];
  const lowerMode = stat[STAT_MODE] as number;
  if ((mode & S_IFMT) !== (lowerMode & S_IFMT)) what.push('type');
  else if (hasOtherContent(volume, lower, path, ino, stat)) what.push('content');
  if (!inodes.isLink(ino) && (mode & 0o7777) !== (lowerMode & 0o7777)) what.push('mode');
  if (inodes.get(ino, UID) !== stat[STAT_UID] || inodes.get(ino, GID) !== stat[STAT_GID]) what.push('owner');
  if (!inodes.isDirectory(ino) && hasOtherTime(volume, ino, stat)) what.push('mtime');
  return what;
};

const hasOtherTime = ({ inodes }: Volume, ino: number, stat: StatArray): boolean => {
  const words = inodes.wordsOf(ino);
  const at = inodes.at(ino) + MTIME;
  const seconds = secondsAt(words, at) - (stat[STAT_MTIME] as number);
  const nanos = nanosAt(words, at) - (stat[STAT_MTIME + 1] as number);
  return Math.abs(seconds * 1e9 + nanos) > TIME_GRAIN;
};

const hasOtherContent = (volume: Volume, lower: Lower, path: string, ino: number, stat: StatArray): boolean => {
  const { inodes } = volume;
  if (inodes.isLink(ino)) return lower.source.readlink(path) !== volume.targetOf(ino) && lower.linkError(ino) === 0;
  if (!inodes.isFile(ino)) return false;
  if (lower.hasContent(ino) && isSame(lower.records.get(ino), stat)) return false;
  if (inodes.size(ino) !== stat[STAT_SIZE]) return true;
  const handle = lower.source.open(path);
  if (handle < 0) throw fault(-handle);
  try {
    return !sameBytes(volume, lower, ino, handle);
  } finally {
    lower.source.close(handle);
  }
};

/** True when the record is that of the object itself, under whichever name it was seen. */
const isSame = (record: LowerRecord | undefined, stat: StatArray): boolean =>
  record !== undefined && record.dev === stat[STAT_DEV] && record.ino === stat[STAT_INO];

const sameBytes = (volume: Volume, lower: Lower, ino: number, handle: number): boolean => {
  const size = volume.inodes.size(ino);
  const ours = new Uint8Array(Math.min(size, PAGE_BYTES));
  const theirs = new Uint8Array(ours.length);
  for (let at = 0; at < size; at += ours.length) {
    const count = readContent(volume, ino, at, ours, 0, ours.length);
    let done = 0;
    while (done < count) {
      const got = lower.source.read(handle, theirs, done, count - done, at + done);
      if (got <= 0) return false;
      done += got;
    }
    for (let i = 0; i < count; i++) if (ours[i] !== theirs[i]) return false;
  }
  return true;
};

/** What is to be compared below a place: all names of both sides, or only those that can differ. */
const childrenOf = (volume: Volume, lower: Lower, place: Place, thorough: boolean): Place[] => {
  const { directories, inodes } = volume;
  const { path, ino, stat, shown } = place;
  const above = lower.records.get(ino);
  const here = new Map<string, Place>();
  const isHere = shown === undefined ? ino !== 0 && inodes.isDirectory(ino) : isKind(shown.stat, S_IFDIR);
  const untouched = ino !== 0 && isHere && lower.isUntouched(ino);
  const inPlace = untouched && above?.path === path && !thorough;
  const add = (name: string, child: number, from: Place['shown']): void => {
    const at = childPath(path, name);
    here.set(name, { path: at, ino: child, stat: undefined, shown: from });
  };
  if (isHere && shown === undefined) {
    for (let entry = directories.first(ino); entry !== 0; entry = directories.next(entry)) {
      const child = directories.ino(entry);
      if (!inPlace || lower.records.get(child)?.kept === true) add(directories.name(entry), child, undefined);
    }
  }
  const below = shown?.path ?? above?.path;
  if (below !== undefined && !inPlace && (untouched || (isHere && shown !== undefined))) {
    for (const name of namesBelow(lower, below)) {
      const from = childPath(below, name);
      const found = here.has(name) ? undefined : statOf(lower, from);
      if (found === undefined) continue;
      const known = hasNames(found) ? lower.linked.get(keyOf(found)) : undefined;
      if (known === undefined) add(name, 0, { path: from, stat: found });
      else add(name, known, undefined);
    }
  }
  const places: Place[] = [];
  const there = stat !== undefined && isKind(stat, S_IFDIR);
  const leads = above?.leads;
  for (const [name, child] of here) {
    const visible = there && (leads === undefined || leads.includes(name));
    places.push({ ...child, stat: visible ? statOf(lower, child.path) : undefined });
  }
  if (!there || inPlace) return places;
  for (const name of leads ?? namesBelow(lower, path)) {
    if (!here.has(name)) {
      const gone = childPath(path, name);
      places.push({ path: gone, ino: 0, stat: statOf(lower, gone), shown: undefined });
    }
  }
  return places;
};

const namesBelow = (lower: Lower, path: string): readonly string[] => {
  const names = lower.source.list(path);
  if (typeof names === 'number') throw fault(-names);
  return names;
};
