/**
 * D-MemFS layer: the edge where faults become errors. Below it a failure is an
 * errno as data; above it a caller sees an `Error` with `code`, `errno`, `path`
 * and words of its own. An error is built once, here, and nowhere else.
 */
import { EBADF, EBUSY, Fault, GuardFault, QuotaFault } from '../core/index.js';
import { describeErrno, refusalError, systemError } from '../host/index.js';
import type { LockKind } from './locks.js';

/** A file whose lock someone else has. Asynchronous calls wait for it; synchronous ones fail with EBUSY. */
export class LockConflict extends Fault {
  constructor(
    readonly ino: number,
    readonly kind: LockKind,
  ) {
    super(EBUSY);
  }
}

/** A fault with words better than the system's own. */
export class ExplainedFault extends Fault {
  constructor(
    errno: number,
    readonly reason: string,
  ) {
    super(errno);
  }
}

/** The call needs a handle that is still open. */
export const closedFault = (): Fault => new ExplainedFault(EBADF, 'the handle is closed');

/** The errors of this API that come from the file system: Node's `code` and `errno`, and what they are about. */
export interface FileSystemError extends Error {
  /** The POSIX name, such as 'ENOENT'. */
  code: string;
  /** The negative errno, as libuv numbers it on this system. */
  errno: number;
  /** The path as the caller spelled it. */
  path?: string;
  /** The second path of a two-path call. */
  dest?: string;
}

/**
 * Runs `body`; a Fault out of it is thrown as an Error about `operation` on `path` (and `dest`).
 * Anything else that is thrown passes through.
 */
export function atEdge<T>(operation: string, body: () => T, path?: string, dest?: string): T {
  try {
    return body();
  } catch (thrown) {
    throw toError(thrown, operation, path, dest);
  }
}

/** The Error for a Fault; anything else as it is. */
export function toError(thrown: unknown, operation: string, path?: string, dest?: string): unknown {
  if (!(thrown instanceof Fault)) return thrown;
  const error = build(thrown, operation, path, dest);
  Error.captureStackTrace(error, atEdge);
  return error;
}

function build(fault: Fault, operation: string, path?: string, dest?: string): Error {
  const [code, text] = describeErrno(fault.errno);
  const target = path === undefined ? '' : ` '${path}'${dest === undefined ? '' : ` -> '${dest}'`}`;
  const message = `${code}: ${reasonOf(fault) ?? text}, ${operation}${target}`;
  if (fault instanceof QuotaFault) return refusalError(message, counted(fault), { path, dest });
  const about = path === undefined ? {} : dest === undefined ? { path } : { path, dest };
  return Object.assign(new Error(message), { errno: systemError(fault.errno).errno, code, ...about });
}

function reasonOf(fault: Fault): string | undefined {
  if (fault instanceof GuardFault) return fault.message;
  if (fault instanceof ExplainedFault) return fault.reason;
  if (fault instanceof LockConflict) {
    return fault.kind === 'read' ? 'the file is open for writing' : 'the file is open elsewhere';
  }
  if (!(fault instanceof QuotaFault)) return undefined;
  const { requested, available, limit, resource } = counted(fault);
  return resource === 'nodes'
    ? `node limit exceeded: ${requested} requested, ${available} of ${limit} available`
    : `quota exceeded: ${requested} bytes requested, ${available} of ${limit} available`;
}

/** The engine does not count the root as a node; `maxNodes` here does, as D-MemFS's does. */
const counted = (fault: QuotaFault): QuotaFault =>
  fault.resource === 'nodes' ? new QuotaFault('nodes', fault.requested, fault.available, fault.limit + 1) : fault;

type Coded<E extends Error> = E & { code: string };

const coded = <E extends Error>(error: E, code: string): Coded<E> => Object.assign(error, { code });

/** An argument of the wrong type: a TypeError with Node's code for it. */
export const invalidType = (argument: string, expected: string, received: unknown): Coded<TypeError> =>
  coded(new TypeError(`${argument} must be ${expected}, not ${describe(received)}`), 'ERR_INVALID_ARG_TYPE');

/** An argument of the right type with an impossible value. */
export const invalidArgument = (argument: string, problem: string, received: unknown): Coded<TypeError> =>
  coded(new TypeError(`${argument} ${problem}: ${describe(received)}`), 'ERR_INVALID_ARG_VALUE');

/** A number outside its range. */
export const outOfRange = (argument: string, range: string, received: unknown): Coded<RangeError> =>
  coded(new RangeError(`${argument} must be ${range}, not ${describe(received)}`), 'ERR_OUT_OF_RANGE');

/** @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE unless it is a whole number */
export function demandWhole(argument: string, value: unknown): void {
  if (typeof value !== 'number') throw invalidType(argument, 'a number', value);
  if (!Number.isSafeInteger(value)) throw outOfRange(argument, 'a whole number', value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'null prototype'})`;
  return String(value);
}
