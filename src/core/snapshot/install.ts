/**
 * Core layer, snapshots: a tree from elsewhere (another volume, or bytes) takes
 * the place of a volume's. It is made whole beside the old one, all of it
 * reserved before, and then exchanged, so both must fit for a moment.
 */
import { LEAF_PAGES, LEAF_PRICE, PAGE_MAP_PRICE } from '../cost.js';
import { Directories } from '../directory.js';
import { ENOMEM } from '../errno.js';
import { fault, QuotaFault } from '../fault.js';
import { isDirectoryMode } from '../flags.js';
import { CONTENT, GENERATION, GID, InodeTable, LINKS, MODE, OWN_ENTRY, ROOT, STATE, UID } from '../inode.js';
import { Plan } from '../plan.js';
import { RecordTable } from '../record-table.js';
import { MAPPED, RANDOM_ACCESS } from '../storage/file-pages.js';
import { PageMap } from '../storage/page-map.js';
import type { Volume } from '../volume.js';
import { heldInodes } from './held.js';
import { chargeOfTree, demandNodes, restoreTables, type Tables } from './restore.js';
import { TIME_WORDS, type TreeNode, type TreeSource } from './source.js';

/** Bytes of lists for each column that has no record. */
const GAP_BYTES = 40;
/** Share of the quota that such lists may take, which are not billed. */
const GAPS_SHARE = 1 / 64;

/** @throws QuotaFault, GuardFault, Fault ENOMEM; nothing has changed then */
export const install = (volume: Volume, source: TreeSource): void => {
  const { bank, chunks, directories } = volume;
  const held = heldInodes(volume);
  demandNodes(volume, source.inos.length, held.size);
  const before = chargeOfTree(volume);
  const cost = costOf(volume, source, held.size);
  bank.reserve(cost);
  const taken: number[] = [];
  const heldBytes = chunks.held();
  let built: Built;
  try {
    built = build(volume, source, taken);
  } catch {
    for (const reference of taken) chunks.give(reference);
    bank.cancel(cost - (chunks.held() - heldBytes));
    throw fault(ENOMEM);
  }
  if (!built.asciiOnly) directories.asciiOnly = false;
  restoreTables(volume, built.tables);
  bank.release(cost - (chargeOfTree(volume) - before));
};

const costOf = (volume: Volume, source: TreeSource, held: number): number => {
  const plan = new Plan(volume);
  let names = 0;
  let maps = 0;
  for (const ino of source.inos) {
    const leaves = new Set<number>();
    let last = 0;
    source.forEachPage(ino, (page, _bytes, _start, length) => {
      plan.addChunk(length);
      leaves.add(Math.floor(page / LEAF_PAGES));
      last = page;
    });
    if (last > 0) maps += PAGE_MAP_PRICE + leaves.size * LEAF_PRICE;
    if (!isDirectoryMode(source.node(ino).mode)) continue;
    source.forEachName(ino, (name) => {
      names++;
      plan.addName(name.length);
    });
  }
  const { columns, ...occupancy } = RecordTable.occupancyOf(source.inos);
  const gaps = ((columns.at(-1) as number) + 1 - columns.length) * GAP_BYTES;
  const { limit, available } = volume.bank;
  if (gaps > limit * GAPS_SHARE) throw new QuotaFault('bytes', gaps, available, limit);
  const fresh = new Directories(volume.inodes, volume.slabs, volume.directories.seed);
  return plan.cost() + maps + volume.inodes.chargeFor(occupancy, held) + fresh.cost(names) + fresh.index.cost(names);
};

interface Built {
  readonly tables: Tables;
  readonly asciiOnly: boolean;
}

const build = (volume: Volume, source: TreeSource, taken: number[]): Built => {
  const { slabs, directories: live, clock } = volume;
  const inodes = new InodeTable(clock);
  inodes.claim(source.inos);
  const directories = new Directories(inodes, slabs, live.seed);
  const maps: PageMap[] = [];
  // All inodes come first: a name adds a link to what it leads to.
  for (const ino of source.inos) putNode(inodes, source.node(ino));
  inodes.set(ROOT, LINKS, 2);
  for (const ino of source.inos) {
    if (inodes.isDirectory(ino)) putNames(inodes, directories, source, ino, taken);
    else putPages(volume, inodes, source, ino, maps, taken);
  }
  return {
    tables: {
      inodes: inodes.save(inodes.segments),
      entries: directories.save(directories.segments),
      index: directories.index.save(directories.index.segments),
      maps,
    },
    asciiOnly: directories.asciiOnly,
  };
};

const putNode = (
  inodes: InodeTable,
  { ino, mode, uid, gid, times, generation, randomAccess, size }: TreeNode,
): void => {
  const [words, at] = [inodes.wordsToWrite(ino), inodes.at(ino)];
  words[at + MODE] = mode;
  words[at + UID] = uid;
  words[at + GID] = gid;
  for (const [index, word] of TIME_WORDS.entries()) words.set(times.subarray(index * 2, index * 2 + 2), at + word);
  words[at + GENERATION] = generation;
  words[at + STATE] = randomAccess ? RANDOM_ACCESS : 0;
  if (!inodes.isDirectory(ino)) inodes.setSize(ino, size);
};

const putNames = (
  inodes: InodeTable,
  directories: Directories,
  source: TreeSource,
  directory: number,
  taken: number[],
): void => {
  const generation = inodes.get(directory, GENERATION);
  source.forEachName(directory, (name, ino) => {
    const entry = directories.add(directory, name, 0, name.length, ino);
    const reference = directories.nameReference(entry);
    if (reference !== 0) taken.push(reference * 2);
    if (!inodes.isDirectory(ino)) {
      inodes.add(ino, LINKS, 1);
      return;
    }
    inodes.set(ino, OWN_ENTRY, entry);
    inodes.add(ino, LINKS, 2);
    inodes.add(directory, LINKS, 1);
  });
  inodes.set(directory, GENERATION, generation);
};

const putPages = (
  volume: Volume,
  inodes: InodeTable,
  source: TreeSource,
  ino: number,
  maps: PageMap[],
  taken: number[],
): void => {
  const { chunks } = volume;
  let map: PageMap | undefined;
  let first = 0;
  source.forEachPage(ino, (page, bytes, start, length) => {
    const reference = chunks.take(length);
    taken.push(reference);
    const target = chunks.bytesOf(reference);
    const at = chunks.offsetOf(reference);
    target.set(bytes.subarray(start, start + length), at);
    target.fill(0, at + length, at + chunks.capacityOf(reference));
    if (page === 0) first = reference;
    else {
      map ??= mapWith(first);
      map.set(page, reference);
    }
  });
  if (map === undefined) inodes.set(ino, CONTENT, first);
  else {
    inodes.set(ino, CONTENT, maps.push(map) - 1);
    inodes.set(ino, STATE, inodes.get(ino, STATE) | MAPPED);
  }
};

const mapWith = (first: number): PageMap => {
  const map = new PageMap();
  if (first !== 0) map.set(0, first);
  return map;
};
