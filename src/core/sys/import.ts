/**
 * Core layer, sys: importTree, all or nothing. Contents are first staged in
 * inodes without names (that may fail, and then nothing was visible), then
 * named: directories made, files linked in or put in place of what they replace.
 */
import type { TreeEntry } from '../engine.js';
import { EEXIST, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { S_IFDIR, S_IFLNK, S_IFREG, W_OK, X_OK } from '../flags.js';
import { GENERATION, LINKS, MODE, MTIME, OWN_ENTRY } from '../inode.js';
import { FOLLOW, lookup, NAME_MAX, NAME_ONLY, NO_FOLLOW, PATH_MAX, walk } from '../namei.js';
import { demand } from '../permission.js';
import { Plan } from '../plan.js';
import { putTime } from '../times.js';
import type { Volume } from '../volume.js';
import { commitWrite, prepareWrite } from './io.js';
import { realpath, storeTarget } from './link.js';
import { createNode, nameAt } from './open.js';

const NOTHING = new Uint8Array(0);

/** What the import will leave at a path. */
interface Planned {
  readonly path: string;
  type: TreeEntry['type'];
  entry: TreeEntry | undefined;
  /** Inode that is there already, 0 when the path is made. */
  existing: number;
  /** Staged inode of a file. */
  staged: number;
}

export const importTree = (volume: Volume, entries: Iterable<TreeEntry>): void => {
  const planned = planTree(volume, entries);
  const plan = new Plan(volume);
  for (const node of planned.values()) addCost(plan, node);
  volume.demandNodes(plan.inodes - replacements(planned));
  volume.bank.prepay(plan.cost(), () => {
    stage(volume, planned);
    for (const node of planned.values()) place(volume, node);
  });
};

const planTree = (volume: Volume, entries: Iterable<TreeEntry>): Map<string, Planned> => {
  const planned = new Map<string, Planned>();
  for (const entry of entries) {
    const path = canonical(volume, normal(entry.path));
    planParents(volume, planned, path);
    const node = planned.get(path);
    if (node !== undefined) {
      if ((node.type === 'directory') !== (entry.type === 'directory'))
        throw fault(node.type === 'directory' ? EISDIR : EEXIST);
      node.type = entry.type;
      node.entry = entry;
      continue;
    }
    planned.set(path, { path, type: entry.type, entry, existing: existingAt(volume, path, entry.type), staged: 0 });
  }
  return planned;
};

/** Directories above `path` that are not there are planned; what is there must be a directory. */
const planParents = (volume: Volume, planned: Map<string, Planned>, path: string): void => {
  let created = false;
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, slash);
    const node = planned.get(parent);
    if (node !== undefined) {
      if (node.type !== 'directory') throw fault(ENOTDIR);
      created ||= node.existing === 0;
      continue;
    }
    const ino = created ? -ENOENT : lookup(volume, parent, FOLLOW);
    if (ino > 0) {
      if (!volume.inodes.isDirectory(ino)) throw fault(ENOTDIR);
      continue;
    }
    if (-ino !== ENOENT) throw fault(-ino);
    demandPlace(volume, planned, parent);
    planned.set(parent, { path: parent, type: 'directory', entry: undefined, existing: 0, staged: 0 });
    created = true;
  }
  demandPlace(volume, planned, path);
};

/** The directory a name is made in must be writable and the name short enough. */
const demandPlace = (volume: Volume, planned: Map<string, Planned>, path: string): void => {
  const slash = path.lastIndexOf('/');
  if (path.length - slash - 1 > NAME_MAX || path.length > PATH_MAX) throw fault(ENAMETOOLONG);
  const parent = slash === 0 ? '/' : path.slice(0, slash);
  if (planned.has(parent)) return;
  const ino = lookup(volume, parent, FOLLOW);
  if (ino > 0) demand(volume, ino, W_OK | X_OK);
};

/** The inode an entry replaces or keeps, 0 when there is none. */
const existingAt = (volume: Volume, path: string, type: TreeEntry['type']): number => {
  const ino = lookup(volume, path, type === 'symlink' ? NO_FOLLOW : FOLLOW);
  if (ino < 0) {
    if (-ino !== ENOENT) throw fault(-ino);
    // A dangling link where a file or directory should come.
    if (lookup(volume, path, NO_FOLLOW) > 0) throw fault(EEXIST);
    return 0;
  }
  const isDirectory = volume.inodes.isDirectory(ino);
  if (type === 'symlink') throw fault(EEXIST);
  if (type === 'directory' && !isDirectory) throw fault(EEXIST);
  if (type === 'file' && isDirectory) throw fault(EISDIR);
  if (type === 'file') demand(volume, ino, W_OK);
  return ino;
};

/** An absolute path without '.', '..', repeated or trailing slashes. */
const normal = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
};

/** The path with the links of its existing parents resolved, so that one place has one key. */
const canonical = (volume: Volume, path: string): string => {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash);
    if (lookup(volume, parent, FOLLOW) > 0) return `${realpath(volume, parent)}${path.slice(slash)}`.replace('//', '/');
  }
  return path;
};

const addCost = (plan: Plan, node: Planned): void => {
  const name = node.path.length - node.path.lastIndexOf('/') - 1;
  if (node.type === 'file' || node.existing === 0) plan.addInode();
  if (node.existing === 0) plan.addEntry(name);
  const size = node.entry?.data?.length ?? 0;
  if (node.type === 'file') plan.addContent(size);
  if (node.type === 'symlink') plan.addChunk(Math.max(1, size));
};

/** Files that replace one: their staged inode goes away again. */
const replacements = (planned: Map<string, Planned>): number => {
  let count = 0;
  for (const node of planned.values()) if (node.type === 'file' && node.existing !== 0) count++;
  return count;
};

/** Fills nameless inodes with the new contents, or leaves nothing behind. */
const stage = (volume: Volume, planned: Map<string, Planned>): void => {
  const staged: number[] = [];
  try {
    for (const node of planned.values()) {
      if (node.type !== 'file') continue;
      volume.bank.reserve(volume.inodes.cost(1));
      const ino = volume.inodes.create(S_IFREG | modeOf(volume, node, 0o666), volume.uid, volume.gid);
      staged.push(ino);
      volume.staged++;
      node.staged = ino;
      const data = node.entry?.data ?? NOTHING;
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

const modeOf = (volume: Volume, node: Planned, standard: number): number =>
  node.entry?.mode === undefined ? standard & ~volume.umask() : node.entry.mode & 0o7777;

/** Gives a planned node its name. Draws from the prepaid plan. */
const place = (volume: Volume, node: Planned): void => {
  const { at, inodes, contents, directories, bank } = volume;
  let ino = node.existing;
  if (node.type === 'file') volume.staged--;
  if (ino !== 0) {
    if (node.type === 'file') {
      contents.moveTo(node.staged, ino);
      volume.discard(node.staged);
      inodes.touchContent(ino);
    }
    if (node.entry?.mode !== undefined)
      inodes.set(ino, MODE, (inodes.get(ino, MODE) & ~0o7777) | (node.entry.mode & 0o7777));
  } else {
    walk(volume, node.path, NAME_ONLY);
    if (node.type === 'file') {
      ino = node.staged;
      bank.reserve(directories.costOfAdd(at.nameLength));
      at.entry = directories.add(at.directory, at.text, at.start, at.end, ino);
      inodes.set(ino, LINKS, 1);
      inodes.touchContent(at.directory);
    } else ino = placeNode(volume, node);
  }
  if (node.type === 'file') inodes.set(ino, GENERATION, 0);
  setTime(volume, ino, node.entry?.mtimeMs);
  volume.changes++;
  if (node.existing !== 0) volume.events.changed(ino, 0);
  else volume.events.named(at.directory, nameAt(volume));
};

/** Makes a directory or link at `volume.at`. */
const placeNode = (volume: Volume, node: Planned): number => {
  const { at, inodes, bank, chunks } = volume;
  if (node.type === 'directory') {
    const ino = createNode(volume, S_IFDIR | modeOf(volume, node, 0o777), 0);
    inodes.set(ino, LINKS, 2);
    inodes.set(ino, OWN_ENTRY, at.entry);
    inodes.add(at.directory, LINKS, 1);
    return ino;
  }
  const ino = createNode(volume, S_IFLNK | 0o777, 0);
  const target = String.fromCharCode(...(node.entry?.data ?? NOTHING));
  bank.reserve(chunks.cost(target.length));
  storeTarget(volume, ino, target);
  return ino;
};

const setTime = (volume: Volume, ino: number, ms: number | undefined): void => {
  if (ms === undefined) return;
  const seconds = Math.floor(ms / 1000);
  const nanos = Math.floor((ms - seconds * 1000) * 1e6);
  putTime(volume.inodes.wordsOf(ino), volume.inodes.at(ino) + MTIME, seconds, nanos);
};
