/**
 * Core layer: what the engine asks of a file system below it. Paths and names
 * are byte strings; a failure is a negative errno, since a miss is an everyday
 * answer. Nothing here changes what is below.
 */
import type { StatArray } from '../engine.js';

export interface LowerSource {
  /** lstat(2): 0, or a negative errno. */
  lstat(path: string, out: StatArray): number;
  /** Names in a directory sorted by bytes, their DT_* in `types` when it is given; or a negative errno. */
  list(path: string, types?: number[]): string[] | number;
  /** Target of a link, or a negative errno. */
  readlink(path: string): string | number;
  /** Opens a regular file for reading: a handle (0 or more), or a negative errno. */
  open(path: string): number;
  fstat(handle: number, out: StatArray): number;
  /** pread(2): bytes read, 0 at the end; or a negative errno. */
  read(handle: number, target: Uint8Array, offset: number, length: number, position: number): number;
  close(handle: number): void;
}

export interface LowerOptions {
  readonly source: LowerSource;
  /** Absolute byte-string paths of the directories shown, none within another. */
  readonly roots: readonly string[];
  /** Bytes of the quota kept for lookups. Default 1/16, at least 128 KiB, at most 16 MiB, never above half of it. */
  readonly lookups?: number;
}

/** Indices in a StatArray that the engine reads of lower objects. */
export const STAT_DEV = 0;
export const STAT_MODE = 1;
export const STAT_NLINK = 2;
export const STAT_UID = 3;
export const STAT_GID = 4;
export const STAT_RDEV = 5;
export const STAT_BLKSIZE = 6;
export const STAT_INO = 7;
export const STAT_SIZE = 8;
export const STAT_BLOCKS = 9;
export const STAT_TIMES = 10;
