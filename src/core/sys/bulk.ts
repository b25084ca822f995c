/**
 * Core layer, sys: operations on whole trees. Each plans everything, reserves
 * once, then applies; a refusal has changed nothing. Trees are walked without
 * recursion, because renames can nest directories deeper than the stack.
 * Loaded by the first call (see late-sys.ts).
 */

import { changeNames, nothingMore } from '../changing.js';
import { EBUSY, EEXIST, EINVAL, ENOENT, ENOTDIR, ENOTSUP } from '../errno.js';
import { fault } from '../fault.js';
import { R_OK, W_OK, X_OK } from '../flags.js';
import { LINKS, MODE, OWN_ENTRY, ROOT } from '../inode.js';
import { planRemoval } from '../late-engine.js';
import { IS_DOT, IS_DOT_DOT, lookup, NAME_ONLY, NO_FOLLOW, NORMAL, parentOf, walk } from '../namei.js';
import { demand, demandRemoval } from '../permission.js';
import { Plan } from '../plan.js';
import type { Volume } from '../volume.js';
import { announce, createNode, placeAt } from './open.js';
import { removeBelow } from './remove-tree.js';
import { removeName } from './unlink.js';

export const removeTree = (volume: Volume, path: string): void => {
  const { at, inodes } = volume;
  const error = walk(volume, path, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (at.kind === IS_DOT || at.kind === IS_DOT_DOT) throw fault(EINVAL);
  if (at.kind !== NORMAL) throw fault(EBUSY);
  if (at.ino === 0) throw fault(ENOENT);
  demandRemoval(volume, at.directory, at.ino);
  if (!inodes.isDirectory(at.ino)) {
    if (at.slash) throw fault(ENOTDIR);
    changeNames(volume, [at.directory], nothingMore, () => removeName(volume, at.entry));
    return;
  }
  if (!volume.privileged) demandTree(volume, at.ino);
  const top = at.entry;
  const { lower } = volume;
  if (lower === undefined) {
    inodes.atOnce(() => removeBelow(volume, top));
    return;
  }
  const plan = new Plan(volume);
  plan.complete(at.directory);
  const removal = planRemoval(volume, lower, plan, at.ino);
  volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    removal();
    inodes.atOnce(() => removeBelow(volume, top));
  });
};

/** Demands that everything below a directory may be removed. */
const demandTree = (volume: Volume, directory: number): void => {
  const { directories } = volume;
  forEachBelow(volume, directory, (entry, ino) => demandRemoval(volume, directories.parent(entry), ino), R_OK);
};

/** Visits every entry below a directory, parents first. Directories are demanded `want` before they are entered. */
const forEachBelow = (volume: Volume, top: number, visit: (entry: number, ino: number) => void, want: number): void => {
  const { directories, inodes } = volume;
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    demand(volume, directory, want);
    for (let entry = directories.first(directory); entry !== 0; entry = directories.next(entry)) {
      const ino = directories.ino(entry);
      visit(entry, ino);
      if (inodes.isDirectory(ino)) pending.push(ino);
    }
  }
};

export const copyTree = (volume: Volume, from: string, to: string): void => {
  const { at, inodes, directories } = volume;
  if (volume.lower !== undefined) throw fault(ENOTSUP);
  const source = lookup(volume, from, NO_FOLLOW);
  if (source < 0) throw fault(-source);
  const error = walk(volume, to, NAME_ONLY);
  if (error !== 0) throw fault(-error);
  if (at.ino !== 0) throw fault(EEXIST);
  if (at.slash && !inodes.isDirectory(source)) throw fault(ENOENT);
  demand(volume, at.directory, W_OK | X_OK);
  for (let above = at.directory; inodes.isDirectory(source); above = parentOf(volume, above)) {
    if (above === source) throw fault(EINVAL);
    if (above === ROOT) break;
  }
  const plan = new Plan(volume);
  planCopy(volume, plan, source, at.nameLength);
  if (inodes.isDirectory(source)) {
    forEachBelow(
      volume,
      source,
      (entry, ino) => planCopy(volume, plan, ino, directories.nameLength(entry)),
      R_OK | X_OK,
    );
  }
  volume.demandNodes(plan.inodes);
  volume.bank.prepay(plan.cost(), () => {
    const pending: { from: number; to: number }[] = [{ from: source, to: copyNode(volume, source) }];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      if (!inodes.isDirectory(pair.from)) continue;
      for (let entry = directories.first(pair.from); entry !== 0; entry = directories.next(entry)) {
        const name = directories.name(entry);
        placeAt(volume, pair.to, name);
        const ino = directories.ino(entry);
        pending.push({ from: ino, to: copyNode(volume, ino) });
      }
    }
  });
};

const planCopy = (volume: Volume, plan: Plan, ino: number, nameLength: number): void => {
  const { inodes } = volume;
  plan.addInode();
  plan.addEntry(nameLength);
  if (inodes.isLink(ino)) plan.addChunk(inodes.size(ino));
  if (!inodes.isFile(ino)) return;
  demand(volume, ino, R_OK);
  plan.addCopy(ino);
};

/** Makes a copy of an inode at `volume.at`, directories empty. Draws from a prepaid plan. */
const copyNode = (volume: Volume, from: number): number => {
  const { at, inodes, contents, bank } = volume;
  const ino = createNode(volume, inodes.get(from, MODE), 0);
  if (inodes.isDirectory(from)) {
    inodes.set(ino, LINKS, 2);
    inodes.set(ino, OWN_ENTRY, at.entry);
    inodes.add(at.directory, LINKS, 1);
  } else if (inodes.isLink(from)) {
    bank.reserve(volume.chunks.cost(inodes.size(from)));
    volume.storeTarget(ino, volume.targetOf(from));
  } else {
    const plan = new Plan(volume);
    plan.addCopy(from);
    bank.reserve(plan.cost());
    contents.copyTo(from, ino);
  }
  announce(volume);
  return ino;
};
