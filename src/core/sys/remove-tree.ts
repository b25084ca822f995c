/**
 * Core layer, sys: what removing a tree does once nothing can refuse it. Where
 * somebody is told of each name (a watch, an open directory stream, a lower file
 * system), names go one by one, leaves first. Else all of them go at once, and
 * the tables get smaller at the end: half of the time and more.
 */
import { CONTENT, CTIME, LINKS, OPENS, OWN_ENTRY } from '../inode.js';
import type { Volume } from '../volume.js';
import { removeDirectory } from './dir.js';
import { removeName } from './unlink.js';

/** Removes a directory's entry with all that is below it. */
export const removeBelow = (volume: Volume, top: number): void => {
  const { events, directories, lower } = volume;
  const unseen = !events.active && directories.cursors.size === 0 && lower === undefined;
  if (unseen) emptyAtOnce(volume, directories.ino(top));
  else emptyOneByOne(volume, top);
  removeDirectory(volume, top);
};

const emptyOneByOne = (volume: Volume, top: number): void => {
  const { inodes, directories } = volume;
  let entry = top;
  for (;;) {
    const child = directories.first(directories.ino(entry));
    if (child !== 0 && inodes.isDirectory(directories.ino(child))) entry = child;
    else if (child !== 0) removeName(volume, child);
    else if (entry === top) return;
    else {
      const up = inodes.get(directories.parent(entry), OWN_ENTRY);
      removeDirectory(volume, entry);
      entry = up;
    }
  }
};

const emptyAtOnce = (volume: Volume, top: number): void => {
  const { inodes, directories, bank } = volume;
  // The directories form a chain through the word of their own entry, which goes: a list would be memory that nobody paid for.
  const own = inodes.get(top, OWN_ENTRY);
  inodes.set(top, OWN_ENTRY, 0);
  let last = top;
  let names = 0;
  for (let directory = top; directory !== 0; directory = inodes.get(directory, OWN_ENTRY)) {
    for (let entry = directories.first(directory); entry !== 0; entry = directories.next(entry)) {
      const ino = directories.ino(entry);
      names++;
      if (!inodes.isDirectory(ino)) continue;
      inodes.set(ino, OWN_ENTRY, 0);
      inodes.set(last, OWN_ENTRY, ino);
      last = ino;
    }
  }
  directories.index.expectDrops(names);
  let freed = 0;
  // A directory comes before those in it, so that these are still there when their names go.
  for (let directory = top; directory !== 0; ) {
    const following = inodes.get(directory, OWN_ENTRY);
    for (let entry = directories.first(directory); entry !== 0; ) {
      const next = directories.next(entry);
      const ino = directories.ino(entry);
      freed += directories.dropEntry(entry);
      if (!inodes.isDirectory(ino)) freed += dropLink(volume, ino);
      entry = next;
    }
    directories.clear(directory);
    if (directory !== top) dropDirectory(volume, directory);
    directory = following;
  }
  inodes.set(top, OWN_ENTRY, own);
  inodes.set(top, LINKS, 2);
  volume.changes += names;
  bank.release(freed + inodes.settle() + directories.settleEntries());
};

/** Takes a name from a file or link. Returns the bytes to release beside those of the table. */
const dropLink = (volume: Volume, ino: number): number => {
  const { inodes, contents, chunks } = volume;
  // The record is made writable first: a snapshot that shares it shares the content, too.
  const links = inodes.add(ino, LINKS, -1);
  if (links > 0 || inodes.get(ino, OPENS) > 0) {
    inodes.touch(ino, CTIME);
    return 0;
  }
  const freed = inodes.isFile(ino) ? contents.release(ino) : chunks.give(inodes.get(ino, CONTENT));
  inodes.drop(ino);
  return freed;
};

/** Ends an empty directory, the name of which is gone. */
const dropDirectory = (volume: Volume, ino: number): void => {
  const { inodes, listing } = volume;
  inodes.set(ino, LINKS, 0);
  inodes.set(ino, OWN_ENTRY, 0);
  if (inodes.get(ino, OPENS) > 0) {
    inodes.touchContent(ino);
    return;
  }
  listing.forget(ino);
  inodes.drop(ino);
};
