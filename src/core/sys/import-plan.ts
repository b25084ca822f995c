/**
 * Core layer, sys: what an import will make. A tree of planned nodes over the
 * volume, one node for each directory whatever path led to it, so that no name
 * is planned twice. Planning changes nothing and makes every check.
 */
import type { TreeEntry } from '../engine.js';
import { EEXIST, EISDIR, ENAMETOOLONG, ENOENT, ENOTDIR } from '../errno.js';
import { fault } from '../fault.js';
import { W_OK, X_OK } from '../flags.js';
import { ROOT, TARGET_MAX } from '../inode.js';
import { FOLLOW, lookup, NAME_MAX, PATH_MAX } from '../namei.js';
import { demand } from '../permission.js';
import type { Plan } from '../plan.js';
import type { Volume } from '../volume.js';

export interface PlannedNode {
  readonly parent: PlannedNode | undefined;
  readonly name: string;
  type: TreeEntry['type'];
  /** What the caller gave; undefined for a directory in between. */
  source: TreeEntry | undefined;
  /** The inode that is there, or the one made; 0 before that. */
  ino: number;
  /** The entry of an inode that is there, for events. */
  readonly entry: number;
  readonly isNew: boolean;
  /** Nameless inode that holds a file's new content. */
  staged: number;
}

export class ImportPlan {
  /** Nodes in the order in which they are placed: parents first. */
  readonly nodes: PlannedNode[] = [];
  private readonly directories = new Map<number, PlannedNode>();
  private readonly children = new Map<PlannedNode, Map<string, PlannedNode>>();

  constructor(private readonly volume: Volume) {}

  add(source: TreeEntry): void {
    if (source.path.length > PATH_MAX) throw fault(ENAMETOOLONG);
    if (source.type === 'symlink') checkTarget(source);
    const parts = partsOf(source.path);
    const last = parts.pop();
    if (last === undefined) {
      if (source.type !== 'directory') throw fault(EISDIR);
      this.existing(ROOT).source = source;
      return;
    }
    let directory = this.existing(ROOT);
    let path = '';
    for (const part of parts) {
      path += `/${part}`;
      directory = this.descend(directory, part, path);
    }
    this.place(directory, last, `${path}/${last}`, source);
  }

  /** Counts what the plan makes. */
  count(plan: Plan): void {
    for (const node of this.nodes) {
      const size = node.source?.data?.length ?? 0;
      if (node.isNew && node.parent !== undefined && !node.parent.isNew) plan.complete(node.parent.ino);
      if (!node.isNew) plan.addKeep(node.ino);
      if (node.isNew || node.type === 'file') plan.addInode();
      if (node.isNew) plan.addEntry(node.name.length);
      if (node.type === 'file') plan.addContent(size);
      if (node.type === 'symlink') plan.addChunk(size);
    }
  }

  /** Inodes that will be named. */
  get made(): number {
    return this.nodes.filter((node) => node.isNew).length;
  }

  private descend(directory: PlannedNode, name: string, path: string): PlannedNode {
    const planned = this.child(directory, name);
    if (planned !== undefined) {
      if (planned.type !== 'directory') throw fault(ENOTDIR);
      return planned;
    }
    if (this.entryOf(directory, name) === 0) return this.addNew(directory, name, 'directory', undefined);
    const ino = lookup(this.volume, path, FOLLOW);
    if (ino < 0) throw fault(-ino);
    if (!this.volume.inodes.isDirectory(ino)) throw fault(ENOTDIR);
    return this.existing(ino);
  }

  private place(directory: PlannedNode, name: string, path: string, source: TreeEntry): void {
    const planned = this.child(directory, name);
    if (planned !== undefined) {
      if (planned.type === 'directory' && source.type !== 'directory') throw fault(EISDIR);
      if (planned.type !== source.type) throw fault(EEXIST);
      planned.source = source;
      return;
    }
    const entry = this.entryOf(directory, name);
    if (entry === 0) {
      this.addNew(directory, name, source.type, source);
      return;
    }
    const ino = lookup(this.volume, path, FOLLOW);
    // A link is in the way of a link, and a dangling one of anything.
    if (source.type === 'symlink' || ino === -ENOENT) throw fault(EEXIST);
    if (ino < 0) throw fault(-ino);
    const isDirectory = this.volume.inodes.isDirectory(ino);
    if (source.type === 'directory') {
      if (!isDirectory) throw fault(EEXIST);
      this.existing(ino).source = source;
      return;
    }
    if (isDirectory) throw fault(EISDIR);
    demand(this.volume, ino, W_OK);
    this.addNode({ parent: directory, name, type: 'file', source, ino, entry, isNew: false, staged: 0 });
  }

  private addNew(parent: PlannedNode, name: string, type: TreeEntry['type'], source?: TreeEntry): PlannedNode {
    if (name.length > NAME_MAX) throw fault(ENAMETOOLONG);
    if (!parent.isNew) demand(this.volume, parent.ino, W_OK | X_OK);
    return this.addNode({ parent, name, type, source, ino: 0, entry: 0, isNew: true, staged: 0 });
  }

  private addNode(node: PlannedNode): PlannedNode {
    const { parent } = node;
    if (parent !== undefined) {
      const siblings = this.children.get(parent) ?? new Map<string, PlannedNode>();
      siblings.set(node.name, node);
      this.children.set(parent, siblings);
    }
    this.nodes.push(node);
    return node;
  }

  /** The node of a directory that is there. */
  private existing(ino: number): PlannedNode {
    const known = this.directories.get(ino);
    if (known !== undefined) return known;
    const node = this.addNode({
      parent: undefined,
      name: '',
      type: 'directory',
      source: undefined,
      ino,
      entry: 0,
      isNew: false,
      staged: 0,
    });
    this.directories.set(ino, node);
    return node;
  }

  private child(directory: PlannedNode, name: string): PlannedNode | undefined {
    return this.children.get(directory)?.get(name);
  }

  private entryOf(directory: PlannedNode, name: string): number {
    if (directory.isNew) return 0;
    const { directories, lower } = this.volume;
    const entry = directories.find(directory.ino, name, 0, name.length);
    if (entry !== 0 || lower === undefined) return entry;
    const found = lower.find(directory.ino, name, 0, name.length);
    if (found < 0) throw fault(-found);
    return found;
  }
}

/** Names of a path; '.', '..' and repeated slashes are taken as text, since nothing may be there yet. */
const partsOf = (path: string): string[] => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
};

const checkTarget = (source: TreeEntry): void => {
  const length = source.data?.length ?? 0;
  if (length === 0) throw fault(ENOENT);
  if (length > TARGET_MAX) throw fault(ENAMETOOLONG);
};
