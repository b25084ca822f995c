/** Core layer: who uses what, as du(1). */
import { chargeOfEntry, chargeOfInode } from './audit.js';
import { fault } from './fault.js';
import { FOLLOW, lookup } from './namei.js';
import type { Volume } from './volume.js';

/** Who uses what: the numbers of a volume, and of what is below a path. */
export interface QuotaUsage {
  /** `maxQuota`, bytes. */
  readonly limit: number;
  /** Bytes charged in the whole volume. */
  readonly used: number;
  /** Bytes data may still take: limit − used, less the small part kept for descriptors. */
  readonly available: number;
  /** Inodes in the whole volume, the root not counted. */
  readonly totalNodes: number;
  /** `maxNodes`, or Infinity. */
  readonly maxNodes: number;
  /** Bytes of file data below `path`: sizes less holes. */
  readonly data: number;
  /** Bytes charged for what is below `path`: contents, inodes, entries, names. */
  readonly charge: number;
  /** Bytes of the whole volume's bill that belong to no path: slack of shared tables, descriptors, watches. */
  readonly shared: number;
  /** Chunks that hold the file contents of the whole volume, and what each costs beside its bytes when it is a buffer of its own. */
  readonly chunks: number;
  readonly chunkOverhead: number;
  /** Inodes below `path`, itself included. */
  readonly nodes: number;
  readonly files: number;
  readonly directories: number;
  /** The biggest direct children by charge, largest first (at most ten). */
  readonly largest: readonly { readonly path: string; readonly charge: number }[];
}

const LARGEST = 10;

interface Sum {
  data: number;
  charge: number;
  nodes: number;
  files: number;
  directories: number;
}

export const usage = (volume: Volume, path = '/'): QuotaUsage => {
  const top = lookup(volume, path, FOLLOW);
  if (top < 0) throw fault(-top);
  const { bank, directories, inodes } = volume;
  const seen = new Set<number>();
  const total = emptySum();
  addInode(volume, top, seen, total);
  const children: { path: string; charge: number }[] = [];
  if (inodes.isDirectory(top)) {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (let entry = directories.first(top); entry !== 0; entry = directories.next(entry)) {
      const before = total.charge;
      addTree(volume, entry, seen, total);
      children.push({ path: prefix + directories.name(entry), charge: total.charge - before });
    }
  }
  children.sort((a, b) => b.charge - a.charge);
  const everything = path === '/' ? total.charge : wholeCharge(volume);
  return {
    limit: bank.limit,
    used: bank.used,
    available: bank.available,
    totalNodes: volume.nodes,
    maxNodes: volume.maxNodes,
    ...total,
    chunks: countChunks(volume),
    chunkOverhead: volume.chunks.overhead,
    shared: Math.max(0, bank.used - everything),
    largest: children.slice(0, LARGEST),
  };
};

const emptySum = (): Sum => ({ data: 0, charge: 0, nodes: 0, files: 0, directories: 0 });

const countChunks = (volume: Volume): number => {
  let count = 0;
  volume.inodes.forEach((ino) => {
    if (volume.inodes.isFile(ino)) volume.contents.forEachChunk(ino, () => count++);
  });
  return count;
};

const wholeCharge = (volume: Volume): number => {
  let charge = 0;
  volume.inodes.forEach((ino) => {
    charge += chargeOfInode(volume, ino);
  });
  volume.directories.forEach((entry) => {
    charge += chargeOfEntry(volume, entry);
  });
  return charge;
};

const addTree = (volume: Volume, top: number, seen: Set<number>, sum: Sum): void => {
  const { directories, inodes } = volume;
  const pending = [top];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const ino = directories.ino(entry);
    sum.charge += chargeOfEntry(volume, entry);
    addInode(volume, ino, seen, sum);
    if (!inodes.isDirectory(ino)) continue;
    for (let child = directories.first(ino); child !== 0; child = directories.next(child)) pending.push(child);
  }
};

/** A hard-linked inode counts once. */
const addInode = (volume: Volume, ino: number, seen: Set<number>, sum: Sum): void => {
  if (seen.has(ino)) return;
  seen.add(ino);
  sum.nodes++;
  sum.charge += chargeOfInode(volume, ino);
  if (volume.inodes.isDirectory(ino)) sum.directories++;
  else if (volume.inodes.isFile(ino)) {
    sum.files++;
    sum.data += volume.contents.stored(ino);
  }
};
