/**
 * Core layer: an fsck. `audit` recomputes the bill and the structure from the
 * records and says everything that is wrong; every test ends with it.
 */
import { ENTRY_WORDS, INODE_WORDS, LOWER_LINK_PRICE, STREAM_PRICE, WATCH_PRICE } from './cost.js';
import { CONTENT, LAST_ENTRY, LINKS, OPENS, OWN_ENTRY, ROOT } from './inode.js';
import type { Lower } from './lower/lower.js';
import { auditOwners } from './snapshot/audit.js';
import { blockBytes, sizeClass } from './storage/size-classes.js';
import type { Volume } from './volume.js';

/** What the fsck found. */
export interface AuditReport {
  /** True when every invariant holds. */
  readonly ok: boolean;
  /** What is wrong, one line each; empty when ok. */
  readonly problems: readonly string[];
  /** Bytes the bank says are used. */
  readonly used: number;
  /** Bytes recomputed from the structures. */
  readonly recomputed: number;
}

export const audit = (volume: Volume): AuditReport => {
  const problems: string[] = [];
  const blocks = new Map<number, number>();
  const links = new Map<number, number>();
  const subdirectories = new Map<number, number>();
  const maps = auditInodes(volume, problems);
  auditEntries(volume, links, subdirectories, problems);
  auditLinks(volume, links, subdirectories, problems);
  auditOwners(volume, (bytes) => addBlock(blocks, bytes), problems);
  auditBlocks(volume, blocks, problems);
  const below = volume.lower === undefined ? 0 : auditLower(volume, volume.lower, problems);
  const recomputed =
    volume.inodes.charge() +
    volume.directories.charge() +
    volume.directories.index.charge() +
    volume.slabs.charge() +
    volume.chunks.charge() +
    volume.images.charge() +
    maps +
    volume.files.charge() +
    below +
    volume.handleBytes +
    volume.streams * STREAM_PRICE +
    volume.watches * WATCH_PRICE;
  if (recomputed !== volume.bank.used)
    problems.push(`bank says ${volume.bank.used} bytes used, structures hold ${recomputed}`);
  if (volume.bank.used > volume.bank.limit)
    problems.push(`used ${volume.bank.used} is over the limit ${volume.bank.limit}`);
  const { spare, limit, margin, used } = volume.bank;
  if (spare !== undefined && spare.bytes > Math.max(0, limit - margin - used))
    problems.push('spare pages lie where data may');
  return { ok: problems.length === 0, problems, used: volume.bank.used, recomputed };
};

const addBlock = (blocks: Map<number, number>, bytes: number): void => {
  const cls = sizeClass(bytes);
  blocks.set(cls, (blocks.get(cls) ?? 0) + 1);
};

/** Returns the bytes of page tables. */
const auditInodes = (volume: Volume, problems: string[]): number => {
  const { inodes, contents, chunks } = volume;
  let maps = 0;
  let live = 0;
  inodes.forEach((ino) => {
    live++;
    if (inodes.isFile(ino)) maps += contents.mapCharge(ino);
    else if (inodes.isLink(ino)) {
      const reference = inodes.get(ino, CONTENT);
      if (chunks.capacityOf(reference) < inodes.size(ino)) problems.push(`link ${ino} is longer than its block`);
    }
  });
  if (live !== inodes.live) problems.push(`${live} live inodes, the table says ${inodes.live}`);
  return maps;
};

const auditEntries = (
  volume: Volume,
  links: Map<number, number>,
  subdirectories: Map<number, number>,
  problems: string[],
): void => {
  const { inodes, directories } = volume;
  let live = 0;
  directories.forEach((entry) => {
    live++;
    const ino = directories.ino(entry);
    const parent = directories.parent(entry);
    const name = directories.name(entry);
    links.set(ino, (links.get(ino) ?? 0) + 1);
    if (directories.find(parent, name, 0, name.length) !== entry)
      problems.push(`entry ${entry} (${name}) is not in the index`);
    if (inodes.isDirectory(ino)) {
      subdirectories.set(parent, (subdirectories.get(parent) ?? 0) + 1);
      if (inodes.get(ino, OWN_ENTRY) !== entry) problems.push(`directory ${ino} does not know its entry ${entry}`);
    }
  });
  if (live !== directories.live) problems.push(`${live} live entries, the table says ${directories.live}`);
};

const auditLinks = (
  volume: Volume,
  links: Map<number, number>,
  subdirectories: Map<number, number>,
  problems: string[],
): void => {
  const { inodes, directories } = volume;
  const opens = new Map<number, number>();
  for (const file of volume.files.values()) opens.set(file.ino, (opens.get(file.ino) ?? 0) + 1);
  for (const cursor of directories.cursors) opens.set(cursor.directory, (opens.get(cursor.directory) ?? 0) + 1);
  let listed = 0;
  inodes.forEach((ino) => {
    const named = links.get(ino) ?? 0;
    const directory = inodes.isDirectory(ino);
    let wanted = directory ? (named > 0 || ino === ROOT ? 2 + (subdirectories.get(ino) ?? 0) : 0) : named;
    const record = volume.lower?.records.get(ino);
    if (directory && volume.lower?.isUntouched(ino)) wanted = inodes.get(ino, LINKS);
    else if (!directory && record !== undefined) wanted += record.hidden;
    if (inodes.get(ino, LINKS) !== wanted)
      problems.push(`inode ${ino} has ${inodes.get(ino, LINKS)} links, should have ${wanted}`);
    if (inodes.get(ino, OPENS) !== (opens.get(ino) ?? 0)) problems.push(`inode ${ino} has a wrong open count`);
    if (named === 0 && ino !== ROOT && !opens.has(ino) && !record?.hidden)
      problems.push(`inode ${ino} has neither name nor holder`);
    if (!directory) return;
    let last = 0;
    for (let entry = directories.first(ino); entry !== 0; entry = directories.next(entry)) {
      listed++;
      last = entry;
      if (directories.parent(entry) !== ino) problems.push(`entry ${entry} is listed in the wrong directory ${ino}`);
    }
    if (inodes.get(ino, LAST_ENTRY) !== last) problems.push(`directory ${ino} has a wrong last entry`);
  });
  if (listed !== directories.live) problems.push(`${listed} entries listed, ${directories.live} live`);
};

const auditBlocks = (volume: Volume, blocks: Map<number, number>, problems: string[]): void => {
  volume.slabs.blocksInUse().forEach((count, cls) => {
    const wanted = blocks.get(cls) ?? 0;
    if (count !== wanted) problems.push(`${count} blocks of ${blockBytes(cls)} bytes in use, ${wanted} referenced`);
  });
};

/** Checks the records of lower objects; returns their bytes. */
const auditLower = (volume: Volume, lower: Lower, problems: string[]): number => {
  let bytes = lower.unlinked.size * LOWER_LINK_PRICE;
  let cached = 0;
  for (const [ino, record] of lower.records) {
    bytes += lower.priceOf(ino);
    cached += record.cost;
    if (record.kept && record.cost !== 0) problems.push(`lower inode ${ino} is kept and counted as cached`);
    if (record.handle >= 0 && volume.inodes.get(ino, OPENS) === 0) problems.push(`lower inode ${ino} is left open`);
    if (record.kept !== lower.isKept(ino)) problems.push(`lower inode ${ino} is kept and can be forgotten`);
    if (record.kept && lower.forgettable(lower.parentsOf(ino)).size > 0)
      problems.push(`lower inode ${ino} is kept, and not what is above it`);
  }
  if (cached !== lower.cached) problems.push(`lookups cost ${cached} bytes, ${lower.cached} are counted`);
  if (bytes !== lower.charge()) problems.push(`lower records cost ${bytes} bytes, ${lower.charge()} are billed`);
  if (volume.bank.withheld !== Math.max(0, lower.share - cached)) problems.push('the bank withholds a wrong amount');
  return bytes;
};

/** Bytes an inode is billed by itself: its record and content. */
export const chargeOfInode = (volume: Volume, ino: number): number => {
  const { inodes, contents, chunks } = volume;
  const record = INODE_WORDS * 4 + (volume.lower?.priceOf(ino) ?? 0);
  if (inodes.isFile(ino)) return record + contents.charge(ino);
  return inodes.isLink(ino) ? record + chunks.chargeOf(inodes.get(ino, CONTENT)) : record;
};

/** Bytes an entry is billed by itself: its record, its index slots, its name's block. */
export const chargeOfEntry = (volume: Volume, entry: number): number => {
  const { directories, slabs } = volume;
  const reference = directories.nameReference(entry);
  return ENTRY_WORDS * 4 + 8 + (reference === 0 ? 0 : slabs.capacityOf(reference));
};
