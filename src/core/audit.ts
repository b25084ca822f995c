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
export interface QuotaUsage {
  /** `maxQuota`, bytes. */
  readonly limit: number;
  /** Bytes charged in the whole volume. */
  readonly used: number;
  /** limit − used. */
  readonly available: number;
  /** Bytes of file data below `path` (logical sizes less holes). */
  readonly data: number;
  /** Bytes charged for what is below `path`: contents, inodes, entries, names. */
  readonly charge: number;
  /** Inodes below `path`, itself included. */
  readonly nodes: number;
  /** Files and directories below `path`. */
  readonly files: number;
  readonly directories: number;
  /** The biggest direct children by charge, largest first (at most ten). */
  readonly largest: readonly { readonly path: string; readonly charge: number }[];
}
