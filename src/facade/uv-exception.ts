/**
 * Facade layer: a Fault becomes the Error that Node would have thrown. Owns the
 * message `CODE: text, syscall 'path' -> 'dest'` and the order of own keys
 * (errno, code, syscall, path, dest). Invariant: built once per failure, at the
 * edge, with the stack starting at the caller of the public function.
 */
import { Fault, GuardFault, QuotaFault } from '../core/index.js';
import { refusalError, systemError } from '../host/index.js';
import { isNodeError } from './node-errors.js';

/** A public function: frames above it are ours and are cut from the stack. */
export type Caller = (...args: never[]) => unknown;

/** A fault of an operation that works on paths of its own finding: the error names that path. */
export class PathFault extends Fault {
  constructor(
    errno: number,
    override readonly syscall: string,
    readonly path: string,
  ) {
    super(errno, syscall);
  }
}

/** A libuv error as `node:fs` throws it. */
export interface UvException extends Error {
  errno: number;
  code: string;
  syscall: string;
  path?: string;
  dest?: string;
}

const surrogate = /[\ud800-\udfff]/;

/** How Node reports a path argument in `error.path`: text, whatever it was given as. */
export function spell(path: unknown): string | undefined {
  // Node decodes the bytes that the system call saw: half a surrogate pair has become U+FFFD.
  if (typeof path === 'string') return surrogate.test(path) ? Buffer.from(path).toString() : path;
  if (path instanceof Uint8Array) return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
  if (path instanceof URL) return decodeURIComponent(path.pathname);
  return undefined;
}

function message(errno: number, syscall: string, text?: string, path?: string, dest?: string): string {
  const { code, text: words } = systemError(errno);
  const where = path === undefined ? '' : ` '${path}'`;
  const target = dest === undefined ? '' : ` -> '${dest}'`;
  return `${code}: ${text ?? words}, ${syscall}${where}${target}`;
}

/**
 * Builds Node's error for an errno; its `errno` is this system's number.
 * @param errno positive Linux errno
 * @param syscall the system call's name as libuv gives it ('open', 'scandir', …)
 * @param from first path in the caller's spelling
 * @param to second path in the caller's spelling
 */
export function uvException(errno: number, syscall: string, from?: string, to?: string, text?: string): UvException {
  const [path, dest] = [spell(from), spell(to)];
  const error = new Error(message(errno, syscall, text, path, dest)) as UvException;
  const known = systemError(errno);
  error.errno = known.errno;
  error.code = known.code;
  error.syscall = syscall;
  if (path !== undefined) error.path = path;
  if (dest !== undefined) error.dest = dest;
  return error;
}

/** A fault as an error; quota refusals get their own class with the numbers. */
export function faultToError(fault: Fault, syscall: string, path?: string, dest?: string): Error {
  if (fault instanceof QuotaFault) {
    const [from, to] = [spell(path), spell(dest)];
    return refusalError(message(fault.errno, syscall, undefined, from, to), fault, { syscall, path: from, dest: to });
  }
  return uvException(fault.errno, syscall, path, dest, fault instanceof GuardFault ? fault.message : undefined);
}

/** System calls on a descriptor: Node names no path with these, even inside a call that was given one. */
const pathless = new Set(['read', 'write', 'ftruncate', 'fsync', 'close', 'fstat']);

/**
 * The one edge between engine and caller: a Fault becomes Node's error, an
 * argument error gets its stack cut at `caller`; anything else (thrown by the
 * user's own getters or iterators) passes unchanged.
 */
export function toNodeError(error: unknown, syscall: string, path: unknown, dest: unknown, caller: Caller): unknown {
  if (error instanceof Fault) {
    const call = error.syscall ?? syscall;
    const made = withoutStack(() => {
      if (error instanceof PathFault) return uvException(error.errno, call, error.path);
      return pathless.has(call) ? faultToError(error, call) : faultToError(error, call, spell(path), spell(dest));
    });
    Error.captureStackTrace(made, caller);
    return made;
  }
  if (isNodeError(error)) Error.captureStackTrace(error, caller);
  return error;
}

/** Makes an error whose stack is captured later, once, at the caller's frame: capturing is most of what an error costs. */
function withoutStack(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  // Reflect.set: a program may have frozen Error.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

/** The same fault, naming the system call that met it: for operations that make several. */
export function faultIn(error: unknown, syscall: string): unknown {
  if (!(error instanceof Fault) || error.syscall !== undefined) return error;
  if (error instanceof GuardFault) return error;
  if (error instanceof QuotaFault) {
    return new QuotaFault(error.resource, error.requested, error.available, error.limit, syscall);
  }
  return new Fault(error.errno, syscall);
}

/** A file that was opened and could not be read: before it tried, Node looked at the signal once more. */
export const isPastOpening = (error: unknown): boolean =>
  error instanceof Fault && error.syscall === 'read' && !(error instanceof PathFault);
