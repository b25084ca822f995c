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
import { SEGMENT_RECORDS } from '../record-table.js';
import { MAPPED } from '../storage/file-pages.js';
import type { PageMap } from '../storage/page-map.js';

/** The tree of a volume at one moment, as columns of words. */
export interface Columns {
  readonly inodes: readonly Uint32Array[];
  readonly entries: readonly Uint32Array[];
}

/** Is given the first `count` references of a list that is used again for the next ones. */
type Visit = (references: Uint32Array, count: number) => void;
/** Whether a column is visited. */
export type Among = (table: keyof Columns, index: number) => boolean;

const found = new Uint32Array(SEGMENT_RECORDS);

/** Visits the chunks of links, of files of one page, and of long names. */
export const visitColumns = ({ inodes, entries }: Columns, visit: Visit, among: Among = () => true): void => {
  inodes.forEach((column, index) => {
    if (column.length > 0 && among('inodes', index)) visit(found, contentsIn(column));
  });
  entries.forEach((column, index) => {
    if (column.length > 0 && among('entries', index)) visit(found, longNamesIn(column, found));
  });
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
