/**
 * Core layer, sys: importTree, all or nothing. Contents are first staged in
 * inodes without names (that may fail, and then nothing was visible), then
 * named: directories made, files linked in or put in place of what they replace.
 */
import { bytesToString } from '../directory.js';
import type { TreeEntry } from '../engine.js';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../flags.js';
import { GENERATION, LINKS, MODE, MTIME, OWN_ENTRY } from '../inode.js';
import { demandWritable } from '../permission.js';
import { Plan } from '../plan.js';
import { putTime } from '../times.js';
import type { Volume } from '../volume.js';
import { ImportPlan, type PlannedNode } from './import-plan.js';
import { commitWrite, prepareWrite } from './io.js';
import { createNode, placeAt } from './open.js';

const NOTHING = new Uint8Array(0);
const PERMISSION_BITS = 0o7777;

export const importTree = (volume: Volume, entries: Iterable<TreeEntry>): void => {
  demandWritable(volume);
  const tree = new ImportPlan(volume);
  for (const entry of entries) tree.add(entry);
  const plan = new Plan(volume);
  tree.count(plan);
  volume.demandNodes(tree.made);
  volume.bank.prepay(plan.cost(), () => {
    plan.apply();
    stage(volume, tree.nodes);
    for (const node of tree.nodes) place(volume, node);
  });
};

/** Fills nameless inodes with the new contents, or leaves nothing behind. */
const stage = (volume: Volume, nodes: readonly PlannedNode[]): void => {
  const staged: number[] = [];
  try {
    for (const node of nodes) {
      if (node.type !== 'file') continue;
      volume.bank.reserve(volume.inodes.cost(1));
      const ino = volume.inodes.create(S_IFREG | modeOf(volume, node, 0o666), volume.uid, volume.gid);
      staged.push(ino);
      volume.staged++;
      node.staged = ino;
      const data = node.source?.data ?? NOTHING;
      if (data.length === 0) continue;
      prepareWrite(volume, ino, 0, data.length);
      volume.contents.put(ino, 0, data, 0, data.length);
      commitWrite(volume, ino, 0, data.length);
    }
  } catch (error) {
    for (const ino of staged) volume.discard(ino);
    volume.staged -= staged.length;
    throw error;
  }
};

const modeOf = (volume: Volume, node: PlannedNode, standard: number): number =>
  node.source?.mode === undefined ? standard & ~volume.umask() : node.source.mode & PERMISSION_BITS;

/** Puts a planned node into the tree. Draws from the prepaid plan. */
const place = (volume: Volume, node: PlannedNode): void => {
  const { inodes } = volume;
  if (node.isNew) makeNode(volume, node);
  else if (node.type === 'file') replaceContent(volume, node);
  const { source, ino } = node;
  if (source === undefined) return;
  if (source.mode !== undefined && node.type !== 'symlink') {
    inodes.set(ino, MODE, (inodes.get(ino, MODE) & ~PERMISSION_BITS) | (source.mode & PERMISSION_BITS));
  }
  if (node.type === 'file') inodes.set(ino, GENERATION, 0);
  if (source.mtimeMs !== undefined) setModified(volume, ino, source.mtimeMs);
};

const makeNode = (volume: Volume, node: PlannedNode): void => {
  const { at, inodes, directories, bank } = volume;
  const parent = node.parent?.ino ?? 0;
  placeAt(volume, parent, node.name);
  if (node.type === 'file') {
    node.ino = node.staged;
    volume.staged--;
    bank.reserve(directories.costOfAdd(node.name.length));
    directories.add(parent, node.name, 0, node.name.length, node.ino);
    inodes.set(node.ino, LINKS, 1);
    inodes.touchContent(parent);
  } else if (node.type === 'directory') {
    node.ino = createNode(volume, S_IFDIR | modeOf(volume, node, 0o777), 0);
    inodes.set(node.ino, LINKS, 2);
    inodes.set(node.ino, OWN_ENTRY, at.entry);
    inodes.add(parent, LINKS, 1);
  } else {
    node.ino = createNode(volume, S_IFLNK | 0o777, 0);
    const target = node.source?.data ?? NOTHING;
    bank.reserve(volume.chunks.cost(target.length));
    volume.storeTarget(node.ino, bytesToString(target, 0, target.length));
  }
  volume.changes++;
  volume.events.named(parent, node.name);
};

const replaceContent = (volume: Volume, node: PlannedNode): void => {
  volume.contents.moveTo(node.staged, node.ino);
  volume.discard(node.staged);
  volume.staged--;
  volume.inodes.touchContent(node.ino);
  volume.changes++;
  volume.events.changed(node.ino, node.entry);
};

const setModified = (volume: Volume, ino: number, ms: number): void => {
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.floor((ms - seconds * 1000) * 1e6);
  putTime(volume.inodes.wordsToWrite(ino), volume.inodes.at(ino) + MTIME, seconds, nanos);
};
