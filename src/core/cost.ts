/**
 * Core layer: the price list. One constant for each structure that takes
 * memory outside the bytes it stores, in bytes of real process memory, rounded
 * up. `test/quota-truth/calibration` measures the running V8 and fails when
 * reality is above a price; docs/quota.md explains each one.
 */

/**
 * Slabs and table segments are billed this much above their bytes: malloc's headers and rounding, which no
 * counter of V8 shows, and the code that many small files make the process compile.
 */
export const ROUNDING = 1.015;
/** A typed array with its ArrayBuffer and backing store (measured 184–232 on V8 11.3–14). */
export const ARRAY_PRICE = 256;
/** A content buffer of its own: the typed array (measured 184–201) and its slot in the chunk table with growth slack. */
export const CHUNK_PRICE = 240;
/** A slab: its typed array, its descriptor object and its slot in the slab table. */
export const SLAB_PRICE = ARRAY_PRICE + 176;
/** The page table of a file larger than one page: object, Map and table slot. */
export const PAGE_MAP_PRICE = 480;
/** Page references in one leaf of a page table. */
export const LEAF_PAGES = 64;
/** One leaf: its references, its typed array, its Map slot with growth slack. */
export const LEAF_PRICE = LEAF_PAGES * 4 + ARRAY_PRICE + 64;
/** An open descriptor: the open file object, its Map slot with growth slack, its number. */
export const DESCRIPTOR_PRICE = 192;
/** An open directory stream and its cursor. */
export const STREAM_PRICE = 320;
/** A watch: registration, closures and Map slots, and the FSWatcher above it (measured 1,430). */
export const WATCH_PRICE = 1600;

/** A snapshot beside its columns and page tables: its objects and lists, and the handle above it. */
export const IMAGE_PRICE = 2_048;

/** What is known of a lower object: its record, its Map and Set slots with growth slack; the path's bytes come on top. */
export const LOWER_PRICE = 480;
/** A lower object with several names: its key and Map slot. */
export const LOWER_LINK_PRICE = 160;

/** 32-bit words of an inode record and of a directory entry record. */
export const INODE_WORDS = 18;
export const ENTRY_WORDS = 11;
