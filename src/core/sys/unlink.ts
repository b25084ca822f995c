/** Core layer, sys: removing names of files and links. Source: unlink(2). */
import { changeNames, nothingMore } from '../changing.js';
import { EISDIR, ENOENT, ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { CTIME } from '../inode.js';
import { NAME_ONLY, NORMAL, walk } from '../namei.js';
import { demandRemoval } from '../permission.js';
import type { Volume } from '../volume.js';

export const unlink = (volume: Volume, path: string): void => {
  const { at, inodes } = volume;
  const error = walk(volume, path, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (at.kind !== NORMAL) throw fault(EISDIR);
  if (at.ino === 0) throw fault(ENOENT);
  if (at.slash) throw fault(inodes.isDirectory(at.ino) ? EISDIR : ENOTDIR);
  demandRemoval(volume, at.directory, at.ino);
  if (inodes.isDirectory(at.ino)) throw fault(EISDIR);
  if (volume.lower === undefined) removeName(volume, at.entry);
  else changeNames(volume, [at.directory], nothingMore, () => removeName(volume, at.entry));
};

/** Removes the entry of a file or link. */
export const removeName = (volume: Volume, entry: number): void => {
  const { inodes, directories, events } = volume;
  const ino = directories.ino(entry);
  const parent = directories.parent(entry);
  const name = events.active ? directories.name(entry) : '';
  volume.bank.release(directories.remove(entry));
  inodes.touch(ino, CTIME);
  inodes.stampContent(parent);
  volume.changes++;
  events.itself(ino, 'change');
  events.named(parent, name);
  volume.dropLink(ino);
};
