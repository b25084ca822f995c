/**
 * Core layer, snapshots: the chunks that the records of a column refer to, a
 * column at a time, because a call for each of them would cost more than what is
 * done with it. A record that is held open is passed over: what it refers to
 * belongs to its holders, who keep it through a restore; an image has none.
 */
import { INODE_WORDS } from '../cost.js';
import { longNamesIn } from '../directory.js';
import { S_IFDIR, S_IFMT, S_IFREG } from '../flags.js';
import { CONTENT, MODE, OPENS, STATE } from '../inode.js';
import type { RecordTable } from '../record-table.js';
import { MAPPED } from '../storage/file-pages.js';
import type { PageMap } from '../storage/page-map.js';
import { SEGMENT_RECORDS } from '../table-price.js';
import type { Volume } from '../volume.js';

/** The tables whose columns refer to chunks. */
export type Kind = 'inodes' | 'entries';
export const KINDS = ['inodes', 'entries'] as const;
export const tableOf = (volume: Volume, kind: Kind): RecordTable =>
  kind === 'inodes' ? volume.inodes : volume.directories;

/** Is given the first `count` references of a list that is used again for the next ones. */
type Visit = (references: Uint32Array, count: number) => void;

const found = new Uint32Array(SEGMENT_RECORDS);

/** Visits the chunks of links and of files of one page, or of long names. */
export const visitColumn = (kind: Kind, column: Uint32Array, visit: Visit): void => {
  if (column.length > 0) visit(found, kind === 'inodes' ? contentsIn(column) : longNamesIn(column, found));
};

const contentsIn = (words: Uint32Array): number => {
  let count = 0;
  for (let at = 0; at < words.length; at += INODE_WORDS) {
    const type = (words[at + MODE] as number) & S_IFMT;
    if (type === 0 || type === S_IFDIR || words[at + OPENS] !== 0) continue;
    if (type === S_IFREG && (words[at + STATE] as number) & MAPPED) continue;
    const reference = words[at + CONTENT] as number;
    if (reference !== 0) found[count++] = reference;
  }
  return count;
};

/** Visits the chunks of files of several pages. */
export const visitMaps = (maps: Iterable<PageMap | undefined>, visit: Visit): void => {
  for (const map of maps) map?.visitLeaves(visit);
};
