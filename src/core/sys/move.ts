/**
 * Core layer, sys: `move`, a rename that makes the parents it needs. Loaded by
 * the first call (see late-sys.ts).
 */
import { EBUSY, EINVAL, ENAMETOOLONG, ENOENT, ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { W_OK } from '../flags.js';
import { ROOT } from '../inode.js';
import { FOLLOW, lookup, NAME_MAX, NAME_ONLY, NORMAL, walk } from '../namei.js';
import { demand, demandRemoval } from '../permission.js';
import { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { missingDirectories, mkdir, planDirectories, planParents, stripSlashes } from './dir.js';
import { isWithin, rename } from './rename.js';

/** Missing parents of `to` are made, and nothing is when the whole does not fit. */
export const move = (volume: Volume, from: string, to: string): void => {
  const slash = stripSlashes(to).lastIndexOf('/');
  const parent = slash > 0 ? lookup(volume, to.slice(0, slash), FOLLOW) : ROOT;
  if (parent > 0 && !volume.inodes.isDirectory(parent)) throw fault(ENOTDIR);
  const missing = slash > 0 ? missingDirectories(volume, stripSlashes(to).slice(0, slash), 0o777) : undefined;
  const top = missing?.paths[0];
  if (missing === undefined || top === undefined) {
    rename(volume, from, to);
    return;
  }
  const { at, inodes } = volume;
  const error = walk(volume, top, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  const home = at.directory;
  const source = walk(volume, from, NAME_ONLY);
  if (source !== 0) throw fault(-source);
  if (at.kind !== NORMAL) throw fault(EBUSY);
  if (at.ino === 0) throw fault(ENOENT);
  const isDirectory = inodes.isDirectory(at.ino);
  if (!isDirectory && (at.slash || to.endsWith('/'))) throw fault(ENOTDIR);
  if (isDirectory && isWithin(volume, home, at.ino)) throw fault(EINVAL);
  demandRemoval(volume, at.directory, at.ino);
  if (isDirectory) demand(volume, at.ino, W_OK);
  const plan = new Plan(volume);
  planDirectories(volume, plan, missing.paths);
  const length = stripSlashes(to).length - slash - 1;
  if (length > NAME_MAX) throw fault(ENAMETOOLONG);
  plan.addName(length);
  plan.complete(at.directory);
  planParents(volume, plan, missing.paths);
  volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    for (const path of missing.paths) mkdir(volume, path, 0o777);
    rename(volume, from, to);
  });
};
