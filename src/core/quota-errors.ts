/**
 * Core layer: the two public errors of a refusal. They live here because the
 * facade and the D-MemFS API both throw them and may not import each other.
 */
import { ENOSPC } from './errno.js';
import type { Resource } from './fault.js';

/**
 * A write that did not fit. `code` is 'ENOSPC' and `errno` -28, so code written
 * for a full disk works unchanged; the numbers say how far off it was.
 */
export class QuotaExceededError extends Error {
  errno = -ENOSPC;
  code = 'ENOSPC';
  /** The system call, as Node names it; absent in the D-MemFS API. */
  declare syscall?: string;
  /** The path as the caller spelled it. */
  declare path?: string;
  /** The second path of a two-path call. */
  declare dest?: string;
  /** Bytes (or nodes) asked for. */
  declare requested: number;
  /** Bytes (or nodes) that were free. */
  declare available: number;
  /** The limit's value: `maxQuota` in bytes, or `maxNodes`. */
  declare limit: number;
  /** What ran out: 'bytes' or 'nodes'. */
  declare resource: Resource;

  constructor(
    message: string,
    refusal: Pick<QuotaExceededError, 'requested' | 'available' | 'limit' | 'resource'>,
    where: Pick<QuotaExceededError, 'syscall' | 'path' | 'dest'> = {},
  ) {
    super(message);
    // Own keys in Node's order first (errno, code, syscall, path, dest), ours after.
    if (where.syscall !== undefined) this.syscall = where.syscall;
    if (where.path !== undefined) this.path = where.path;
    if (where.dest !== undefined) this.dest = where.dest;
    this.requested = refusal.requested;
    this.available = refusal.available;
    this.limit = refusal.limit;
    this.resource = refusal.resource;
  }
}
Object.defineProperty(QuotaExceededError.prototype, 'name', {
  value: 'QuotaExceededError',
  configurable: true,
  writable: true,
});

/** Out of node slots (`maxNodes`): also ENOSPC, as on tmpfs with `nr_inodes`. */
export class NodeLimitExceededError extends QuotaExceededError {}
Object.defineProperty(NodeLimitExceededError.prototype, 'name', {
  value: 'NodeLimitExceededError',
  configurable: true,
  writable: true,
});
