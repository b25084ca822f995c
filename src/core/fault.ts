/**
 * Core layer: errors as data. The engine throws a `Fault` (an errno, no stack,
 * no message) because a failed lookup must cost nanoseconds; the facade and the
 * D-MemFS API turn it into an `Error` once, at their edge.
 */
import { ENOSPC } from './errno.js';

/** An errno as plain data. `syscall` is set only where one engine call spans several system calls. */
export class Fault {
  constructor(
    /** Positive Linux errno, for example 2 for ENOENT. */
    readonly errno: number,
    /** The system call that failed, when the caller cannot know ('open', 'write', …). */
    readonly syscall?: string,
  ) {}
}

/** What a refusal ran out of. */
export type Resource = 'bytes' | 'nodes';

/** ENOSPC with the numbers a caller needs to decide what to do. */
export class QuotaFault extends Fault {
  constructor(
    readonly resource: Resource,
    /** Bytes (or nodes) asked for. */
    readonly requested: number,
    /** Bytes (or nodes) that were still free. */
    readonly available: number,
    /** The limit itself: `maxQuota` in bytes or `maxNodes`. */
    readonly limit: number,
    syscall?: string,
  ) {
    super(ENOSPC, syscall);
  }
}

/** The memory guard refused: the machine, not the volume, is out of memory. */
export class GuardFault extends Fault {
  constructor(
    errno: number,
    /** The guard's own words, with the bytes needed and available. */
    readonly message: string,
  ) {
    super(errno);
  }
}

const faults: Fault[] = [];

/** The shared Fault of an errno: faults carry no per-throw state, so one object serves all. */
export const fault = (errno: number): Fault => (faults[errno] ??= new Fault(errno));
