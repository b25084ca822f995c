/**
 * Core layer, snapshots: other tables take the place of the volume's. Look up,
 * check, plan, reserve and take memory come first; what follows cannot fail.
 *
 * What is held open is taken out of the tree before and put back as inodes
 * without names, so nothing that was opened before can change what is restored.
 */

import type { TableState } from '../columns.js';
import { EINVAL, ENOMEM } from '../errno.js';
import { fault, QuotaFault } from '../fault.js';
import { CONTENT, CTIME, LAST_ENTRY, LINKS, OWN_ENTRY } from '../inode.js';
import type { IndexState } from '../name-index.js';
import type { PageMap } from '../storage/page-map.js';
import type { Volume } from '../volume.js';
import { heldInodes } from './held.js';
import type { Image } from './image.js';
import { KINDS, type Kind, tableOf, visitColumn, visitMaps } from './references.js';
import { observe, report } from './watchers.js';

/** Tables to put in the place of a volume's, which owns their arrays from then on. */
export interface Tables {
  readonly inodes: TableState;
  readonly entries: TableState;
  readonly index: IndexState;
  readonly maps: readonly (PageMap | undefined)[];
}

/** An inode that open files or directory streams hold, out of its table. */
interface Held {
  readonly ino: number;
  readonly words: Uint32Array;
  readonly map: PageMap | undefined;
}

/**
 * @throws QuotaFault when it does not fit, Fault ENOMEM, or EINVAL for an image that this volume does not have;
 *   nothing has changed then
 */
export const restoreImage = (volume: Volume, image: Image): void => {
  const { inodes, contents, bank, chunks, images } = volume;
  if (!images.has(image)) throw fault(EINVAL);
  const held = heldInodes(volume);
  demandNodes(volume, image.inodes.live - image.unnamed.length, held.size);
  const before = chargeOfTree(volume);
  const tables = chargeOfTables(volume, image, held);
  let net = Math.max(0, tables - (before - chunks.held()));
  // Buffers can only be billed more often than now where files share them, in the image or with what is held.
  let copies = image.copies;
  for (const ino of held) if (inodes.isFile(ino)) copies += contents.charge(ino);
  // Mostly there is room for the new beside all the old; else what goes is counted, chunk by chunk.
  if (!bank.fits(net + copies)) net = Math.max(0, tables + chargeOfChunks(volume, image, held) - before);
  bank.reserve(net);
  const memory = memoryFor(volume, image, net);
  exchange(volume, held, image, () => {
    const tables = fill(memory, image);
    visitMaps(tables.maps, (references, count) => chunks.shareAll(references, count));
    load(volume, tables);
    images.restored(image);
    for (const ino of image.unnamed) inodes.give(ino);
  });
  bank.release(net - (chargeOfTree(volume) - before));
};

/**
 * Puts tables in the place of the live ones; their chunks have them as their files already. The caller has reserved
 * what they cost with the records of what is held, and releases what the live ones did.
 */
export const restoreTables = (volume: Volume, tables: Tables): void =>
  exchange(volume, heldInodes(volume), undefined, () => load(volume, tables));

/** Bytes billed for what a restore exchanges. */
export const chargeOfTree = ({ inodes, directories, slabs, chunks, contents }: Volume): number =>
  inodes.charge() +
  directories.charge() +
  directories.index.charge() +
  slabs.charge() +
  chunks.charge() +
  contents.chargeOfMaps([]);

/** @throws QuotaFault when a tree of `live` inodes and those that are held would be too many */
export const demandNodes = ({ maxNodes }: Volume, live: number, held: number): void => {
  const nodes = live - 1 + held;
  if (nodes > maxNodes) throw new QuotaFault('nodes', nodes, maxNodes, maxNodes);
};

/** What inodes, entries, their index and page tables will be billed. */
const chargeOfTables = (volume: Volume, image: Image, held: ReadonlySet<number>): number => {
  const { inodes, directories, contents } = volume;
  const unnamed = image.unnamed.length;
  const { live, freeTotal, ...state } = image.inodes;
  let charge = inodes.chargeFor({ ...state, live: live - unnamed, freeTotal: freeTotal + unnamed }, held.size);
  charge += directories.chargeFor(image.entries, 0) + directories.index.chargeFor(image.index);
  for (const map of image.maps) charge += map?.charge() ?? 0;
  for (const ino of held) if (inodes.isFile(ino)) charge += contents.mapCharge(ino);
  return charge;
};

/** What slabs and buffers will be billed, with no empty slab kept. */
const chargeOfChunks = (volume: Volume, image: Image, held: ReadonlySet<number>): number => {
  const { inodes, slabs, chunks, contents } = volume;
  const files = new Map<number, number>();
  const count = (reference: number): void => {
    if (reference & 1) files.set(reference, (files.get(reference) ?? 0) + 1);
  };
  const countAll = (references: Uint32Array, length: number): void => {
    for (let i = 0; i < length; i++) count(references[i] as number);
  };
  for (const kind of KINDS) for (const column of image[kind].segments) visitColumn(kind, column, countAll);
  visitMaps(image.maps, countAll);
  const kept = new Set<PageMap>();
  for (const ino of held) {
    if (!inodes.isFile(ino)) continue;
    contents.forEachChunk(ino, count);
    const map = contents.mapOf(ino);
    if (map !== undefined) kept.add(map);
  }
  const freed: number[] = [];
  const free = (references: Uint32Array, length: number): void => {
    for (let i = 0; i < length; i++) {
      const reference = references[i] as number;
      if (chunks.isSlab(reference) && !chunks.isShared(reference)) freed.push(reference >>> 1);
    }
  };
  // What is left to another snapshot is billed once from then on.
  const leave = (references: Uint32Array, length: number): void => {
    for (let i = 0; i < length; i++) if (!files.has(references[i] as number)) count(references[i] as number);
  };
  forEachGoing(volume, image, (kind, column, isFrozen) => visitColumn(kind, column, isFrozen ? leave : free));
  visitMaps(
    contents.allMaps().filter((map) => map !== undefined && !kept.has(map)),
    free,
  );
  return chunks.chargeWith(files) + slabs.chargeWithout(freed);
};

/** Visits the live columns that an image does not have, all without one. */
const forEachGoing = (
  volume: Volume,
  image: Image | undefined,
  visit: (kind: Kind, column: Uint32Array, isFrozen: boolean) => void,
): void => {
  for (const kind of KINDS) {
    const table = tableOf(volume, kind);
    table.segments.forEach((column, index) => {
      if (column !== image?.[kind].segments[index]) visit(kind, column, table.isFrozen(index));
    });
  }
};

/** Memory for what a restore copies: the name index, in the live one's own where it is as long, and page tables. */
interface Memory {
  readonly index: readonly Uint32Array[];
  readonly maps: readonly (PageMap | undefined)[];
}

/** @throws Fault ENOMEM, `reserved` given back */
const memoryFor = ({ directories, bank }: Volume, image: Image, reserved: number): Memory => {
  const live = directories.index.segments;
  try {
    return {
      index: image.index.segments.map(({ length }, at) => {
        const own = live[at];
        return own?.length === length ? own : new Uint32Array(length);
      }),
      maps: image.maps.map((map) => map?.copy()),
    };
  } catch {
    bank.cancel(reserved);
    throw fault(ENOMEM);
  }
};

const fill = ({ index, maps }: Memory, image: Image): Tables => {
  index.forEach((column, at) => {
    column.set(image.index.segments[at] as Uint32Array);
  });
  return { inodes: image.inodes, entries: image.entries, index: { ...image.index, segments: index }, maps };
};

const load = ({ inodes, directories, contents }: Volume, { inodes: nodes, entries, index, maps }: Tables): void => {
  inodes.load(nodes, nodes.segments);
  directories.load(entries, entries.segments);
  directories.index.load(index, index.segments);
  contents.loadMaps(maps);
};

/**
 * Takes out what is held, gives back the chunks of the rest, installs other tables, and puts in what is held. Cannot
 * fail. The columns of an image come with the chunks that they own.
 */
const exchange = (volume: Volume, held: ReadonlySet<number>, image: Image | undefined, install: () => void): void => {
  const { inodes, contents, chunks, slabs, listing, directories } = volume;
  const seen = observe(volume);
  for (const cursor of directories.cursors) cursor.settle();
  const out: Held[] = [...held].map((ino) => {
    const at = inodes.at(ino);
    return { ino, words: inodes.wordsOf(ino).slice(at, at + inodes.layout.words), map: contents.takeMap(ino) };
  });
  const give = (references: Uint32Array, count: number): void => chunks.giveAll(references, count);
  const leave = (references: Uint32Array, count: number): void => chunks.leaveAll(references, count);
  const takeOver = (references: Uint32Array, count: number): void => chunks.takeOverAll(references, count);
  forEachGoing(volume, image, (kind, column, isFrozen) => visitColumn(kind, column, isFrozen ? leave : give));
  for (const kind of image !== undefined && chunks.hasBuffers ? KINDS : []) {
    const { segments } = tableOf(volume, kind);
    image?.[kind].segments.forEach((column, index) => {
      if (column !== segments[index]) visitColumn(kind, column, takeOver);
    });
  }
  visitMaps(contents.allMaps(), give);
  install();
  putBack(volume, out);
  slabs.trim();
  listing.forgetAll();
  volume.changes++;
  report(volume, seen);
};

/** Gives inodes that are held records without names, with their own numbers where those are free. */
const putBack = (volume: Volume, out: readonly Held[]): void => {
  const { inodes, contents, files, directories } = volume;
  const numbers = new Map<number, number>();
  for (const { ino: before, words, map } of out) {
    const ino = inodes.takeAt(before);
    numbers.set(before, ino);
    inodes.wordsToWrite(ino).set(words, inodes.at(ino));
    if (inodes.isDirectory(ino)) for (const word of [CONTENT, LAST_ENTRY, OWN_ENTRY]) inodes.set(ino, word, 0);
    if (inodes.get(ino, LINKS) > 0) inodes.touch(ino, CTIME);
    inodes.set(ino, LINKS, 0);
    if (map !== undefined) contents.putMap(ino, map);
  }
  for (const file of files.values()) {
    file.ino = numbers.get(file.ino) as number;
    file.entry = 0;
  }
  for (const cursor of directories.cursors) {
    cursor.directory = numbers.get(cursor.directory) as number;
    cursor.entry = 0;
    cursor.last = 0;
  }
};
