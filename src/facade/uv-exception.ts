/**
 * Facade layer: a Fault becomes the Error that Node would have thrown. Owns the
 * message `CODE: text, syscall 'path' -> 'dest'` and the order of own keys
 * (errno, code, syscall, path, dest). Invariant: built once per failure, at the
 * edge, with the stack starting at the caller of the public function.
 */
import { Fault, GuardFault, QuotaFault } from '../core/index.js';
import { refusalError, systemError } from '../host/index.js';
import { isNodeError } from './node-errors.js';
import { nodeAtLeast } from './running-node.js';
import { isUint8Array, isUrl } from './validate.js';

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
  // Those of another realm (a test runner's sandbox) too.
  if (isUint8Array(path)) return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
  if (isUrl(path)) return decodeURIComponent(path.pathname);
  return undefined;
}

function message(errno: number, syscall: string, text?: string, path?: string, dest?: string): string {
  const { code, text: words } = systemError(errno);
  const where = path === undefined ? '' : ` '${path}'`;
  const target = dest === undefined ? '' : ` -> '${dest}'`;
  return `${code}: ${text ?? words}, ${syscall}${where}${target}`;
}

/** Gives an error its fields, in Node's order. */
function fill(error: Error, errno: number, syscall: string, path?: string, dest?: string): UvException {
  const filled = error as UvException;
  const known = systemError(errno);
  filled.errno = known.errno;
  filled.code = known.code;
  filled.syscall = syscall;
  if (path !== undefined) filled.path = path;
  if (dest !== undefined) filled.dest = dest;
  return filled;
}

/**
 * Builds Node's error for an errno; its `errno` is this system's number.
 * @param errno positive Linux errno
 * @param syscall the system call's name as libuv gives it ('open', 'scandir', …)
 * @param from first path in the caller's spelling
 * @param to second path in the caller's spelling
 */
export function uvException(errno: number, syscall: string, from?: string, to?: string): UvException {
  const [path, dest] = [spell(from), spell(to)];
  return fill(new Error(message(errno, syscall, undefined, path, dest)), errno, syscall, path, dest);
}

/** A fault as an error; quota refusals get their own class with the numbers. */
export function faultToError(fault: Fault, syscall: string, from?: string, to?: string): Error {
  const [path, dest] = [spell(from), spell(to)];
  const words = wordsOf(fault, syscall, path, dest);
  if (fault instanceof QuotaFault) return refusalError(words, fault, { syscall, path, dest });
  return fill(new Error(words), fault.errno, syscall, path, dest);
}

const wordsOf = (fault: Fault, syscall: string, path?: string, dest?: string): string =>
  message(fault.errno, syscall, fault instanceof GuardFault ? fault.message : undefined, path, dest);

/** System calls on a descriptor: Node names no path with these, even inside a call that was given one. */
const pathless = new Set(['read', 'write', 'ftruncate', 'fsync', 'close', 'fstat']);

/** An error that is the operation's answer although the engine gave none: callbacks get it, they are not thrown at. */
export class Answer {
  constructor(readonly error: unknown) {}
}

/** Since Node 22 V8 keeps the map of what is made with a function as `new.target`; on Node 20 a new one costs 1.5 µs each time. */
export const keepsMaps = nodeAtLeast(22);

/**
 * The one edge between engine and caller: a Fault becomes Node's error, an
 * argument error gets its stack cut at `caller`; anything else (thrown by the
 * user's own getters or iterators) passes unchanged.
 *
 * Capturing the stack is most of what an error costs, so it is done once, and here: each function of ours between this
 * and `caller` adds 0.1 µs to it, 0.4 on Node 20. Without a `caller` the error of a fault has no stack yet.
 */
export function toNodeError(error: unknown, syscall: string, from: unknown, to: unknown, caller?: Caller): unknown {
  let made = error instanceof Answer ? error.error : error;
  if (error instanceof Fault) {
    const call = error.syscall ?? syscall;
    const named = error instanceof PathFault ? error.path : pathless.has(call) ? undefined : from;
    const path = spell(named);
    const dest = named === from ? spell(to) : undefined;
    if (error instanceof QuotaFault) made = withoutStack(() => faultToError(error, call, path, dest));
    else {
      const words = wordsOf(error, call, path, dest);
      if (caller !== undefined && keepsMaps && Object.hasOwn(caller, 'prototype')) {
        // V8 leaves out the frames down to a `new.target` that is a function.
        const bare: Error = Reflect.construct(Error, [words], caller);
        return fill(Object.setPrototypeOf(bare, Error.prototype), error.errno, call, path, dest);
      }
      const bare = withoutStack(() => new Error(words));
      made = fill(bare, error.errno, call, path, dest);
    }
  } else if (error instanceof Answer ? !(made instanceof Error) : !isNodeError(made)) return made;
  if (caller !== undefined) Error.captureStackTrace(made as Error, caller);
  return made;
}

/** Makes the stack of an error that was made on the way start at the public function. Errors of others are left alone. */
export function stackFrom(error: unknown, caller: Caller): unknown {
  if (isNodeError(error) || (error instanceof Error && 'syscall' in error)) Error.captureStackTrace(error, caller);
  return error;
}

/** Makes an error whose stack is captured later. */
function withoutStack(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  limitStack(0);
  try {
    return make();
  } finally {
    limitStack(stackTraceLimit);
  }
}

/** A program may have frozen Error; Reflect.set, which would not throw, takes 150 ns. */
function limitStack(frames: number): void {
  try {
    Error.stackTraceLimit = frames;
  } catch {}
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
