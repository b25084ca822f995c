/** Core layer: what a volume is made from. Host values (clock, ids, umask, descriptor numbers, memory probe) are injected: the engine knows no Node API. */
import type { LowerOptions } from './lower/source.js';

/** 'auto' starts sequential and is promoted to random access by the first out-of-order write. */
export type StoragePolicy = 'auto' | 'sequential' | 'random-access';

/** Gives out descriptor numbers; shared by all volumes of a process so that they never collide. */
export interface DescriptorNumbers {
  take(): number;
  give(fd: number): void;
}

export interface GuardOptions {
  readonly mode: 'none' | 'init' | 'per-write';
  readonly action: 'warn' | 'raise';
  /** Milliseconds between two probes in 'per-write' mode. */
  readonly intervalMs: number;
  /** Bytes of memory the process may still take, or undefined when unknown. */
  readonly probe: () => number | undefined;
  /** Called in place of raising when `action` is 'warn'. */
  readonly warn: (message: string) => void;
}

export interface VolumeOptions {
  /** What lies below the volume; nothing by default. */
  readonly lower?: LowerOptions;
  /** Changes are refused with EROFS. */
  readonly readOnly?: boolean;
  /** Hard limit in bytes; default 256 MiB. */
  readonly maxQuota?: number;
  /** Limit on inodes (files, directories, links; the root counts not); default none. */
  readonly maxNodes?: number;
  readonly defaultStorage?: StoragePolicy;
  /** Files larger than this (bytes) are not promoted: the out-of-order write fails with ENOTSUP. Default none. */
  readonly promotionHardLimit?: number;
  /** Replaces the price of one chunk's bookkeeping (bytes). */
  readonly chunkOverheadOverride?: number;
  readonly guard?: GuardOptions;
  /** Owner of new files and the identity for permission checks; 0 (root) bypasses them. Default 0. */
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  /** Bits cleared from the mode of new files; default 0o022. */
  readonly umask?: () => number;
  /** Current time in milliseconds since the epoch; default Date.now. */
  readonly clock?: () => number;
  readonly descriptors?: DescriptorNumbers;
  /** Runs a task soon, after the running engine call; default a microtask. */
  readonly defer?: (task: () => void) => void;
  /** Six characters for mkdtemp; default from Math.random. */
  readonly randomName?: () => string;
}
