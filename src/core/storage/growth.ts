/** Core layer, storage: how much a growing page takes at once, the trade of slack against copying. */
import { PAGE_BYTES } from './size-classes.js';

/** A small append this far into a file takes a whole page at once: the slack is under an eighth of the file. */
const WHOLE_PAGES_FROM = 8;
const SMALL_APPEND = 4096;

/** Capacity for a page that needs `need` bytes: exact for a first write, half as much again for a tail that grows. */
export const growth = (capacity: number, need: number, page: number, length: number): number => {
  if (page >= WHOLE_PAGES_FROM && length <= SMALL_APPEND) return PAGE_BYTES;
  if (capacity === 0) return need;
  return Math.min(PAGE_BYTES, Math.max(need, capacity + (capacity >>> 1)));
};
